import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine, NodeSets, PassiveTree } from "../../src/index.js";
import { calculatorWith, fixture, luaFile } from "../support/calculators.js";

let engine: Engine;
beforeAll(async () => {
	engine = await Engine.open({ calculator: fixture("sums.lua"), threads: 2 });
});
afterAll(() => engine.close());

describe("Engine.open", () => {
	it("tells the calculator's name and version, and the threads", () => {
		expect(engine.calculator).toEqual({ name: "sums", version: "1.2" });
		expect(engine.threads).toBe(2);
		expect(engine.tree).toBeUndefined();
	});

	it("gives the options to the calculator's open as plain data", async () => {
		const calculator = calculatorWith({
			open: "function(options) kept = options end",
			commands: "{ options = function() return kept end }",
		});
		const options = { text: "a\0ß", flag: true, number: 0.1, list: [1, [2]], none: null, map: { "a b": {} } };
		const own = await Engine.open({ calculator, threads: 1, options });
		expect(await own.command("options")).toEqual({
			text: "a\0ß",
			flag: true,
			number: 0.1,
			list: [1, [2]],
			map: { "a b": [] },
		});
		await own.close();
	});

	it("runs the calculator's file once a state", async () => {
		const lines: string[] = [];
		const file = luaFile(
			`local host = ...\nhost.log("run")\nreturn { load = function() return {} end, stats = function() return { "A" } end, Calculate = function() return { A = 1 } end }`,
		);
		const own = await Engine.open({ calculator: file, threads: 3, onLog: (text) => lines.push(text) });
		expect(own.calculator).toEqual({ name: "unnamed", version: "0" });
		await own.close();
		expect(lines).toEqual(["run", "run", "run"]);
	});

	const wrong: [string, object, string][] = [
		["threads 0", { threads: 0 }, "Expected an integer from 1 to 256 for threads but received 0"],
		["threads 1.5", { threads: 1.5 }, "for threads but received 1.5"],
		["threads 257", { threads: 257 }, "for threads but received 257"],
		["a calculator that is no string", { calculator: 5 }, "for calculator but received 5"],
		["a memory limit of 0", { memoryLimitMB: 0 }, "Expected a positive number for memoryLimitMB"],
		[
			"an endless row limit",
			{ rowTimeoutMs: Number.POSITIVE_INFINITY },
			"for rowTimeoutMs but received Infinity",
		],
		["a negative open limit", { openTimeoutMs: -1 }, "for openTimeoutMs but received -1"],
		["a tree that is none", { tree: 5 }, "for tree but received 5"],
	];
	it.each(wrong)("refuses %s", async (_, options, message) => {
		const opening = Engine.open({ calculator: fixture("sums.lua"), ...options } as never);
		await expect(opening).rejects.toThrow(message);
	});

	it("names a file that is not there", async () => {
		await expect(Engine.open({ calculator: "./none.lua" })).rejects.toMatchObject({
			code: "FILE_NOT_FOUND",
			value: "./none.lua",
		});
	});
});

describe("Engine.load", () => {
	it("gives the build's facts, nodes ascending with their choices", async () => {
		const build = await engine.load("30:0:2 4 18:1");
		expect(build.info).toMatchObject({ calculator: "sums", class: "Test", level: 7, ascendancy: undefined });
		expect(build.allocated).toEqual([4, 18, 30]);
		expect(build.info.attributes).toEqual([0, 1, 0]);
		expect(build.info.weaponSets).toEqual([0, 0, 2]);
		expect(build.stats().slice(0, 3)).toEqual(["Nodes", "Ids", "Str"]);
		expect(build.warnings).toEqual([]);
		await build.close();
	});

	it("loads many builds side by side, each with its own nodes", async () => {
		const builds = await Promise.all(
			Array.from({ length: 20 }, (_, i) => engine.load(`${i + 1} ${i + 100}`)),
		);
		const ids = await Promise.all(builds.map((build) => build.calculate()));
		expect(ids.map(({ Ids }) => Ids)).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i + 101));
		for (const build of builds) await build.close();
	});

	it("refuses what is not a text", async () => {
		await expect(engine.load(5 as never)).rejects.toThrow("Expected a build's text for text but received 5");
	});
});

