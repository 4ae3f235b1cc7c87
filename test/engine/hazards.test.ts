import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine, type EngineOptions, NodeSets } from "../../src/index.js";
import { calculatorWith, fixture, luaFile } from "../support/calculators.js";

/** Opens, loads a build with this text, and closes whatever comes. */
async function withBuild<Answer>(
	options: EngineOptions,
	text: string,
	body: (build: Awaited<ReturnType<Engine["load"]>>, engine: Engine) => Promise<Answer>,
): Promise<Answer> {
	const engine = await Engine.open({ threads: 1, ...options });
	try {
		return await body(await engine.load(text), engine);
	} finally {
		await engine.close();
	}
}

describe("a file that is not a calculator", () => {
	const wrong: [string, string, object][] = [
		["a syntax error", "return {\n\tload = function(\n}", { code: "CALCULATOR_SYNTAX", message: /:3: / }],
		[
			"bytecode",
			"\x1bLJ\x02",
			{ code: "CALCULATOR_SYNTAX", message: /attempt to load chunk with wrong mode/ },
		],
		["an empty file", "", { code: "CALCULATOR_INVALID", message: /must return a table, .* a nil$/ }],
		[
			"another answer",
			"return 5",
			{ code: "CALCULATOR_INVALID", message: /must return a table, .* a number$/ },
		],
		[
			"no Calculate",
			"return { load = print, stats = print }",
			{ code: "CALCULATOR_INVALID", message: "the calculator's field `Calculate` is a nil, not a function" },
		],
		["an error", "local x = nil\nreturn x.y", { code: "CALCULATOR_ERROR", message: /:2: attempt to index/ }],
		[
			"an error object",
			"error({ 1 })",
			{ code: "CALCULATOR_ERROR", message: "(error object is a table value)" },
		],
		["an error of nil", "error()", { code: "CALCULATOR_ERROR", message: "(error object is a nil value)" }],
		[
			"an error whose __tostring raises",
			'error(setmetatable({}, { __tostring = function() error("again") end }))',
			{ code: "CALCULATOR_ERROR" },
		],
		[
			"a module that is not there",
			'require("none")',
			{ code: "CALCULATOR_ERROR", message: /module 'none' not/ },
		],
	];
	it.each(wrong)("%s", async (_, text, expected) => {
		const matcher = Object.fromEntries(
			Object.entries(expected).map(([key, value]) => [
				key,
				value instanceof RegExp ? expect.stringMatching(value) : value,
			]),
		);
		await expect(Engine.open({ calculator: luaFile(text), threads: 2 })).rejects.toMatchObject(matcher);
	});

	it("an error carries Lua's traceback", async () => {
		const text = 'local function deep() error("no") end\nlocal function open() deep() end\nopen()';
		await expect(Engine.open({ calculator: luaFile(text), threads: 1 })).rejects.toMatchObject({
			traceback: expect.stringMatching(
				/^stack traceback:\n[\s\S]*in function 'deep'[\s\S]*in function 'open'/,
			),
		});
	});
});

