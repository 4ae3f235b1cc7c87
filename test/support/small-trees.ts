import {
	type Build,
	Engine,
	type NodeSetDelta,
	PassiveTree,
	type TreeData,
	type TreeNode,
} from "../../src/index.js";
import { calculatorWith } from "./calculators.js";

export const START = 1;

/** A node of a made-up tree; 1 is the start of the class. */
export const smallNode = (id: number, more: Partial<TreeNode> = {}): TreeNode => ({
	id,
	name: `N${id}`,
	type: id === START ? "classStart" : "normal",
	stats: [],
	orbit: 0,
	orbitIndex: 0,
	x: id * 100,
	y: 0,
	allocatable: id !== START,
	passable: id !== START,
	...(id === START && { classesStart: ["Only"] }),
	...more,
});

export const smallTree = (
	nodes: readonly TreeNode[],
	edges: readonly (readonly [number, number])[],
): PassiveTree => {
	const data: TreeData = {
		version: "made",
		nodes: [...nodes].sort((a, b) => a.id - b.id),
		edges: edges
			.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
			.sort((a, b) => a[0] - b[0] || a[1] - b[1]),
		exits: [],
		classes: [{ name: "Only", baseStr: 0, baseDex: 0, baseInt: 0, startNodeId: START, ascendancies: [] }],
		groups: [],
	};
	return new PassiveTree(data);
};

/**
 * A calculator with a number per node and stat: `A` is 100 times (1 + sum), `B` is 100 + sum; `pairs` add to the sum of
 * A if both nodes are allocated.
 */
export function smallCalculator(
	allocated: readonly number[],
	a: Readonly<Record<number, number>>,
	b: Readonly<Record<number, number>> = {},
	pairs: readonly (readonly [number, number, number])[] = [],
	more: Readonly<Record<string, string>> = {},
): string {
	const table = (values: Readonly<Record<number, number>>) =>
		`{ ${Object.entries(values)
			.map(([id, value]) => `[${id}] = ${value}`)
			.join(", ")} }`;
	return calculatorWith({
		load: `function() return {}, { level = 1, allocated = { ${allocated.join(", ")} } } end`,
		stats: 'function() return { "A", "B" } end',
		Calculate: `function(_, set)
			local a, b, pairsOf = ${table(a)}, ${table(b)}, { ${pairs.map((pair) => `{ ${pair.join(", ")} }`).join(", ")} }
			local have = { ${allocated.map((id) => `[${id}] = true`).join(", ")} }
			for i = 1, set.removeCount do have[set.remove[i]] = nil end
			for i = 1, set.addCount do have[set.add[i]] = true end
			local sum, other = 0, 100
			local ids = {}
			for id in pairs(have) do ids[#ids + 1] = id end
			table.sort(ids)
			for _, id in ipairs(ids) do sum, other = sum + (a[id] or 0), other + (b[id] or 0) end
			for _, pair in ipairs(pairsOf) do if have[pair[1]] and have[pair[2]] then sum = sum + pair[3] end end
			return { A = 100 * (1 + sum), B = other }
		end`,
		...more,
	});
}

export async function withBuild<Answer>(
	calculator: string,
	tree: PassiveTree,
	body: (build: Build) => Promise<Answer>,
	threads = 1,
): Promise<Answer> {
	await using engine = await Engine.open({ calculator, tree, threads });
	return await body(await engine.load(""));
}

/** Allocated nodes after a change. */
export function nodesAfter(
	build: Pick<Build, "allocated">,
	{ add = [], remove = [] }: NodeSetDelta,
): number[] {
	const gone = new Set(remove);
	return [...new Set([...build.allocated.filter((id) => !gone.has(id)), ...add])].sort((a, b) => a - b);
}

/** Every connected change with limited numbers of added and removed nodes, other than the start. */
export function connectedChanges(
	tree: PassiveTree,
	allocated: readonly number[],
	points: number,
	respec: number,
): NodeSetDelta[] {
	const own = new Set(allocated);
	const all = new Map<string, number[]>();
	const grow = (nodes: readonly number[], most: number, into: Map<string, number[]>) => {
		const sorted = [...nodes].sort((a, b) => a - b);
		const key = sorted.join();
		if (into.has(key)) return;
		into.set(key, sorted);
		if (most > 0) for (const id of tree.frontier(sorted)) grow([...sorted, id], most - 1, into);
	};
	const removals = (nodes: readonly number[], most: number, into: Map<string, number[]>) => {
		into.set([...nodes].sort((a, b) => a - b).join(), [...nodes]);
		if (most === 0) return;
		for (const id of nodes) {
			if (id === START || !own.has(id)) continue;
			const rest = nodes.filter((other) => other !== id);
			if (tree.unreachable(rest, [START]).length === 0) removals(rest, most - 1, into);
		}
	};
	const bases = new Map<string, number[]>();
	removals(allocated, respec, bases);
	for (const base of bases.values()) grow(base, points + allocated.length - base.length, all);
	return [...all.values()]
		.map((nodes) => ({
			add: nodes.filter((id) => !own.has(id)),
			remove: allocated.filter((id) => !nodes.includes(id)),
		}))
		.filter(({ remove }) => remove.length <= respec);
}
