/** Every global and method of Path of Building that a part relies on is declared (lua/pob/patch/globals.lua). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";
import { describeWithPob } from "../support/pob.js";

const lua = fileURLToPath(new URL("../../lua", import.meta.url));
/** Of LuaJIT; methods are those of strings. */
const own = new Set(
	(
		"pairs ipairs next type tostring tonumber select unpack error assert pcall setmetatable getmetatable rawget rawset print " +
		":find :gsub :lower :match :sub"
	).split(" "),
);

interface Target {
	name: string;
	file: string;
}

interface Part {
	name: string;
	targets: Target[];
	calls: Target[];
	requires: string[];
}

interface Declared {
	ofParts: Record<string, Record<string, "known" | "called" | "original">>;
	tables: Record<string, true>;
	functions: Record<string, Record<string, true>>;
}

const listOf = <Item>(list: Item[]) => (Array.isArray(list) ? list : []);

describe("what parts' own text reads of Path of Building's globals", () => {
	const command = luaTool("versions.lua");
	const used = async (text: string) => Object.keys(await command<object>("usedGlobals", { text }));

	it("finds them", async () => {
		expect(
			(
				await used(
					"return function(self, env) local a = env.AND64(1, 2) + self.env.round(env.x.y) local f = other.env.z end",
				)
			).sort(),
		).toEqual(["AND64", "round", "x"]);
		expect(await used("return function(env) return env[name] end")).toEqual(["?"]);
	});

	it("is declared", async () => {
		const declared = await command<Declared>("declaredGlobals", {});
		const undeclared = [];
		for (const room of ["replacements", "environment", "memo"])
			for (const file of readdirSync(join(lua, "pob", room))) {
				const path = `${room}/${file}`;
				for (const name of await used(readFileSync(join(lua, "pob", path), "utf8")))
					if (!declared.tables[name] && !declared.functions[path]?.[name])
						undeclared.push(`${path}: ${name}`);
			}
		expect(undeclared).toEqual([]);
	});

	it("is among a part's targets where its own code does what a global does", async () => {
		const { ofParts } = await command<Declared>("declaredGlobals", {});
		const parts = await command<Part[]>("parts", {});
		for (const { name, targets, calls, requires } of parts) {
			const known = Object.keys(ofParts[name] ?? {})
				.filter((global) => ofParts[name]?.[global] === "known")
				.map((global) => global.replace(":", ""));
			const company = parts.filter((part) => listOf(requires).includes(part.name));
			const functions = [
				...listOf(targets),
				...listOf(calls),
				...company.flatMap((part) => listOf(part.targets)),
			].map((target) => target.name);
			expect(functions, name).toEqual(expect.arrayContaining(known));
		}
	});
});

describe("globals and methods that a function calls", () => {
	const command = luaTool("versions.lua");

	it("are found by themselves, under a local name, and in local functions that it calls", async () => {
		const text = `
local band, count = AND64, 3
local function helper(x) return round(x) end
local function other() return unused() end
function class:f(x)
	return band(x, count) + helper(x) + self:method(x) + lib.g(x) + global(x)
end`;
		const called = await command<object>("calledGlobals", { text, path: "x.lua", name: "f" });
		expect(Object.keys(called).sort()).toEqual([":method", "AND64", "global", "round"]);
	});
});

describeWithPob("globals and methods that the parts' targets call", (pob) => {
	const command = luaTool("versions.lua");

	it("are declared", async () => {
		const { ofParts } = await command<Declared>("declaredGlobals", {});
		const undeclared = [];
		let found = 0;
		for (const { name: part, targets } of await command<Part[]>("parts", {}))
			for (const { name, file } of listOf(targets)) {
				const text = readFileSync(join(pob, "src", file), "latin1");
				for (const global of Object.keys(
					await command<object>("calledGlobals", { text, path: file, name }),
				)) {
					found++;
					if (!own.has(global) && !ofParts[part]?.[global])
						undeclared.push(`${part}: ${name} calls ${global}`);
				}
			}
		expect(found).toBeGreaterThan(20);
		expect(undeclared).toEqual([]);
	});
});
