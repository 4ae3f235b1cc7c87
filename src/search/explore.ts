import { type AnnealOptions, anneal, Shortlist } from "./anneal.js";
import { nodesOfChoices } from "./choices.js";
import { canBeClicked } from "./clicks.js";
import { decideFew } from "./few.js";
import { type Found, scored } from "./found.js";
import { alikeNodes, measure, measureWeaponSets } from "./measure.js";
import { Model } from "./model.js";
import { Moves } from "./moves.js";
import { isBetter, type Objective, type Score } from "./objective.js";
import { Connection, Plan } from "./plan.js";
import { Random } from "./random.js";
import type { Rows } from "./rows.js";
import type { Task } from "./task.js";
import { tidy } from "./tidy.js";

export interface ExploreOptions {
	readonly seed: number;
	/** Evaluator for the first measurement of single nodes, if not the exact rows. */
	readonly screen: Rows | undefined;
	/** Called for each calculated plan that is valid, whether or not it is better. */
	readonly onPlan?: (found: Found) => void;
	readonly onImproved?: (best: Found) => void;
	/** The build's own stats, if they differ from those that the goal is relative to. */
	readonly own?: Float64Array;
	/** Plans to start from, in addition to the build itself. */
	readonly seeds?: readonly Plan[];
	/** What earlier searches of the same build have measured. */
	readonly known?: Model;
	/** True if many good plans are wanted, rather than the best one with as few rows as possible. */
	readonly isBroad?: boolean;
	/** Ends the search before its row limits do. */
	readonly isOver?: () => boolean;
}

interface Way extends Omit<AnnealOptions, "steps" | "most"> {
	readonly from: "best" | "beam";
}

/** Why a search ended. */
export type LimitedBy = "time" | "evaluations" | "signal" | "nothingLeft";

export interface Explored {
	readonly start: Found;
	readonly best: Found;
	readonly limitedBy: LimitedBy;
	readonly model: Model;
	readonly rounds: number;
}

/** Number of best plans that are kept as starting points for annealing. */
const beamWidth = 6;
/** Number of rounds without improvement after which the search gives up. */
const patience = 24;
/**
 * With this few points, or a single exchange, all choices can be examined one by one, if there are no more than this.
 */
const fewPoints = 3;
const mostChoices = 600_000;
/** A round's annealing runs cycle through these settings, from cautious to curious to wild. */
const heats: readonly Way[] = [
	{ heat: 0.001, noise: 0.2, curiosity: 0, from: "best" },
	{ heat: 0.01, noise: 0.6, curiosity: 0, from: "best" },
	{ heat: 0.03, noise: 0.6, curiosity: 0.01, from: "beam" },
];
const annealStepsFor = (points: number) => Math.min(500, 60 + 60 * points);
/** Rows per round that measure single nodes again around the current plan. */
const measuredNodesFor = (points: number) => Math.min(400, 40 + 40 * points);
/** The share of an estimate's error that is corrected by one calculated plan. */
const learningRate = 0.3;

/**
 * The search itself, in rounds: annealing over estimates proposes plans, exact rows decide, and the effects of single
 * nodes are measured again around the best plan. Everything depends only on the seed and on exact numbers, so the same
 * seed and number of evaluations give the same plan on any number of threads.
 */
