import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine, NodeSets } from "../../src/index.js";
import { calculatorWith } from "../support/calculators.js";

const eat = "local t = {} while true do t[#t + 1] = {} end";

/** Ways in which an error for lack of memory can reach the caller. */
const roads: [string, string][] = [
	["as it is", eat],
	["through a coroutine", `coroutine.wrap(function() ${eat} end)()`],
	[
		"raised again by the code that resumed it",
		`error(select(2, coroutine.resume(coroutine.create(function() ${eat} end))), 0)`,
	],
	[
		"past a message handler that finds no memory itself",
		`local keep = {}
		local _, message = xpcall(function() while true do keep[#keep + 1] = {} end end, function(text)
			return debug.traceback(("x"):rep(1e6) .. text)
		end)
		error(message, 0)`,
	],
	[
		"with a place in front",
		`local _, message = pcall(function() ${eat} end) error("while counting: " .. message)`,
	],
	["in other words", `pcall(function() ${eat} end) local nothing; return nothing.field`],
];

const shortage = {
	code: "MEMORY",
	message: expect.stringMatching(/^a state reached its memory limit of 4 MB \([34]\.?\d* MB were in use\)$/),
	hint: expect.stringContaining("memoryLimitMB"),
};

let engine: Engine;
beforeAll(async () => {
	const cases = roads.map(([, body], i) => `[${i + 1}] = function() ${body} end,`).join("\n");
	const calculator = calculatorWith({
		load: `function(text)
			local roads = { ${cases} }
			if roads[tonumber(text)] then roads[tonumber(text)]() end
			if text == "refuses" then
				pcall(function() ${eat} end)
				collectgarbage()
				return nil, "the build is too large for this calculator"
			end
			return { roads = roads }, {}
		end`,
		Calculate: `function(build, set)
			if set.add[1] then build.roads[set.add[1]]() end
			return { A = 1 }
		end`,
		commands: `{
			eat = function(_, args) load(args.body)() end,
			forgive = function() pcall(function() ${eat} end) collectgarbage() return "done" end,
			fail = function() error("not enough memory for my own plans", 0) end,
		}`,
	});
	engine = await Engine.open({ calculator, threads: 1, memoryLimitMB: 4, cache: false });
});
afterAll(() => engine.close());

describe("what ran out of memory says so, with the limit and what to do", () => {
	it.each(roads.map(([name], i) => [name, i + 1] as const))("a load: %s", async (_, id) => {
		await expect(engine.load(String(id))).rejects.toMatchObject(shortage);
		await (await engine.load("")).close();
	});

	it.each(roads)("a command: %s", async (_, body) => {
		await expect(engine.command("eat", { body })).rejects.toMatchObject(shortage);
		expect(await engine.command("forgive")).toBe("done");
	});

	it("a build that the calculator refused after it had caught the error", async () => {
		await expect(engine.load("refuses")).rejects.toMatchObject({
			...shortage,
			traceback: expect.stringContaining("too large for this calculator"),
		});
	});

	it("a row", async () => {
		const build = await engine.load("");
		// Not the last one: what a row does after it caught the error is not checked.
		const ids = roads.slice(0, -1).map((_, i) => i + 1);
		const result = await build.calculateBatch(NodeSets.deltas(ids.map((id) => ({ add: [id] }))));
		expect(result.errors).toHaveLength(ids.length);
		for (const error of result.errors) expect(error).toMatchObject(shortage);
		expect((await build.calculate({})).A).toBe(1);
		await build.close();
	});

	it("a load that has no room left to begin with", async () => {
		const calculator = calculatorWith({ open: `function() kept = ("x"):rep(6e6) end` });
		const full = await Engine.open({ calculator, threads: 1, memoryLimitMB: 4 });
		try {
			await expect(full.load("x".repeat(1e5))).rejects.toMatchObject({
				code: "MEMORY",
				message: expect.stringMatching(/limit of 4 MB \(([6-9]|1\d)(\.\d+)? MB were in use\)$/),
			});
		} finally {
			await full.close();
		}
	});
});

describe("what did not run out of memory", () => {
	it("is not blamed for what an earlier call was refused and did without", async () => {
		expect(await engine.command("forgive")).toBe("done");
		await expect(engine.command("fail")).rejects.toMatchObject({
			code: "CALCULATOR_ERROR",
			message: "not enough memory for my own plans",
		});
	});
});