describe("open, load, stats, unload and commands that fail", () => {
	it("open", async () => {
		const calculator = calculatorWith({ open: 'function() error("no tree", 0) end' });
		await expect(Engine.open({ calculator, threads: 2 })).rejects.toMatchObject({
			code: "CALCULATOR_ERROR",
			message: "no tree",
		});
	});

	const loads: [string, Record<string, string>, string, string][] = [
		["load raises", { load: 'function() error("bad build", 0) end' }, "CALCULATOR_ERROR", "bad build"],
		["load answers nothing", { load: "function() end" }, "CALCULATOR_INVALID", "`load` answered no build"],
		[
			"load's info is no table",
			{ load: "function() return {}, 5 end" },
			"CALCULATOR_INVALID",
			"a number as the",
		],
		["stats raises", { stats: 'function() error("no stats", 0) end' }, "CALCULATOR_ERROR", "no stats"],
		["stats answers nothing", { stats: "function() end" }, "CALCULATOR_INVALID", "no list of names"],
		[
			"stats are numbers",
			{ stats: "function() return { 1 } end" },
			"CALCULATOR_INVALID",
			"a number as name 1",
		],
		[
			"load's info holds a function",
			{ load: "function() return {}, { f = print } end" },
			"CALCULATOR_ERROR",
			"a value of type function cannot cross to JavaScript",
		],
		[
			"load's info holds itself",
			{ load: "function() local t = {} t.t = t return {}, t end" },
			"CALCULATOR_ERROR",
			"nested too deeply",
		],
		[
			"load's info doubles on each level",
			{ load: "function() local t = {} for i = 1, 60 do t = { t, t } end return {}, { t = t } end" },
			"CALCULATOR_ERROR",
			"holds too many values",
		],
	];
	it.each(loads)("%s", async (_, fields, code, message) => {
		const engine = await Engine.open({ calculator: calculatorWith(fields), threads: 2 });
		await expect(engine.load("x")).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
		await engine.close();
	});

	it("a load after a failed load works", async () => {
		const calculator = calculatorWith({
			load: 'function(text) if text == "bad" then error("bad", 0) end return {}, {} end',
			unload: 'function() error("not this one") end',
		});
		const engine = await Engine.open({ calculator, threads: 2 });
		await expect(engine.load("bad")).rejects.toThrow("bad");
		expect(await (await engine.load("good")).calculate()).toEqual({ A: 1 });
		await engine.close();
	});

	it("unload and commands", async () => {
		const fields = {
			unload: 'function() error("stays", 0) end',
			commands:
				"{ raise = function() error({}) end, thread = function() return coroutine.create(print) end }",
		};
		await withBuild({ calculator: calculatorWith(fields) }, "", async (build, engine) => {
			await expect(engine.command("raise")).rejects.toMatchObject({ code: "CALCULATOR_ERROR" });
			await expect(engine.command("thread")).rejects.toThrow("a value of type thread cannot cross");
			await expect(build.close()).rejects.toMatchObject({ code: "CALCULATOR_ERROR", message: "stays" });
		});
	});
});

describe("rows that fail cost no other row", () => {
	// Node 9 does what is being tested, other nodes return their id.
	const rowWith = (body: string) =>
		calculatorWith({
			Calculate: `function(_, set) if set.add[1] == 9 then ${body} end return { A = set.add[1] } end`,
		});
	const failures: [string, string, string, string | RegExp][] = [
		["an error", 'error("on purpose", 0)', "CALCULATOR_ERROR", "on purpose"],
		["a table as error", "error({})", "CALCULATOR_ERROR", "(error object is a table value)"],
		["nil as error", "error()", "CALCULATOR_ERROR", "(error object is a nil value)"],
		[
			"an error whose __tostring raises",
			'error(setmetatable({}, { __tostring = function() error("x") end }))',
			"CALCULATOR_ERROR",
			"(error object is a table value)",
		],
		["no answer", "return", "BAD_RESULT", "Calculate answered a nil, not a table"],
		[
			"a stat that is missing",
			"return {}",
			"BAD_RESULT",
			"Calculate answered a nil for the stat A, not a number",
		],
		[
			"a numeral",
			'return { A = "5" }',
			"BAD_RESULT",
			"Calculate answered a string for the stat A, not a number",
		],
		["a yield", "coroutine.yield()", "CALCULATOR_ERROR", /attempt to yield/],
		[
			"a stack overflow",
			"local function f() return 1 + f() end return f()",
			"CALCULATOR_ERROR",
			/stack overflow/,
		],
		[
			"a metatable that raises while the answer is read",
			'return setmetatable({}, { __index = function() error("late", 0) end })',
			"CALCULATOR_ERROR",
			"late",
		],
	];
	it.each(failures)("%s", async (_, body, code, message) => {
		await withBuild({ calculator: rowWith(body), threads: 2 }, "", async (build) => {
			const rows = Array.from({ length: 200 }, (_, i) => ({ add: [i % 10 === 3 ? 9 : 1000 + i] }));
			const result = await build.calculateBatch(NodeSets.deltas(rows));
			const failed = rows.flatMap(({ add }, i) => (add[0] === 9 ? [i] : []));
			expect(result.errors.map(({ row }) => row)).toEqual(failed);
			for (const error of result.errors) {
				expect(error.code).toBe(code);
				expect(error.message).toMatch(message);
			}
			const right = rows.map(({ add }) => (add[0] === 9 ? Number.NaN : (add[0] as number)));
			expect([...result.column("A")]).toEqual(right);
		});
	});

	it("NaN and infinities are numbers, to the bit", async () => {
		const calculator = calculatorWith({
			stats: 'function() return { "A", "B", "C", "D" } end',
			Calculate: "function() return { A = 0 / 0, B = 1 / 0, C = -1 / 0, D = -0.0 * 1 } end",
		});
		await withBuild({ calculator }, "", async (build) => {
			const result = await build.calculateBatch(NodeSets.deltas([{}]));
			expect(result.ok(0)).toBe(true);
			expect(result.row(0)).toEqual({ A: Number.NaN, B: Infinity, C: -Infinity, D: -0 });
		});
	});

	it("100,000 failing rows with a text each", async () => {
		await withBuild(
			{
				calculator: calculatorWith({
					Calculate: 'function(_, set) error("row " .. set.add[1], 0) end',
					recover: "function() return true end",
				}),
				threads: 2,
			},
			"",
			async (build) => {
				const rows = Array.from({ length: 100_000 }, (_, i) => ({ add: [i % 65_536] }));
				const { errors } = await build.calculateBatch(NodeSets.deltas(rows));
				expect(errors).toHaveLength(100_000);
				expect(errors[70_000]?.message).toBe(`row ${70_000 - 65_536}`);
			},
		);
	});
});

