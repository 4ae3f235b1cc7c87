import { nodeWord } from "../rows/node-sets.js";
import { ascendancyPool } from "./graph.js";
import type { Task } from "./task.js";

/**
 * One candidate: the nodes of a build with some given up and some added, and what that costs. Mutable; a
 * {@link Connection} checks whether it is connected.
 */
export class Plan {
	readonly task: Task;
	/** 0: not allocated, otherwise 1 + the weapon set. */
	readonly mode: Uint8Array;
	readonly attribute: Uint8Array;
	/** Points added minus points refunded, by pool. */
	readonly spent: Int32Array;
	/** Number of the build's own nodes that are given up or have another attribute. */
	respecs: number;
	/** Hash of all nodes with their choices, independent of order: plans with the same nodes have the same key. */
	key: number;
	#low: number;
	#high: number;

	private constructor(task: Task, from: Pick<Plan, "mode" | "attribute" | "spent" | "respecs">) {
		this.task = task;
		this.mode = from.mode.slice();
		this.attribute = from.attribute.slice();
		this.spent = from.spent.slice();
		this.respecs = from.respecs;
		this.#low = 0;
		this.#high = 0;
		this.key = 0;
	}

	/** The unmodified build. */
	static ofBuild(task: Task): Plan {
		return new Plan(task, { ...task, spent: new Int32Array(4), respecs: 0 });
	}

	copy(): Plan {
		const plan = new Plan(this.task, this);
		plan.#low = this.#low;
		plan.#high = this.#high;
		plan.key = this.key;
		return plan;
	}

	/** Copies the nodes of the other plan. */
	assign(other: Plan): void {
		this.mode.set(other.mode);
		this.attribute.set(other.attribute);
		this.spent.set(other.spent);
		this.respecs = other.respecs;
		this.#low = other.#low;
		this.#high = other.#high;
		this.key = other.key;
	}

	/** Points left in a pool. */
	left(pool: number): number {
		return (this.task.budgets.free[pool] as number) - (this.spent[pool] as number);
	}

	/** Points spent and refunded, over all pools. Of equally good plans, the one with the lower cost is better. */
	get cost(): number {
		let sum = 2 * this.respecs;
		for (const points of this.spent) sum += points;
		return sum;
	}

	get respecsLeft(): number {
		return this.task.budgets.respec - this.respecs;
	}

	/** Whether a node of the plan can be given up within the budget. */
	canRemove(i: number): boolean {
		const { task } = this;
		if (!this.mode[i] || task.pinned[i]) return false;
		const isOwn = this.mode[i] === task.mode[i] && this.attribute[i] === task.attribute[i];
		if (!isOwn) return true;
		// Some nodes cost nothing, but without a respec budget nothing is given up.
		return task.budgets.respec > 0 && this.respecsLeft >= (task.graph.cost[i] as number);
	}

	/** Allocates a node that the plan does not have. */
	add(i: number, mode: number, attribute: number): void {
		const { task } = this;
		this.mode[i] = mode;
		this.attribute[i] = attribute;
		const cost = task.graph.cost[i] as number;
		this.#count(this.#pool(i, mode), cost);
		if (task.mode[i] === mode && task.attribute[i] === attribute) this.respecs -= cost;
		this.#mark(i, mode, attribute);
	}

	remove(i: number): void {
		const { task } = this;
		const mode = this.mode[i] as number;
		const attribute = this.attribute[i] as number;
		this.mode[i] = 0;
		this.attribute[i] = 0;
		const cost = task.graph.cost[i] as number;
		this.#count(this.#pool(i, mode), -cost);
		if (task.mode[i] === mode && task.attribute[i] === attribute) this.respecs += cost;
		this.#mark(i, mode, attribute);
	}

	/** The pool that a node's point comes from. */
	#pool(i: number, mode: number): number {
		return this.task.graph.ascendancy[i] ? ascendancyPool : mode - 1;
	}

	#count(pool: number, points: number): void {
		this.spent[pool] = (this.spent[pool] as number) + points;
	}

	#mark(i: number, mode: number, attribute: number): void {
		const word = (i << 5) | (mode << 2) | attribute;
		this.#low ^= mix(word, 0x9e3779b9);
		this.#high ^= mix(word, 0x7f4a7c15);
		// 53 bits: as many as a double holds exactly.
		this.key = (this.#low >>> 0) + (this.#high >>> 11) * 2 ** 32;
	}

	/** All nodes as words of a full node set, in id order. */
	words(): number[] {
		const { ids } = this.task.graph;
		const words: number[] = [];
		for (let i = 0; i < ids.length; i++) {
			const mode = this.mode[i];
			if (mode) words.push(nodeWord(ids[i] as number, this.attribute[i], mode - 1));
		}
		return words;
	}
}

/** The finaliser of MurmurHash3: every input bit affects every output bit. */
function mix(word: number, seed: number): number {
	let hash = Math.imul(word ^ seed, 0x85ebca6b);
	hash ^= hash >>> 13;
	hash = Math.imul(hash, 0xc2b2ae35);
	hash ^= hash >>> 16;
	return Math.imul(hash ^ (seed >>> 5), 0x27d4eb2f) ^ (hash >>> 15);
}

/** Determines which nodes of a plan are connected to a start. One instance is reused for many plans. */
export class Connection {
	readonly #task: Task;
	readonly #reached: Uint8Array;
	readonly #queue: Int32Array;

	constructor(task: Task) {
		this.#task = task;
		this.#reached = new Uint8Array(task.graph.size);
		this.#queue = new Int32Array(task.graph.size);
	}

	/** Allocated nodes that are not connected to a start and not exempt from that rule, as graph indexes. */
	lost(plan: Plan): number[] {
		const { graph } = this.#task;
		const reached = this.reached(plan);
		const lost: number[] = [];
		for (let i = 0; i < reached.length; i++)
			if (plan.mode[i] && !reached[i] && !graph.free[i] && graph.usable[i]) lost.push(i);
		return lost;
	}

	/** By node: 1 if it is connected to a start. Overwritten by the next call. */
	reached(plan: Plan): Uint8Array {
		const { graph } = this.#task;
		const reached = this.#reached.fill(0);
		const queue = this.#queue;
		let end = 0;
		for (const root of graph.roots) {
			reached[root] = 1;
			queue[end++] = root;
		}
		for (let begin = 0; begin < end; begin++) {
			const from = queue[begin] as number;
			const fromMode = plan.mode[from] || 1;
			for (let e = graph.offsets[from] as number; e < (graph.offsets[from + 1] as number); e++) {
				const to = graph.links[e] as number;
				const mode = plan.mode[to];
				// A normal node, or one of the other weapon set, cannot be reached through a node of a weapon set.
				if (!mode || reached[to] || (fromMode !== 1 && fromMode !== mode)) continue;
				reached[to] = 1;
				queue[end++] = to;
			}
		}
		return reached;
	}
}
