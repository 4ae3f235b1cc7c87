import { rivalOf } from "./measure.js";
import { Connection, Plan } from "./plan.js";
import type { Task } from "./task.js";

/** One node of a choice: added with an attribute (0: none), or given up. */
export interface Change {
	readonly i: number;
	readonly attribute: number;
	readonly isAdded: boolean;
}

/** What follows the walk over all choices. */
export interface ChoiceVisitor {
	/** The plan gets one more change; `leave` takes it back. */
	enter?(change: Change): void;
	leave?(): void;
	/** The attributes to try of a node that has the choice; all three if not given. */
	attributes?(i: number): readonly number[];
	/** A connected plan within the budgets; it is changed when this returns. False: no more are wanted. */
	visit(plan: Plan, changes: readonly Change[]): boolean;
}

/**
 * All connected plans within the budgets but the build itself, each once, and no others. Only for few points: their
 * number grows with the power of the points.
 *
 * @returns false where the visitor wanted no more
 */
export function visitChoices(task: Task, visitor: ChoiceVisitor): Promise<boolean> {
	return new Walk(task, visitor).run();
}

/** Milliseconds after which the event loop gets its turn. */
const turn = 10;

export interface NodesOfChoices {
	/** The nearest first. */
	readonly nodes: readonly number[];
	/** Whether all attributes can be tried, too, rather than one of each node. */
	readonly withAttributes: boolean;
}

/**
 * The nodes that choices are made of; undefined where there are more choices than `most`, or where points of weapon sets
 * are to be spent.
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
	/** Nodes that were given up, with what hangs on nothing without them. */
	#isBroken = false;
	/** 1: on the list of nodes that can be added, or was left out of the choices from here on. */
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

	/** Choices that give up one of the nodes from this place on, and maybe more of those behind it. */
	async #removals(from: number): Promise<boolean> {
		const plan = this.#plan;
		const { budgets, mode, graph } = this.#task;
		if (plan.respecsLeft <= 0) return true;
		for (let i = from; i < graph.size; i++) {
			// Nodes of a weapon set are left alone, as their points are.
			if (mode[i] !== 1 || !plan.canRemove(i)) continue;
			const attribute = plan.attribute[i] as number;
			this.#enter({ i, attribute, isAdded: false });
			this.#isBroken = this.#connection.lost(plan).length > 0;
			// Without a free point nothing can be connected anew before the node is gone, with all that hangs on it.
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

	/** Each set of nodes of the list from a place on, and of what becomes possible with them, once. */
	#extend(list: number[], from: number): boolean {
		for (let k = from; k < list.length; k++) if (!this.#begin(list, k)) return false;
		return true;
	}

	/** Of these the sets that begin with the node at a place. */
	#begin(list: number[], k: number): boolean {
		const { graph, mode, attribute } = this.#task;
		const plan = this.#plan;
		const i = list[k] as number;
		const pool = graph.ascendancy[i] ? 3 : 0;
		if ((graph.cost[i] as number) > plan.left(pool) || rivalOf(plan, i) >= 0) return true;
		const choices = graph.attribute[i] ? (this.#visitor.attributes?.(i) ?? allAttributes) : noAttribute;
		for (const choice of choices) {
			// Given up and taken again is no change.
			if (mode[i] === 1 && attribute[i] === choice) continue;
			this.#enter({ i, attribute: choice, isAdded: true });
			const before = list.length;
			// No path goes on from a node that is free of a connection.
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
