import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { embedded, loopSource } from "../../src/calculators/lua-files.js";
import { Engine, NodeSets, PassiveTree } from "../../src/index.js";
import { addon, type NativeEngine, type Plain } from "../../src/native/addon.js";
import { nodeWord } from "../../src/rows/node-sets.js";

const fixture = (name: string) =>
	JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));
const gameTree = fileURLToPath(new URL("../../../shared/data/tree/poe2_0_5.json", import.meta.url));

interface LineCase {
	line: string;
	modifiers: Plain[] | null;
}
interface SheetCase {
	name: string;
	because: string;
	source: { [key: string]: Plain; allocated: number[]; attributes: number[]; weaponSets: number[] };
	set?: { add: number[]; addAttribute: number[]; addWeaponSet: number[]; remove: number[] };
	expect: Record<string, number>;
}

/** The calculator without the readers of builds in front of it: its `load` gets tables. */
async function openNative(tree: Plain): Promise<NativeEngine> {
	const native = new (addon().Engine)(
		{
			...(await embedded("reference/init.lua")),
			threads: 1,
			loopSource: await loopSource(),
			sandboxSource: "",
			rollback: false,
			options: { tree },
			memoryLimit: 0,
		},
		() => {},
	);
	await native.open();
	return native;
}

describe("the reference calculator reads stat lines", () => {
	const { cases } = fixture("stat-lines.json") as { cases: LineCase[] };
	let engine: Engine;
	beforeAll(async () => {
		engine = await Engine.open({ calculator: "reference", threads: 1 });
	});
	afterAll(() => engine.close());

	it("has 100 sampled lines with expectations written by hand", () => {
		expect(cases).toHaveLength(100);
		expect(cases.filter(({ modifiers }) => modifiers !== null).length).toBeGreaterThan(60);
	});

	it.each(cases)("$line", async ({ line, modifiers }) => {
		expect(await engine.command("parse", { line })).toEqual(modifiers);
	});
});

describe("the reference calculator's formulas", () => {
	const { cases, tree } = fixture("reference-sheets.json") as { cases: SheetCase[]; tree: Plain };
	let native: NativeEngine;
	beforeAll(async () => {
		native = await openNative(tree);
	});
	afterAll(() => native.close());

	it.each(cases.map((sheet, i) => ({ ...sheet, id: i + 1 })))("$name: $because", async ({
		id,
		source,
		set,
		expect: wanted,
	}) => {
		await native.load(id, source);
		const { allocated, attributes, weaponSets } = source;
		const words = Uint32Array.from(allocated, (node, i) => nodeWord(node, attributes[i], weaponSets[i]));
		const base = new (addon().AllocatedNodes)(null, words);
		const row = [
			...(set?.add ?? []).map((node, i) => nodeWord(node, set?.addAttribute[i], set?.addWeaponSet[i])),
			...(set?.remove ?? []).map((node) => node | (1 << 20)),
		];
		const sets = NodeSets.from("delta", Uint32Array.from(row), Uint32Array.of(0, row.length));
		const stats = Object.keys(wanted);
		const { results, texts } = native.batchSync(
			id,
			base,
			"delta",
			sets.words,
			sets.offsets,
			stats,
			undefined,
			undefined,
			undefined,
			undefined,
			undefined,
		);
		expect(texts).toEqual([]);
		stats.forEach((stat, i) => {
			const value = wanted[stat] as number;
			expect(Math.abs((results[i] as number) - value), stat).toBeLessThanOrEqual(1e-9 * Math.abs(value));
		});
	});
});

describe("the reference calculator's coverage", () => {
	it("counts the lines of the embedded tree and lists those it does not understand", async () => {
		await using engine = await Engine.open({ calculator: "reference", threads: 1 });
		const { lines, understood, share, unknown } = (await engine.command("coverage")) as unknown as {
			lines: number;
			understood: number;
			share: number;
			unknown: { line: string }[];
		};
		expect(share).toBe(understood / lines);
		expect(unknown.length).toBe(lines - understood);
	});

	it.skipIf(!existsSync(gameTree))("is at least 60 % of the game's tree (needs ../shared)", async () => {
		await using engine = await Engine.open({ calculator: "reference", threads: 1, tree: gameTree });
		const { share } = (await engine.command("coverage")) as unknown as { share: number };
		expect(share).toBeGreaterThanOrEqual(0.6);
	});
});

describe("the reference calculator's invariants", () => {
	it("answers the base row's bits after a thousand other rows, which answer theirs in any order", async () => {
		const tree = await PassiveTree.embedded();
		await using engine = await Engine.open({ calculator: "reference", threads: 2, tree });
		const build = await engine.load(
			readFileSync(new URL("../../data/demo-build.json", import.meta.url), "utf8"),
		);
		const paths = tree.pathsWithin(build.allocated, 7);
		const rows = Array.from({ length: 1000 }, (_, i) => ({
			add: paths[(i * 7) % paths.length]?.nodes ?? [],
		}));
		const order = rows.map((_, i) => (i * 389) % rows.length);
		const stats = build.stats();
		const base = build.calculateSync({}, { stats });
		const straight = await build.calculateBatch(NodeSets.deltas(rows), { stats });
		const shuffled = await build.calculateBatch(
			NodeSets.deltas(order.map((i) => rows[i] as (typeof rows)[number])),
			{ stats },
		);
		order.forEach((from, row) => {
			expect(shuffled.row(row)).toEqual(straight.row(from));
		});
		expect(build.calculateSync({}, { stats })).toEqual(base);
	});
});
