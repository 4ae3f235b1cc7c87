import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Build, Engine, type EngineOptions, NodeSets } from "../../src/index.js";
import { calculatorWith } from "../support/calculators.js";

/**
 * Keeps a running sum in the build itself while it calculates, as Path of Building keeps its environment: a row that
 * ends in the middle leaves the build and the state changed. Node 9 raises, 8 loops, 7 eats memory; `recover` is given.
 */
const fragile = (recover: string | undefined, more: Record<string, string> = {}) =>
	calculatorWith({
		load: `function(text)
			loads = (loads or 0) + 1
			local base = tonumber(text) or 0
			return { base = base, sum = base }, { allocated = {} }
		end`,
		stats: 'function() return { "A", "Loads" } end',
		Calculate: `function(build, set)
			local before = build.sum
			state = (state or 0) + 1
			for i = 1, set.addCount do
				build.sum = build.sum + set.add[i]
				if set.add[i] == 9 then error("in the middle", 0) end
				if set.add[i] == 8 then while true do end end
				if set.add[i] == 7 then local t = {} while true do t[#t + 1] = {} end end
			end
			local answer = build.sum + (state - 1) * 1000
			build.sum, state = before, state - 1
			return { A = answer, Loads = loads }
		end`,
		...(recover === undefined ? {} : { recover }),
		...more,
	});

const mends = "function(build) build.sum, state = build.base, 0 return true end";
const ways: [string, number, string][] = [
	["an error in the middle", 9, "CALCULATOR_ERROR"],
	["a time-out", 8, "TIMEOUT"],
	["no memory", 7, "MEMORY"],
];
const limits = { rowTimeoutMs: 150, memoryLimitMB: 8, rollback: false };

async function withEngine(options: EngineOptions, body: (engine: Engine) => Promise<void>) {
	const engine = await Engine.open({ threads: 1, ...limits, ...options });
	try {
		await body(engine);
	} finally {
		await engine.close();
	}
}

const rows = (...ids: number[]) => NodeSets.deltas(ids.map((id) => ({ add: [id] })));
const answers = async (build: Build, ...ids: number[]) => {
	const result = await build.calculateBatch(rows(...ids), { stats: ["A"] });
	return {
		A: [...result.column("A")],
		codes: result.errors.map(({ code }) => code),
		reloads: result.reloads,
	};
};

