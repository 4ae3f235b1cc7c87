// The search against other algorithms, and its results for trees that were cut back. Variables: POBATCH_POB (default:
// the installed checkout), POBATCH_BUILDS (a folder of builds; default: the demo with the reference calculator),
// BENCH_BUILDS (number of builds), BENCH_SECONDS (per run), BENCH_PARTS (rivals, recovery; with a folder of builds also
// optimal, respec, screened, reopened), BENCH_BUDGETS (for optimal: "1 point,2 points,3 points,1 exchange"),
// BENCH_CHOICES (maximum number of connected choices in optimal), BENCH_PLOT (an SVG file for rivals: the goal over
// time).
import { optimal } from "./search/optimal.mjs";
import { recovery } from "./search/recovery.mjs";
import { reopened } from "./search/reopened.mjs";
import { respec } from "./search/respec.mjs";
import { rivals } from "./search/rivals.mjs";
import { screened } from "./search/screened.mjs";

const wanted = (process.env.BENCH_PARTS ?? "rivals,recovery").split(",");
export const parts = Object.entries({ rivals, recovery, optimal, respec, screened, reopened }).flatMap(
	([name, part]) => (wanted.includes(name) ? [part] : []),
);
