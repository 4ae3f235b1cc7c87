import { describe, expect, it } from "vitest";
import { Engine, type Evaluator, nodePower, PassiveTree, type TreeData } from "../../src/index.js";
import { calculatorWith } from "../support/calculators.js";

//   1 (start) - 2 - 3 - 4      5 is worth 100, 3 is worth 10, all others 1
//               |
//               5 - 6
const worth: Record<number, number> = { 3: 10, 5: 100 };
const node = (id: number, x: number) =>
	({
		id,
		name: `N${id}`,
		type: id === 1 ? "classStart" : "normal",
		stats: [],
		orbit: 0,
		orbitIndex: 0,
		x,
		y: 0,
		allocatable: id !== 1,
		passable: id !== 1,
		...(id === 1 && { classesStart: ["Only"] }),
	}) as const;
const data: TreeData = {
	version: "made",
	nodes: [node(1, 0), node(2, 10), node(3, 20), node(4, 500), node(5, 30), node(6, 40)],
	edges: [
		[1, 2],
		[2, 3],
		[2, 5],
		[3, 4],
		[5, 6],
	],
	exits: [],
	classes: [{ name: "Only", baseStr: 0, baseDex: 0, baseInt: 0, startNodeId: 1, ascendancies: [] }],
	groups: [],
};
const calculator = calculatorWith({
	load: "function() return {}, { allocated = { 1, 2, 5, 6 } } end",
	stats: 'function() return { "Worth" } end',
	Calculate: `function(_, set)
		local worth = { [3] = 10, [5] = 100 }
		local sum = 102
		for i = 1, set.addCount do sum = sum + (worth[set.add[i]] or 1) end
		for i = 1, set.removeCount do sum = sum - (worth[set.remove[i]] or 1) end
		return { Worth = sum }
	end`,
});

// Right after loading, it shows 50 more than it returns for any change.
const firstOtherwise = calculatorWith({
	load: "function() return {}, { allocated = { 1, 2 }, recalculated = { Worth = 100 } } end",
	stats: 'function() return { "Worth" } end',
	Calculate: "function(_, set) return { Worth = set.addCount == 0 and 150 or 100 + set.addCount } end",
});

const gain = (nodes: readonly number[]) => nodes.reduce((sum, id) => sum + (worth[id] ?? 1), 0);

async function power(options: object) {
	await using engine = await Engine.open({ calculator, tree: new PassiveTree(data), threads: 1 });
	const build = await engine.load("");
	return await build.power({ stats: ["Worth"], ...options });
}

describe("node power", () => {
	it("asks any Evaluator, once", async () => {
		await using engine = await Engine.open({ calculator, tree: new PassiveTree(data), threads: 1 });
		const build = await engine.load("");
		const asked: number[] = [];
		const evaluator: Evaluator = {
			info: build.info,
			tree: build.tree,
			stats: () => build.stats(),
			calculateBatch(sets, options) {
				asked.push(sets.length);
				return build.calculateBatch(sets, options);
			},
		};
		const { nodes } = await nodePower(evaluator, { stats: ["Worth"], depth: 1 });
		expect(nodes.map(({ id, gains }) => [id, gains.Worth])).toEqual([[3, 10]]);
		// The one node that is not allocated, and the build's own row.
		expect(asked).toEqual([2]);
	});

	it("is against the build as it is calculated after a change, not as it was loaded", async () => {
		await using engine = await Engine.open({
			calculator: firstOtherwise,
			tree: new PassiveTree(data),
			threads: 1,
		});
		const build = await engine.load("");
		const { base, nodes } = await build.power({ stats: ["Worth"], depth: 1 });
		expect(base).toEqual({ Worth: 100 });
		expect(nodes.map(({ gains }) => gains.Worth)).toEqual([1, 1]);
	});

	it("of what is infinite is 0 where it stays so, and no failure", async () => {
		// Of 2's neighbours 3 makes two stats infinite or finite and a third no number; 5 changes nothing; 6 fails.
		const infinite = calculatorWith({
			load: "function() return {}, { allocated = { 1, 2 } } end",
			stats: 'function() return { "Both", "From", "To", "None" } end',
			Calculate: `function(_, set)
				local added = set.add[set.addCount]
				if added == 6 then error("no such luck") end
				local is = added == 3
				return { Both = math.huge, From = is and 1 or math.huge, To = is and math.huge or 1, None = is and 0 / 0 or 1 }
			end`,
		});
		await using engine = await Engine.open({ calculator: infinite, tree: new PassiveTree(data), threads: 1 });
		const build = await engine.load("");
		const { nodes } = await build.power({ stats: ["Both", "From", "To", "None"], depth: 2 });
		const found = new Map(nodes.map(({ id, gains, error }) => [id, { ...gains, error: error?.code }]));
		const { POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least, NaN: none } = Number;
		expect(found.get(3)).toEqual({ Both: 0, From: least, To: most, None: none, error: undefined });
		expect(found.get(5)).toEqual({ Both: 0, From: 0, To: 0, None: 0, error: undefined });
		expect(found.get(6)).toEqual({
			Both: none,
			From: none,
			To: none,
			None: none,
			error: "CALCULATOR_ERROR",
		});
		expect(nodes.at(-1)?.id).toBe(6);
	});

	it("is the gain of the whole shortest path, best first", async () => {
		const result = await power({ depth: 2 });
		expect(result.base).toEqual({ Worth: 102 });
		expect(result.nodes.map(({ id, points, nodes, gains }) => [id, points, nodes, gains.Worth])).toEqual([
			[4, 2, [3, 4], gain([3, 4])],
			[3, 1, [3], gain([3])],
		]);
	});

	it("per point sorts by the gain of one point", async () => {
		expect((await power({ depth: 2, perPoint: true })).nodes.map(({ id }) => id)).toEqual([3, 4]);
	});

	it("with remove tells the loss of each node together with what hangs on it", async () => {
		const { nodes } = await power({ depth: 1, remove: true });
		expect(nodes.map(({ id, points, gains }) => [id, points, gains.Worth])).toEqual([
			[3, 1, 10],
			[6, -1, -1],
			[5, -2, -101],
			[2, -3, -102],
		]);
	});

	it("with a radius leaves out what is farther away", async () => {
		expect((await power({ depth: 2, radius: 100 })).nodes.map(({ id }) => id)).toEqual([3]);
	});

	it.each([
		{ stats: undefined },
		{ stats: [] },
		{ depth: 0 },
		{ depth: 1.5 },
		{ radius: -1 },
		{ stats: ["Nope"] },
	])("refuses %o", async (options) => {
		await expect(power(options)).rejects.toMatchObject({
			code: expect.stringMatching(/INVALID_ARGUMENT|UNKNOWN_STAT/),
		});
	});

	it("needs a tree", async () => {
		await using engine = await Engine.open({ calculator, threads: 1 });
		const build = await engine.load("");
		await expect(build.power({ stats: ["Worth"] })).rejects.toMatchObject({ code: "TREE_INVALID" });
	});
});
