// Whole processes as users start them, from nothing to the answer, against Path of Building in a plain LuaJIT from its own
// start. Needs a checkout and real builds, as the suite `pob`. POBATCH_BUILDS names a folder of builds, BENCH_BUILDS words of
// their names; BENCH_STAT is the stat of node power, BENCH_PARTS names parts (power, batch, warmup).

import { builds, checkouts } from "./pob/workload.mjs";
import { batchRuns } from "./process/batch.mjs";
import { powerRuns } from "./process/power.mjs";
import { warmup } from "./process/warmup.mjs";

const all = { power: powerRuns, batch: batchRuns, warmup };
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
