// Which rows the cache keeps in memory, by policy, on traces of real requests; and the cost of a row from memory.
import { hit } from "./cache/hit.mjs";
import { policies } from "./cache/policies.mjs";

export const parts = [policies, hit];
