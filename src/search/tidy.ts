import { canBeClicked } from "./clicks.js";
import { type Found, scored } from "./found.js";
import { isBetter, type Objective } from "./objective.js";
import type { Connection, Plan } from "./plan.js";
import type { Rows } from "./rows.js";

/** Passes over a plan; each one removes nodes that the previous one turned into the end of a branch. */
const passes = 12;

/** The same plan without useless changes: points that need not be spent, nodes that need not be given up. */
export async function tidy(
	objective: Objective,
	rows: Rows,
	connection: Connection,
	from: Found,
): Promise<Found> {
	let best = from;
	for (let pass = 0; pass < passes; pass++) {
		const plans = simpler(best.plan, connection);
		if (plans.length === 0) return best;
		const answers = await rows.values(plans, true);
		const before = best;
		plans.forEach((plan, i) => {
			const found = scored(objective, plan, answers[i] as Float64Array);
			if (isBetter(found.score, best.score)) best = found;
		});
		if (best === before) return best;
	}
	return best;
}

/** All plans with one change undone that are still connected and within their budgets. */
function simpler(plan: Plan, connection: Connection): Plan[] {
	const { task } = plan;
	const { graph } = task;
	const plans: Plan[] = [];
	for (let i = 0; i < graph.size; i++) {
		const isAdded = plan.mode[i] && plan.mode[i] !== task.mode[i];
		const isGone = task.mode[i] && !plan.mode[i];
		const isChanged = plan.mode[i] && !isAdded && plan.attribute[i] !== task.attribute[i];
		if (!isAdded && !isGone && !isChanged) continue;
		const other = plan.copy();
		if (!isGone) other.remove(i);
		if (!isAdded) other.add(i, task.mode[i] as number, task.attribute[i] as number);
		if (other.spent.some((_, pool) => other.left(pool) < 0)) continue;
		if (connection.lost(other).length === 0 && canBeClicked(task, other)) plans.push(other);
	}
	return plans;
}