describe.each([
	"thread",
	"process",
] as const)("a row that ends in the middle (isolation: %s)", (isolation) => {
	describe.each(ways)("%s", (_, node, code) => {
		// On a busy machine filling the memory takes longer than the others' limit.
		const rowTimeoutMs = code === "TIMEOUT" ? 150 : 10_000;
		it("without `recover` the state is opened anew, and the next row has the right bits", async () => {
			await withEngine({ rowTimeoutMs, calculator: fragile(undefined), isolation }, async (engine) => {
				const build = await engine.load("100");
				expect(await answers(build, 1, node, 2, node, node, 3)).toEqual({
					A: [101, Number.NaN, 102, Number.NaN, Number.NaN, 103],
					codes: [code, code, code],
					reloads: 3,
				});
			});
		});

		it("`recover` that answers true keeps the state", async () => {
			await withEngine({ rowTimeoutMs, calculator: fragile(mends), isolation }, async (engine) => {
				const build = await engine.load("100");
				expect(await answers(build, 1, node, 2)).toEqual({
					A: [101, Number.NaN, 102],
					codes: [code],
					reloads: 0,
				});
			});
		});

		const doubts: [string, string][] = [
			["false", "function() return false end"],
			["nothing", "function() end"],
			["1, which is not true", "function() return 1 end"],
			["an error", 'function() error("cannot tell") end'],
			["a stack overflow", "function(b) local function f() return 1 + f() end return f() end"],
			["a yield", "function() coroutine.yield(true) end"],
		];
		it.each(doubts)("`recover` that answers %s reopens it", async (_, recover) => {
			await withEngine({ rowTimeoutMs, calculator: fragile(recover), isolation }, async (engine) => {
				const build = await engine.load("100");
				expect(await answers(build, 1, node, 2)).toEqual({
					A: [101, Number.NaN, 102],
					codes: [code],
					reloads: 1,
				});
			});
		});

		it("the other builds are as they were", async () => {
			await withEngine({ rowTimeoutMs, calculator: fragile(undefined), isolation }, async (engine) => {
				const [first, second, gone] = [
					await engine.load("100"),
					await engine.load("200"),
					await engine.load("300"),
				];
				await gone.close();
				await answers(first, node);
				expect(await answers(second, 1, 2)).toEqual({ A: [201, 202], codes: [], reloads: 0 });
				expect((await answers(first, 1)).A).toEqual([101]);
				// Only the two that are still open were loaded again.
				expect((await first.calculate({ add: [1] })).Loads).toBe(2);
			});
		});
	});

	it("an endless `recover` is stopped by the row's limit", async () => {
		const calculator = fragile("function() while true do end end");
		await withEngine({ calculator, isolation }, async (engine) => {
			const build = await engine.load("100");
			expect(await answers(build, 1, 9, 2, 8, 3)).toEqual({
				A: [101, Number.NaN, 102, Number.NaN, 103],
				codes: ["CALCULATOR_ERROR", "TIMEOUT"],
				reloads: 2,
			});
		});
	});

	it("an aborted batch leaves no doubt to the next one", async () => {
		await withEngine({ calculator: fragile(undefined), isolation, rowTimeoutMs: 20_000 }, async (engine) => {
			const build = await engine.load("100");
			const controller = new AbortController();
			const running = build.calculateBatch(rows(1, 8, 2), { signal: controller.signal });
			await sleep(50);
			controller.abort();
			expect((await running).stopped).toBe("ABORTED");
			expect((await answers(build, 1, 2)).A).toEqual([101, 102]);
		});
	});

	it("a batch's time limit, too", async () => {
		await withEngine({ calculator: fragile(undefined), isolation, rowTimeoutMs: 20_000 }, async (engine) => {
			const build = await engine.load("100");
			const result = await build.calculateBatch(rows(1, 8, 2), { timeoutMs: 100 });
			expect(result.stopped).toBe("TIMEOUT");
			expect((await answers(build, 1, 2)).A).toEqual([101, 102]);
		});
	});
});

describe("opening anew that fails itself", () => {
	// A file beside the calculator is what a new state can learn of an earlier one.
	const secondTime = (body: string) => `function()
		local path = os.tmpname and options_path
		local file = io.open(path, "r")
		if file then file:close() ${body} end
		io.open(path, "w"):close()
	end`;
	const calculator = (body: string) =>
		fragile(undefined, {
			open: `function(options) options_path = options.path return (${secondTime(body)})() end`,
		});
	const path = () => `${calculatorWith({})}.mark`;

	it("fails the rows that are left by name, and ends", async () => {
		const options = { path: path() };
		await withEngine(
			{ calculator: calculator('error("not again", 0)'), options, sandbox: false },
			async (engine) => {
				const build = await engine.load("100");
				const result = await build.calculateBatch(rows(1, 9, ...Array(500).fill(2)));
				expect(result.ok(0)).toBe(true);
				expect(result.errors.map(({ row }) => row)).toEqual(Array.from({ length: 501 }, (_, i) => i + 1));
				expect(result.errors[0]?.message).toBe("in the middle");
				expect(result.errors[1]?.message).toBe("the state could not be opened anew: not again");
				expect(result.errors.at(-1)?.message).toBe("no thread's state could be opened anew");
				expect(result.notReached).toBe(0);
			},
		);
	});

	it("an endless `open` is stopped by its time limit", async () => {
		const options = { path: path() };
		await withEngine(
			{ calculator: calculator("while true do end"), options, sandbox: false, openTimeoutMs: 300 },
			async (engine) => {
				const build = await engine.load("100");
				const { errors, notReached } = await build.calculateBatch(rows(1, 9, 2, 3));
				expect(errors.map(({ row }) => row)).toEqual([1, 2, 3]);
				expect(errors[1]?.message).toBe(
					"the state could not be opened anew: it took longer than the time limit of opening or loading",
				);
				expect(notReached).toBe(0);
			},
		);
	});

	it("an endless load is stopped by the limit it had", async () => {
		const load = `function(text)
			local file = io.open(options_path, "r")
			if file then file:close() while true do end end
			io.open(options_path, "w"):close()
			return { base = 100, sum = 100 }, {}
		end`;
		const own = fragile(undefined, { open: "function(options) options_path = options.path end", load });
		await withEngine({ calculator: own, options: { path: path() }, sandbox: false }, async (engine) => {
			const build = await engine.load("100", { timeoutMs: 300 });
			const { errors } = await build.calculateBatch(rows(9, 2), { stats: ["A"] });
			expect(errors[1]?.message).toMatch(/took longer than the time limit of opening or loading$/);
		});
	});

	it("an abort ends it", async () => {
		await withEngine(
			{ calculator: calculator("while true do end"), options: { path: path() }, sandbox: false },
			async (engine) => {
				const build = await engine.load("100");
				const controller = new AbortController();
				const running = build.calculateBatch(rows(1, 9, 2), { signal: controller.signal });
				await sleep(100);
				controller.abort();
				const result = await running;
				expect([result.stopped, result.ok(0), result.errors.length, result.notReached]).toEqual([
					"ABORTED",
					true,
					1,
					1,
				]);
			},
		);
	});

	it("closing the engine ends it", async () => {
		const engine = await Engine.open({
			calculator: calculator("while true do end"),
			options: { path: path() },
			sandbox: false,
			threads: 1,
		});
		const build = await engine.load("100");
		const running = build.calculateBatch(rows(1, 9, 2));
		await sleep(100);
		await engine.close();
		expect((await running).stopped).toBe("ABORTED");
	});
});

