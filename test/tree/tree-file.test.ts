import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PobatchError } from "../../src/common/errors.js";
import {
	ascendancyStartOf,
	loadTreeFile,
	parseTree,
	startNodeOf,
	treeForCalculator,
} from "../../src/tree/tree-file.js";

/* A tree of two classes at one start:
 *
 *   2 (class start) - 10 - 11 (attribute) - 12 (notable)      20 (ascendancy start) - 21 - 22 ~> 11
 *   2 - 20                                \ 13 (picture)                              \ 23 (locked by 21)
 */
function smallTree(): {
	[key: string]: unknown;
	nodes: Record<string, Record<string, unknown>>;
	classes: Record<string, unknown>[];
	groups: unknown[];
} {
	const node = (skill: number, connections: number[], fields: Record<string, unknown> = {}) => ({
		skill,
		name: `Node ${skill}`,
		stats: [] as string[],
		group: 1,
		orbit: 0,
		orbitIndex: 0,
		connections: connections.map((id) => ({ id, orbit: 0 })),
		...fields,
	});
	const ascended = { ascendancyName: "Digger" };
	return {
		constants: {
			orbitRadii: [0, 100],
			orbitAnglesByOrbit: [[0], [0, Math.PI / 2, Math.PI, (3 * Math.PI) / 2]],
			skillsPerOrbit: [1, 4],
		},
		classes: [
			{
				name: "Miner",
				integerId: 3,
				base_str: 15,
				base_dex: 7,
				base_int: 8,
				ascendancies: [
					{ id: "Digger", name: "Digger", internalId: "Miner1" },
					{ id: "Deep Digger", name: "Deep Digger" },
				],
			},
			{ name: "Smelter", integerId: 4, base_str: 7, base_dex: 15, base_int: 8, ascendancies: [] },
		],
		groups: [
			{ x: 1000, y: 2000, orbits: [0, 1], nodes: [10] },
			null,
			{ x: -5, y: 7.5, orbits: [0], nodes: [] },
		],
		nodes: {
			2: node(2, [10, 20], { classesStart: ["Miner", "Smelter", "Ghost"] }),
			10: node(10, [], {
				orbit: 1,
				orbitIndex: 1,
				stats: ["10% increased Attack Speed\n5% increased Cast Speed"],
			}),
			11: node(11, [10, 11, 999], {
				isAttribute: true,
				stats: ["+5 to any Attribute"],
				options: ["Strength", "Dexterity", "Intelligence"].map((name, i) => ({
					id: i + 1,
					name,
					stats: [`+5 to ${name}`],
				})),
			}),
			12: node(12, [11, 13], {
				isNotable: true,
				isSwitchable: true,
				stats: ["a"],
				options: { Smelter: { name: "Other", stats: ["b"] }, "Deep Digger": { icon: "picture only" } },
			}),
			13: node(13, [11], { isOnlyImage: true }),
			20: node(20, [21], {
				...ascended,
				isAscendancyStart: true,
				isSwitchable: true,
				group: 3,
				options: { "Deep Digger": { ascendancyName: "Deep Digger" } },
			}),
			21: node(21, [22, 23], { ...ascended, isNotable: true, isMultipleChoice: true }),
			22: node(22, [11], { ...ascended, isMultipleChoiceOption: true, isFreeAllocate: true }),
			23: node(23, [], { ...ascended, unlockConstraint: { ascendancy: "Digger", nodes: [21] } }),
		},
	};
}

