import { rivalOf } from "./measure.js";
import type { Model } from "./model.js";
import { Connection, type Plan } from "./plan.js";
import type { Random } from "./random.js";
import type { Task } from "./task.js";

/**
 * The moves of a search, applied to a plan and its estimated stats (`sum`) together: giving nodes up and adding paths.
 * They keep a plan connected and within its budgets. One instance is reused for many plans.
 */
export class Moves {
	readonly #task: Task;
	readonly #model: Model;
	readonly #random: Random;
	readonly #connection: Connection;
	// State of the path search, by node. Entries whose stamp is not that of the current walk are stale.
	readonly #stamp: Int32Array;
	readonly #distance: Int32Array;
	readonly #gain: Float64Array;
	readonly #before: Int32Array;
	readonly #hasFree: boolean;
	/** How much a node may be worth beyond its estimate: some nodes are valuable only in combination with others. */
	curiosity = 0;
	#walk = 0;
	/** Salt that selects the nodes that are overrated out of curiosity. */
	#whim = 0;

	constructor(task: Task, model: Model, random: Random) {
		const { size, free } = task.graph;
		this.#task = task;
		this.#hasFree = free.includes(1);
		this.#model = model;
		this.#random = random;
		this.#connection = new Connection(task);
		this.#stamp = new Int32Array(size);
		this.#distance = new Int32Array(size);
		this.#gain = new Float64Array(size);
		this.#before = new Int32Array(size);
	}

	add(plan: Plan, sum: Float64Array, i: number, mode: number): void {
		const task = this.#task;
		const isOwn = task.mode[i] === mode;
		const attribute = isOwn ? (task.attribute[i] as number) : this.#model.attributeFor(i, mode, sum);
		plan.add(i, mode, attribute);
		this.#model.apply(sum, i, mode, attribute, 1);
	}

	remove(plan: Plan, sum: Float64Array, i: number): void {
		this.#model.apply(sum, i, plan.mode[i] as number, plan.attribute[i] as number, -1);
		plan.remove(i);
	}

	/**
	 * Gives up about `count` nodes that are connected or are worth least. Returns false if the budget does not allow it.
	 */
	giveUp(plan: Plan, sum: Float64Array, count: number): boolean {
		const candidates: number[] = [];
		for (let i = 0; i < plan.mode.length; i++) if (plan.mode[i] && plan.canRemove(i)) candidates.push(i);
		if (candidates.length === 0) return false;
		const kind = this.#random.next();
		if (kind < 0.4) this.#around(plan, sum, this.#one(candidates), count);
		else if (kind < 0.7) this.#chain(plan, sum, this.#leaf(plan, candidates, 1), count);
		else if (kind < 0.9) this.#chain(plan, sum, this.#leaf(plan, candidates, 4), count);
		else {
			this.#around(plan, sum, this.#one(candidates), Math.ceil(count / 2));
			const other = this.#one(candidates);
			if (plan.mode[other] && plan.canRemove(other)) this.#around(plan, sum, other, Math.ceil(count / 2));
		}
		return this.#dropLost(plan, sum);
	}

	/** Changes the attribute of one of the plan's attribute nodes. Returns false if there is none that may change. */
	changeAttribute(plan: Plan, sum: Float64Array): boolean {
		const { graph, pinned } = this.#task;
		const candidates: number[] = [];
		for (let i = 0; i < plan.mode.length; i++)
			if (plan.mode[i] && graph.attribute[i] && !pinned[i] && plan.canRemove(i)) candidates.push(i);
		if (candidates.length === 0) return false;
		const i = this.#one(candidates);
		const mode = plan.mode[i] as number;
		const attribute = 1 + this.#random.below(3);
		this.remove(plan, sum, i);
		plan.add(i, mode, attribute);
		this.#model.apply(sum, i, mode, attribute, 1);
		return true;
	}

