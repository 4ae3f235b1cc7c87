import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { fileCalculator } from "../../src/calculators/file.js";
import { embedded, loopSource } from "../../src/calculators/lua-files.js";
import { Engine } from "../../src/index.js";
import { calculatorWith, luaFile } from "../support/calculators.js";

const safe = { sandbox: true, rollback: true };

describe("a user's calculator", () => {
	it("is named by its path, and `require` finds its neighbours", async () => {
		const file = luaFile("return {}");
		const source = await fileCalculator(file, { a: 1 }, undefined, safe);
		expect(source.source).toBe("return {}");
		expect(source.chunkName).toBe(`@${file}`);
		expect(source.packagePath).toBe(`${dirname(file)}/?.lua;${dirname(file)}/?/init.lua`);
		expect(source.options).toEqual({ a: 1 });
		expect(source.tree).toBeUndefined();
		expect(source.trusted).toBe(false);
	});

	it("gets a build's text as it is", async () => {
		const source = await fileCalculator(luaFile(""), {}, undefined, safe);
		expect(source.prepare("<any> text", {})).toEqual({ source: "<any> text", warnings: [] });
	});

	it("has an identity that changes with its text and its options", async () => {
		const [one, other] = [luaFile("return 1"), luaFile("return 2")];
		const identity = async (file: string, options: object) =>
			(await fileCalculator(file, options as never, undefined, safe)).identity();
		const first = await identity(one, {});
		expect(await identity(one, {})).toBe(first);
		expect(await identity(other, {})).not.toBe(first);
		expect(await identity(one, { a: 1 })).not.toBe(first);
	});

	it("loads a module next to it", async () => {
		const module = luaFile("return 42");
		const name = /([^/\\]+)\.lua$/.exec(module)?.[1];
		const engine = await Engine.open({
			calculator: calculatorWith({ Calculate: `function() return { A = require("${name}") } end` }),
			threads: 1,
		});
		expect(await (await engine.load("")).calculate()).toEqual({ A: 42 });
		await engine.close();
	});

	it("finds no native modules", async () => {
		const calculator = calculatorWith({ Calculate: "function() return { A = #package.cpath } end" });
		const engine = await Engine.open({ calculator, threads: 1, sandbox: false });
		expect(await (await engine.load("")).calculate()).toEqual({ A: 0 });
		await engine.close();
	});
});

describe("the package's own Lua", () => {
	it("is named without the machine's paths", async () => {
		expect((await embedded("reference/init.lua")).chunkName).toBe("@pobatch/lua/reference/init.lua");
		expect(await loopSource()).toContain("Calculate");
	});
});
