import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { RowCache } from "../../src/cache/row-cache.js";
import { RowGroup } from "../../src/cache/row-group.js";
import { Engine, NodeSets } from "../../src/index.js";
import { calculatorWith } from "../support/calculators.js";

const folder = await mkdtemp(join(tmpdir(), "pobatch-cache-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

// Counts its own calls, so that a row that was not calculated is noticed; therefore without rollback.
const counting = calculatorWith({
	stats: 'function() return { "Sum", "Calls" } end',
	Calculate: `(function()
		local calls = 0
		return function(_, set)
			calls = calls + 1
			local sum = 0
			for i = 1, set.addCount do
				if set.add[i] == 666 then error("no") end
				sum = sum + set.add[i]
			end
			return { Sum = sum, Calls = calls }
		end
	end)()`,
});

const sets = NodeSets.deltas([{ add: [1, 2] }, { add: [3] }, {}]);

describe("a row cache", () => {
	it("answers a row again without calculating it", async () => {
		await using engine = await Engine.open({
			calculator: counting,
			threads: 1,
			rollback: false,
			cache: true,
		});
		const build = await engine.load("a");
		const first = await build.calculateBatch(sets);
		const second = await build.calculateBatch(sets);
		expect([...first.column("Sum")]).toEqual([3, 3, 0]);
		expect([...first.column("Calls")]).toEqual([1, 2, 3]);
		expect([...second.values]).toEqual([...first.values]);
		expect(first.cache).toEqual({ hits: 0, memoized: 0, misses: 3, verified: 0 });
		expect(second.cache).toEqual({ hits: 3, memoized: 0, misses: 0, verified: 0 });
		expect(engine.cacheStatistics()).toMatchObject({ hits: 3, misses: 3, entries: 3 });
	});

	it("calculates equal rows of one batch once, however they are given", async () => {
		await using engine = await Engine.open({
			calculator: counting,
			threads: 1,
			rollback: false,
			cache: true,
		});
		const build = await engine.load("a");
		const result = await build.calculateBatch(
			NodeSets.deltas([{ add: [2, 1] }, { add: [1, 2] }, { add: [2, 2, 1] }]),
		);
		expect([...result.column("Calls")]).toEqual([1, 1, 1]);
		expect(result.cache).toEqual({ hits: 2, memoized: 0, misses: 1, verified: 0 });
		const full = await build.calculateBatch(NodeSets.full([{ nodes: [1, 2] }]));
		expect(full.cache.hits).toBe(1);
	});

	it.each([
		"thread",
		"process",
	] as const)("counts rows that the calculator answers like another one (%s)", async (isolation) => {
		const calculator = calculatorWith({
			Calculate: "function(build, set) return { A = set.addCount }, set.addCount == 2 end",
		});
		const sizes = NodeSets.deltas([1, 2, 3, 2].map((n) => ({ add: [9, 10, 11].slice(0, n) })));
		for (const [cache, uses] of [
			[
				false,
				[
					[0, 2, 2],
					[0, 2, 2],
				],
			],
			[
				true,
				[
					[1, 1, 2],
					[4, 0, 0],
				],
			],
		] as const) {
			await using engine = await Engine.open({ calculator, threads: 2, isolation, cache });
			const build = await engine.load("a");
			for (const [hits, memoized, misses] of uses) {
				const result = await build.calculateBatch(sizes);
				expect([...result.column("A")]).toEqual([1, 2, 3, 2]);
				expect(result.cache).toEqual({ hits, memoized, misses, verified: 0 });
			}
		}
	});

	it("does not mix up builds, stats or removed and added nodes", async () => {
		const base = calculatorWith({
			load: "function(text) return { text = text }, { allocated = { 5 } } end",
			stats: 'function() return { "A", "B" } end',
			Calculate: `function(build, set)
				return { A = #build.text + set.addCount * 10 + set.removeCount * 100, B = 7 }
			end`,
		});
		await using engine = await Engine.open({ calculator: base, threads: 1, cache: true });
		const [short, long] = [await engine.load("x"), await engine.load("xxx")];
		const one = NodeSets.deltas([{ add: [4] }, { remove: [5] }]);
		expect([...(await short.calculateBatch(one, { stats: ["A"] })).values]).toEqual([11, 101]);
		expect([...(await long.calculateBatch(one, { stats: ["A"] })).values]).toEqual([13, 103]);
		expect([...(await short.calculateBatch(one, { stats: ["B", "A"] })).values]).toEqual([7, 11, 7, 101]);
	});

	it("keeps no failed row, and gives its error to every row equal to it", async () => {
		await using engine = await Engine.open({
			calculator: counting,
			threads: 1,
			rollback: false,
			cache: true,
		});
		const build = await engine.load("a");
		const bad = NodeSets.deltas([{ add: [666] }, { add: [1] }, { add: [666] }]);
		for (let round = 0; round < 2; round++) {
			const result = await build.calculateBatch(bad);
			expect(result.errors.map(({ row, code }) => [row, code])).toEqual([
				[0, "CALCULATOR_ERROR"],
				[2, "CALCULATOR_ERROR"],
			]);
			expect(result.row(1).Sum).toBe(1);
		}
		expect(engine.cacheStatistics()?.entries).toBe(1);
	});

	it("raises CACHE_MISMATCH when a verified row has other bits", async () => {
		await using engine = await Engine.open({
			calculator: counting,
			threads: 1,
			rollback: false,
			cache: { verify: 1 },
		});
		const build = await engine.load("a");
		await build.calculateBatch(sets, { stats: ["Sum"] });
		const verified = await build.calculateBatch(sets, { stats: ["Sum"] });
		expect(verified.cache).toEqual({ hits: 0, memoized: 0, misses: 0, verified: 3 });
		await build.calculateBatch(sets, { stats: ["Calls"] });
		await expect(build.calculateBatch(sets, { stats: ["Calls"] })).rejects.toMatchObject({
			code: "CACHE_MISMATCH",
		});
	});

	it("forgets the least recently used rows beyond its size", async () => {
		const cache = await RowCache.open({ maxMB: 0.01 });
		const group = new RowGroup({ calculator: "c", name: "c 1", build: "b", stats: ["A"] });
		const hashes = BigUint64Array.from({ length: 200 }, (_, i) => BigInt(i + 1));
		for (let row = 0; row < 100; row++) cache.keep(group, hashes, row, Float64Array.of(row));
		const known = await cache.find(group, hashes);
		expect(known[99]).toEqual(Float64Array.of(99));
		expect(known[0]).toBeUndefined();
		expect(cache.statistics().bytes).toBeLessThanOrEqual(0.01 * 2 ** 20);
	});

	it.each([
		{ maxMB: 0 },
		{ maxMB: Number.NaN },
		{ dir: "" },
		{ dir: "rows", maxDiskMB: 0 },
		{ ttlMs: -1 },
		{ verify: 1.5 },
	])("refuses %o", async (options) => {
		await expect(RowCache.open(options)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
	});
});

describe("a cache on disk", () => {
	it("answers another engine, bit for bit, but not one whose calculator changed", async () => {
		const file = join(folder, "calculator.lua");
		const source = (value: string) => `return {
			name = "disk", version = "1",
			load = function() return {}, { allocated = {} } end,
			stats = function() return { "A" } end,
			Calculate = function() return { A = ${value} } end,
		}`;
		const open = () => Engine.open({ calculator: file, threads: 1, cache: { dir: join(folder, "rows") } });
		const once = async () => {
			await using engine = await open();
			const result = await (await engine.load("b")).calculateBatch(NodeSets.deltas([{ add: [1] }]));
			return { hits: result.cache.hits, value: result.values[0] };
		};
		await writeFile(file, source("-0/1"));
		expect(await once()).toEqual({ hits: 0, value: -0 });
		expect(await once()).toEqual({ hits: 1, value: -0 });
		await writeFile(file, source("0.1 + 0.2"));
		expect(await once()).toEqual({ hits: 0, value: 0.30000000000000004 });
		expect(await once()).toEqual({ hits: 1, value: 0.30000000000000004 });
	});
});
