import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Build, Engine, type FullNodeSet, type NodeSetDelta, NodeSets } from "../../src/index.js";
import { expectSameBits, valuesOfRow } from "../support/bits.js";
import { fixture } from "../support/calculators.js";

const calculators: [string, () => Parameters<typeof Engine.open>[0], string][] = [
	["sums", () => ({ calculator: fixture("sums.lua") }), "4 18:1 30:2:2 31:0:1 40"],
	["reference", () => ({ calculator: "reference" }), ""],
];

describe.each(calculators)("whatever the calculator (%s)", (name, options, text) => {
	let one: Engine;
	let two: Engine;
	let build: Build;
	let onTwo: Build;
	let ids: number[];
	beforeAll(async () => {
		one = await Engine.open({ ...options(), threads: 1 });
		two = await Engine.open({ ...options(), threads: 2 });
		const source = name === "reference" ? await demoBuild() : text;
		[build, onTwo] = [await one.load(source), await two.load(source)];
		const nodes = one.tree?.nodes.filter((node) => node.allocatable).map(({ id }) => id);
		ids = nodes ?? Array.from({ length: 60 }, (_, i) => i);
	});
	afterAll(async () => {
		await one.close();
		await two.close();
	});

	/** Random sets over the tree's nodes: some added, some of the build's own removed. */
	const rows = fc.array(
		fc.record({
			add: fc.array(fc.nat(), { maxLength: 12 }),
			remove: fc.array(fc.nat(), { maxLength: 6 }),
		}),
		{ minLength: 1, maxLength: 40 },
	);
	const pick = (
		sets: { add: number[]; remove: number[] }[],
	): Required<Pick<NodeSetDelta, "add" | "remove">>[] =>
		sets.map(({ add, remove }) => ({
			add: add.map((n) => ids[n % ids.length] as number),
			remove: remove.map((n) => build.allocated[n % build.allocated.length] as number),
		}));
	const answer = (sets: NodeSets, of = build) => {
		const result = of.calculateBatchSync(sets);
		expect(result.errors).toEqual([]);
		return result;
	};

	it("the order of the rows does not matter, and the same row has the same bits", () => {
		fc.assert(
			fc.property(rows, fc.nat(), (some, turn) => {
				const sets = pick(some);
				const turned = sets.map((_, i) => sets[(i + turn) % sets.length] as NodeSetDelta);
				const reversed = [...sets, ...sets].reverse();
				const plain = answer(NodeSets.deltas(sets));
				const other = answer(NodeSets.deltas(turned));
				const twice = answer(NodeSets.deltas(reversed));
				for (let i = 0; i < sets.length; i++) {
					expectSameBits(valuesOfRow(other, i), valuesOfRow(plain, (i + turn) % sets.length));
					expectSameBits(valuesOfRow(twice, i), valuesOfRow(plain, sets.length - 1 - i));
					expectSameBits(valuesOfRow(twice, sets.length + i), valuesOfRow(plain, sets.length - 1 - i));
				}
			}),
			{ numRuns: 30 },
		);
	});

	it("a full set answers what the build and the delta answer", () => {
		fc.assert(
			fc.property(rows, (some) => {
				const sets = pick(some);
				const full = sets.map(({ add, remove }): FullNodeSet => {
					const kept = build.allocated.filter((id) => !(remove as number[]).includes(id));
					return { nodes: new Set([...(add as number[]), ...kept]) };
				});
				// A node that the delta removes and adds again has lost its choices: the full set keeps them.
				const deltas = sets.map(({ add, remove }) => ({
					add,
					remove: (remove as number[]).filter((id) => !(add as number[]).includes(id)),
				}));
				expectSameBits(answer(NodeSets.full(full)).values, answer(NodeSets.deltas(deltas)).values);
				expect(build.hashes(NodeSets.full(full))).toEqual(build.hashes(NodeSets.deltas(deltas)));
			}),
			{ numRuns: 30 },
		);
	});

	it("two threads answer what one thread answers", () => {
		fc.assert(
			fc.property(rows, (some) => {
				const sets = NodeSets.deltas([...pick(some), ...pick(some), ...pick(some)]);
				expectSameBits(answer(sets, onTwo).values, answer(sets).values);
			}),
			{ numRuns: 30 },
		);
	});

	it("a row alone answers what it answers in a batch, and stats do not depend on each other", () => {
		fc.assert(
			fc.property(rows, (some) => {
				const [first] = pick(some) as [NodeSetDelta];
				const all = build.calculateSync(first);
				for (const stat of build.defaultStats.slice(0, 5))
					expect(build.calculateSync(first, { stats: [stat] })).toEqual({ [stat]: all[stat] });
			}),
			{ numRuns: 20 },
		);
	});
});

async function demoBuild(): Promise<string> {
	const { readFile } = await import("node:fs/promises");
	return readFile(new URL("../../data/demo-build.json", import.meta.url), "utf8");
}

describe("a careless calculator changes nothing for the next row", () => {
	let engine: Engine;
	beforeAll(async () => {
		engine = await Engine.open({ calculator: fixture("careless.lua"), threads: 1, sandbox: false });
	});
	afterAll(() => engine.close());

	const ways = [
		"answers a table with a metatable that raises",
		"answers nothing",
		"answers the set",
		"appends to set.add",
		"appends to the stats",
		"changes the strings' metatable",
		"empties the arrays",
		"empties the libraries",
		"empties the stats",
		"keeps the set",
		"locks the set",
		"locks the stats",
		"overflows the C stack",
		"overflows the stack",
		"raises",
		"removes globals",
		"removes the arrays",
		"replaces the arrays",
		"sets the counts",
		"sorts the stats",
		"stops the collector",
		"turns the compiler off",
		"yields",
	];
	it("each way is tried here", async () => {
		const own = await Engine.open({ calculator: fixture("careless.lua"), threads: 1, sandbox: false });
		expect(await own.command("ways")).toEqual(ways);
		await own.close();
	});

	it.each(ways)("one that %s, a thousand times", async (way) => {
		// A state of its own: what a calculator does to its own globals is its own affair.
		const own = await Engine.open({ calculator: fixture("careless.lua"), threads: 1, sandbox: false });
		const build = await own.load(way);
		// Base 5 and 6. B: 10 an id and the attribute; A: 100 an addition, 10 a removal, 1 a removal in the array.
		const probes = [
			{ add: [3, 4], attributes: { 4: "Dex" as const }, remove: [5] },
			{ remove: [5, 6] },
			{ add: [1] },
			{},
		];
		const right = [
			[72, 211, 3],
			[0, 22, 3],
			[10, 100, 3],
			[0, 0, 3],
		];
		const rows = Array.from({ length: 1000 }, () => [{ add: [9, 10, 11] }, ...probes]).flat();
		const result = await build.calculateBatch(NodeSets.deltas(rows));
		let wrong = 0;
		for (let i = 0; i < rows.length; i++) {
			if (i % 5 === 0) continue;
			const { B, A, C } = result.row(i);
			const [b, a, c] = right[(i % 5) - 1] as number[];
			if (B !== b || A !== a || C !== c) wrong++;
		}
		expect(wrong).toBe(0);
		expect(result.notReached).toBe(0);
		await own.close();
	});
});
