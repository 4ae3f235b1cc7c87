import type { NodeSet, Tree, TreeNode } from "./api.js";

/** A tree with what clicks have changed of it. */
export class TreeModel {
	readonly tree: Tree;
	readonly byId: ReadonlyMap<number, TreeNode>;
	readonly groups: ReadonlyMap<number, Tree["groups"][number]>;
	readonly #neighbours = new Map<number, number[]>();

	constructor(tree: Tree) {
		this.tree = tree;
		this.byId = new Map(tree.nodes.map((node) => [node.id, node]));
		this.groups = new Map(tree.groups.map((group) => [group.id, group]));
		const link = (from: number, to: number) => {
			const others = this.#neighbours.get(from);
			if (others) others.push(to);
			else this.#neighbours.set(from, [to]);
		};
		for (const [a, b] of tree.edges) {
			link(a, b);
			link(b, a);
		}
	}

	/** What is allocated with a change. */
	allocated({ add, remove }: NodeSet): Set<number> {
		const gone = new Set(remove);
		return new Set([...this.tree.allocated.filter((id) => !gone.has(id)), ...add]);
	}

	/** The change after a click: a node with its path is added, or taken away with what hangs on it. */
	clicked(change: NodeSet, target: number): NodeSet {
		const now = this.allocated(change);
		if (!this.byId.get(target)?.allocatable) return change;
		const next = new Set(now);
		if (now.has(target)) {
			next.delete(target);
			const stray = this.#unreachable(now);
			for (const id of this.#unreachable(next)) if (!stray.has(id)) next.delete(id);
		} else {
			for (const id of this.path(now, target)) next.add(id);
		}
		const own = new Set(this.tree.allocated);
		// Choices that the change makes stay, of nodes of the build too: those are in both lists.
		const chosen = new Set(change.add.filter((id) => own.has(id) && next.has(id)));
		const kept = <Choice>(choices: Record<string, Choice> = {}) =>
			Object.fromEntries(
				Object.entries(choices).filter(([id]) => next.has(Number(id)) && change.add.includes(Number(id))),
			);
		return {
			add: [...next].filter((id) => !own.has(id) || chosen.has(id)),
			remove: [...own].filter((id) => !next.has(id) || chosen.has(id)),
			attributes: kept(change.attributes),
			weaponSets: kept(change.weaponSets),
		};
	}

	/** The change after a path was drawn on to a node: it is added with what leads to it, and nothing is taken away. */
	drawn(change: NodeSet, target: number): NodeSet {
		return this.allocated(change).has(target) ? change : this.clicked(change, target);
	}

	/** The nodes to add to reach a node, the node last. */
	path(allocated: ReadonlySet<number>, target: number): number[] {
		const from = new Map<number, number>();
		let layer = [target];
		const seen = new Set(layer);
		while (layer.length > 0) {
			const next: number[] = [];
			for (const id of layer) {
				for (const other of this.#neighbours.get(id) ?? []) {
					if (seen.has(other)) continue;
					seen.add(other);
					from.set(other, id);
					if (allocated.has(other)) {
						const path: number[] = [];
						for (let step = from.get(other); step !== undefined; step = from.get(step)) path.push(step);
						return path;
					}
					if (this.byId.get(other)?.allocatable) next.push(other);
				}
			}
			layer = next;
		}
		return [target];
	}

	#unreachable(allocated: ReadonlySet<number>): Set<number> {
		const left = new Set(allocated);
		const queue = [...allocated].filter((id) => /Start$/.test(this.byId.get(id)?.type ?? ""));
		for (const id of queue) left.delete(id);
		for (let id = queue.pop(); id !== undefined; id = queue.pop())
			for (const other of this.#neighbours.get(id) ?? []) if (left.delete(other)) queue.push(other);
		return left;
	}
}
