import { type Build, type PassiveTree, PobatchError, type TreeNode } from "pobatch";
import { nearest } from "pobatch/operations";

/** A node as answers name it. */
export interface NamedNode {
	id: number;
	name: string;
	type: string;
}

export function named({ id, name, type }: TreeNode): NamedNode {
	return { id, name, type };
}

/** @throws PobatchError TREE_INVALID */
export function treeOf({ tree }: Build): PassiveTree {
	if (tree) return tree;
	throw new PobatchError("TREE_INVALID", "The calculator has no passive tree for this build");
}

/** The nodes that a build can have: those of the main tree and of its own ascendancy. */
export function reachableNodes({ tree, info: { ascendancy } }: Build): TreeNode[] {
	const ascendancies = tree?.data.classes.flatMap((one) => one.ascendancies) ?? [];
	const own = ascendancies.find(({ name }) => name === ascendancy)?.nodesOf ?? ascendancy;
	return tree?.nodes.filter((node) => node.ascendancy === undefined || node.ascendancy === own) ?? [];
}

/**
 * The node that a model means by an id or a name. If several nodes have that name, the one nearest to the build or,
 * with `allocated`, one of its own.
 *
 * @throws PobatchError UNKNOWN_NODE, INVALID_ARGUMENT
 */
export function nodeOf(
	build: Build,
	given: string | number,
	{ allocated }: { allocated: boolean },
): TreeNode {
	const tree = treeOf(build);
	const text = String(given).trim();
	if (/^\d+$/.test(text)) return tree.node(Number(text));
	const wanted = text.toLowerCase();
	const nodes = reachableNodes(build);
	const found = nodes.filter(({ name }) => name.toLowerCase() === wanted);
	const own = new Set(build.allocated);
	const fitting = found.filter(({ id }) => own.has(id) === allocated);
	const candidates = fitting.length > 0 ? fitting : found;
	if (candidates.length > 1) return nearestOf(build, candidates);
	const [only] = candidates;
	if (only) return only;
	const close = nearest(text, [...new Set(nodes.map(({ name }) => name))]);
	throw new PobatchError("UNKNOWN_NODE", `No node of this build's tree is called ${JSON.stringify(text)}`, {
		value: given,
		hint:
			close.length > 0 ? `Did you mean ${close.join(" or ")}?` : "find_nodes searches names and stat lines.",
	});
}

function nearestOf(build: Build, candidates: readonly TreeNode[]): TreeNode {
	const own = new Set(build.allocated);
	const points = ({ id }: TreeNode) =>
		own.has(id) ? 0 : (distancesOf(build).get(id) ?? Number.POSITIVE_INFINITY);
	return candidates.reduce((best, node) => (points(node) < points(best) ? node : best));
}

const distances = new WeakMap<Build, ReadonlyMap<number, number>>();

/** Points to each node that the build has not, by the shortest path; those that no path reaches are missing. */
export function distancesOf(build: Build): ReadonlyMap<number, number> {
	let known = distances.get(build);
	if (!known) {
		const tree = treeOf(build);
		const paths = tree.pathsWithin(build.allocated, tree.nodes.length);
		known = new Map(paths.map(({ target, nodes }) => [target, nodes.length]));
		distances.set(build, known);
	}
	return known;
}
