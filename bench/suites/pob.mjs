// What rows of Path of Building cost, against Path of Building itself. Needs a checkout and real builds. POBATCH_POB may
// name several checkouts, divided by the system's path delimiter: each is compared with its own window and its own loop.
// The variables BENCH_ROWS, BENCH_ROUNDS, BENCH_TRUTH, BENCH_BUILDS and BENCH_PARTS make it shorter, LUAJIT names the LuaJIT
// to compare with.
import { opening } from "./pob/opening.mjs";
import { pobParts } from "./pob/parts.mjs";
import { rowCost } from "./pob/rows.mjs";
import { same } from "./pob/same.mjs";
import { truth } from "./pob/truth.mjs";
import { wholeRuns } from "./pob/whole.mjs";

// `same` compares checkouts that mean the same: only where it is asked for.
const all = { rows: rowCost, whole: wholeRuns, opening, truth, same };

/** Each part answers figures: { key, what, value, low, high, unit, better, target, note }. */
export const parts = await pobParts(
	all,
	Object.keys(all).filter((name) => name !== "same"),
);
