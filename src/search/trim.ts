import type { Evaluator } from "../rows/evaluator.js";
import { Connection, Plan } from "./plan.js";
import { evidenceOf, prepareSearch, type SearchOptions, type SearchResult } from "./search.js";

export type TrimOptions = Pick<
	SearchOptions,
	"goal" | "keep" | "floors" | "requirements" | "rowTimeoutMs" | "signal" | "timeLimitMs" | "maxEvaluations"
>;

/** A node, or a whole branch, and what giving it up costs. */
export interface Trimmed {
	/** The node that is given up. */
	readonly id: number;
	readonly name: string;
	readonly type: string;
	/** The node and everything that depends on it. */
	readonly nodes: readonly number[];
	/** Points that it frees. */
	readonly points: number;
	/** What the goal loses; negative if it gains. */
	readonly loss: number;
	/** `loss` per point. */
	readonly lossPerPoint: number;
	/** Limits that are then violated. */
	readonly missed: readonly string[];
	readonly stats: Readonly<Record<string, number>>;
}

export interface TrimResult
	extends Pick<SearchResult, "before" | "evaluations" | "cached" | "memoized" | "failed" | "elapsedMs"> {
	readonly goal: SearchResult["goal"]["text"];
	readonly notes: readonly string[];
	/** The goal of the build itself. */
	readonly worth: number;
	/** The lowest worth per point first; ties: the larger branch first. */
	readonly nodes: readonly Trimmed[];
	/** True if a signal or a limit ended it: some nodes are missing. */
	readonly stopped: boolean;
}

/**
 * The allocated nodes that are worth least: each node that can be given up, with everything that depends on it, and
 * what the goal loses by that.
 *
 * @throws PobatchError like `searchTree`
 */
export async function trimTree(evaluator: Evaluator, options: TrimOptions = {}): Promise<TrimResult> {
	const { rows, task, objective } = await prepareSearch(evaluator, { ...options, points: 0, respec: 500 });
	const build = Plan.ofBuild(task);
	rows.remember(build.key, objective.own);
	const connection = new Connection(task);
	const { graph } = task;
	const branches: { i: number; nodes: number[]; plan: Plan }[] = [];
	for (let i = 0; i < graph.size; i++) {
		if (!build.mode[i] || !build.canRemove(i)) continue;
		const plan = build.copy();
		plan.remove(i);
		const hanging = connection.lost(plan);
		if (!hanging.every((other) => build.canRemove(other))) continue;
		for (const other of hanging) plan.remove(other);
		branches.push({ i, nodes: [i, ...hanging], plan });
	}
	const answers = await rows.values(branches.map(({ plan }) => plan));
	const worth = objective.worth(objective.own, 0);
	const nodes: Trimmed[] = [];
	branches.forEach(({ i, nodes: given }, k) => {
		const values = answers[k] as Float64Array;
		if (Number.isNaN(values[0])) return;
		const points = given.reduce((sum, other) => sum + (graph.cost[other] as number), 0);
		const { id, name, type } = graph.tree.node(graph.ids[i] as number);
		const loss = worth - objective.worth(values, 0);
		nodes.push({
			id,
			name,
			type,
			nodes: given.map((other) => graph.ids[other] as number),
			points,
			loss,
			lossPerPoint: loss / Math.max(1, points),
			missed: objective.missed(values, 0),
			stats: Object.fromEntries(objective.stats.map((stat, s) => [stat, values[s] as number])),
		});
	});
	nodes.sort((a, b) => a.lossPerPoint - b.lossPerPoint || b.points - a.points || a.id - b.id);
	return {
		goal: objective.goal.text,
		notes: objective.goal.notes,
		worth,
		before: Object.fromEntries(objective.stats.map((stat, s) => [stat, objective.own[s] as number])),
		nodes,
		stopped: rows.ended !== undefined,
		...evidenceOf(rows),
	};
}
