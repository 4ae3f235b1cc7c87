import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PassiveTree } from "../../src/tree/passive-tree.js";
import type { TreeData, TreeEdge, TreeNode } from "../../src/tree/tree-data.js";

type Kind = Partial<Pick<TreeNode, "type" | "unlockConstraint" | "allocatable" | "passable">>;

function treeOf(
	ids: readonly number[],
	edges: readonly TreeEdge[],
	kinds: Record<number, Kind> = {},
): PassiveTree {
	const nodes = ids.map((id): TreeNode => {
		const type = kinds[id]?.type ?? "normal";
		const isStart = type === "classStart" || type === "ascendancyStart";
		const { allocatable = !isStart && type !== "mastery", passable = allocatable } = kinds[id] ?? {};
		const place = { orbit: 0, orbitIndex: 0, x: 0, y: 0 };
		return { id, name: `node ${id}`, stats: [], ...place, ...kinds[id], type, allocatable, passable };
	});
	const data: TreeData = { version: "test", nodes, edges, exits: [], classes: [], groups: [] };
	return new PassiveTree(data);
}

//   1 (start) - 2 - 3 - 4 - 5        3 and 5 are joined by the detour 3 - 6 - 5, too
//               |       |
//               7       8 - 9 (mastery)     10 - 11: an island
const map = treeOf(
	[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
	[
		[1, 2],
		[2, 3],
		[3, 4],
		[4, 5],
		[3, 6],
		[5, 6],
		[2, 7],
		[4, 8],
		[8, 9],
		[10, 11],
	],
	{ 1: { type: "classStart" }, 9: { type: "mastery" } },
);

describe("neighbours", () => {
	it("are the nodes at the other end of each edge, ascending", () => {
		expect([...map.neighbours(2)]).toEqual([1, 3, 7]);
		expect([...map.neighbours(5)]).toEqual([4, 6]);
		expect([...map.neighbours(10)]).toEqual([11]);
	});

	it("of a node without edges are none, and an edge given twice or to itself counts once or not", () => {
		const tree = treeOf(
			[0, 5, 65_535],
			[
				[5, 65_535],
				[65_535, 5],
				[5, 5],
			],
		);
		expect([...tree.neighbours(0)]).toEqual([]);
		expect([...tree.neighbours(5)]).toEqual([65_535]);
	});
});

describe("frontier", () => {
	it("is what one more point can allocate", () => {
		expect([...map.frontier([1])]).toEqual([2]);
		expect([...map.frontier([1, 2, 3])]).toEqual([4, 6, 7]);
	});

	it("leaves out starts, masteries and what is in the set", () => {
		expect([...map.frontier([2])]).toEqual([3, 7]);
		expect([...map.frontier([8])]).toEqual([4]);
	});

	it("of no nodes is empty; a set may be disconnected", () => {
		expect([...map.frontier([])]).toEqual([]);
		expect([...map.frontier([10, 7])]).toEqual([2, 11]);
	});
});

describe("shortest path", () => {
	it("lists what to allocate, the target last", () => {
		expect([...map.shortestPath([1], 8)]).toEqual([2, 3, 4, 8]);
	});

	it("of two equally short ones is the one over the smaller id", () => {
		expect([...map.shortestPath([3], 5)]).toEqual([4, 5]);
	});

	it("is empty to a node in the set and to one that no path reaches", () => {
		expect([...map.shortestPath([1, 2], 2)]).toEqual([]);
		expect([...map.shortestPath([1], 11)]).toEqual([]);
		expect([...map.shortestPath([1], 9)]).toEqual([]);
		expect([...map.shortestPath([], 2)]).toEqual([]);
	});

	it("never leads through a start", () => {
		const tree = treeOf(
			[1, 2, 3],
			[
				[1, 2],
				[2, 3],
			],
			{ 2: { type: "classStart" } },
		);
		expect([...tree.shortestPath([1], 3)]).toEqual([]);
		expect([...tree.shortestPath([2], 3)]).toEqual([3]);
	});

	it("enters a locked node only with its keys in the set", () => {
		const edges: TreeEdge[] = [
			[1, 2],
			[2, 3],
			[1, 4],
			[4, 5],
			[5, 3],
		];
		const tree = treeOf([1, 2, 3, 4, 5, 9], edges, { 2: { unlockConstraint: { nodes: [9, 4] } } });
		expect([...tree.shortestPath([1], 3)]).toEqual([4, 5, 3]);
		expect([...tree.shortestPath([1, 9], 2)]).toEqual([]);
		expect([...tree.shortestPath([1, 9, 4], 2)]).toEqual([2]);
		expect([...tree.frontier([1])]).toEqual([4]);
	});
});

describe("paths within some points", () => {
	it("come nearest first, one per node", () => {
		const paths = map.pathsWithin([1], 3).map(({ target, nodes }) => [target, [...nodes]]);
		expect(paths).toEqual([
			[2, [2]],
			[3, [2, 3]],
			[7, [2, 7]],
			[4, [2, 3, 4]],
			[6, [2, 3, 6]],
		]);
	});

	it("refuses 0 points", () => {
		expect(() => map.pathsWithin([1], 0)).toThrow("Expected a positive integer for points but received 0");
		expect(() => map.pathsWithin([1], 1.5)).toThrow("a positive integer for points");
	});
});

describe("unreachable nodes", () => {
	it("are those that the set itself does not join to a root", () => {
		expect([...map.unreachable([1, 2, 3, 5, 10])]).toEqual([5, 10]);
		expect([...map.unreachable([1, 2, 3, 6, 5])]).toEqual([]);
	});

	it("are all if there is no root; roots can be given", () => {
		expect([...map.unreachable([2, 3])]).toEqual([2, 3]);
		expect([...map.unreachable([2, 3, 5], [3])]).toEqual([5]);
		expect([...map.unreachable([2, 3], [1])]).toEqual([]);
	});
});

describe("bad input", () => {
	it("names an unknown node", () => {
		for (const call of [
			() => map.neighbours(99),
			() => map.node(99),
			() => map.frontier([1, 99]),
			() => map.shortestPath([1], 99),
			() => map.unreachable([1], [99]),
		]) {
			expect(call).toThrow(
				expect.objectContaining({ code: "UNKNOWN_NODE", message: "Node 99 is not in the passive tree test" }),
			);
		}
		expect(() => map.neighbours(-1)).toThrow("Node -1 is not");
		expect(() => map.neighbours(2 ** 32 + 2)).toThrow("Node 4294967298 is not");
		expect(() => map.neighbours("2" as never)).toThrow("Node 2 is not");
	});

	it("says what is not a list", () => {
		expect(() => map.frontier(3 as never)).toThrow("Expected a list of node ids for set but received 3");
	});

	it("refuses arguments that are not trees", () => {
		expect(() => treeOf([2, 1], [])).toThrow("node ids must be ascending and unique, found 1 after 2");
		expect(() => treeOf([1, 1], [])).toThrow("found 1 after 1");
		expect(() => treeOf([1, 70_000], [])).toThrow("node id 70000 exceeds 65535");
		expect(() => treeOf([1], [[1, 3]])).toThrow("node 3 is not in the tree");
		expect(() => treeOf([1], [[1, 3]])).toThrow(expect.objectContaining({ code: "TREE_INVALID" }));
	});

	it("works with an empty tree", () => {
		const tree = treeOf([], []);
		expect([...tree.frontier([])]).toEqual([]);
		expect(() => tree.neighbours(0)).toThrow("Node 0 is not in the passive tree test");
	});
});

describe("random graphs, against a search written here", () => {
	const graph = fc
		.record({
			ids: fc.uniqueArray(fc.integer({ min: 0, max: 65_535 }), { minLength: 2, maxLength: 40 }),
			pairs: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 80 }),
			starts: fc.array(fc.nat(), { maxLength: 3 }),
			masteries: fc.array(fc.nat(), { maxLength: 3 }),
			set: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
			target: fc.nat(),
			points: fc.integer({ min: 1, max: 6 }),
		})
		.map(({ ids, pairs, starts, masteries, set, target, points }) => {
			ids.sort((a, b) => a - b);
			const at = (n: number) => ids[n % ids.length] as number;
			const kinds: Record<number, Kind> = {};
			for (const n of starts) kinds[at(n)] = { type: "classStart" };
			for (const n of masteries) kinds[at(n)] = { type: "mastery" };
			const edges = pairs.map(([a, b]): TreeEdge => [at(a), at(b)]);
			return { ids, edges, kinds, set: set.map(at), target: at(target), points };
		});

	const joined = (edges: readonly TreeEdge[], id: number) =>
		edges.flatMap(([a, b]) => (a === b ? [] : a === id ? [b] : b === id ? [a] : []));

	function distances(edges: readonly TreeEdge[], kinds: Record<number, Kind>, set: readonly number[]) {
		const distance = new Map(set.map((id) => [id, 0]));
		const queue = [...set];
		for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
			for (const next of joined(edges, id)) {
				if (distance.has(next) || kinds[next]) continue;
				distance.set(next, (distance.get(id) as number) + 1);
				queue.push(next);
			}
		}
		return distance;
	}

	it("neighbours, frontier and paths agree", () => {
		fc.assert(
			fc.property(graph, ({ ids, edges, kinds, set, target, points }) => {
				const tree = treeOf(ids, edges, kinds);
				for (const id of ids) {
					const expected = [...new Set(joined(edges, id))].sort((a, b) => a - b);
					expect([...tree.neighbours(id)]).toEqual(expected);
				}
				const distance = distances(edges, kinds, set);
				const within = (max: number) =>
					[...distance].filter(([, d]) => d > 0 && d <= max).sort(([a, d], [b, e]) => d - e || a - b);
				expect([...tree.frontier(set)]).toEqual(within(1).map(([id]) => id));
				const paths = tree.pathsWithin(set, points);
				expect(paths.map((path) => [path.target, path.nodes.length])).toEqual(within(points));
				for (const { target: end, nodes } of [...paths, { target, nodes: tree.shortestPath(set, target) }]) {
					expect(nodes.length).toBe(distance.get(end) ?? 0);
					if (nodes.length === 0) continue;
					expect(nodes.at(-1)).toBe(end);
					expect(joined(edges, nodes[0] as number).some((id) => set.includes(id))).toBe(true);
					for (let i = 1; i < nodes.length; i++)
						expect(joined(edges, nodes[i] as number)).toContain(nodes[i - 1]);
				}
			}),
			{ numRuns: 100 },
		);
	});

	it("connectivity agrees", () => {
		fc.assert(
			fc.property(graph, ({ ids, edges, set, target }) => {
				const inSet = edges.filter(([a, b]) => set.includes(a) && set.includes(b));
				const reached = distances(inSet, {}, set.includes(target) ? [target] : []);
				const lost = [...new Set(set)].filter((id) => !reached.has(id)).sort((a, b) => a - b);
				expect([...treeOf(ids, edges).unreachable(set, set.includes(target) ? [target] : [])]).toEqual(lost);
			}),
			{ numRuns: 100 },
		);
	});
});