describe("parseTree", () => {
	const tree = parseTree(smallTree(), "0_9");
	const node = (id: number) => tree.nodes.find((entry) => entry.id === id);

	it("sorts the nodes and determines their types", () => {
		expect(tree.version).toBe("0_9");
		expect(tree.nodes.map(({ id, type }) => [id, type])).toEqual([
			[2, "classStart"],
			[10, "normal"],
			[11, "attribute"],
			[12, "notable"],
			[13, "mastery"],
			[20, "ascendancyStart"],
			[21, "notable"],
			[22, "normal"],
			[23, "normal"],
		]);
		expect(node(22)).toMatchObject({
			isMultipleChoiceOption: true,
			isFreeAllocate: true,
			ascendancy: "Digger",
		});
		expect(node(23)?.unlockConstraint).toEqual({ ascendancy: "Digger", nodes: [21] });
		expect(node(10)?.stats).toEqual(["10% increased Attack Speed", "5% increased Cast Speed"]);
	});

	it("places nodes on circles around their group, clockwise from the top", () => {
		expect(node(2)).toMatchObject({ x: 1000, y: 2000 });
		expect(node(10)?.x).toBeCloseTo(1100, 9);
		expect(node(10)?.y).toBeCloseTo(2000, 9);
		// Groups are counted from 1, gaps included.
		expect(node(20)).toMatchObject({ x: -5, y: 7.5, group: 3 });
		expect(tree.groups.map(({ id }) => id)).toEqual([1, 3]);
	});

	it("joins nodes that a player can walk between, each pair once", () => {
		// Neither the picture, nor the class start with the ascendancy's, nor 11 with itself, nor a node that is not there.
		expect(tree.edges).toEqual([
			[2, 10],
			[10, 11],
			[11, 12],
			[20, 21],
			[21, 22],
			[21, 23],
		]);
		expect(tree.exits).toEqual([[22, 11]]);
	});

	it("says which nodes take a point and let a path through", () => {
		const blocked = tree.nodes.filter(({ allocatable, passable }) => !allocatable && !passable);
		expect(blocked.map(({ id }) => id)).toEqual([2, 13, 20]);
		expect(tree.nodes.filter(({ allocatable, passable }) => allocatable !== passable)).toEqual([]);
	});

	it("finds starts, also of classes that cannot be played and of ascendancies that share one", () => {
		expect(startNodeOf(tree, "Smelter")).toBe(2);
		expect(startNodeOf(tree, "Ghost")).toBe(2);
		expect(startNodeOf(tree, "Nobody")).toBeUndefined();
		expect(ascendancyStartOf(tree, "Deep Digger")).toBe(20);
		expect(ascendancyStartOf(tree, "Nobody")).toBeUndefined();
		expect(tree.classes[0]).toEqual({
			name: "Miner",
			integerId: 3,
			baseStr: 15,
			baseDex: 7,
			baseInt: 8,
			startNodeId: 2,
			ascendancies: [
				{ name: "Digger", internalId: "Miner1", startNodeId: 20, nodesOf: "Digger" },
				{ name: "Deep Digger", startNodeId: 20, nodesOf: "Digger" },
			],
		});
	});

	it("keeps the node's own texts if a switch only changes the picture", () => {
		expect(node(12)?.switches).toEqual([
			{ for: "Smelter", name: "Other", stats: ["b"] },
			{ for: "Deep Digger", name: "Node 12", stats: ["a"] },
		]);
	});

	it("leaves a node without a group out of the graph", () => {
		const json = smallTree();
		delete json.nodes[10]?.group;
		const without = parseTree(json);
		expect(without.edges).not.toContainEqual([2, 10]);
		expect(without.nodes.find(({ id }) => id === 10)).toMatchObject({ x: 0, y: 0, allocatable: false });
	});

	it("gives a calculator plain tables with all choices of a node", () => {
		const table = treeForCalculator(tree);
		expect(table.version).toBe("0_9");
		expect(table.nodes.find(({ id }) => id === 11)).toEqual({
			id: 11,
			name: "Node 11",
			type: "attribute",
			stats: ["+5 to any Attribute"],
			options: [
				{ id: 1, name: "Strength", stats: ["+5 to Strength"] },
				{ id: 2, name: "Dexterity", stats: ["+5 to Dexterity"] },
				{ id: 3, name: "Intelligence", stats: ["+5 to Intelligence"] },
			],
		});
		expect(table.nodes.find(({ id }) => id === 12)?.options).toEqual([
			{ for: "Smelter", name: "Other", stats: ["b"] },
			{ for: "Deep Digger", name: "Node 12", stats: ["a"] },
		]);
		expect(table.classes).toEqual([
			{ name: "Miner", baseStr: 15, baseDex: 7, baseInt: 8, ascendancies: ["Digger", "Deep Digger"] },
			{ name: "Smelter", baseStr: 7, baseDex: 15, baseInt: 8, ascendancies: [] },
		]);
		expect(structuredClone(table)).toEqual(table);
	});
});