describe("endless loops", () => {
	let engine: Engine;
	beforeAll(async () => {
		engine = await Engine.open({ calculator: fixture("endless.lua"), threads: 2, sandbox: false });
	});
	afterAll(() => engine.close());

	const ways = [
		"compiled loop",
		"counting loop",
		"interpreted loop",
		"calls",
		"tail calls",
		"pcall around the loop",
		"errors that are caught",
		"an xpcall handler that loops",
		"coroutines",
		"a coroutine that never yields",
		"string.rep",
		"gsub with a pattern",
		"table.sort with a comparison",
		"load with a reader that never ends",
		"loops in a reader of load",
		"a loop behind a stopped load",
		"table.move",
		"an __index metamethod",
		"FFI",
		"garbage",
	];
	it("each way is tried here", async () => {
		expect(await engine.command("ways")).toEqual([...ways].sort());
	});

	it.each(ways)("%s: the row's limit fails that row alone", async (way) => {
		const build = await engine.load(way);
		const sets = NodeSets.deltas([{ add: [1] }, { add: [9] }, { add: [3] }, { add: [9] }, { add: [5] }]);
		const result = await build.calculateBatch(sets, { rowTimeoutMs: 30 });
		expect([...result.column("Node")]).toEqual([1, Number.NaN, 3, Number.NaN, 5]);
		expect(result.errors.map(({ row, code, message }) => [row, code, message])).toEqual([
			[1, "TIMEOUT", "the row took longer than 30 ms"],
			[3, "TIMEOUT", "the row took longer than 30 ms"],
		]);
		expect(result.stopped).toBeUndefined();
	});

	it.each(ways)("%s: an abort stops it", async (way) => {
		const build = await engine.load(way);
		const controller = new AbortController();
		const sets = NodeSets.deltas([{ add: [9] }, { add: [9] }]);
		const running = build.calculateBatch(sets, { signal: controller.signal });
		await sleep(20);
		controller.abort();
		// The rows themselves would never end.
		const result = await running;
		expect([result.stopped, result.notReached, result.errors.length]).toEqual(["ABORTED", 2, 0]);
	});

	it("a batch's limit keeps the rows that are done", async () => {
		const build = await engine.load("compiled loop");
		const rows = Array.from({ length: 1000 }, (_, i) => ({ add: [i === 500 ? 9 : 10 + i] }));
		const result = await build.calculateBatch(NodeSets.deltas(rows), { timeoutMs: 300 });
		expect(result.stopped).toBe("TIMEOUT");
		expect(result.ok(0) && result.ok(499) && !result.ok(500)).toBe(true);
		expect(result.errors).toEqual([]);
		expect(Number.isNaN(result.row(500).Node)).toBe(true);
		const wrong = rows.filter(({ add }, row) => result.ok(row) && result.row(row).Node !== add[0]);
		expect(wrong).toEqual([]);
		expect(result.notReached).toBe(rows.filter((_, row) => !result.ok(row)).length);
	});

	it("a blocking batch ends by its limits, too", async () => {
		const build = await engine.load("pcall around the loop");
		const sets = NodeSets.deltas([{ add: [9] }, { add: [2] }]);
		expect(build.calculateBatchSync(sets, { timeoutMs: 40 }).stopped).toBe("TIMEOUT");
		expect([...build.calculateBatchSync(sets, { rowTimeoutMs: 40 }).column("Node")]).toEqual([Number.NaN, 2]);
		expect(() => build.calculateSync({ add: [9] }, { rowTimeoutMs: 0.5 })).toThrow(
			expect.objectContaining({ code: "TIMEOUT" }),
		);
	});

	it("a limit beyond all clocks is no limit", async () => {
		const build = await engine.load("compiled loop");
		const limits = { timeoutMs: Number.MAX_VALUE, rowTimeoutMs: Number.MAX_SAFE_INTEGER };
		const result = await build.calculateBatch(NodeSets.deltas([{ add: [3] }]), limits);
		expect([result.stopped, result.row(0).Node]).toEqual([undefined, 3]);
	});

	it("an abort before the batch begins ends it at once", async () => {
		const build = await engine.load("compiled loop");
		const sets = NodeSets.deltas(Array(10).fill({ add: [9] }));
		const result = await build.calculateBatch(sets, { signal: AbortSignal.abort() });
		expect([result.stopped, result.notReached]).toEqual(["ABORTED", 10]);
	});

	it("an abort of one batch leaves the next one alone", async () => {
		const build = await engine.load("compiled loop");
		for (let i = 0; i < 50; i++) {
			const controller = new AbortController();
			const first = build.calculateBatch(NodeSets.deltas([{ add: [9] }, { add: [9] }]), {
				signal: controller.signal,
			});
			const second = build.calculateBatch(NodeSets.deltas(Array(40).fill({ add: [4] })));
			if (i % 2) await sleep(1);
			controller.abort();
			expect((await first).stopped).toBe("ABORTED");
			const { stopped, errors, values } = await second;
			expect([stopped, errors.length, values.every((value) => value === 4)]).toEqual([undefined, 0, true]);
		}
	});

	it("load, command and unload by their limit or by closing", async () => {
		await expect(engine.load("load", { timeoutMs: 50 })).rejects.toMatchObject({ code: "TIMEOUT" });
		const own = await Engine.open({ calculator: fixture("endless.lua"), threads: 2 });
		const build = await own.load("unload");
		const ends = Promise.allSettled([build.close(), own.command("loop"), own.load("load")]);
		await sleep(20);
		await own.close();
		for (const end of await ends)
			expect(end).toMatchObject({ status: "rejected", reason: { code: "ENGINE_CLOSED" } });
	});

	it("the calculator's file and its open, by the open limit", async () => {
		for (const calculator of [luaFile("while true do end"), fixture("endless.lua")]) {
			const opening = Engine.open({ calculator, threads: 2, openTimeoutMs: 50, options: { where: "open" } });
			await expect(opening).rejects.toMatchObject({ code: "TIMEOUT" });
		}
	});
});

