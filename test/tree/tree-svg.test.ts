import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sax from "sax";
import { describe, expect, test } from "vitest";
import { PassiveTree } from "../../src/tree/passive-tree.js";
import { edgePaths } from "../../src/tree/svg/edges.js";
import { heatScale } from "../../src/tree/svg/heat-scale.js";
import { placeLabels } from "../../src/tree/svg/labels.js";
import type { TreeData, TreeNode, TreeNodeType } from "../../src/tree/tree-data.js";

const realTree = fileURLToPath(new URL("../../../shared/data/tree/poe2_0_5.json", import.meta.url));

function node(id: number, x: number, y: number, more: Partial<TreeNode> = {}): TreeNode {
	const own = {
		id,
		name: `Node ${id}`,
		type: "normal" as TreeNodeType,
		stats: [],
		allocatable: true,
		passable: true,
	};
	return { ...own, group: 1, orbit: 0, orbitIndex: 0, x, y, ...more };
}

// Two nodes on one orbit of radius 100, above and right of their group; a notable, a keystone and an ascendancy.
const data: TreeData = {
	version: "test",
	nodes: [
		node(1, 0, -100, { orbit: 1, type: "classStart", classesStart: ["Digger"] }),
		node(2, 100, 0, { orbit: 1 }),
		node(3, 400, 0, { group: 2, type: "notable", name: `Salt & "Iron" <3`, stats: ["10% increased Life"] }),
		node(4, 400, 300, { group: 2, type: "keystone" }),
		node(5, 900, 900, { group: 3, ascendancy: "Deep", type: "ascendancyStart" }),
		node(6, 0, 0, { type: "mastery" }),
	],
	edges: [
		[1, 2],
		[2, 3],
		[3, 4],
	],
	exits: [],
	curves: [{ from: 4, to: 3, radius: 200 }],
	classes: [],
	groups: [
		{ id: 1, x: 0, y: 0, orbits: [1], nodes: [1, 2] },
		{ id: 2, x: 400, y: 0, orbits: [0], nodes: [3, 4] },
		{ id: 3, x: 900, y: 900, orbits: [0], nodes: [5] },
	],
};

/** Elements of a document by class; throws where it is not well-formed. */
function elements(
	svg: string,
): { name: string; classes: string[]; attributes: Record<string, string>; text: string }[] {
	const all: ReturnType<typeof elements> = [];
	const open: number[] = [];
	const parser = sax.parser(true);
	parser.onerror = (error) => {
		throw error;
	};
	parser.onopentag = ({ name, attributes }) => {
		const own = attributes as Record<string, string>;
		open.push(all.push({ name, classes: (own.class ?? "").split(" "), attributes: own, text: "" }) - 1);
	};
	parser.ontext = (text) => {
		const current = all[open.at(-1) ?? -1];
		if (current) current.text += text;
	};
	parser.onclosetag = () => {
		open.pop();
	};
	parser.write(svg).close();
	return all;
}

describe("edges", () => {
	const paths = new Map(edgePaths(data).map(({ edge, d }) => [edge.join("-"), d]));

	test("go around the group between nodes of one orbit", () => {
		// From above to the right is clockwise (y points down): sweep flag 1.
		expect(paths.get("1-2")).toBe("M0 -100A100 100 0 0 1 100 0");
	});

	test("are straight between groups", () => {
		expect(paths.get("2-3")).toBe("M100 0L400 0");
	});

	test("bend as the tree's file says", () => {
		// From 4 up to 3 with the centre to the left of the way: the arc swells to the right, counter-clockwise.
		expect(paths.get("3-4")).toBe("M400 300A200 200 0 0 0 400 0");
	});

	test("are straight where the circle is too small to reach, and where its radius is 0", () => {
		for (const radius of [149, 0]) {
			const [, , path] = edgePaths({ ...data, curves: [{ from: 4, to: 3, radius }] });
			expect(path?.d).toBe("M400 300L400 0");
		}
	});
});