describe("Build.calculateBatch", () => {
	it("answers each row's stats in the order of the rows", async () => {
		const build = await engine.load("4 18:1");
		const sets = NodeSets.deltas([
			{},
			{ add: [7, 9], remove: [4] },
			{ add: [18], attributes: { 18: "Int" } },
		]);
		const result = await build.calculateBatch(sets, { stats: ["Ids", "Nodes", "Str", "Int"] });
		expect(result.stats).toEqual(["Ids", "Nodes", "Str", "Int"]);
		expect(result.row(0)).toEqual({ Ids: 22, Nodes: 2, Str: 1, Int: 0 });
		expect(result.row(1)).toEqual({ Ids: 34, Nodes: 3, Str: 1, Int: 0 });
		expect(result.row(2)).toEqual({ Ids: 22, Nodes: 2, Str: 0, Int: 1 });
		expect(result.errors).toEqual([]);
		expect(result.stopped).toBeUndefined();
		expect(build.calculateBatchSync(sets, { stats: ["Ids", "Nodes", "Str", "Int"] }).values).toEqual(
			result.values,
		);
	});

	it("asks for each stat once, and for the default ones where none are named", async () => {
		const build = await engine.load("4");
		const twice = await build.calculate({}, { stats: ["Ids", "Ids"] });
		expect(twice).toEqual({ Ids: 4 });
		expect(Object.keys(await build.calculate())).toEqual(build.defaultStats);
	});

	it("a batch without rows returns no rows", async () => {
		const build = await engine.load("4");
		const result = await build.calculateBatch(NodeSets.deltas([]));
		expect([result.length, result.values.length, result.errors.length]).toEqual([0, 0, 0]);
		expect(build.calculateBatchSync(NodeSets.full([])).length).toBe(0);
	});

	it("a row without nodes is the build as it is, or without any", async () => {
		const build = await engine.load("4 5");
		expect((await build.calculate({})).Ids).toBe(9);
		expect((await build.calculate({ nodes: [] })).Ids).toBe(0);
	});

	it("takes 10^6 words in one row", async () => {
		const build = await engine.load("");
		const million = Uint32Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) % 65_536);
		const sets = NodeSets.from("full", million, Uint32Array.of(0, million.length));
		const { Ids, Nodes } = (await build.calculateBatch(sets, { stats: ["Ids", "Nodes"] })).row(0);
		// 7919 is odd, so every id from 0 to 65,535 occurs.
		expect([Ids, Nodes]).toEqual([(65_535 * 65_536) / 2, 65_536]);
	});

	it("takes 10^6 rows", async () => {
		const build = await engine.load("");
		const rows = 1_000_000;
		const words = Uint32Array.from({ length: rows }, (_, i) => i % 65_536);
		const sets = NodeSets.from(
			"delta",
			words,
			Uint32Array.from({ length: rows + 1 }, (_, i) => i),
		);
		const ids = (await build.calculateBatch(sets, { stats: ["Ids"] })).column("Ids");
		let wrong = 0;
		for (let i = 0; i < rows; i++) if (ids[i] !== i % 65_536) wrong++;
		expect(wrong).toBe(0);
	});

	it("reports progress that rises and never passes the rows", async () => {
		const slow = await Engine.open({
			calculator: calculatorWith({
				Calculate: "function() local t = os.clock() + 0.002 while os.clock() < t do end return { A = 1 } end",
			}),
			threads: 2,
			sandbox: false,
		});
		const build = await slow.load("");
		const seen: [number, number][] = [];
		await build.calculateBatch(NodeSets.deltas(Array(300).fill({})), {
			onProgress: (done, total) => seen.push([done, total]),
		});
		await slow.close();
		expect(seen.length).toBeGreaterThan(0);
		expect(seen.every(([done, total]) => done > 0 && done <= 300 && total === 300)).toBe(true);
		expect(seen).toEqual([...seen].sort(([a], [b]) => a - b));
	});

	it("refuses unknown stats and suggests known ones", async () => {
		const build = await engine.load("");
		const asking = build.calculateBatch(NodeSets.deltas([{}]), { stats: ["Weapon3"] });
		await expect(asking).rejects.toMatchObject({
			code: "UNKNOWN_STAT",
			hint: "Did you mean Weapon1 or Weapon2?",
		});
		expect(() => build.calculateSync({}, { stats: [] })).toThrow("Expected a list of stat names for stats");
		expect(() => build.calculateSync({}, { stats: "Nodes" as never })).toThrow("a list of stat names");
	});

	it("refuses arguments that are not node sets, and invalid limits", async () => {
		const build = await engine.load("");
		await expect(build.calculateBatch([{}] as never)).rejects.toThrow("Expected NodeSets for sets");
		expect(() => build.calculateSync(null as never)).toThrow("Expected a node set for set but received null");
		const sets = NodeSets.deltas([{}]);
		expect(() => build.calculateBatchSync(sets, { timeoutMs: 0 })).toThrow("for timeoutMs but received 0");
		expect(() => build.calculateBatchSync(sets, { rowTimeoutMs: "1" as never })).toThrow("for rowTimeoutMs");
	});
});