it("an ascendancy whose nodes are not there yet is left out", () => {
	const json = smallTree();
	Object.assign(json.classes[1] ?? {}, { ascendancies: [{ name: "Lost" }] });
	expect(parseTree(json).classes[1]?.ascendancies).toEqual([]);
});

describe("hazard: a file that is not a tree", () => {
	const wrong: [string, (json: ReturnType<typeof smallTree>) => void, string][] = [
		[
			"stats of another type",
			(json) => Object.assign(json.nodes[12] ?? {}, { stats: "a" }),
			"nodes.12.stats but received",
		],
		[
			"one stat of another type",
			(json) => Object.assign(json.nodes[12] ?? {}, { stats: ["a", 1] }),
			"nodes.12.stats[1]",
		],
		[
			"an id beyond 16 bits",
			(json) => Object.assign(json.nodes[12] ?? {}, { skill: 65_536 }),
			"nodes.12.skill",
		],
		[
			"an id used twice",
			(json) => Object.assign(json.nodes[12] ?? {}, { skill: 11 }),
			"no other node has for nodes.12.skill",
		],
		[
			"an orbit that is not there",
			(json) => Object.assign(json.nodes[12] ?? {}, { orbit: 2 }),
			"nodes.12.orbit",
		],
		[
			"an index that is not there",
			(json) => Object.assign(json.nodes[12] ?? {}, { orbit: 1, orbitIndex: 4 }),
			"nodes.12.orbitIndex",
		],
		["a group that is a gap", (json) => Object.assign(json.nodes[12] ?? {}, { group: 2 }), "nodes.12.group"],
		["an attribute node without options", (json) => delete json.nodes[11]?.options, "nodes.11.options"],
		["two options", (json) => Object.assign(json.nodes[11] ?? {}, { options: [{}, {}] }), "nodes.11.options"],
		[
			"a flag that is text",
			(json) => Object.assign(json.nodes[12] ?? {}, { isNotable: "yes" }),
			"nodes.12.isNotable",
		],
		[
			"a lock by an unknown node",
			(json) => Object.assign(json.nodes[23] ?? {}, { unlockConstraint: { nodes: [5] } }),
			"nodes.23.unlockConstraint.nodes[0]",
		],
		[
			"connections of numbers",
			(json) => Object.assign(json.nodes[12] ?? {}, { connections: [11] }),
			"nodes.12.connections[0]",
		],
		[
			"a class without a start",
			(json) => Object.assign(json.classes[1] ?? {}, { name: "Lost" }),
			"classes[1].name",
		],
		[
			"two classes of one name",
			(json) => Object.assign(json.classes[1] ?? {}, { name: "Miner" }),
			"classes[1].name",
		],
		[
			"an ascendancy without a name",
			(json) => Object.assign(json.classes[1] ?? {}, { ascendancies: [{ name: 3 }] }),
			"classes[1].ascendancies[0].name",
		],
		[
			"an attribute that is no number",
			(json) => Object.assign(json.classes[0] ?? {}, { base_str: null }),
			"classes[0].base_str",
		],
		["no classes", (json) => Object.assign(json, { classes: [] }), "classes"],
		["no nodes", (json) => Object.assign(json, { nodes: {} }), "nodes"],
		[
			"a group without a place",
			(json) => Object.assign(json.groups, [{ y: 1, orbits: [], nodes: [] }]),
			"groups[0].x",
		],
		["no constants", (json) => delete json.constants, "constants"],
	];
	it.each(wrong)("%s", (_, break_, message) => {
		const json = smallTree();
		break_(json);
		expect(() => parseTree(json)).toThrow(
			expect.objectContaining({ code: "TREE_INVALID", message: expect.stringContaining(message) }),
		);
	});

	it.each([null, undefined, 1, "tree", [], {}])("%j", (json) => {
		expect(() => parseTree(json)).toThrow(expect.objectContaining({ code: "TREE_INVALID" }));
	});

	it("only ever raises TREE_INVALID, whatever stands where", () => {
		const paths: (string | number)[][] = [];
		const collect = (value: unknown, at: (string | number)[]): void => {
			if (at.length > 0) paths.push(at);
			if (typeof value === "object" && value !== null) {
				for (const [key, member] of Object.entries(value)) collect(member, [...at, key]);
			}
		};
		collect(smallTree(), []);
		fc.assert(
			fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), (at, value) => {
				const json = smallTree();
				let parent: Record<string | number, unknown> = json;
				for (const key of at.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
				parent[at.at(-1) as string] = value;
				try {
					parseTree(json);
				} catch (error) {
					expect(error).toBeInstanceOf(PobatchError);
					expect((error as PobatchError).code).toBe("TREE_INVALID");
				}
			}),
			{ numRuns: 2000 },
		);
	});
});

