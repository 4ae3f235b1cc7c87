import { invalidArgument } from "../common/errors.js";
import type { Evaluator } from "../rows/evaluator.js";
import { Plan } from "./plan.js";
import { evidenceOf, prepareSearch, type SearchOptions, type SearchResult } from "./search.js";
import { type SearchStep, stepsBetween } from "./steps.js";

export interface OrderOptions
	extends Pick<SearchOptions, "goal" | "floors" | "requirements" | "rowTimeoutMs" | "signal"> {
	/** The level at which the first of the points is spent. Default: 2, the first level that grants one. */
	readonly from?: number;
}

/** A click of the order, and the level at which its last point is available. */
export interface OrderedStep extends SearchStep {
	/** The level at which the points of this and all earlier steps are available, at one point per level. */
	readonly level: number;
	/** Total points spent up to and including this step. */
	readonly spent: number;
}

export interface OrderResult
	extends Pick<SearchResult, "evaluations" | "cached" | "memoized" | "failed" | "elapsedMs"> {
	readonly goal: string;
	readonly notes: readonly string[];
	/**
	 * The goal before the first step, for the tree without anything that is to be ordered; 1 is the goal of the whole
	 * tree.
	 */
	readonly start: number;
	readonly steps: readonly OrderedStep[];
	/** True if a signal ended it: the last steps are missing. */
	readonly stopped: boolean;
}

/**
 * The best order in which to allocate the build's tree while levelling: from the class start, always the path with the
 * highest gain per point next, with every prefix connected. Ascendancy nodes are allocated from the first step on, and
 * all rows use the build's own level and equipment.
 *
 * @throws PobatchError like `searchTree`
 */
export async function orderTree(evaluator: Evaluator, options: OrderOptions = {}): Promise<OrderResult> {
	const { from = 2 } = options;
	if (!Number.isInteger(from) || from < 1 || from > 100)
		throw invalidArgument("a level from 1 to 100", "from", from);
	const { signal } = options;
	const { rows, task, objective } = await prepareSearch(evaluator, {
		...options,
		points: 0,
		respec: 500,
		timeLimitMs: Number.MAX_SAFE_INTEGER,
	});
	const whole = Plan.ofBuild(task);
	rows.remember(whole.key, objective.own);
	const bare = whole.copy();
	for (let i = 0; i < task.graph.size; i++)
		if (bare.mode[i] && bare.canRemove(i) && !task.graph.ascendancy[i]) bare.remove(i);
	const [values] = await rows.values([bare], true);
	const steps: OrderedStep[] = [];
	let spent = 0;
	for await (const step of stepsBetween(task, objective, rows, bare, whole, values as Float64Array)) {
		if (signal?.aborted) break;
		if (step.pool !== "ascendancy") spent += step.points;
		steps.push({ ...step, level: Math.min(100, from - 1 + spent), spent });
	}
	return {
		goal: objective.goal.text,
		notes: objective.goal.notes,
		start: objective.worth(values as Float64Array, 0),
		steps,
		stopped: signal?.aborted === true,
		...evidenceOf(rows),
	};
}
