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
	/** Where gains of single nodes are first measured, if not with the exact rows. */
	readonly screen: Rows | undefined;
	/** Called for each plan that was calculated and is valid, better or not. */
	readonly onPlan?: (found: Found) => void;
	readonly onImproved?: (best: Found) => void;
	/** The build's own stats, where they are not those that the goal is relative to. */
	readonly own?: Float64Array;
	/** Plans to begin with besides the build itself. */
	readonly seeds?: readonly Plan[];
	/** What earlier searches of the same build measured. */
	readonly known?: Model;
	/** True: many good plans are wanted, rather than the best one for as few rows as possible. */
	readonly isBroad?: boolean;
	/** Ends it before the limits of its rows do. */
	readonly isOver?: () => boolean;
}

interface Way extends Omit<AnnealOptions, "steps" | "most"> {
	readonly from: "best" | "beam";
}

/** Why a search came to an end. */
export type LimitedBy = "time" | "evaluations" | "signal" | "nothingLeft";

export interface Explored {
	readonly start: Found;
	readonly best: Found;
	readonly limitedBy: LimitedBy;
	readonly model: Model;
	readonly rounds: number;
}

/** Best plans that are kept, from which the annealing begins anew. */
const beamWidth = 6;
/** Rounds without anything better after which nothing more is expected. */
const patience = 24;
/** With so few points, or one exchange, all choices can be looked at one by one, if they are no more than that. */
const fewPoints = 3;
const mostChoices = 600_000;
/** Annealing steps of a round begin as careful, curious and wild as these. */
const heats: readonly Way[] = [
	{ heat: 0.001, noise: 0.2, curiosity: 0, from: "best" },
	{ heat: 0.01, noise: 0.6, curiosity: 0, from: "best" },
	{ heat: 0.03, noise: 0.6, curiosity: 0.01, from: "beam" },
];
const annealStepsFor = (points: number) => Math.min(500, 60 + 60 * points);
/** Rows of a round that measure single nodes anew around the plan at hand. */
const measuredNodesFor = (points: number) => Math.min(400, 40 + 40 * points);
/** How much of an estimate's error a calculated plan corrects. */
const learningRate = 0.3;

/**
 * The search itself, in rounds: estimates propose plans (annealing), exact rows decide, and what single nodes do is
 * measured anew around the best plan. Everything depends on the seed and on exact numbers alone, so the same seed and
 * count of evaluations give the same plan on any number of threads.
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
	// Not those whose rows are known: measuring single nodes makes some of them known, too.
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
		const near = nodesWithin(task, build, total);
		const alike = alikeNodes(task, near);
		let from = 0;
		for (const part of options.screen ? [near.length] : firstParts(near.length)) {
			const nodes = near.slice(from, from + part);
			// Around the best plan so far: what nodes do beside it counts more than what they do without.
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

/** The best plans so far, the best first. */
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

	/** The best one around which nothing was measured yet. */
	unseen(measured: ReadonlySet<number>): Found | undefined {
		return this.#found.find(({ plan }) => !measured.has(plan.key));
	}
}

/** Plans that are worth the same to the last bit are one, for the beam: they differ in nodes that do nothing. */
function isEqual(a: Score, b: Score): boolean {
	return a.worth === b.worth && a.lack === b.lack;
}

/** Nodes to measure around a plan: its own that can change, and those outside that look best. */
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

/** Nodes are first measured in parts, the nearest first, so that there is something to answer early. */
function firstParts(count: number): number[] {
	const parts: number[] = [];
	for (let left = count, part = 200; left > 0; left -= part, part *= 2) parts.push(Math.min(part, left));
	return parts;
}

/** Nodes that so many points reach, the nearest first, and those of the build that can be given up. */
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
