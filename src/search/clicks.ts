import { Connection, Plan } from "./plan.js";
import type { Task } from "./task.js";

/**
 * One click: nodes that are allocated, given up, or given another attribute together. Nodes are indexes into the graph.
 */
export interface Click {
	readonly action: "add" | "remove" | "attribute";
	/** The node that is clicked. */
	readonly target: number;
	/** In walking order: the target comes last if they are added, first if they are given up. */
	readonly nodes: readonly number[];
}

/** Replays the way from a build to a plan click by click: what can be clicked next, and what state that leads to. */
export class Clicker {
	/** The plan so far. */
	readonly now: Plan;
	readonly #task: Task;
	readonly #goal: Plan;
	readonly #connection: Connection;

	constructor(task: Task, from: Plan, goal: Plan) {
		this.#task = task;
		this.#goal = goal;
		this.now = from.copy();
		this.#connection = new Connection(task);
	}

	get isDone(): boolean {
		return this.now.key === this.#goal.key;
	}

	/** Attributes that can be changed in place. */
	attributes(): Click[] {
		const clicks: Click[] = [];
		for (let i = 0; i < this.now.mode.length; i++) {
			const same = this.now.mode[i] && this.now.mode[i] === this.#goal.mode[i];
			if (same && this.now.attribute[i] !== this.#goal.attribute[i])
				clicks.push({ action: "attribute", target: i, nodes: [i] });
		}
		return clicks;
	}

	/**
	 * Paths that can be added with the remaining points: to each notable, keystone, socket and end of a branch, provided
	 * that no other of these lies on the way.
	 */
	additions(): Click[] {
		const { graph } = this.#task;
		const { now } = this;
		const before = new Int32Array(graph.size).fill(-2);
		const length = new Int32Array(graph.size);
		const queue: number[] = [];
		const isMissing = (i: number) => this.#goal.mode[i] && !now.mode[i];
		const reached = this.#connection.reached(now);
		const reach = (i: number, from: number) => {
			if (before[i] !== -2 || !isMissing(i)) return;
			const mode = this.#goal.mode[i] as number;
			const fromMode = from < 0 ? 1 : (this.#goal.mode[from] ?? 1);
			if (fromMode !== 1 && fromMode !== mode) return;
			before[i] = from;
			length[i] = (from < 0 ? 0 : (length[from] as number)) + 1;
			queue.push(i);
		};
		for (let i = 0; i < graph.size; i++) {
			const isRoot = graph.roots.includes(i);
			if (!(reached[i] && (now.mode[i] || isRoot))) continue;
			for (let e = graph.offsets[i] as number; e < (graph.offsets[i + 1] as number); e++) {
				const to = graph.links[e] as number;
				const own = now.mode[i] || 1;
				if (own === 1 || own === this.#goal.mode[to]) reach(to, -1);
			}
		}
		for (let i = 0; i < graph.size; i++) if (graph.free[i]) reach(i, -1);
		const clicks: Click[] = [];
		for (let k = 0; k < queue.length; k++) {
			const i = queue[k] as number;
			let goesOn = false;
			for (let e = graph.offsets[i] as number; e < (graph.offsets[i + 1] as number); e++) {
				const to = graph.links[e] as number;
				if (before[to] === -2 && isMissing(to)) goesOn = true;
			}
			const type = graph.tree.nodes[i]?.type;
			const isTarget = type === "notable" || type === "keystone" || type === "jewelSocket" || !goesOn;
			if (!isTarget) {
				for (let e = graph.offsets[i] as number; e < (graph.offsets[i + 1] as number); e++)
					reach(graph.links[e] as number, i);
				continue;
			}
			const nodes: number[] = [];
			for (let at = i; at >= 0; at = before[at] as number) nodes.push(at);
			nodes.reverse();
			if (this.#fits(nodes)) clicks.push({ action: "add", target: i, nodes });
		}
		return clicks;
	}

	/** Single nodes that can be added, for when no complete path fits. */
	singleAdditions(): Click[] {
		const { graph } = this.#task;
		const reached = this.#connection.reached(this.now);
		const clicks: Click[] = [];
		for (let i = 0; i < graph.size; i++) {
			if (!this.#goal.mode[i] || this.now.mode[i]) continue;
			let touches = graph.free[i] === 1;
			for (let e = graph.offsets[i] as number; e < (graph.offsets[i + 1] as number); e++) {
				const other = graph.links[e] as number;
				const own = this.now.mode[other] || (graph.roots.includes(other) ? 1 : 0);
				if (reached[other] && own && (own === 1 || own === this.#goal.mode[i])) touches = true;
			}
			if (touches && this.#fits([i])) clicks.push({ action: "add", target: i, nodes: [i] });
		}
		return clicks;
	}

	/**
	 * Nodes that can be given up, each with everything that depends on it, if all of that is to go; only the largest such
	 * branches.
	 */
	removals(): Click[] {
		const { graph } = this.#task;
		const gone: number[] = [];
		for (let i = 0; i < graph.size; i++) {
			const stays = this.#goal.mode[i] === this.now.mode[i];
			if (this.now.mode[i] && !stays) gone.push(i);
		}
		const clicks: Click[] = [];
		for (const i of gone) {
			const rest = this.now.copy();
			rest.remove(i);
			const hanging = this.#connection.lost(rest);
			if (hanging.every((other) => this.#goal.mode[other] !== this.now.mode[other]))
				clicks.push({ action: "remove", target: i, nodes: [i, ...hanging] });
		}
		const inner = new Set(clicks.flatMap(({ nodes }) => nodes.slice(1)));
		return clicks.filter(({ target }) => !inner.has(target));
	}

	apply({ action, nodes }: Click): void {
		for (const i of nodes) {
			if (action !== "add") this.now.remove(i);
			if (action !== "remove")
				this.now.add(i, this.#goal.mode[i] as number, this.#goal.attribute[i] as number);
		}
	}

	/** The plan after one more click. */
	with(click: Click): Plan {
		const before = this.now.copy();
		this.apply(click);
		const after = this.now.copy();
		this.now.assign(before);
		return after;
	}

	/** Whether a sequence of clicks leads from here to the plan. There may be one even if this does not find it. */
	canFinish(): boolean {
		// Without refunds, adding nodes outwards always works.
		if (this.#goal.respecs === 0) return true;
		const before = this.now.copy();
		while (!this.isDone) {
			const [click] = nextClicks(this);
			if (!click) break;
			this.apply(click);
		}
		const { isDone } = this;
		this.now.assign(before);
		return isDone;
	}

	#fits(nodes: readonly number[]): boolean {
		const { graph } = this.#task;
		const need = new Int32Array(4);
		for (const i of nodes) {
			const pool = graph.ascendancy[i] ? 3 : (this.#goal.mode[i] as number) - 1;
			need[pool] = (need[pool] as number) + (graph.cost[i] as number);
		}
		return need.every((points, pool) => points <= 0 || points <= this.now.left(pool));
	}
}

/** Whether a plan can be reached by a sequence of clicks in which every prefix is connected and paid for. */
export function canBeClicked(task: Task, plan: Plan): boolean {
	return new Clicker(task, Plan.ofBuild(task), plan).canFinish();
}

/**
 * The candidates for the next click, all of one kind: additions as long as points last, otherwise nodes that have to
 * go.
 */
export function nextClicks(clicker: Clicker): readonly Click[] {
	for (const list of [
		() => clicker.additions(),
		() => clicker.attributes(),
		() => clicker.removals(),
		() => clicker.singleAdditions(),
	]) {
		const clicks = list();
		if (clicks.length > 0) return clicks;
	}
	return [];
}
