import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	type Build,
	type Jewels,
	type SearchOptions,
	type SearchResult,
	searchTree,
} from "../../src/index.js";
import { START, smallCalculator, smallNode, smallTree, withBuild } from "../support/small-trees.js";

//  1 (start) - 2 - 3 (socket) - 4
//                  |
//              5 - 6 (socket) - 7 (socket, not allocated at first)          8 (socket that no path leads to)
const socket = (id: number) => smallNode(id, { type: "jewelSocket" });
const nodes = [
	smallNode(1),
	smallNode(2),
	socket(3),
	smallNode(4),
	smallNode(5),
	socket(6),
	socket(7),
	socket(8),
];
const edges = [
	[1, 2],
	[2, 3],
	[3, 4],
	[3, 6],
	[5, 6],
	[6, 7],
] as const;
const tree = smallTree(nodes, edges);
const allocated = [1, 2, 3, 6];

type Gains = Readonly<Record<string, Readonly<Record<number, number>>>>;

/** `A` is 100, more by what the jewel of each allocated socket gives there, and by what nodes give; `B` is 100 less. */
function calculator(
	worn: Readonly<Record<number, string>>,
	gains: Gains,
	ofNodes: Readonly<Record<number, number>>,
) {
	const table = (values: object, of: (value: never) => string): string =>
		`{ ${Object.entries(values)
			.map(([key, value]) => `[${/^\d+$/.test(key) ? key : JSON.stringify(key)}] = ${of(value as never)}`)
			.join(", ")} }`;
	const number = (value: number) => String(value);
	return smallCalculator(allocated, {}, {}, [], {
		derive: `function(build, change)
			local jewels = { [3] = build.jewels[3], [6] = build.jewels[6], [7] = build.jewels[7], [8] = build.jewels[8] }
			for _, entry in ipairs(change.jewels) do
				jewels[entry.node] = entry.text
			end
			return { jewels = jewels }, { warnings = {} }
		end`,
		load: `function()
			local attributes = { 0, 0, 0, 0 }
			return { jewels = ${table(worn, (text: string) => JSON.stringify(text))} },
				{ class = "Only", level = 1, allocated = { ${allocated.join(", ")} }, attributes = attributes, weaponSets = attributes }
		end`,
		Calculate: `function(build, set)
			local has, a = { [3] = true, [6] = true }, 100
			local ofNodes, gains = ${table(ofNodes, number)}, ${table(gains, (of: object) => table(of, number))}
			for i = 1, set.removeCount do has[set.remove[i]] = nil end
			for i = 1, set.addCount do
				has[set.add[i]] = true
				a = a + (ofNodes[set.add[i]] or 0)
			end
			for node, text in pairs(build.jewels) do
				if has[node] then a = a + (gains[text] and gains[text][node] or 0) end
			end
			return { A = a, B = 200 - a }
		end`,
	});
}

function jewelsOf(build: Build, worn: Readonly<Record<number, string>>): Jewels {
	return {
		worn: new Map(
			Object.entries(worn).map(([id, text]) => [Number(id), { name: `the ${text}`, text, isLocal: true }]),
		),
		with: (jewels) => build.variant({ jewels }),
	};
}

const search = (
	worn: Readonly<Record<number, string>>,
	gains: Gains,
	options: SearchOptions,
	ofNodes: Readonly<Record<number, number>> = {},
): Promise<SearchResult> =>
	withBuild(calculator(worn, gains, ofNodes), tree, (build) =>
		searchTree(build, { goal: "raw(A)", maxEvaluations: 2000, jewels: jewelsOf(build, worn), ...options }),
	);