describe("a tree makes ids valid", () => {
	const node = (id: number, type: "normal" | "attribute") => {
		const place = { orbit: 0, orbitIndex: 0, x: 0, y: 0 };
		return { id, name: `${id}`, type, stats: [], ...place, allocatable: true, passable: true };
	};
	const tree = new PassiveTree({
		version: "test",
		nodes: [node(4, "normal"), node(18, "attribute"), node(30, "normal")],
		edges: [[4, 18]],
		exits: [],
		classes: [],
		groups: [],
	});

	it("a row with unknown nodes fails alone", async () => {
		const own = await Engine.open({ calculator: fixture("sums.lua"), tree, threads: 1 });
		const build = await own.load("4");
		const sets = NodeSets.deltas([
			{ add: [30] },
			{ add: [18, 5, 6] },
			{ add: [30], attributes: { 30: "Str" } },
			{ add: [18] },
		]);
		const result = await build.calculateBatch(sets, { stats: ["Ids"] });
		expect(result.column("Ids")).toEqual(Float64Array.of(34, Number.NaN, Number.NaN, 22));
		expect(result.errors.map(({ row, code, message }) => [row, code, message])).toEqual([
			[1, "UNKNOWN_NODE", "nodes 5, 6 are not in the tree"],
			[2, "INVALID_NODE_SET", "node 30 takes no attribute choice"],
		]);
		expect(result.errors[0]?.set).toEqual({ add: [5, 6, 18], remove: [] });
		await expect(build.calculate({ remove: [9] })).rejects.toMatchObject({
			name: "RowError",
			code: "UNKNOWN_NODE",
		});
		await own.close();
	});
});

describe("commands", () => {
	it("get plain data and answer plain data", async () => {
		const build = await engine.load("4 5 6");
		expect(await build.command("count")).toBe(3);
		expect(await engine.command("count")).toBe(-1);
		expect(await engine.command("echo", { list: [1, 2], text: "x", deep: { a: [true] } })).toEqual({
			list: [1, 2],
			text: "x",
			deep: { a: [true] },
		});
	});

	it("name a command that is not there", async () => {
		await expect(engine.command("none")).rejects.toMatchObject({
			code: "CALCULATOR_INVALID",
			message: "the calculator has no command `none`",
		});
	});
});

describe("memory and garbage", () => {
	it("tells bytes per state, and a collection lowers them", async () => {
		const own = await Engine.open({
			calculator: calculatorWith({
				Calculate: "function() local t = {} for i = 1, 1e5 do t[i] = {} end return { A = #t } end",
			}),
			threads: 2,
			memoryLimitMB: 256,
		});
		const build = await own.load("");
		build.calculateBatchSync(NodeSets.deltas([{}, {}, {}, {}]));
		const before = own.memory();
		expect(before.map(({ limit }) => limit)).toEqual([256 * 2 ** 20, 256 * 2 ** 20]);
		expect(Math.max(...before.map(({ peak }) => peak))).toBeGreaterThan(4 * 2 ** 20);
		await own.collectGarbage();
		for (const { used } of own.memory()) expect(used).toBeLessThan(2 * 2 ** 20);
		await own.close();
	});
});

describe("closing", () => {
	it("refuses every further call by name", async () => {
		const own = await Engine.open({ calculator: fixture("sums.lua"), threads: 1 });
		const build = await own.load("4");
		await own.close();
		await own.close();
		const closed = { code: "ENGINE_CLOSED" };
		await expect(own.load("")).rejects.toMatchObject(closed);
		await expect(own.command("echo")).rejects.toMatchObject(closed);
		await expect(own.collectGarbage()).rejects.toMatchObject(closed);
		await expect(build.calculate()).rejects.toMatchObject(closed);
		await expect(build.calculateBatch(NodeSets.deltas([]))).rejects.toMatchObject(closed);
		expect(() => build.calculateSync()).toThrow(expect.objectContaining(closed));
		expect(() => own.memory()).toThrow(expect.objectContaining(closed));
	});

	it("a build that is closed refuses, the others go on", async () => {
		const [first, second] = [await engine.load("4"), await engine.load("5")];
		await first.close();
		await first.close();
		await expect(first.calculate()).rejects.toMatchObject({ message: "The build is closed" });
		expect((await second.calculate()).Ids).toBe(5);
	});

	it("`await using` closes", async () => {
		let kept: Engine;
		{
			await using own = await Engine.open({ calculator: fixture("sums.lua"), threads: 1 });
			kept = own;
		}
		await expect(kept.load("")).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
	});
});
