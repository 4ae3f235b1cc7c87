// The search against other algorithms, and what it makes of trees that were cut back. Variables: POBATCH_POB (else what
// is installed), POBATCH_BUILDS (a folder of builds; the demo with the reference calculator if not given), BENCH_BUILDS
// (how many of them), BENCH_SECONDS (for each run), BENCH_PARTS (rivals, recovery).
import { recovery } from "./search/recovery.mjs";
import { rivals } from "./search/rivals.mjs";

const wanted = (process.env.BENCH_PARTS ?? "rivals,recovery").split(",");
export const parts = Object.entries({ rivals, recovery }).flatMap(([name, part]) =>
	wanted.includes(name) ? [part] : [],
);
