import { rivalOf } from "./measure.js";
import { Connection, Plan } from "./plan.js";
import type { Task } from "./task.js";

/** One changed node of a choice: added with an attribute (0: none), or given up. */
export interface Change {
	readonly i: number;
	readonly attribute: number;
	readonly isAdded: boolean;
}

/** Callbacks of the walk over all choices. */
export interface ChoiceVisitor {
	/** The plan gets one more change; `leave` undoes it. */
	enter?(change: Change): void;
	leave?(): void;
	/** The attributes to try for a node that has the choice. Default: all three. */
	attributes?(i: number): readonly number[];
	/**
	 * Called with a connected plan within the budgets; the plan is reused after this returns. Return false to stop the
	 * walk.
	 */
	visit(plan: Plan, changes: readonly Change[]): boolean;
}

/**
 * Enumerates all connected plans within the budgets, except the build itself, each exactly once. Only for few points:
 * the number of plans is exponential in the number of points.
 *
 * @returns false if the visitor stopped the walk
 */
export function visitChoices(task: Task, visitor: ChoiceVisitor): Promise<boolean> {
	return new Walk(task, visitor).run();
}

/** Milliseconds between yields to the event loop. */
const turn = 10;

export interface NodesOfChoices {
	/** Nearest first. */
	readonly nodes: readonly number[];
	/** Whether there are few enough choices to try all attributes rather than one per node. */
	readonly withAttributes: boolean;
}

/**
 * The nodes that choices consist of; undefined if there are more choices than `most`, or if points of weapon sets are
 * to be spent.
 */
export async function nodesOfChoices(task: Task, most: number): Promise<NodesOfChoices | undefined> {
	const { free } = task.budgets;
	if ((free[1] as number) > 0 || (free[2] as number) > 0) return undefined;
	for (const withAttributes of [true, false]) {
		const nodes = new Set<number>();
		let count = 0;
		const isAll = await visitChoices(task, {
			...(!withAttributes && { attributes: () => oneAttribute }),
			visit: (_, changes) => {
				for (const { i } of changes) nodes.add(i);
				return ++count <= most;
			},
		});
		if (isAll) return { nodes: [...nodes], withAttributes };
	}
	return undefined;
}

const noAttribute = [0] as const;
const oneAttribute = [1] as const;
const allAttributes = [1, 2, 3] as const;

class Walk {
	readonly #task: Task;
	readonly #visitor: ChoiceVisitor;
	readonly #plan: Plan;
	readonly #connection: Connection;
	readonly #changes: Change[] = [];
	/** Whether the nodes given up so far disconnected other nodes. */
	#isBroken = false;
	/** 1: on the list of nodes that can be added, or excluded from the choices from here on. */
	#seen: Uint8Array;

	constructor(task: Task, visitor: ChoiceVisitor) {
		this.#task = task;
		this.#visitor = visitor;
		this.#plan = Plan.ofBuild(task);
		this.#connection = new Connection(task);
		this.#seen = new Uint8Array(task.graph.size);
	}

	async run(): Promise<boolean> {
		return (await this.#additions()) && (await this.#removals(0));
	}

	/** Choices that give up one of the nodes from this index on, and possibly some of the nodes after it. */
	async #removals(from: number): Promise<boolean> {
		const plan = this.#plan;
		const { budgets, mode, graph } = this.#task;
		if (plan.respecsLeft <= 0) return true;
		for (let i = from; i < graph.size; i++) {
			// Nodes of a weapon set are left alone, as are their points.
			if (mode[i] !== 1 || !plan.canRemove(i)) continue;
			const attribute = plan.attribute[i] as number;
			this.#enter({ i, attribute, isAdded: false });
			this.#isBroken = this.#connection.lost(plan).length > 0;
			// Without a free point, nothing can be reconnected until the node and everything that depends on it are gone.
			const isPossible = !this.#isBroken || budgets.free.some((points) => points > 0) || budgets.respec > 1;
			const goesOn =
				!isPossible || (this.#visit() && (await this.#additions()) && (await this.#removals(i + 1)));
			this.#leave();
			if (!goesOn) return false;
		}
		return true;
	}

	async #additions(): Promise<boolean> {
		const { graph } = this.#task;
		const plan = this.#plan;
		const reached = this.#connection.reached(plan).slice();
		const list: number[] = [];
		this.#seen = new Uint8Array(graph.size);
		for (let i = 0; i < graph.size; i++) {
			if (reached[i] && (plan.mode[i] || 1) === 1) this.#open(i, list);
			if (graph.free[i]) this.#offer(i, list);
		}
		let last = performance.now();
		for (let k = 0; k < list.length; k++) {
			if (!this.#begin(list, k)) return false;
			if (performance.now() - last < turn) continue;
			await new Promise(setImmediate);
			last = performance.now();
		}
		return true;
	}

	/**
	 * Visits every set of nodes from this position of the list on, and of nodes that become reachable with them, once.
	 */
	#extend(list: number[], from: number): boolean {
		for (let k = from; k < list.length; k++) if (!this.#begin(list, k)) return false;
		return true;
	}

	/** Of these, the sets that begin with the node at position k. */
	#begin(list: number[], k: number): boolean {
		const { graph, mode, attribute } = this.#task;
		const plan = this.#plan;
		const i = list[k] as number;
		const pool = graph.ascendancy[i] ? 3 : 0;
		if ((graph.cost[i] as number) > plan.left(pool) || rivalOf(plan, i) >= 0) return true;
		const choices = graph.attribute[i] ? (this.#visitor.attributes?.(i) ?? allAttributes) : noAttribute;
		for (const choice of choices) {
			// Giving a node up and taking it again is not a change.
			if (mode[i] === 1 && attribute[i] === choice) continue;
			this.#enter({ i, attribute: choice, isAdded: true });
			const before = list.length;
			// No path leads on from a node that is exempt from the connection rule.
			if (!graph.free[i]) this.#open(i, list);
			const goesOn = this.#visit() && this.#extend(list, k + 1);
			while (list.length > before) this.#seen[list.pop() as number] = 0;
			this.#leave();
			if (!goesOn) return false;
		}
		return true;
	}

	#open(i: number, list: number[]): void {
		const { offsets, links } = this.#task.graph;
		for (let e = offsets[i] as number; e < (offsets[i + 1] as number); e++)
			this.#offer(links[e] as number, list);
	}

	#offer(i: number, list: number[]): void {
		if (this.#seen[i] || this.#plan.mode[i] || !this.#task.addable[i]) return;
		this.#seen[i] = 1;
		list.push(i);
	}

	#visit(): boolean {
		if (this.#isBroken && this.#connection.lost(this.#plan).length > 0) return true;
		return this.#visitor.visit(this.#plan, this.#changes);
	}

	#enter(change: Change): void {
		if (change.isAdded) this.#plan.add(change.i, 1, change.attribute);
		else this.#plan.remove(change.i);
		this.#changes.push(change);
		this.#visitor.enter?.(change);
	}

	#leave(): void {
		const { i, attribute, isAdded } = this.#changes.pop() as Change;
		if (isAdded) this.#plan.remove(i);
		else {
			this.#plan.add(i, 1, attribute);
			this.#isBroken = false;
		}
		this.#visitor.leave?.();
	}
}
