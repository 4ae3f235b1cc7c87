// Whole processes as users start them, from nothing to the answer, against Path of Building in a plain LuaJIT from its own
// start. Needs a checkout and real builds, as the suite `pob`. POBATCH_BUILDS names a folder of builds, BENCH_BUILDS words of
// their names; BENCH_STAT is the stat of node power, BENCH_PARTS names parts (power, batch, warmup).

import { pobParts } from "./pob/parts.mjs";
import { batchRuns } from "./process/batch.mjs";
import { powerRuns } from "./process/power.mjs";
import { warmup } from "./process/warmup.mjs";

const all = { power: powerRuns, batch: batchRuns, warmup };

export const parts = await pobParts(all);