describe("a search that may move jewels", () => {
	it("moves one to an empty socket, with a step that says so", async () => {
		const result = await search({ 3: "ruby" }, { ruby: { 3: 1, 6: 30 } }, { points: 0 });
		expect(result.improved).toBe(true);
		expect(result.jewels).toEqual({ 3: null, 6: "ruby" });
		expect(result.before).toEqual({ A: 101 });
		expect(result.after).toEqual({ A: 130 });
		expect(result.steps).toMatchObject([
			{ action: "jewel", name: "the ruby", from: 3, target: 6, points: 0, gain: 29, goal: 130 },
		]);
	});

	it("exchanges two, one step each", async () => {
		const gains = { ruby: { 3: 1, 6: 30 }, opal: { 3: 20, 6: 2 } };
		const result = await search({ 3: "ruby", 6: "opal" }, gains, { points: 0 });
		expect(result.jewels).toEqual({ 3: "opal", 6: "ruby" });
		expect(result.after).toEqual({ A: 150 });
		// The opal is out of the tree as soon as the ruby is in its place.
		expect(result.steps.map(({ from, target, goal }) => [from, target, goal])).toEqual([
			[6, 3, 120],
			[3, 6, 150],
		]);
	});

	it("looks for nodes again beside the jewels that were moved, in sockets that are new to the tree", async () => {
		const result = await search({ 3: "ruby" }, { ruby: { 3: 10, 7: 60 } }, { points: 1 }, { 7: 1, 4: 0.5 });
		expect(result.set.add).toEqual([7]);
		expect(result.jewels).toEqual({ 3: null, 7: "ruby" });
		expect(result.after).toEqual({ A: 161 });
		expect(result.steps.map(({ action, target }) => [action, target])).toEqual([
			["add", 7],
			["jewel", 7],
		]);
	});

	it("does not move those without gain, those in sockets that must stay, or those that a floor needs", async () => {
		const gains = { ruby: { 3: 1, 6: 30 } };
		const same = await search({ 3: "ruby" }, { ruby: { 3: 30, 6: 30 } }, { points: 0 });
		expect(same).toMatchObject({ improved: false, steps: [] });
		expect(same.jewels).toBeUndefined();
		const kept = await search({ 3: "ruby" }, gains, { points: 0, keep: ["jewelSockets"] });
		expect(kept.jewels).toBeUndefined();
		const floored = await search({ 3: "ruby" }, gains, { points: 0, floors: ["B>=90"] });
		expect(floored.jewels).toBeUndefined();
		const refused = await search({ 3: "ruby" }, gains, { points: 0, jewels: false });
		expect(refused.jewels).toBeUndefined();
	});

	it("does not move a jewel in a socket that no path leads to", async () => {
		const result = await search({ 3: "opal", 8: "ruby" }, { ruby: { 3: 50, 6: 50 } }, { points: 0 });
		expect(result).toMatchObject({ improved: false, steps: [] });
	});

	it("finds what no arrangement without new nodes is better than, and answers the rows of its variant", async () => {
		const gain = fc.integer({ min: -20, max: 40 });
		const ofSockets = fc.record({ 3: gain, 6: gain, 7: gain });
		await fc.assert(
			fc.asyncProperty(ofSockets, ofSockets, fc.integer({ min: 0, max: 1 }), async (ruby, opal, points) => {
				const worn = { 3: "ruby", 6: "opal" };
				const gains = { ruby, opal };
				await withBuild(calculator(worn, gains, {}), tree, async (build) => {
					const jewels = jewelsOf(build, worn);
					const options = { goal: "raw(A)", points, maxEvaluations: 500, jewels };
					const result = await searchTree(build, options);
					const variant = build.variant({ jewels: result.jewels ?? {} });
					expect(await variant.calculate(result.set, { stats: ["A"] })).toEqual(result.after);
					const arranged = [ruby[3] + opal[6], ruby[6] + opal[3]];
					expect(result.after.A).toBeGreaterThanOrEqual(100 + Math.max(...arranged));
					const after = [...allocated, ...(result.set.add ?? [])];
					expect(tree.unreachable(after, [START])).toHaveLength(0);
					expect(result.steps.at(-1)?.goal ?? result.before.A).toBe(result.after.A);
				});
			}),
			{ numRuns: 15 },
		);
	});
});