describe("memory", () => {
	const memoryLimitMB = 16;
	const eaters: [string, string][] = [
		["tables", "local t = {} while true do t[#t + 1] = {} end"],
		["one string", 'local s = "x" while true do s = s .. s end'],
		["string.rep", '("x"):rep(1e9)'],
		["closures", "local t = {} while true do t[#t + 1] = function() return t end end"],
		["coroutines", "local t = {} while true do t[#t + 1] = coroutine.create(print) end"],
		["FFI arrays", 'local t = {} while true do t[#t + 1] = require("ffi").new("char[100000]") end'],
		[
			"errors caught on the way",
			"local t = {} while true do pcall(function() t[#t + 1] = ('x'):rep(1e5) .. #t end) end",
		],
	];
	it.each(eaters)("a row that eats it by %s fails, the next ones answer", async (_, body) => {
		const calculator = calculatorWith({
			Calculate: `function(_, set) if set.add[1] == 9 then ${body} end return { A = set.add[1] } end`,
		});
		await withBuild(
			{ calculator, memoryLimitMB, rowTimeoutMs: 3000, sandbox: false },
			"",
			async (build, engine) => {
				const sets = NodeSets.deltas([9, 1, 9, 2, 3].map((id) => ({ add: [id] })));
				const result = await build.calculateBatch(sets);
				expect([...result.column("A")]).toEqual([Number.NaN, 1, Number.NaN, 2, 3]);
				// A calculator that catches each refusal can continue forever, until its time is up.
				for (const { code } of result.errors) expect(["MEMORY", "TIMEOUT"]).toContain(code);
				await engine.collectGarbage();
				expect(engine.memory()[0]?.used).toBeLessThan(2 * 2 ** 20);
				// A collection may exceed the limit by a new, smaller table of strings.
				expect(engine.memory()[0]?.peak).toBeLessThanOrEqual((memoryLimitMB + 1) * 2 ** 20);
			},
		);
	});

	it("a row out of memory keeps its code when the next one is stopped by its time", async () => {
		const calculator = calculatorWith({
			Calculate: `function(_, set)
				local id = set.add[1]
				if id == 9 then return ("x"):rep(1e9) end
				if id == 8 then while true do end end
				if id == 7 then error("not enough memory for my own plans") end
				return { A = id }
			end`,
			recover: "function() return true end",
		});
		await withBuild({ calculator, memoryLimitMB: 4, rowTimeoutMs: 50, threads: 1 }, "", async (build) => {
			const sets = NodeSets.deltas([1, 9, 8, 7, 2].map((id) => ({ add: [id] })));
			const { errors } = await build.calculateBatch(sets);
			expect(errors.map(({ row, code }) => [row, code])).toEqual([
				[1, "MEMORY"],
				[2, "TIMEOUT"],
				[3, "CALCULATOR_ERROR"],
			]);
		});
	});

	it("a calculator that keeps what it ate fails every row, and each has its error", async () => {
		const calculator = calculatorWith({
			Calculate:
				"function() kept = kept or {} for i = 1, 1e7 do kept[#kept + 1] = { i } end return { A = 1 } end",
		});
		await withBuild({ calculator, memoryLimitMB: 4, threads: 2 }, "", async (build) => {
			const result = await build.calculateBatch(NodeSets.deltas(Array(100).fill({})));
			expect(result.errors.map(({ row }) => row)).toEqual(Array.from({ length: 100 }, (_, i) => i));
			expect(new Set(result.errors.map(({ code }) => code))).toEqual(new Set(["MEMORY"]));
		});
	});

	describe("little head-room", () => {
		const live = "live = {} for i = 1, 60000 do live[i] = { i } end collectgarbage()";
		const garbage: [string, string][] = [
			["small tables", "for i = 1, 40000 do local t = { i } end"],
			["strings", "for i = 1, 2000 do local s = ('x'):rep(1000) .. i end"],
			["closures", "for i = 1, 20000 do local f = function() return i end f() end"],
			["a table that grows", "local t = {} for i = 1, 60000 do t[i] = i end"],
			["long strings", "for i = 1, 20 do local s = ('x'):rep(2 ^ 18) .. i end"],
			["a stopped collector", 'collectgarbage("stop") for i = 1, 40000 do local t = { i } end'],
			["the interpreter", "jit.off(true, true) for i = 1, 20000 do local t = { i } end"],
		];
		it.each(garbage)("garbage of %s fails no row of a live 6 MB below 12", async (_, body) => {
			const calculator = calculatorWith({
				open: `function() ${live} end`,
				Calculate: `function(_, set) ${body} return { A = #live } end`,
			});
			await withBuild({ calculator, memoryLimitMB: 12, sandbox: false }, "", async (build, engine) => {
				expect(engine.memory()[0]?.used).toBeGreaterThan(5 * 2 ** 20);
				expect(engine.memory()[0]?.used).toBeLessThan(6.5 * 2 ** 20);
				const result = await build.calculateBatch(NodeSets.deltas(Array(300).fill({})));
				expect(result.errors.map(({ row, code }) => [row, code])).toEqual([]);
				expect(new Set(result.column("A"))).toEqual(new Set([60_000]));
				expect(engine.memory()[0]?.peak).toBeLessThanOrEqual(12 * 2 ** 20);
			});
		});

		it("a heap that grows from row to row fails only when it is full", async () => {
			const calculator = calculatorWith({
				Calculate: `function(_, set)
					kept = kept or {}
					for i = 1, 500 do kept[#kept + 1] = { i } end
					for i = 1, 20000 do local t = { i } end
					return { A = #kept }
				end`,
				recover: "function() return true end",
			});
			await withBuild({ calculator, memoryLimitMB: 12, rollback: false }, "", async (build) => {
				const result = await build.calculateBatch(NodeSets.deltas(Array(400).fill({})));
				// About 100 bytes for each kept table and its slot: 12 MB hold 120,000 of them, if that growing the list
				// takes half of its size again in one piece is left out.
				expect(result.errors[0]?.row ?? 400).toBeGreaterThan(130);
				expect(new Set(result.errors.map(({ code }) => code))).toEqual(new Set(["MEMORY"]));
			});
		});
	});

	it("tells machine code apart from the heap", async () => {
		const calculator = calculatorWith({
			Calculate: "function() local s = 0 for i = 1, 1e5 do s = s + i end return { A = s } end",
		});
		await withBuild({ calculator, memoryLimitMB }, "", async (build, engine) => {
			await build.calculate();
			const [figures] = engine.memory();
			expect(figures?.limit).toBe(memoryLimitMB * 2 ** 20);
			expect(figures?.machineCode).toBeGreaterThan(1000);
			// LuaJIT's own limit: at most 64 MB in any version.
			expect(figures?.machineCode).toBeLessThanOrEqual(64 * 2 ** 20);
			expect(figures?.peak).toBeGreaterThanOrEqual(figures?.used ?? 0);
		});
	});

	it("finalizers that raise do not break the state", async () => {
		const calculator = calculatorWith({
			Calculate: `function(_, set)
				local p = newproxy(true)
				getmetatable(p).__gc = function() error("late") end
				p = nil
				if set.add[1] == 9 then local t = {} while true do t[#t + 1] = {} end end
				return { A = 1 }
			end`,
		});
		await withBuild({ calculator, memoryLimitMB, sandbox: false }, "", async (build, engine) => {
			const rows = Array.from({ length: 40 }, (_, i) => ({ add: [i % 4 === 0 ? 9 : 1] }));
			const result = await build.calculateBatch(NodeSets.deltas(rows));
			expect(result.notReached).toBe(0);
			await engine.collectGarbage();
			expect((await build.calculateBatch(NodeSets.deltas(Array(20).fill({})))).notReached).toBe(0);
		});
	});

	it("results that no array can hold are refused by name", async () => {
		const names = "function() local t = {} for i = 1, 20000 do t[i] = 's' .. i end return t end";
		await withBuild({ calculator: calculatorWith({ stats: names }) }, "", async (build) => {
			const rows = 2_000_000;
			const sets = NodeSets.from("delta", new Uint32Array(), new Uint32Array(rows + 1));
			await expect(build.calculateBatch(sets)).rejects.toMatchObject({ code: "MEMORY" });
			expect(() => build.calculateBatchSync(sets)).toThrow(expect.objectContaining({ code: "MEMORY" }));
		});
	});
});

