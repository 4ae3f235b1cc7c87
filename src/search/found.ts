import type { Objective, Score } from "./objective.js";
import type { Plan } from "./plan.js";

/** A plan with its exact stats. */
export interface Found {
	readonly plan: Plan;
	readonly values: Float64Array;
	readonly score: Score;
}

export function scored(objective: Objective, plan: Plan, values: Float64Array): Found {
	const score = { worth: objective.worth(values, 0), lack: objective.lack(values, 0), cost: plan.cost };
	return { plan, values, score };
}
