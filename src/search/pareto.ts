import { invalidArgument } from "../common/errors.js";
import type { Evaluator } from "../rows/evaluator.js";
import type { NodeSetDelta } from "../rows/node-sets.js";
import { explore } from "./explore.js";
import type { Found } from "./found.js";
import type { Model } from "./model.js";
import type { Objective } from "./objective.js";
import type { Plan } from "./plan.js";
import {
	evidenceOf,
	prepareGoal,
	type SearchOptions,
	type SearchProgress,
	type SearchResult,
	setOf,
} from "./search.js";

export interface ParetoOptions extends Omit<SearchOptions, "goal" | "jewels" | "start" | "onProgress"> {
	readonly onProgress?: (progress: ParetoProgress) => void;
	/** Two stats, both to be maximised. */
	readonly of: readonly [string, string];
	/** Maximum number of trees to return, those that lie farthest apart. Default: 24. */
	readonly trees?: number;
}

export interface ParetoProgress extends Omit<SearchProgress, "best" | "set"> {
	/** Trees on the front so far. */
	readonly trees: number;
}

/** A tree on the front: no other tree that was found is at least as good in both stats. */
export interface ParetoTree {
	readonly stats: Readonly<Record<string, number>>;
	/** Points spent minus points refunded, and points refunded. */
	readonly points: number;
	readonly respec: number;
	/** True for the unmodified build. */
	readonly isBuild: boolean;
	readonly set: NodeSetDelta;
}

export interface ParetoResult
	extends Pick<
		SearchResult,
		"before" | "evaluations" | "cached" | "memoized" | "failed" | "elapsedMs" | "limitedBy" | "seed"
	> {
	readonly of: readonly [string, string];
	/** From the highest of the first stat to the highest of the second. */
	readonly front: readonly ParetoTree[];
}

/** The weight of the first stat in each search, in order: the extremes first, then in between. */
const weights = [1, 0, 0.5, 0.75, 0.25, 0.875, 0.625, 0.375, 0.125];

/**
 * The trade-off front between two stats: successive searches with different weights, which share their rows and start
 * from each other's trees. The limits apply to all of them together.
 *
 * @throws PobatchError like `searchTree`
 */
export async function searchPareto(evaluator: Evaluator, options: ParetoOptions): Promise<ParetoResult> {
	const { of, trees = 24, seed = 1, onProgress, ...search } = options;
	if (!Array.isArray(of) || of.length !== 2 || of[0] === of[1] || of.some((stat) => typeof stat !== "string"))
		throw invalidArgument("two different stats", "of", of);
	if (!Number.isInteger(trees) || trees < 2)
		throw invalidArgument("an integer of at least 2", "trees", trees);
	const [first, second] = of;
	const goalOf = (weight: number) => `${first} ** ${weight} * ${second} ** ${1 - weight}`;
	const prepared = await prepareGoal(evaluator, { ...search, seed }, goalOf(0.5));
	const { rows, task, screen } = prepared;
	const archive = new Front();
	const lackAtStart = prepared.objective.lack(prepared.objective.own, 0);
	rows.onBatch = () =>
		onProgress?.({
			trees: archive.found.length,
			evaluations: rows.evidence.evaluations,
			rowsPerSecond: rows.evidence.evaluations / (rows.elapsedMs / 1000),
			elapsedMs: rows.elapsedMs,
			leftMs: rows.leftMs,
			used: rows.used,
		});
	let model: Model | undefined;
	let limitedBy: SearchResult["limitedBy"] = "nothingLeft";
	for (const [turn, weight] of weights.entries()) {
		if (rows.look() !== undefined) break;
		const objective = prepared.objectiveOf(goalOf(weight));
		// The initial measurements serve all searches, so the first one gets extra time for them.
		const share = rows.used + (1 - rows.used) / (weights.length - turn) + (turn === 0 ? 0.1 : 0);
		const explored = await explore(task, objective, rows, {
			seed: seed + turn,
			screen,
			isBroad: true,
			isOver: () => rows.used >= share,
			seeds: archive.plans(),
			...(model && { known: model.for(objective) }),
			onPlan: (found) => {
				if (found.score.lack <= lackAtStart) archive.offer(found);
			},
		});
		archive.offer(explored.start);
		model = explored.model;
		limitedBy = rows.ended ?? limitedBy;
	}
	const front = spread(archive.found, trees);
	return {
		of: [first, second],
		before: statsOf(prepared.objective, prepared.objective.own),
		front: front.map(({ plan, values }) => ({
			stats: statsOf(prepared.objective, values),
			points: plan.spent.reduce((sum, points) => sum + Math.max(0, points), 0),
			respec: plan.respecs,
			isBuild: plan.key === 0,
			set: setOf(task, plan),
		})),
		limitedBy,
		...evidenceOf(rows),
		seed,
	};
}

function statsOf({ stats }: Objective, values: Float64Array): Record<string, number> {
	return Object.fromEntries(stats.map((stat, s) => [stat, values[s] as number]));
}

/** Plans none of which is dominated by another in the first two stats. */
class Front {
	found: Found[] = [];

	offer(one: Found): void {
		const [a, b] = one.values as unknown as [number, number];
		if (this.found.some(({ values }) => (values[0] as number) >= a && (values[1] as number) >= b)) return;
		this.found = this.found.filter(
			({ values }) => !(a >= (values[0] as number) && b >= (values[1] as number)),
		);
		this.found.push(one);
		this.found.sort((x, y) => (y.values[0] as number) - (x.values[0] as number));
	}

	plans(): Plan[] {
		return this.found.map(({ plan }) => plan);
	}
}

/** The two ends and, between them, the plans whose neighbours are farthest apart. */
function spread(found: readonly Found[], count: number): Found[] {
	const list = [...found];
	const gap = (i: number) => {
		const [before, after] = [list[i - 1] as Found, list[i + 1] as Found];
		const share = (s: number) =>
			Math.abs((before.values[s] as number) - (after.values[s] as number)) /
			Math.max(Math.abs((list[i] as Found).values[s] as number), 1e-12);
		return share(0) + share(1);
	};
	while (list.length > count) {
		let least = 1;
		for (let i = 2; i < list.length - 1; i++) if (gap(i) < gap(least)) least = i;
		list.splice(least, 1);
	}
	return list;
}