describe("callbacks that throw", () => {
	it("onProgress stops the batch, which rejects with that error", async () => {
		await withBuild({ calculator: fixture("endless.lua"), threads: 2 }, "compiled loop", async (build) => {
			const rows = Array.from({ length: 40 }, (_, i) => ({ add: [i < 30 ? 1 : 9] }));
			const mine = new Error("from the callback");
			const running = build.calculateBatch(NodeSets.deltas(rows), {
				rowTimeoutMs: 150,
				onProgress: () => {
					throw mine;
				},
			});
			await expect(running).rejects.toBe(mine);
			expect((await build.calculate({ add: [4] })).Node).toBe(4);
		});
	});
});

describe("endless logging", () => {
	it("drops lines rather than filling the process's memory", async () => {
		const calculator = luaFile(`
			local host = ...
			return {
				load = function() return {} end, stats = function() return { "A" } end,
				Calculate = function() for i = 1, 50000 do host.log("line " .. i) end return { A = 1 } end,
			}`);
		const lines: string[] = [];
		await withBuild({ calculator, onLog: (line) => lines.push(line) }, "", async (build) => {
			build.calculateBatchSync(NodeSets.deltas([{}]));
		});
		expect(lines).toHaveLength(10_001);
		expect(lines[0]).toBe("line 1");
		expect(lines.at(-1)).toBe("40000 more lines were dropped");
	});
});

