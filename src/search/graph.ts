import { PobatchError } from "../common/errors.js";
import type { Evaluator } from "../rows/evaluator.js";
import type { PassiveTree } from "../tree/passive-tree.js";

/** The pools that points come from. Their indexes are used as array indexes. */
export const pools = ["normal", "weaponSet1", "weaponSet2", "ascendancy"] as const;
export type Pool = (typeof pools)[number];
export const ascendancyPool = 3;

/**
 * What a search needs to know about the passive tree, in flat arrays indexed by a node's position in the tree's list.
 * Built once per search.
 */
export interface SearchGraph {
	readonly tree: PassiveTree;
	readonly size: number;
	readonly ids: Uint32Array;
	readonly indexOf: ReadonlyMap<number, number>;
	/** The neighbours of node i are `links[offsets[i]]` to `links[offsets[i + 1] - 1]`. */
	readonly offsets: Uint32Array;
	readonly links: Uint32Array;
	/** 1: a point can be spent on it. */
	readonly usable: Uint8Array;
	/** 1: belongs to the build's ascendancy. */
	readonly ascendancy: Uint8Array;
	/** 1: can be allocated for a single weapon set. */
	readonly weaponSet: Uint8Array;
	/** Its cost in points: 0 or 1. */
	readonly cost: Uint8Array;
	/** 1: has a choice of attribute. */
	readonly attribute: Uint8Array;
	/** 1: needs no connection. */
	readonly free: Uint8Array;
	/** Where paths begin. */
	readonly roots: readonly number[];
	/** For an option of a multiple choice, the node that offers it, otherwise -1. Only one option can be allocated. */
	readonly choice: Int32Array;
}

/** @throws PobatchError TREE_INVALID if the evaluator has no tree, or the tree has no start node for the build */
export function searchGraph({ info, tree }: Evaluator): SearchGraph {
	if (!tree)
		throw new PobatchError("TREE_INVALID", "A search needs a passive tree: open the engine with one");
	const { nodes } = tree;
	const size = nodes.length;
	const indexOf = new Map(nodes.map(({ id }, i) => [id, i]));
	const [offsets, links] = neighbours(tree, indexOf);
	const known = (ids: unknown) =>
		Array.isArray(ids) ? ids.map((id) => indexOf.get(id as number)).filter((i) => i !== undefined) : [];
	const allocated = new Set(known(info.allocated));
	const given = known(info.starts);
	const own = [...allocated].filter((i) => /Start$/.test((nodes[i] as (typeof nodes)[number]).type));
	const roots = [...new Set(given.length > 0 ? given : own)].sort((a, b) => a - b);
	if (roots.length === 0) {
		throw new PobatchError("TREE_INVALID", "The build has no class start: no path can begin", {
			value: info.class,
			hint: "A search needs a build whose allocated nodes include the start of its class.",
		});
	}
	const ascendancies = new Set(
		[...allocated].map((i) => nodes[i]?.ascendancy).filter((name) => name !== undefined),
	);
	const free = new Uint8Array(size);
	for (const i of known(info.free)) free[i] = 1;
	const have = (id: number) => allocated.has(indexOf.get(id) as number);
	const usable = Uint8Array.from(nodes, (node) => {
		const unlocked = node.unlockConstraint?.nodes.every(have) ?? true;
		const ours = node.ascendancy === undefined || ascendancies.has(node.ascendancy);
		return node.allocatable && node.passable && unlocked && ours ? 1 : 0;
	});
	const choice = new Int32Array(size).fill(-1);
	nodes.forEach((node, i) => {
		if (!node.isMultipleChoice) return;
		for (let e = offsets[i] as number; e < (offsets[i + 1] as number); e++) {
			const other = links[e] as number;
			if (nodes[other]?.isMultipleChoiceOption) choice[other] = i;
		}
	});
	return {
		tree,
		size,
		ids: Uint32Array.from(nodes, ({ id }) => id),
		indexOf,
		offsets,
		links,
		usable,
		ascendancy: Uint8Array.from(nodes, ({ ascendancy }) => (ascendancy === undefined ? 0 : 1)),
		weaponSet: Uint8Array.from(nodes, ({ type, ascendancy, containJewelSocket }) =>
			type === "keystone" || type === "jewelSocket" || ascendancy !== undefined || containJewelSocket ? 0 : 1,
		),
		cost: Uint8Array.from(nodes, (node) =>
			node.isFreeAllocate || (node.ascendancy !== undefined && node.isMultipleChoiceOption) ? 0 : 1,
		),
		attribute: Uint8Array.from(nodes, ({ type }) => (type === "attribute" ? 1 : 0)),
		free,
		roots,
		choice,
	};
}

function neighbours(tree: PassiveTree, indexOf: ReadonlyMap<number, number>): [Uint32Array, Uint32Array] {
	const pairs = tree.data.edges.map(
		([a, b]) => [indexOf.get(a) as number, indexOf.get(b) as number] as const,
	);
	const offsets = new Uint32Array(tree.nodes.length + 1);
	for (const [a, b] of pairs) {
		offsets[a + 1] = (offsets[a + 1] as number) + 1;
		offsets[b + 1] = (offsets[b + 1] as number) + 1;
	}
	for (let i = 1; i < offsets.length; i++) offsets[i] = (offsets[i] as number) + (offsets[i - 1] as number);
	const next = offsets.slice();
	const links = new Uint32Array(2 * pairs.length);
	const add = (from: number, to: number) => {
		const at = next[from] as number;
		links[at] = to;
		next[from] = at + 1;
	};
	for (const [a, b] of pairs) {
		add(a, b);
		add(b, a);
	}
	return [offsets, links];
}
