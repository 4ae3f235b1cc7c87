// What variants of builds cost, and whether they are right, against Path of Building's own window. Needs a checkout and real
// builds, as the suite `pob`. BENCH_VARIANTS: how many of a build; BENCH_PARTS: truth, figures.
import { pobParts } from "./pob/parts.mjs";
import { figures } from "./variants/figures.mjs";
import { truth } from "./variants/truth.mjs";

const all = { figures, truth };

export const parts = await pobParts(all);
