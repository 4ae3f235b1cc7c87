// Whole processes as users start them, from the start to the result, against Path of Building in a plain LuaJIT, from
// its start. Needs a checkout and real builds, like the suite `pob`. POBATCH_BUILDS names a folder of builds,
// BENCH_BUILDS words in their names; BENCH_STAT is the stat of node power, BENCH_PARTS names parts (power, batch,
// warmup).

import { pobParts } from "./pob/parts.mjs";
import { batchRuns } from "./process/batch.mjs";
import { powerRuns } from "./process/power.mjs";
import { warmup } from "./process/warmup.mjs";

const all = { power: powerRuns, batch: batchRuns, warmup };

export const parts = await pobParts(all);