describe("closing and overlapping", () => {
	it("close in the middle of a batch ends it, and keeps what is done", async () => {
		const engine = await Engine.open({ calculator: fixture("endless.lua"), threads: 2 });
		const build = await engine.load("compiled loop");
		const rows = Array.from({ length: 200 }, (_, i) => ({ add: [i < 100 ? 1 : 9] }));
		const running = build.calculateBatch(NodeSets.deltas(rows));
		const queued = build.calculateBatch(NodeSets.deltas(rows));
		await sleep(30);
		await Promise.all([engine.close(), engine.close()]);
		const result = await running;
		expect(result.stopped).toBe("ABORTED");
		expect(result.ok(0)).toBe(true);
		expect((await queued).notReached).toBe(200);
	});

	it("a build can be closed while its batch runs", async () => {
		await withBuild({ calculator: fixture("sums.lua"), threads: 2 }, "4", async (build, engine) => {
			const running = build.calculateBatch(NodeSets.deltas(Array(50_000).fill({ add: [6] })), {
				stats: ["Ids"],
			});
			const closing = build.close();
			await expect(build.calculate()).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
			const { values, errors } = await running;
			expect(errors).toEqual([]);
			expect(values.every((value) => value === 10)).toBe(true);
			await closing;
			expect((await (await engine.load("5")).calculate()).Ids).toBe(5);
		});
	});

	it("batches that overlap, on two engines, each get their own answers", async () => {
		const engines = await Promise.all(
			[1, 2].map((threads) => Engine.open({ calculator: fixture("sums.lua"), threads })),
		);
		const builds = await Promise.all(
			engines.flatMap((engine) => ["1", "2 3", ""].map((text) => engine.load(text))),
		);
		const batches = builds.flatMap((build, i) =>
			[0, 1, 2].map(async (shift) => {
				const sets = NodeSets.deltas(
					Array.from({ length: 3000 }, (_, row) => ({ add: [100 + ((row + shift) % 50)] })),
				);
				const ids = (await build.calculateBatch(sets, { stats: ["Ids"] })).column("Ids");
				const base = [1, 5, 0][i % 3] as number;
				return ids.every((value, row) => value === base + 100 + ((row + shift) % 50));
			}),
		);
		expect(await Promise.all(batches)).toEqual(Array(18).fill(true));
		await Promise.all(engines.map((engine) => engine.close()));
	});

	it("words that change while a batch reads them never read outside", async () => {
		await withBuild({ calculator: fixture("sums.lua"), threads: 2 }, "4", async (build) => {
			const words = new Uint32Array(new SharedArrayBuffer(4 * 40_000)).fill(7);
			const offsets = new Uint32Array(new SharedArrayBuffer(4 * 20_001));
			for (let i = 0; i < offsets.length; i++) offsets[i] = 2 * i;
			const running = build.calculateBatch(NodeSets.from("delta", words, offsets));
			for (let i = 0; i < 40_000; i++) words[i] = (i * 2654435761) >>> 0;
			for (let i = 0; i < offsets.length; i += 3) offsets[i] = 0xffff_ffff - i;
			expect((await running).length).toBe(20_000);
		});
	});
});