describe("calls other than rows", () => {
	it("a command or a load that was stopped leaves no doubt", async () => {
		const calculator = fragile(undefined, {
			load: `function(text)
				if text == "loop" then state = 5 while true do end end
				if text == "eat" then state = 5 local t = {} while true do t[#t + 1] = {} end end
				return { base = 100, sum = 100 }, {}
			end`,
		});
		await withEngine({ calculator }, async (engine) => {
			const build = await engine.load("100");
			await expect(engine.load("loop", { timeoutMs: 50 })).rejects.toMatchObject({ code: "TIMEOUT" });
			expect((await answers(build, 1)).A).toEqual([101]);
			await expect(engine.load("eat")).rejects.toMatchObject({ code: "MEMORY" });
			expect((await answers(build, 1)).A).toEqual([101]);
		});
	});

	it("the peak counts the states before, too", async () => {
		await withEngine({ calculator: fragile(undefined) }, async (engine) => {
			const build = await engine.load("1");
			await answers(build, 7);
			await answers(build, 1);
			const [figures] = engine.memory();
			expect(figures?.peak).toBeGreaterThan(6 * 2 ** 20);
			expect(figures?.used).toBeLessThan(2 * 2 ** 20);
		});
	});
});

describe("two threads", () => {
	it("each opens its own state anew, and every row is answered or named", async () => {
		await withEngine({ calculator: fragile(undefined), threads: 2 }, async (engine) => {
			const build = await engine.load("100");
			const ids = Array.from({ length: 600 }, (_, i) => (i % 60 === 7 ? 9 : 10 + i));
			const { A, codes, reloads } = await answers(build, ...ids);
			expect(A).toEqual(ids.map((id) => (id === 9 ? Number.NaN : 100 + id)));
			expect([codes.length, reloads]).toEqual([10, 10]);
		});
	});
});

describe("texts of errors", () => {
	it("long ones are cut, and a batch keeps no more than 64 MB of them", async () => {
		const calculator = calculatorWith({
			Calculate: 'function(_, set) error(("x"):rep(20000) .. set.add[1], 0) end',
			recover: "function() return true end",
		});
		await withEngine({ calculator, memoryLimitMB: 64 }, async (engine) => {
			const build = await engine.load("");
			const ids = Array.from({ length: 5000 }, (_, i) => i);
			const { errors } = await build.calculateBatch(rows(...ids));
			expect(errors).toHaveLength(5000);
			expect(errors[0]?.message).toHaveLength(16 * 1024 + 3);
		});
	});
});