export async function explore(
	task: Task,
	objective: Objective,
	rows: Rows,
	options: ExploreOptions,
): Promise<Explored> {
	const { own = objective.own } = options;
	const build = Plan.ofBuild(task);
	rows.remember(build.key, own);
	const start = scored(objective, build, own);
	const total = task.budgets.free.reduce((sum, points) => sum + points, 0) + task.budgets.respec;
	const random = new Random(options.seed);
	const model = options.known ?? new Model(task, objective, build);
	const moves = new Moves(task, model, random);
	const connection = new Connection(task);
	const isOver = () => rows.look() !== undefined || options.isOver?.() === true;
	const beam = new Beam(start);
	// Do not use the set of known rows instead: measuring single nodes also makes some plans known.
	const considered = new Set([build.key]);
	let idle = 0;
	let rounds = 0;
	if (total === 0) return { start, best: start, limitedBy: "nothingLeft", model, rounds };

	const decide = async (plans: readonly Plan[]): Promise<readonly Float64Array[]> => {
		const answers = await rows.values(plans);
		const before = beam.best;
		for (const { key } of plans) considered.add(key);
		plans.forEach((plan, i) => {
			const values = answers[i] as Float64Array;
			if (Number.isNaN(values[0])) return;
			const found = scored(objective, plan, values);
			options.onPlan?.(found);
			beam.offer(found);
		});
		if (beam.best !== before) options.onImproved?.(beam.best);
		return answers;
	};

	const calculate = async (plans: readonly Plan[]): Promise<boolean> => {
		const before = beam.best;
		const answers = await decide(plans);
		plans.forEach((plan, i) => {
			const values = answers[i] as Float64Array;
			if (!Number.isNaN(values[0])) model.learn(plan, values, learningRate);
		});
		return beam.best !== before;
	};

	const propose = async (count: number, ways: readonly Way[]): Promise<boolean> => {
		const list = new Shortlist(count, (plan) => considered.has(plan.key));
		const most = Math.max(3, Math.min(20, total));
		for (const { from, ...way } of ways) {
			const { plan } = from === "best" ? beam.best : beam.one(random);
			await anneal(model, moves, random, plan, list, { ...way, steps: annealStepsFor(total), most }, isOver);
		}
		if (isOver()) return false;
		return calculate(
			list.plans.filter((plan) => connection.lost(plan).length === 0 && canBeClicked(task, plan)),
		);
	};

	const answer = async (): Promise<Explored> => {
		const best = await tidy(objective, rows, connection, beam.best);
		return { start, best, limitedBy: rows.ended ?? "nothingLeft", model, rounds };
	};

	const isFew = task.budgets.respec === 0 ? total <= fewPoints : total === 1;
	const few = isFew && !options.isBroad ? await nodesOfChoices(task, mostChoices) : undefined;
	if (few) {
		const alike = alikeNodes(task, few.nodes);
		if (options.known && !options.own) model.moveTo(build, own);
		else await measure(model, options.screen ?? rows, build, own, few.nodes, alike);
		if (options.seeds && options.seeds.length > 0) await decide(options.seeds);
		await decideFew(task, model, {
			alike,
			withAttributes: few.withAttributes,
			best: () => beam.best,
			calculate: decide,
			isOver,
		});
		return answer();
	}

	if (options.known) model.moveTo(build, own);
	else {
		// Nodes are then measured around the best of them.
		if (options.seeds && options.seeds.length > 0) await decide(options.seeds);
		const near = nodesWithin(task, build, total);
		const alike = alikeNodes(task, near);
		let from = 0;
		for (const part of options.screen ? [near.length] : firstParts(near.length)) {
			const nodes = near.slice(from, from + part);
			// Around the best plan so far: the effect of a node next to that plan matters more than its effect without it.
			const { plan, values } = options.screen ? start : beam.best;
			await measure(model, options.screen ?? rows, plan, values, nodes, alike);
			if (from === 0) await measureWeaponSets(model, rows, build, own);
			from += part;
			if (from < near.length && !isOver()) await propose(32, heats.slice(0, 2));
		}
		if (options.screen) model.moveTo(build, own);
	}
	if (options.seeds && options.seeds.length > 0) await calculate(options.seeds);
	const measured = new Set([options.screen ? -1 : build.key]);
	const size = Math.min(96, Math.max(16, 8 * total));
	while (!isOver() && idle < patience) {
		const improved = await propose(size, heats);
		if (isOver()) break;
		idle = improved ? 0 : idle + 1;
		rounds++;
		const anchor = beam.unseen(measured) ?? beam.best;
		if (anchor.plan.key === model.anchorPlan.key && measured.has(anchor.plan.key)) continue;
		measured.add(anchor.plan.key);
		await measure(
			model,
			rows,
			anchor.plan,
			anchor.values,
			promising(task, model, anchor.plan, measuredNodesFor(total)),
		);
	}
	return answer();
}

