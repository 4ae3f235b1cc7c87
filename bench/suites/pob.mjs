// The cost of rows of Path of Building, compared with Path of Building itself. Needs a checkout and real builds.
// POBATCH_POB may name several checkouts, separated as in PATH: each is compared with its own window and its own loop.
// The variables BENCH_ROWS, BENCH_ROUNDS, BENCH_TRUTH, BENCH_BUILDS and BENCH_PARTS shorten it; LUAJIT names the LuaJIT
// to compare with.
import { opening } from "./pob/opening.mjs";
import { pobParts } from "./pob/parts.mjs";
import { rowCost } from "./pob/rows.mjs";
import { same } from "./pob/same.mjs";
import { truth } from "./pob/truth.mjs";
import { wholeRuns } from "./pob/whole.mjs";

// `same` compares checkouts that should give the same results; it runs only if named.
const all = { rows: rowCost, whole: wholeRuns, opening, truth, same };

/** Each part returns figures: { key, what, value, low, high, unit, better, target, note }. */
export const parts = await pobParts(
	all,
	Object.keys(all).filter((name) => name !== "same"),
);
