import { PobatchError } from "../common/errors.js";
import type { NodeSetDelta } from "../rows/node-sets.js";
import { canBeClicked } from "./clicks.js";
import { Connection, Plan } from "./plan.js";
import type { Task } from "./task.js";

/** Where an earlier search of the same build was interrupted, as its progress reported it. */
export interface SearchStart {
	/** Its best tree so far. */
	readonly set: NodeSetDelta;
	/** What it used up of the limits, which the search goes on with: rows and milliseconds. */
	readonly evaluations?: number;
	readonly elapsedMs?: number;
}

const attributeNames = ["Str", "Dex", "Int"];

/**
 * The plan that a change of the build is.
 *
 * @throws PobatchError INVALID_ARGUMENT if the limits of the search do not allow it
 */
export function planOf(task: Task, set: NodeSetDelta): Plan {
	const { graph } = task;
	const plan = Plan.ofBuild(task);
	const place = (id: number) => {
		const i = graph.indexOf.get(id);
		if (i === undefined) throw refused(`the passive tree has no node ${id}`, set);
		return i;
	};
	for (const id of set.remove ?? []) {
		const i = place(id);
		if (!plan.mode[i]) throw refused(`node ${id}, which it removes, is not allocated`, set);
		if (task.pinned[i]) throw refused(`node ${id}, which it removes, has to stay`, set);
		plan.remove(i);
	}
	for (const id of set.add ?? []) {
		const i = place(id);
		if (plan.mode[i]) throw refused(`node ${id}, which it adds, is allocated`, set);
		if (!task.addable[i] && !task.mode[i]) throw refused(`node ${id} may not be added`, set);
		const chosen = attributeNames.indexOf(set.attributes?.[id] ?? "") + 1;
		plan.add(i, 1 + (set.weaponSets?.[id] ?? 0), graph.attribute[i] ? chosen || 1 : 0);
	}
	if (plan.spent.some((points, pool) => points > (task.budgets.free[pool] as number)) || plan.respecsLeft < 0)
		throw refused("it takes more points than there are", set);
	if (new Connection(task).lost(plan).length > 0 || !canBeClicked(task, plan))
		throw refused("its nodes are not connected", set);
	return plan;
}

function refused(why: string, value: unknown): PobatchError {
	return new PobatchError("INVALID_ARGUMENT", `The search cannot start from this tree: ${why}`, {
		value,
		hint: "Give the set that a search of the same build, with the same limits, reported.",
	});
}