/** The best plans so far, best first. */
class Beam {
	readonly #found: Found[];

	constructor(start: Found) {
		this.#found = [start];
	}

	get best(): Found {
		return this.#found[0] as Found;
	}

	offer(found: Found): void {
		const list = this.#found;
		const last = list[list.length - 1] as Found;
		if (list.length >= beamWidth && !isBetter(found.score, last.score)) return;
		const same = list.findIndex(({ score }) => isEqual(score, found.score));
		if (same >= 0) {
			if (!isBetter(found.score, (list[same] as Found).score)) return;
			list.splice(same, 1);
		}
		let at = list.length;
		while (at > 0 && isBetter(found.score, (list[at - 1] as Found).score)) at--;
		list.splice(at, 0, found);
		if (list.length > beamWidth) list.pop();
	}

	one(random: Random): Found {
		return this.#found[random.below(this.#found.length)] as Found;
	}

	/** The best plan around which nothing has been measured yet. */
	unseen(measured: ReadonlySet<number>): Found | undefined {
		return this.#found.find(({ plan }) => !measured.has(plan.key));
	}
}

/** For the beam, plans whose worth is bit-identical are the same: they differ only in nodes that have no effect. */
function isEqual(a: Score, b: Score): boolean {
	return a.worth === b.worth && a.lack === b.lack;
}

/** Nodes to measure around a plan: its own changeable nodes, and the most promising ones outside. */
function promising(task: Task, model: Model, plan: Plan, count: number): number[] {
	const { graph } = task;
	const inside: number[] = [];
	const outside: number[] = [];
	let attribute = -1;
	for (let i = 0; i < graph.size; i++) {
		if (graph.attribute[i]) {
			if (attribute < 0 && !plan.mode[i] && task.addable[i]) attribute = i;
		} else if (plan.mode[i]) {
			if (!task.pinned[i] && (!task.mode[i] || task.budgets.respec > 0)) inside.push(i);
		} else if (model.known[i] && task.addable[i]) outside.push(i);
	}
	const { prize } = model;
	outside.sort((a, b) => (prize[b] as number) - (prize[a] as number) || a - b);
	return [
		...(attribute >= 0 ? [attribute] : []),
		...inside,
		...outside.slice(0, Math.max(count / 4, count - inside.length)),
	];
}

/**
 * Sizes of the portions in which nodes are first measured, nearest first, so that there is a result to return early.
 */
function firstParts(count: number): number[] {
	const parts: number[] = [];
	for (let left = count, part = 200; left > 0; left -= part, part *= 2) parts.push(Math.min(part, left));
	return parts;
}

/** Nodes that the given number of points can reach, nearest first, and those of the build that can be given up. */
function nodesWithin(task: Task, plan: Plan, points: number): number[] {
	const { graph } = task;
	const distance = new Int32Array(graph.size).fill(-1);
	const queue: number[] = [];
	const reach = (i: number, at: number) => {
		if ((distance[i] as number) >= 0) return;
		distance[i] = at;
		queue.push(i);
	};
	for (let i = 0; i < graph.size; i++) if (plan.mode[i]) reach(i, 0);
	for (const i of graph.roots) reach(i, 0);
	for (let i = 0; i < graph.size; i++) if (graph.free[i] && task.addable[i]) reach(i, 1);
	for (let next = 0; next < queue.length; next++) {
		const i = queue[next] as number;
		const at = (distance[i] as number) + 1;
		if (at > points) continue;
		for (let e = graph.offsets[i] as number; e < (graph.offsets[i + 1] as number); e++) {
			const to = graph.links[e] as number;
			if (task.addable[to]) reach(to, at);
		}
	}
	const isAsked = (i: number) =>
		plan.mode[i] ? !task.pinned[i] && task.budgets.respec > 0 : task.addable[i] === 1;
	return queue.filter(isAsked);
}
