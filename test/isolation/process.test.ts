import { describe, expect, it } from "vitest";
import { Engine, NodeSets, PassiveTree } from "../../src/index.js";
import { calculatorWith } from "../support/calculators.js";
import { runChild } from "../support/child.js";

// 666 writes through a null pointer; 667 ends the process; 668 loops; the rest add up.
const deadly = calculatorWith({
	stats: 'function() return { "Sum", "Pid" } end',
	load: "function(text) return { text = text }, { allocated = {} } end",
	Calculate: `function(build, set)
		local ffi = require("ffi")
		local sum = #build.text
		for i = 1, set.addCount do
			local id = set.add[i]
			if id == 666 then ffi.cast("int *", 8)[0] = 1 end
			if id == 667 then os.exit(3) end
			if id == 668 then while true do end end
			if id == 669 then error("no") end
			sum = sum + id
		end
		return { Sum = sum, Pid = 0 }
	end`,
});

const open = (options = {}) =>
	Engine.open({ calculator: deadly, threads: 2, isolation: "process", sandbox: false, ...options });

describe("an engine over child processes", () => {
	it("loses no row to a crash, and names the row that crashes twice", async () => {
		await using engine = await open();
		const build = await engine.load("ab");
		const ids = Array.from({ length: 200 }, (_, i) => (i === 50 ? 666 : i === 120 ? 667 : 1000 + i));
		const result = await build.calculateBatch(NodeSets.deltas(ids.map((id) => ({ add: [id] }))), {
			stats: ["Sum"],
		});
		expect(result.errors.map(({ row, code }) => [row, code])).toEqual([
			[50, "CRASH"],
			[120, "CRASH"],
		]);
		expect(result.errors[0]?.message).toMatch(/SIGSEGV/);
		const sums = [...result.column("Sum")];
		ids.forEach((id, row) => {
			expect(sums[row]).toBe(id === 666 || id === 667 ? Number.NaN : id + 2);
		});
	});

	it("answers the same bits and errors as threads", async () => {
		const sets = NodeSets.deltas(
			Array.from({ length: 300 }, (_, i) => ({ add: [i % 7 === 3 ? 669 : i, i + 1] })),
		);
		const answers = await Promise.all(
			(["thread", "process"] as const).map(async (isolation) => {
				await using engine = await open({ isolation });
				const result = await (await engine.load("x")).calculateBatch(sets);
				return {
					values: result.values,
					errors: result.errors.map(({ row, code, message }) => [row, code, message]),
				};
			}),
		);
		expect(answers[1]).toEqual(answers[0]);
	});

	it("fails a row over its time limit without losing its process", async () => {
		await using engine = await open({ rowTimeoutMs: 100 });
		const build = await engine.load("");
		const result = await build.calculateBatch(NodeSets.deltas([{ add: [1] }, { add: [668] }, { add: [2] }]));
		expect(result.errors.map(({ row, code }) => [row, code])).toEqual([[1, "TIMEOUT"]]);
		expect([...result.column("Sum")]).toEqual([1, Number.NaN, 2]);
	});

	it("stops at an AbortSignal and keeps what was done", async () => {
		await using engine = await open();
		const build = await engine.load("");
		const controller = new AbortController();
		setTimeout(() => controller.abort(), 200);
		const sets = NodeSets.deltas([{ add: [1] }, ...Array.from({ length: 50 }, () => ({ add: [668] }))]);
		const result = await build.calculateBatch(sets, { signal: controller.signal });
		expect(result.stopped).toBe("ABORTED");
		expect(result.notReached).toBeGreaterThan(0);
	});

	it("reports a calculator's own errors as threads do", async () => {
		await expect(
			open({ calculator: calculatorWith({ open: 'function() error("not today") end' }) }),
		).rejects.toMatchObject({
			code: "CALCULATOR_ERROR",
			message: expect.stringContaining("not today"),
		});
		await using engine = await open({
			calculator: calculatorWith({ load: 'function(text) error("bad build " .. text, 0) end' }),
		});
		await expect(engine.load("B")).rejects.toMatchObject({ message: "bad build B" });
	});

	it("checks node ids against the tree", async () => {
		const tree = await PassiveTree.embedded();
		await using engine = await open({ tree });
		const build = await engine.load("");
		const unknown = [...Array(65536).keys()].find((id) => !tree.has(id)) as number;
		const result = await build.calculateBatch(NodeSets.deltas([{ add: [unknown] }]));
		expect(result.errors[0]?.code).toBe("UNKNOWN_NODE");
	});

	it("a build that ends its process at loading is refused, and the engine goes on", async () => {
		const calculator = calculatorWith({
			load: `function(text)
				if text == "deadly" then require("ffi").cast("int *", 8)[0] = 1 end
				return { text = text }, { allocated = {} }
			end`,
		});
		await using engine = await open({ calculator });
		const build = await engine.load("good");
		await expect(engine.load("deadly")).rejects.toMatchObject({ code: "CRASH" });
		expect(await build.calculate()).toEqual({ A: 1 });
		expect(await (await engine.load("another")).calculate()).toEqual({ A: 1 });
	});

	it("batches that need the same dead child at once share its replacement", async () => {
		await using engine = await open({ threads: 1 });
		const build = await engine.load("x");
		const sets = NodeSets.deltas([{ add: [1] }, { add: [666] }, { add: [2] }]);
		const results = await Promise.all([1, 2, 3].map(() => build.calculateBatch(sets, { stats: ["Sum"] })));
		for (const result of results) {
			expect([...result.column("Sum")]).toEqual([2, Number.NaN, 3]);
			expect(result.errors.map(({ row, code }) => [row, code])).toEqual([[1, "CRASH"]]);
		}
	});

	it("a program's own flags are not its children's", async () => {
		const { code, stdout, stderr } = await runChild(`
			const engine = await pobatch.Engine.open({ isolation: "process", threads: 1 });
			await engine.close();
			console.log("closed");`);
		expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "closed\n", stderr: "" });
	});

	it("has no synchronous calls", async () => {
		await using engine = await open();
		const build = await engine.load("");
		expect(() => build.calculateSync({ add: [1] })).toThrow(/synchronously/);
	});
});
