import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readBuildSource } from "../../src/builds/build-source.js";
import { loadTreeFile, type TreeData } from "../../src/tree/tree-file.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const treeFile = path.join(root, "data/demo-tree.json");
const buildFile = path.join(root, "data/demo-build.json");
const tree = await loadTreeFile(treeFile);

/** Steps from a class's start to every node that its player can reach. */
function distances(data: TreeData, start: number, usable: (id: number) => boolean): Map<number, number> {
	const neighbours = new Map<number, number[]>(data.nodes.map(({ id }) => [id, []]));
	for (const [a, b] of data.edges) {
		neighbours.get(a)?.push(b);
		neighbours.get(b)?.push(a);
	}
	const found = new Map([[start, 0]]);
	for (const [id, steps] of found) {
		for (const other of neighbours.get(id) ?? [])
			if (!found.has(other) && usable(other)) found.set(other, steps + 1);
	}
	return found;
}

const passable = new Set(tree.nodes.filter((node) => node.passable).map(({ id }) => id));

describe("the embedded tree", () => {
	it("is what the script makes, byte for byte", () => {
		const folder = mkdtempSync(path.join(tmpdir(), "pobatch-demo-"));
		try {
			execFileSync(process.execPath, [path.join(root, "scripts/make-demo-tree.mjs"), folder]);
			for (const file of [treeFile, buildFile]) {
				const made = readFileSync(path.join(folder, path.basename(file)));
				expect(made.equals(readFileSync(file)), path.basename(file)).toBe(true);
			}
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it("has the shape and size of a real one", () => {
		const count = (type: string) => tree.nodes.filter((node) => node.type === type).length;
		expect(tree.version).toBe("demo");
		expect(tree.nodes.length).toBeGreaterThan(4800);
		expect(tree.nodes.length).toBeLessThan(5000);
		expect(count("classStart")).toBe(6);
		expect(tree.classes).toHaveLength(8);
		expect(count("ascendancyStart")).toBe(20);
		expect(tree.classes.flatMap(({ ascendancies }) => ascendancies)).toHaveLength(20);
		expect(count("attribute")).toBe(290);
		expect(count("keystone")).toBe(33);
		expect(count("jewelSocket")).toBe(18);
		expect(count("notable")).toBeGreaterThan(1100);
		expect(count("mastery")).toBeGreaterThan(300);
		expect(readFileSync(treeFile).length).toBeLessThan(900_000);
		for (const node of tree.nodes.filter(({ type }) => type === "attribute")) {
			expect(node.options?.map(({ stats }) => stats)).toEqual([
				["+5 to Strength"],
				["+5 to Dexterity"],
				["+5 to Intelligence"],
			]);
		}
		// Everything that a program must cope with on a real tree.
		for (const has of [
			"switches",
			"unlockConstraint",
			"isMultipleChoice",
			"isMultipleChoiceOption",
			"isFreeAllocate",
		] as const) {
			expect(
				tree.nodes.some((node) => node[has] !== undefined),
				has,
			).toBe(true);
		}
		expect(tree.exits.length).toBeGreaterThan(0);
		expect(Math.max(...tree.nodes.map(({ id }) => id))).toBeGreaterThan(60_000);
	});

	it("lets every class walk to every node of the main tree, at plausible distances", () => {
		const main = tree.nodes.filter((node) => node.allocatable && node.ascendancy === undefined);
		for (const { name, startNodeId } of tree.classes) {
			const steps = distances(tree, startNodeId, (id) => passable.has(id));
			expect(main.filter(({ id }) => !steps.has(id)).length, name).toBe(0);
			const sorted = main.map(({ id }) => steps.get(id) as number).sort((a, b) => a - b);
			expect(sorted[0]).toBe(1);
			expect(sorted[Math.floor(sorted.length / 2)]).toBeGreaterThan(10);
			expect(sorted.at(-1)).toBeGreaterThan(20);
			expect(sorted.at(-1)).toBeLessThan(50);
			const keystones = main
				.filter(({ type }) => type === "keystone")
				.map(({ id }) => steps.get(id) as number);
			expect(Math.min(...keystones)).toBeGreaterThan(5);
		}
	});

	it("lets every ascendancy walk to all its nodes and nowhere else", () => {
		for (const { name, startNodeId } of tree.classes.flatMap(({ ascendancies }) => ascendancies)) {
			const own = tree.nodes.filter((node) => node.ascendancy === name).map(({ id }) => id);
			expect(own.length, name).toBeGreaterThan(16);
			expect(
				[...distances(tree, startNodeId, (id) => passable.has(id)).keys()].sort((a, b) => a - b),
				name,
			).toEqual(own);
		}
	});

	it("can be drawn: no two nodes lie on one another", () => {
		const taken = new Set<string>();
		for (const { x, y } of tree.nodes) {
			const cell = `${Math.round(x / 20)},${Math.round(y / 20)}`;
			expect(taken.has(cell), cell).toBe(false);
			taken.add(cell);
		}
	});

	it("has names of its own, and each notable a different one", () => {
		const names = tree.nodes
			.filter(({ type }) => type === "notable" || type === "keystone")
			.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
	});
});

const realTree = path.join(root, "../shared/data/tree/poe2_0_5.json");

describe.skipIf(!existsSync(realTree))("the embedded tree beside the game's (needs ../shared)", () => {
	it("shares no names with it except node kinds", async () => {
		const real = await loadTreeFile(realTree);
		const theirs = new Set([
			...real.nodes.map(({ name }) => name),
			...real.classes.flatMap(({ name, ascendancies }) => [
				name,
				...ascendancies.map((ascendancy) => ascendancy.name),
			]),
		]);
		const ours = new Set([
			...tree.nodes.map(({ name }) => name),
			...tree.classes.flatMap(({ name, ascendancies }) => [
				name,
				...ascendancies.map((ascendancy) => ascendancy.name),
			]),
		]);
		expect([...ours].filter((name) => theirs.has(name)).sort()).toEqual(["Attribute", "Jewel Socket"]);
	});
});

describe("the demo's build", () => {
	const build = readBuildSource(readFileSync(buildFile, "utf8"), { tree });

	it("is read without warnings", () => {
		expect(build.warnings).toEqual([]);
		expect(build.level).toBe(80);
		expect(build.items.length).toBeGreaterThan(4);
		expect(build.allocated.length).toBeGreaterThan(95);
		expect(build.allocated.length).toBeLessThan(115);
	});

	it("is connected to its starts and has made all its choices", () => {
		const allocated = new Set(build.allocated);
		const starts = build.allocated.filter((id) => !passable.has(id));
		expect(starts).toHaveLength(2);
		const reached = starts.flatMap((start) => [
			...distances(tree, start, (id) => allocated.has(id) && passable.has(id)).keys(),
		]);
		expect(reached.sort((a, b) => a - b)).toEqual(build.allocated);
		for (const [i, id] of build.allocated.entries()) {
			const { type } = tree.nodes.find((node) => node.id === id) ?? {};
			expect(build.attributes[i] !== 0, String(id)).toBe(type === "attribute");
		}
	});
});