describe("the colours of heat", () => {
	const lightness = (color: string) => {
		const [r = 0, g = 0, b = 0] = color.startsWith("#")
			? [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
			: (color.match(/\d+/g) ?? []).map(Number);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};

	test("get lighter with every gain", () => {
		const { color, min, max } = heatScale([0, 5, 10]);
		expect([min, max]).toEqual([0, 10]);
		const steps = Array.from({ length: 11 }, (_, i) => lightness(color(i)));
		expect(steps).toEqual([...steps].sort((a, b) => a - b));
	});

	test("are symmetrical about 0 with losses: orange (more red) and blue", () => {
		const { color, min, max } = heatScale([-2, 10, Number.NaN]);
		expect([min, max]).toEqual([-2, 10]);
		const [r = 0, , b = 0] = (color(-10).match(/\d+/g) ?? []).map(Number);
		const [gainR = 0, , gainB = 0] = (color(10).match(/\d+/g) ?? []).map(Number);
		expect(r).toBeGreaterThan(b + 100);
		expect(gainB).toBeGreaterThan(gainR + 50);
		expect(lightness(color(0))).toBeLessThan(lightness(color(-10)));
	});

	test("follow the square root: a quarter of the largest gain is half way", () => {
		const { position, valueAt } = heatScale([-9, 100]);
		expect([100, 25, 0, -9].map(position)).toEqual([1, 0.5, 0, -0.3]);
		expect([1, 0.5, 0, -0.5].map(valueAt)).toEqual([100, 25, 0, -25]);
	});

	test("do not divide by 0 where nothing gains", () => {
		expect(heatScale([0, 0]).color(0)).not.toContain("NaN");
	});
});

describe("labels", () => {
	const within = { x: 0, y: 0, width: 1000, height: 1000 };

	test("never overlap; a label without a place is left out", () => {
		const requests = Array.from({ length: 50 }, (_, i) => ({
			text: "A long name",
			x: 500,
			y: 500 + i,
			radius: 10,
		}));
		const placed = placeLabels(requests, { fontSize: 20, within, limit: 50 });
		expect(placed.length).toBeGreaterThan(1);
		expect(placed.length).toBeLessThan(50);
		for (const [i, { box: a }] of placed.entries()) {
			for (const { box: b } of placed.slice(i + 1)) {
				const apart =
					a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
				expect(apart).toBe(true);
			}
		}
	});

	test("stay in the picture", () => {
		const [label] = placeLabels([{ text: "At the edge", x: 990, y: 500, radius: 5 }], {
			fontSize: 20,
			within,
			limit: 1,
		});
		expect(label?.anchor).toBe("end");
	});
});

describe("treeToSvg", () => {
	const tree = new PassiveTree(data);

	test("draws each node once by its type, and no mastery", () => {
		const nodes = elements(tree.toSvg()).filter(({ classes }) => classes[0] === "node");
		const drawn = nodes.filter(({ classes }) => !classes.includes("")).map(({ classes }) => classes[1]);
		expect(drawn).toEqual(["classStart", "normal", "notable", "keystone", "ascendancyStart"]);
	});

	test("marks allocated nodes and the edges between them", () => {
		const all = elements(tree.toSvg({ highlight: [1, 2] }));
		const on = all.filter(({ classes }) => classes.includes("on"));
		expect(on.find(({ name }) => name === "path")?.attributes.d).toBe("M0 -100A100 100 0 0 1 100 0");
		expect(on.filter(({ classes }) => classes[1] === "classStart")).toHaveLength(1);
	});

	test("marks what is added and what is given up, in the legend, too", () => {
		const all = elements(tree.toSvg({ highlight: [1, 2], added: [2], removed: [3] }));
		const marked = (mark: string) => all.filter(({ classes }) => classes.includes(mark));
		// One on the tree, one in the legend.
		expect(marked("added")).toHaveLength(2);
		expect(marked("removed")).toHaveLength(2);
	});

	test("shows heat as colour, number and legend with its unit", () => {
		const all = elements(tree.toSvg({ heat: { 3: 1234.5 }, heatLabel: "Life gained" }));
		const hot = all.filter(({ classes }) => classes.includes("hot"));
		expect(hot).toHaveLength(1);
		expect(hot[0]?.attributes.style).toMatch(/^fill:/);
		const texts = all.map(({ text }) => text);
		expect(texts).toContain(`Salt & "Iron" <3\nLife gained: 1,235\n10% increased Life`);
		expect(texts).toContain("Life gained");
		expect(texts).toContain("1,235");
		// The label beside the notable.
		expect(all.find(({ classes }) => classes[0] === "name")?.text).toBe(`Salt & "Iron" <3`);
	});

	test("has numbers in the legend only if they fit", () => {
		const ticks = (heat: Record<number, number>) =>
			elements(tree.toSvg({ heat, labels: false }))
				.filter(({ name, attributes }) => name === "text" && attributes["text-anchor"] === "middle")
				.map(({ text }) => text)
				.filter((text) => /^-?[\d.,]+$/.test(text));
		expect(ticks({ 3: 400, 4: -400 })).toEqual(["400", "-400", "0", "100", "-100"]);
		// So small a loss would be written over the 0.
		expect(ticks({ 3: 400, 4: -0.01 })).toEqual(["400", "-0.01", "100"]);
	});

	test("draws what is infinite at its end of the scale, and says so in words", () => {
		const { color, min, max } = heatScale([1, 4, Number.NEGATIVE_INFINITY]);
		expect([min, max]).toEqual([-4, 4]);
		expect(color(Number.NEGATIVE_INFINITY)).toBe(color(-4));
		expect(heatScale([-3, Number.POSITIVE_INFINITY]).max).toBe(3);
		expect(heatScale([Number.POSITIVE_INFINITY]).color(Number.POSITIVE_INFINITY)).not.toContain("NaN");
		const svg = tree.toSvg({ heat: { 3: Number.POSITIVE_INFINITY }, heatLabel: "Gain" });
		expect(svg).toContain("Gain: infinite");
		expect(svg).toContain("Gain, infinite at the end");
		expect(svg).not.toMatch(/NaN|Infinity|∞/);
	});

	test("takes a Map, and draws NaN as no number", () => {
		const all = elements(tree.toSvg({ heat: new Map([[3, Number.NaN]]) }));
		expect(all.some(({ classes }) => classes.includes("failed"))).toBe(true);
		expect(all.map(({ text }) => text)).toContain("no number");
	});

	test("names ascendancies; of the marked part only those with marks, near it", () => {
		const names = (svg: string) => elements(svg).filter(({ classes }) => classes[0] === "disc-name");
		expect(names(tree.toSvg()).map(({ text }) => text)).toEqual(["Deep"]);
		expect(names(tree.toSvg({ view: "marked", highlight: [1] }))).toEqual([]);
		expect(names(tree.toSvg({ view: "marked", highlight: [1, 5] })).map(({ text }) => text)).toEqual([
			"Deep",
		]);
	});

	test("refuses nodes that the tree does not have, and what is no number", () => {
		const coded = (code: string) => expect.objectContaining({ name: "PobatchError", code });
		const thrown = (body: () => unknown) => {
			try {
				return body();
			} catch (error) {
				return error;
			}
		};
		expect(thrown(() => tree.toSvg({ highlight: [99] }))).toEqual(coded("UNKNOWN_NODE"));
		expect(thrown(() => tree.toSvg({ removed: [99] }))).toEqual(coded("UNKNOWN_NODE"));
		expect(thrown(() => tree.toSvg({ heat: { 99: 1 } }))).toEqual(coded("UNKNOWN_NODE"));
		expect(thrown(() => tree.toSvg({ heat: { 3: "1" } as never }))).toEqual(coded("INVALID_ARGUMENT"));
		expect(thrown(() => tree.toSvg({ highlight: 3 as never }))).toEqual(coded("INVALID_ARGUMENT"));
		expect(thrown(() => tree.toSvg({ view: "all" as never }))).toEqual(coded("INVALID_ARGUMENT"));
		expect(thrown(() => tree.toSvg({ labels: -1 }))).toEqual(coded("INVALID_ARGUMENT"));
	});

	test.skipIf(!existsSync(realTree))(
		"draws all 4,544 nodes of the game's tree (skipped without ../shared)",
		async () => {
			// 4,912 nodes, of which 368 are masteries.
			const real = await PassiveTree.load(realTree);
			const nodes = elements(real.toSvg()).filter(
				({ classes }) => classes[0] === "node" && !classes.includes(""),
			);
			expect(nodes).toHaveLength(4912 - 368);
		},
	);
});
