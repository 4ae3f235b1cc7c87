// The search against other algorithms, and what it makes of trees that were cut back. Variables: POBATCH_POB (else what
// is installed), POBATCH_BUILDS (a folder of builds; the demo with the reference calculator if not given), BENCH_BUILDS
// (how many of them), BENCH_SECONDS (for each run), BENCH_PARTS (rivals, recovery; with a folder of builds also
// optimal, respec, screened, reopened), BENCH_BUDGETS (of optimal: "1 point,2 points,3 points,1 exchange"), BENCH_CHOICES
// (connected choices of optimal at most), BENCH_PLOT (an SVG file: the goal over time of rivals).
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
