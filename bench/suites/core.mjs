// Targets of the package itself, without Path of Building.
import { crossing } from "./core/crossing.mjs";
import { memory } from "./core/memory.mjs";
import { plainLua } from "./core/plain-lua.mjs";
import { reference } from "./core/reference.mjs";
import { rollback } from "./core/rollback.mjs";
import { threads } from "./core/threads.mjs";

/** Each part returns figures: { key, what, value, low, high, unit, better, target, note }. */
export const parts = [crossing, plainLua, reference, rollback, threads, memory];
