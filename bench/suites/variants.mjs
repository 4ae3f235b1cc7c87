// The cost and correctness of variants of builds, against Path of Building's own window. Needs a checkout and real
// builds, like the suite `pob`. BENCH_VARIANTS: number per build; BENCH_PARTS: truth, figures.
import { pobParts } from "./pob/parts.mjs";
import { figures } from "./variants/figures.mjs";
import { truth } from "./variants/truth.mjs";

const all = { figures, truth };

export const parts = await pobParts(all);
