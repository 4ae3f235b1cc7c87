import type { NodeSetDelta } from "../../rows/node-sets.js";
import type { PassiveTree } from "../../tree/passive-tree.js";

/** Integers from 0 to n - 1, the same in each run (a linear congruential generator modulo 2^32). */
export function dice(seed: number): (n: number) => number {
	let state = seed >>> 0;
	return (n) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * n);
	};
}

/** Maximum distance of added nodes from the build. */
const reach = 7;

/**
 * Changes of a build as players make them: a path added, with attributes and weapon sets; a node removed with all nodes
 * that depend on it; both; another choice of attribute. The first one changes nothing.
 */
export function randomSets(
	tree: PassiveTree,
	allocated: readonly number[],
	count: number,
	roll: (n: number) => number,
): NodeSetDelta[] {
	const paths = tree.pathsWithin(allocated, reach);
	const stranded = new Set(tree.unreachable(allocated));
	const own = allocated.filter((id) => tree.node(id).allocatable);
	const ofAttributes = own.filter((id) => tree.node(id).type === "attribute");
	const choices = ["Str", "Dex", "Int"] as const;
	const pick = <Item>(items: readonly Item[]) => items[roll(items.length)] as Item;
	const add = (): NodeSetDelta => {
		if (paths.length === 0) return {};
		const nodes = [...pick(paths).nodes];
		const attributes = nodes.filter((id) => tree.node(id).type === "attribute" && roll(4) > 0);
		const weaponSet = roll(6);
		return {
			add: nodes,
			attributes: Object.fromEntries(attributes.map((id) => [id, pick(choices)])),
			...((weaponSet === 1 || weaponSet === 2) && {
				weaponSets: Object.fromEntries(nodes.map((id) => [id, weaponSet])),
			}),
		};
	};
	const remove = (): NodeSetDelta => {
		if (own.length === 0) return {};
		const id = pick(own);
		const left = allocated.filter((other) => other !== id);
		return { remove: [id, ...[...tree.unreachable(left)].filter((other) => !stranded.has(other))] };
	};
	const choose = (): NodeSetDelta => {
		if (ofAttributes.length === 0) return add();
		const id = pick(ofAttributes);
		return { add: [id], attributes: { [id]: pick(choices) } };
	};
	return Array.from({ length: count }, (_, i) => {
		const kind = i === 0 ? -1 : roll(8);
		if (kind < 0) return {};
		if (kind < 3) return add();
		if (kind < 5) return remove();
		if (kind < 6) return choose();
		return { ...add(), ...remove() };
	});
}
