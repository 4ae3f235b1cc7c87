import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Build, Engine, type EngineOptions, NodeSets } from "../../src/index.js";
import { bits, expectSameBits } from "../support/bits.js";
import { calculatorWith, fixture } from "../support/calculators.js";

const tree = {
	nodes: Array.from({ length: 200 }, (_, i) => ({ id: i, x: i / 3, stats: [`${i} to Strength`, "more"] })),
	classes: [{ name: "One" }, { name: "Two" }],
};

async function withBuild(
	options: EngineOptions,
	body: (build: Build, engine: Engine) => Promise<void>,
	calculator = fixture("mutating.lua"),
) {
	const engine = await Engine.open({ calculator, threads: 1, options: { tree }, ...options });
	try {
		await body(await engine.load("a build"), engine);
	} finally {
		await engine.close();
	}
}

const rowsOf = (ways: readonly number[]) => NodeSets.deltas(ways.map((way) => ({ add: [way] })));

/** The ways in which test/lua/mutating.lua modifies its state: 1 is the first; 0 modifies nothing. */
let names: string[] = [];
await withBuild({}, async (_, engine) => {
	names = (await engine.command("ways")) as string[];
});
const failing = new Set(["raises in the middle", "answers no number"].map((name) => names.indexOf(name) + 1));

/** The row of each way in an engine where it is the first one. */
const fresh: Float64Array[] = [];
for (let way = 0; way <= names.length; way++)
	await withBuild({}, async (build) => {
		fresh[way] = build.calculateBatchSync(rowsOf([way])).values;
	});

const right = (ways: readonly number[]) => ways.flatMap((way) => [...(fresh[way] as Float64Array)]);

describe("a calculator that changes whatever it can reach", () => {
	it("has 34 ways, which give different rows", () => {
		expect(names).toHaveLength(34);
		expect(new Set(fresh.map((values) => String(bits(values)))).size).toBeGreaterThan(30);
		expect(fresh.flatMap((values) => [...values]).filter(Number.isNaN)).toHaveLength(6);
	});

	it.each(names)("%s: a thousand times, and each next row has the bits of a fresh engine", async (name) => {
		const way = names.indexOf(name) + 1;
		const ways = Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? way : 0));
		await withBuild({}, async (build) => {
			const result = await build.calculateBatch(rowsOf(ways));
			expectSameBits(result.values, right(ways));
			expect(result.errors).toHaveLength(failing.has(way) ? 1000 : 0);
			expect([result.reloads, result.notReached]).toEqual([0, 0]);
		});
	});

	it.each(names.filter((_, i) => !failing.has(i + 1)))("%s: without rollback it is seen", async (name) => {
		const way = names.indexOf(name) + 1;
		await withBuild({ rollback: false }, async (build) => {
			const result = await build.calculateBatch(rowsOf([0, way, 0]));
			expect(bits(result.values.subarray(6, 9))).not.toEqual(bits(fresh[0] as Float64Array));
		});
	});

	it.each([
		{ threads: 1 },
		{ threads: 2 },
		{ threads: 1, isolation: "process" },
	] as const)("a thousand rows of all ways in any order (%o)", async (options) => {
		await withBuild(options, async (build) => {
			const way = fc.nat({ max: names.length });
			await fc.assert(
				fc.asyncProperty(fc.array(way, { minLength: 1000, maxLength: 1000 }), async (ways) => {
					const result = await build.calculateBatch(rowsOf(ways));
					expectSameBits(result.values, right(ways));
					expect(result.reloads).toBe(0);
				}),
				{ numRuns: 5 },
			);
		});
	});
});

