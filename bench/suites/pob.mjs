// What rows of Path of Building cost, against Path of Building itself. Needs a checkout and real builds; the variables
// BENCH_ROWS, BENCH_ROUNDS, BENCH_TRUTH and BENCH_BUILDS make it shorter, LUAJIT names the LuaJIT to compare with.
import { opening } from "./pob/opening.mjs";
import { rowCost } from "./pob/rows.mjs";
import { truth } from "./pob/truth.mjs";
import { wholeRuns } from "./pob/whole.mjs";
import { builds, checkout } from "./pob/workload.mjs";

const ready = (await checkout()) !== undefined && builds().length > 0;
if (!ready) {
	console.log(
		"Skipped: needs Path of Building (`pobatch pob install`, or the variable POBATCH_POB) and builds in ../shared/data/builds",
	);
}

/** Each part answers figures: { key, what, value, low, high, unit, better, target, note }. */
export const parts = ready ? [rowCost, wholeRuns, opening, truth] : [];
