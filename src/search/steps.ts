import type { AttributeName } from "../rows/node-sets.js";
import { type Click, Clicker, nextClicks } from "./clicks.js";
import { type Pool, pools } from "./graph.js";
import { changesAlong, type JewelMove, type Jewels } from "./jewels.js";
import type { Objective } from "./objective.js";
import { Plan } from "./plan.js";
import type { Rows } from "./rows.js";
import type { Task } from "./task.js";

/** A node of a step, with the choices that it gets. */
export interface StepNode {
	readonly id: number;
	readonly name: string;
	readonly attribute?: AttributeName;
	readonly weaponSet?: 1 | 2;
}

/** One click in Path of Building, and its effect. */
export interface SearchStep {
	readonly action: "add" | "remove" | "attribute" | "jewel";
	/** The node to click; for a jewel, the socket that it moves to. */
	readonly target: number;
	/** For a jewel, the socket that it comes from. */
	readonly from?: number;
	/** The node's name, or the jewel's. */
	readonly name: string;
	readonly type: string;
	/** All nodes that change with the click. */
	readonly nodes: readonly StepNode[];
	/** Points spent (positive) or refunded (negative). */
	readonly points: number;
	readonly pool: Pool;
	/** The goal after this step minus the goal before it. For relative goals, 1 is the goal of the build itself. */
	readonly gain: number;
	/** The goal after this step. */
	readonly goal: number;
	/** The stats that goal and limits read, after this step. */
	readonly stats: Readonly<Record<string, number>>;
}

const attributes = ["Str", "Dex", "Int"] as const;
/** Number of clicks that are compared for each position in the order. */
const compared = 4;

/**
 * The steps to a plan, click by click: the highest gain per point first, every prefix connected and paid for, free
 * points before refunded ones. All numbers come from exact rows.
 */
export async function stepsTo(
	task: Task,
	objective: Objective,
	rows: Rows,
	plan: Plan,
): Promise<SearchStep[]> {
	const steps: SearchStep[] = [];
	const build = Plan.ofBuild(task);
	for await (const step of stepsBetween(task, objective, rows, build, plan, objective.own)) steps.push(step);
	return steps;
}

/** The same between any two plans; the stats given are those of the first one. */
export async function* stepsBetween(
	task: Task,
	objective: Objective,
	rows: Rows,
	from: Plan,
	plan: Plan,
	values: Float64Array,
): AsyncGenerator<SearchStep> {
	const clicker = new Clicker(task, from, plan);
	/** The gain per point of a click when it was last calculated, by target. */
	const gains = new Map<number, number>();
	let worth = objective.worth(values, 0);
	while (!clicker.isDone) {
		const clicks = nextClicks(clicker);
		if (clicks.length === 0) break;
		const each = ({ target }: Click) => gains.get(target) ?? Number.POSITIVE_INFINITY;
		const sorted = [...clicks].sort((a, b) =>
			each(a) === each(b) ? a.target - b.target : each(b) - each(a),
		);
		// First all of them, later those that were best when last calculated.
		const known = sorted.filter(({ target }) => gains.has(target)).slice(0, compared);
		const tried = [...sorted.filter(({ target }) => !gains.has(target)), ...known];
		const plans = tried.map((click) => clicker.with(click));
		const answers = await rows.values(plans, true);
		tried.forEach((click, i) => {
			const after = objective.worth(answers[i] as Float64Array, 0);
			gains.set(click.target, (after - worth) / Math.max(1, click.nodes.length));
		});
		const byGain = tried
			.map((_, i) => i)
			.sort((a, b) => each(tried[b] as Click) - each(tried[a] as Click) || 0);
		// The click with the highest gain may use up the points that an exchange needs first.
		const best = byGain.find((i) => leadsOn(clicker, tried[i] as Click)) ?? (byGain[0] as number);
		const click = tried[best] as Click;
		const reached = answers[best] as Float64Array;
		const after = objective.worth(reached, 0);
		yield stepOf(task, plan, clicker.now, click, after - worth, after, objective, reached);
		clicker.apply(click);
		worth = after;
	}
}

/** Whether the remaining steps are still possible after a click. */
function leadsOn(clicker: Clicker, click: Click): boolean {
	const before = clicker.now.copy();
	clicker.apply(click);
	const canFinish = clicker.canFinish();
	clicker.now.assign(before);
	return canFinish;
}

/** Jewels are moved after all nodes of the plan are allocated, so that each one has its socket. */
export async function jewelSteps(
	task: Task,
	objective: Objective,
	rows: Rows,
	plan: Plan,
	jewels: Jewels,
	moves: readonly JewelMove[],
	before: readonly SearchStep[],
): Promise<SearchStep[]> {
	const steps: SearchStep[] = [];
	let worth = before[before.length - 1]?.goal ?? objective.worth(objective.own, 0);
	for (const [k, change] of changesAlong(jewels, moves).entries()) {
		const { name, from, to } = moves[k] as JewelMove;
		const [values] = await rows.of(jewels.with(change)).values([plan], true);
		const goal = objective.worth(values as Float64Array, 0);
		steps.push({
			action: "jewel",
			target: to,
			from,
			name,
			type: task.graph.tree.node(to).type,
			nodes: [],
			points: 0,
			pool: "normal",
			gain: goal - worth,
			goal,
			stats: Object.fromEntries(
				objective.stats.map((stat, s) => [stat, (values as Float64Array)[s] as number]),
			),
		});
		worth = goal;
	}
	return steps;
}

function stepOf(
	task: Task,
	plan: Plan,
	now: Plan,
	{ action, target, nodes }: Click,
	gain: number,
	goal: number,
	objective: Objective,
	values: Float64Array,
): SearchStep {
	const { graph } = task;
	const node = graph.tree.node(graph.ids[target] as number);
	const mode = (action === "remove" ? now.mode[target] : plan.mode[target]) as number;
	const cost = nodes.reduce((sum, i) => sum + (graph.cost[i] as number), 0);
	return {
		action,
		target: node.id,
		name: node.name,
		type: node.type,
		nodes: nodes.map((i) => stepNode(task, action === "remove" ? now : plan, i)),
		points: action === "add" ? cost : action === "remove" ? -cost : 0,
		pool: pools[graph.ascendancy[target] ? 3 : mode - 1] as Pool,
		gain,
		goal,
		stats: Object.fromEntries(objective.stats.map((stat, s) => [stat, values[s] as number])),
	};
}

function stepNode({ graph }: Task, plan: Plan, i: number): StepNode {
	const { id, name } = graph.tree.node(graph.ids[i] as number);
	const attribute = attributes[(plan.attribute[i] as number) - 1];
	const weaponSet = (plan.mode[i] as number) - 1;
	return {
		id,
		name,
		...(attribute !== undefined && { attribute }),
		...((weaponSet === 1 || weaponSet === 2) && { weaponSet }),
	};
}