describe("rollback", () => {
	const counting = (more: Record<string, string> = {}) =>
		calculatorWith({
			load: "function(text) loads = (loads or 0) + 1 return { count = tonumber(text) or 0 }, { allocated = {} } end",
			stats: 'function() return { "Count", "Loads" } end',
			Calculate: `function(build, set)
				build.count = build.count + 1
				if set.add[1] == 8 then while true do end end
				if set.add[1] == 7 then build.list = {} while true do build.list[#build.list + 1] = {} end end
				return { Count = build.count, Loads = loads }
			end`,
			commands: "{ add = function(build, n) build.count = build.count + n return build.count end }",
			...more,
		});
	const counts = async (build: Build, ways: number[]) => {
		const result = await build.calculateBatch(rowsOf(ways));
		return {
			counts: [...result.column("Count")],
			loads: [...result.column("Loads")],
			codes: result.errors.map(({ code }) => code),
			reloads: result.reloads,
		};
	};
	const { NaN: failed } = Number;

	it("keeps the state of a row that ran out of time or memory", async () => {
		await withBuild(
			{ rowTimeoutMs: 1000, memoryLimitMB: 8 },
			async (build) => {
				expect(await counts(build, [1, 8, 1, 7, 1])).toEqual({
					counts: [1, failed, 1, failed, 1],
					loads: [1, failed, 1, failed, 1],
					codes: ["TIMEOUT", "MEMORY"],
					reloads: 0,
				});
			},
			counting(),
		);
	});

	it("keeps what a command and another build's load did, and no row of either build", async () => {
		const engine = await Engine.open({ calculator: counting(), threads: 1 });
		const [first, second] = [await engine.load("10"), await engine.load("20")];
		expect((await counts(first, [1, 1])).counts).toEqual([11, 11]);
		expect(await first.command("add", 5)).toBe(15);
		expect((await counts(first, [1, 1])).counts).toEqual([16, 16]);
		expect((await counts(second, [1, 1])).counts).toEqual([21, 21]);
		await engine.load("30");
		expect(await counts(first, [1, 1])).toMatchObject({ counts: [16, 16], loads: [3, 3] });
		expect(await first.command("add", 0)).toBe(15);
		await second.close();
		expect((await counts(first, [1])).counts).toEqual([16]);
		await engine.close();
	});

	it("does not support a calculator that keeps a coroutine: each row gets a new state, and the log says why", async () => {
		const lines: string[] = [];
		const load = `function()
			local count = 0
			local step = coroutine.wrap(function() while true do count = count + 1 coroutine.yield(count) end end)
			step()
			return { step = step, count = 0 }, { allocated = {} }
		end`;
		const Calculate = "function(build) return { Count = build.step(), Loads = 1 } end";
		await withBuild(
			{ onLog: (line) => lines.push(line) },
			async (build) => {
				expect(await counts(build, [1, 1, 1])).toMatchObject({ counts: [2, 2, 2], reloads: 3 });
				expect(lines[0]).toBe(
					"the calculator keeps a coroutine, which cannot be rolled back: each row needs a new state",
				);
			},
			counting({ load, Calculate }),
		);
	});

	it("leaves it to `recover` if it is not supported", async () => {
		const load =
			"function() loads = 1 return { co = coroutine.create(print), count = 0 }, { allocated = {} } end";
		const recover = "function(build) build.count = 0 return true end";
		await withBuild(
			{},
			async (build) => {
				expect(await counts(build, [1, 1, 1])).toMatchObject({ counts: [1, 1, 1], reloads: 0 });
			},
			counting({ load, recover }),
		);
	});

	it("stays right while the collector works", async () => {
		const Calculate = `function(build, set)
			for i = 1, 200 do build.texts[i % 50 + 1] = "text " .. i * set.add[1] .. tostring({}) end
			build.texts.more = { build.texts }
			build.count = build.count + #build.first
			return { Count = build.count, Loads = 1 }
		end`;
		const load = `function()
			local texts = {}
			for i = 1, 50 do texts[i] = "long text of load " .. i end
			return { count = 0, first = texts[1], texts = texts }, { allocated = {} }
		end`;
		await withBuild(
			{},
			async (build, engine) => {
				const ways = Array.from({ length: 3000 }, (_, i) => i + 1);
				expect(new Set((await counts(build, ways)).counts)).toEqual(new Set([19]));
				await engine.collectGarbage();
				expect(new Set((await counts(build, ways)).counts)).toEqual(new Set([19]));
			},
			counting({ load, Calculate }),
		);
	});

	it("needs the sandbox", async () => {
		await expect(
			Engine.open({ calculator: counting(), sandbox: false, rollback: true }),
		).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
		await expect(
			Engine.open({ calculator: counting(), rollback: "yes" as unknown as boolean }),
		).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
	});
});