describe("loadTreeFile", () => {
	it("names a file that is missing, and one that is not JSON", async () => {
		await expect(loadTreeFile("/nowhere/tree.json")).rejects.toMatchObject({
			code: "FILE_NOT_FOUND",
			value: "/nowhere/tree.json",
		});
		await expect(loadTreeFile(fileURLToPath(import.meta.url))).rejects.toMatchObject({
			code: "TREE_INVALID",
		});
	});

	it("takes the version from the document, otherwise from the path", async () => {
		const folder = await mkdtemp(path.join(tmpdir(), "pobatch-tree-"));
		try {
			const file = path.join(folder, "poe2_0_7.json");
			await writeFile(file, JSON.stringify(smallTree()));
			expect((await loadTreeFile(file)).version).toBe("0_7");
			await writeFile(file, JSON.stringify({ ...smallTree(), version: "own" }));
			expect((await loadTreeFile(file)).version).toBe("own");
			await writeFile(path.join(folder, "tree.json"), JSON.stringify(smallTree()));
			expect((await loadTreeFile(path.join(folder, "tree.json"))).version).toBe("unknown");
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});

const realTree = fileURLToPath(new URL("../../../shared/data/tree/poe2_0_5.json", import.meta.url));

describe.skipIf(!existsSync(realTree))("the game's tree 0_5 (needs ../shared)", () => {
	it("has the nodes and joins that Path of Building walks", async () => {
		const tree = await loadTreeFile(realTree);
		expect(tree.version).toBe("0_5");
		expect(tree.nodes).toHaveLength(4912);
		const count = (type: string) => tree.nodes.filter((node) => node.type === type).length;
		expect(count("attribute")).toBe(293);
		expect(count("keystone")).toBe(33);
		expect(count("jewelSocket")).toBe(18);
		expect(count("mastery")).toBe(368);
		expect(count("ascendancyStart")).toBe(22);
		expect(count("classStart")).toBe(6);
		// 4,738 within the main tree less one node joined to itself, 12 at class starts, 410 within ascendancies.
		expect(tree.edges).toHaveLength(5159);
		// Both "Path of the ..." nodes lead to the two nodes at another class's start.
		expect(tree.exits).toEqual([
			[12795, 4739],
			[12795, 44871],
			[57253, 3936],
			[57253, 38646],
		]);
		expect(startNodeOf(tree, "Warrior")).toBe(47175);
		expect(startNodeOf(tree, "Marauder")).toBe(47175);
		expect(ascendancyStartOf(tree, "Titan")).toBe(32534);
		expect(tree.classes.flatMap(({ ascendancies }) => ascendancies)).toContainEqual({
			name: "Abyssal Lich",
			internalId: "Witch3b",
			startNodeId: 23710,
			nodesOf: "Lich",
		});
	});
});
