// What rows of Path of Building cost, against Path of Building itself. Needs a checkout and real builds. POBATCH_POB may
// name several checkouts, divided by the system's path delimiter: each is compared with its own window and its own loop.
// The variables BENCH_ROWS, BENCH_ROUNDS, BENCH_TRUTH, BENCH_BUILDS and BENCH_PARTS make it shorter, LUAJIT names the LuaJIT
// to compare with.
import { opening } from "./pob/opening.mjs";
import { rowCost } from "./pob/rows.mjs";
import { same } from "./pob/same.mjs";
import { truth } from "./pob/truth.mjs";
import { wholeRuns } from "./pob/whole.mjs";
import { builds, checkouts } from "./pob/workload.mjs";

// `same` compares checkouts that mean the same: only where it is asked for.
const all = { rows: rowCost, whole: wholeRuns, opening, truth, same };
const named = process.env.BENCH_PARTS?.split(",") ?? Object.keys(all).filter((name) => name !== "same");
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

/** Each part takes the checkout, and the first one, and answers figures: { key, what, value, low, high, unit, better, target, note }. */
export const parts = ready
	? list.flatMap((checkout) => named.map((name) => () => partOf(checkout, all[name])))
	: [];

/** Figures of several checkouts are told apart by the version. */
async function partOf({ source, version }, part) {
	const figures = await part(source, list[0].source);
	if (list.length === 1) return figures;
	return figures.map((figure) => ({
		...figure,
		key: `${figure.key}@${version}`,
		what: `${version}: ${figure.what}`,
	}));
}