	/** Also removes nodes that no start leads to any more. */
	#dropLost(plan: Plan, sum: Float64Array): boolean {
		for (const i of this.#connection.lost(plan)) {
			if (!plan.canRemove(i)) return false;
			this.remove(plan, sum, i);
		}
		return true;
	}

	/** Removes added nodes at the ends of branches if they are worth nothing. */
	prune(plan: Plan, sum: Float64Array): void {
		const { graph, mode } = this.#task;
		for (let found = true; found; ) {
			found = false;
			for (let i = 0; i < plan.mode.length; i++) {
				if (!plan.mode[i] || plan.mode[i] === mode[i] || graph.free[i]) continue;
				if (this.#worthOf(i) > 0 || this.#degree(plan, i) > 1) continue;
				this.remove(plan, sum, i);
				found = true;
			}
		}
	}

	#around(plan: Plan, sum: Float64Array, seed: number, count: number): void {
		const { offsets, links } = this.#task.graph;
		const queue = [seed];
		const seen = new Set(queue);
		let left = count;
		for (let at = 0; at < queue.length && left > 0; at++) {
			const i = queue[at] as number;
			if (!plan.canRemove(i)) continue;
			this.remove(plan, sum, i);
			left--;
			for (let e = offsets[i] as number; e < (offsets[i + 1] as number); e++) {
				const other = links[e] as number;
				if (!plan.mode[other] || seen.has(other)) continue;
				seen.add(other);
				queue.push(other);
			}
		}
	}

	/** Removes nodes from the end of a branch inwards, as far as nothing else depends on them. */
	#chain(plan: Plan, sum: Float64Array, leaf: number, count: number): void {
		const { offsets, links } = this.#task.graph;
		let i = leaf;
		for (let left = count; left > 0 && plan.mode[i] && plan.canRemove(i); left--) {
			if (left < count && this.#degree(plan, i) > 1) return;
			this.remove(plan, sum, i);
			let next = -1;
			for (let e = offsets[i] as number; e < (offsets[i + 1] as number); e++)
				if (plan.mode[links[e] as number]) next = links[e] as number;
			if (next < 0) return;
			i = next;
		}
	}

	/** The end of a branch: of `tries` random ones, the one with the least worth. */
	#leaf(plan: Plan, candidates: readonly number[], tries: number): number {
		let best = -1;
		let least = Number.POSITIVE_INFINITY;
		for (let found = 0, look = 0; found < tries && look < tries * 8; look++) {
			const i = this.#one(candidates);
			if (this.#degree(plan, i) > 1) continue;
			found++;
			const prize = this.#model.prize[i] as number;
			if (prize >= least) continue;
			least = prize;
			best = i;
		}
		return best >= 0 ? best : this.#one(candidates);
	}

	/** Number of allocated neighbours. */
	#degree(plan: Plan, i: number): number {
		const { offsets, links } = this.#task.graph;
		let count = 0;
		for (let e = offsets[i] as number; e < (offsets[i + 1] as number); e++)
			if (plan.mode[links[e] as number]) count++;
		return count;
	}

	/**
	 * Spends the remaining points path by path, the highest worth per point first.
	 *
	 * @param noise 0: always the best path; otherwise, by what share paths may look better or worse than they are
	 */
	fill(plan: Plan, sum: Float64Array, noise: number): void {
		for (const mode of [2, 3, 1]) {
			if (mode > 1 && this.#model.weaponSetCounts[mode - 1] === 0) continue;
			const salt = this.#random.bits();
			if (this.curiosity > 0) this.#whim = salt;
			for (;;) {
				const target = this.#bestPath(plan, mode, noise, salt);
				if (target < 0) break;
				this.#addPath(plan, sum, target, mode);
			}
		}
	}

	#addPath(plan: Plan, sum: Float64Array, target: number, mode: number): void {
		const path: number[] = [];
		for (let i = target; i >= 0; i = this.#before[i] as number) path.push(i);
		for (const i of path.reverse()) this.add(plan, sum, i, mode);
	}

	/**
	 * Breadth-first search outwards from the plan. Of equally short paths to a node, the one with the highest worth
	 * counts.
	 */
	#bestPath(plan: Plan, mode: number, noise: number, salt: number): number {
		const { graph, addable } = this.#task;
		const { offsets, links } = graph;
		const [stamp, distance, gain, before] = [this.#stamp, this.#distance, this.#gain, this.#before];
		const walk = ++this.#walk;
		const points = plan.left(mode - 1);
		const ascendancyPoints = mode === 1 ? plan.left(3) : 0;
		if (points <= 0 && ascendancyPoints <= 0) return -1;
		let best = -1;
		let most = 0;
		const consider = (i: number) => {
			const worth = gain[i] as number;
			if (worth <= 0 || this.#worthOf(i) <= 0) return;
			const share = noise === 0 ? 1 : 1 + noise * noiseOf(i, salt);
			const each = (worth * share) / Math.max(1, distance[i] as number);
			if (each > most) {
				most = each;
				best = i;
			}
		};
		let layer: number[] = [];
		const reach = (to: number, from: number, at: number, next: number[]) => {
			if (plan.mode[to] || !addable[to] || (mode !== 1 && !graph.weaponSet[to])) return;
			const cost = graph.cost[to] as number;
			const far = at + cost;
			if (far > (graph.ascendancy[to] ? ascendancyPoints : points)) return;
			if (graph.choice[to] !== -1 && rivalOf(plan, to) >= 0) return;
			const worth = (from < 0 ? 0 : (gain[from] as number)) + this.#worthOf(to);
			if (stamp[to] === walk) {
				if (distance[to] !== far || worth <= (gain[to] as number)) return;
			} else {
				stamp[to] = walk;
				(cost === 0 ? layer : next).push(to);
			}
			distance[to] = far;
			gain[to] = worth;
			before[to] = from;
		};
		let next: number[] = [];
		const begin = (i: number) => {
			for (let e = offsets[i] as number; e < (offsets[i + 1] as number); e++)
				reach(links[e] as number, -1, 0, next);
		};
		// Paths cannot start from a node that is allocated only because it is exempt from the connection rule.
		const reached = this.#hasFree ? this.#connection.reached(plan) : undefined;
		for (let i = 0; i < graph.size; i++) {
			const own = plan.mode[i];
			if ((own === 1 || own === mode) && (!reached || reached[i])) begin(i);
		}
		for (const i of graph.roots) if (!plan.mode[i]) begin(i);
		for (let at = 1; next.length > 0 || layer.length > 0; at++) {
			layer = layer.concat(next);
			next = [];
			for (let k = 0; k < layer.length; k++) {
				const from = layer[k] as number;
				consider(from);
				for (let e = offsets[from] as number; e < (offsets[from + 1] as number); e++)
					reach(links[e] as number, from, at, next);
			}
			layer = [];
		}
		// Considered on their own, since no path can go on from a node that is exempt from the connection rule.
		for (let i = 0; i < graph.size; i++) {
			if (mode !== 1 || !graph.free[i] || plan.mode[i] || !addable[i] || stamp[i] === walk || points < 1)
				continue;
			stamp[i] = walk;
			distance[i] = 1;
			gain[i] = this.#worthOf(i);
			before[i] = -1;
			consider(i);
		}
		return best;
	}

	#worthOf(i: number): number {
		const prize = this.#model.prize[i] as number;
		return this.curiosity === 0 ? prize : prize + this.curiosity * Math.max(0, noiseOf(i, this.#whim));
	}

	#one(list: readonly number[]): number {
		return list[this.#random.below(list.length)] as number;
	}
}

/** From -1 to 1, deterministic for a node and salt. */
function noiseOf(i: number, salt: number): number {
	let hash = Math.imul(i ^ salt, 0x85ebca6b);
	hash ^= hash >>> 15;
	hash = Math.imul(hash, 0xc2b2ae35);
	return (hash ^ (hash >>> 13)) / 2 ** 31;
}
