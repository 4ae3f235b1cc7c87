// What variants of builds cost, and whether they are right, against Path of Building's own window. Needs a checkout and real
// builds, as the suite `pob`. BENCH_VARIANTS: how many of a build; BENCH_PARTS: truth, figures.
import { builds, checkouts } from "./pob/workload.mjs";
import { figures } from "./variants/figures.mjs";
import { truth } from "./variants/truth.mjs";

const all = { figures, truth };
const named = process.env.BENCH_PARTS?.split(",") ?? Object.keys(all);
const unknown = named.find((name) => !(name in all));
if (unknown !== undefined)
	throw new Error(`BENCH_PARTS: unknown part ${unknown} (There are ${Object.keys(all).join(", ")}.)`);
const list = await checkouts();
const ready = list.length > 0 && builds().length > 0;
if (!ready) {
	console.log(
		"Skipped: needs Path of Building (`pobatch pob install`, or the variable POBATCH_POB) and builds in ../shared/data/builds",
	);
}

export const parts = ready ? list.flatMap(({ source }) => named.map((name) => () => all[name](source))) : [];
