// Which rows the row cache keeps in memory, by policy, over traces of real requests; and what a row from memory costs.
import { hit } from "./cache/hit.mjs";
import { policies } from "./cache/policies.mjs";

export const parts = [policies, hit];
