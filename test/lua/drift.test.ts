/** The changes that the drift laboratory makes of a module (scripts/drift). */

import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";
import { describeWithNewLua } from "../support/lua-version.js";

interface Mutated {
	does: string;
	list: { kind: string; line: number; text: string; compiles: boolean; does: string }[];
}

const frame = (statement: string) => `
local m_floor, m_max = math.floor, math.max
local db = { Sum = function(_, name) return #name end, Note = function(_, name) log(name) end }
local function f(x, y, t)
	${statement}
end
for _, x in ipairs({ 1, 2.5, -3 }) do
	for _, y in ipairs({ 1, 2, 0.5 }) do
		log(f(x, y, { name = "Life", list = { x, y } }))
	end
end
`;

describe("a change of a module's meaning", () => {
	const command = luaTool("versions.lua");
	const mutationsOf = (text: string) => command<Mutated>("mutations", { text });

	it.each<[kind: string, statement: string, changed: string]>([
		["another constant", "return x + 2", "return x + 3"],
		["another constant", "return x * 0", "return x * 1"],
		["another constant", "return x * 0.5", "return x * 1.5"],
		["another comparison", "return x < y", "return x <= y"],
		["another comparison", "return x >= (y)", "return x > (y)"],
		["another comparison", "return x == y", "return x ~= y"],
		["another comparison", "return x ~= y", "return x == y"],
		["another operator", "return x + y", "return x - y"],
		["another operator", "return (x)*(y)", "return (x)/(y)"],
		["another operator", "return x - y -- - y", "return x + y -- - y"],
		["and for or", "return x > y and x", "return x > y or x"],
		["and for or", "return t.none or y", "return t.none and y"],
		["another rounding", "return m_floor(x)", "return m_ceil(x)"],
		["another rounding", "return m_max(x, y)", "return m_min(x, y)"],
		["another name of a modifier", 'return db:Sum("Life")', 'return db:Sum("LifeOther")'],
		["another name of a modifier", 'db:Note("Life") return 1', 'db:Note("LifeOther") return 1'],
		[
			"another text",
			'return t.name == "LifeRegen" or "ManaRegen"',
			'return t.name == "LifeRegen" or "ManaRegenOther"',
		],
		["a condition inverted", "if x > y then return x end", "if not (x > y) then return x end"],
		[
			"a condition inverted",
			"if t.none then return x end return y",
			"if not (t.none) then return x end return y",
		],
		["a statement left out", "t.name = x return t", "do end return t"],
		["a statement left out", 'log("called") return x', "do end return x"],
	])("is %s in `%s`", async (kind, statement, changed) => {
		const text = frame(statement).replace(
			"local m_floor, m_max =",
			"local m_ceil, m_min = math.ceil, math.min local m_floor, m_max =",
		);
		const { does, list } = await mutationsOf(text);
		const wanted = text.replace(statement, changed);
		const found = list.filter((change) => change.text === wanted);
		expect(found.map((change) => change.kind)).toEqual([kind]);
		expect(found[0]?.line).toBe(5);
		expect(does).toMatch(/return $/);
		expect(found[0]?.does).not.toBe(does);
	});

	const MODULE = `
local calcs = ...
local limit = 5 -- of all
local function clamp(x, y)
	return math.min(math.max(x, 0), y or limit)
end
function calcs.f(env, list)
	local output, total = env.output, 0
	for i = 1, #list, 2 do
		if list[i] > 3 and list[i] ~= 7 or env.flag then
			total = total + (list[i] * 2 - 1) / (i + 1)
		elseif list[i]
			== 0 then
			break
		end
	end
	while total >= 100 do total = total / 2 end
	repeat total = total + 1 until total > 10
	output.Total = clamp(total, env.modDB:Sum("BASE", nil, "TotalLimit"))
	output["a" .. "b"] = -total
	env:Note("Done", { "OtherText", name = "FireDamage" })
	table.insert(list, #list + 1, total)
	return function(n) return n == nil and "NoNumber" or n % 2 == 0 end
end
`;

	it("is one of every kind in a module, each of which compiles and differs from it and from the others", async () => {
		const { list } = await mutationsOf(MODULE);
		for (const { compiles, text } of list) {
			expect(compiles, text).toBe(true);
			expect(text).not.toBe(MODULE);
		}
		expect(new Set(list.map(({ kind, text }) => kind + text)).size).toBe(list.length);
		expect([...new Set(list.map(({ kind }) => kind))].sort()).toEqual(
			[
				"a condition inverted",
				"a statement left out",
				"and for or",
				"another comparison",
				"another constant",
				"another name of a modifier",
				"another operator",
				"another text",
			].sort(),
		);
	});

	it("is nothing of what runs while the module is loaded, and of comments", async () => {
		const { list } = await mutationsOf(
			"local a = 5 -- 5\nlocal b = a + 1\nif a > b then a = 2 end\nlog(a)\nreturn a\n",
		);
		expect([...list]).toEqual([]);
	});
});

describeWithNewLua("a change of a module's meaning in today's grammar", () => {
	const command = luaTool("versions.lua");

	it("compiles and differs", async () => {
		const text = `
const calcs = ...
function calcs.f(env, list)
	const output = env?.output ?? { }
	for i, v in ipairs(list) do
		if v < 2 || v == 5 then continue end
		output.Sum += v > 3 && i != 1 ? v * 2 : -v + 1
		env?.modDB?.:NewMod("SumOfAll", (v - 1))
		output?.last = v
		list.f = |x| -> x * 3
	end
	if !output.Sum then return "NoSum" end
end
`;
		const { list } = await command<Mutated>("mutations", { text });
		expect(list.length).toBeGreaterThan(10);
		for (const change of list) {
			expect(change.compiles, change.text).toBe(true);
			expect(change.text).not.toBe(text);
		}
	});
});

describe("a change that leaves a module's meaning", () => {
	const command = luaTool("versions.lua");
	const TEXT = `
-- A module.
local v1 = 1
v2 = 20
local Class = {}
function Class:add(x, ...)
	local sum, self2 = self.n + x, self
	for i = 1, select("#", ...) do
		local x = select(i, ...)
		sum = sum + x * i -- each
	end
	for i, v in ipairs({ 1, 2, false, 4 }) do
		if not v then break end
		sum = sum + v * i
	end
	for _, v in ipairs({ "a", "b" }) do -- do
		local unlike = v .. sum
		if unlike == "a1" then goto continue end
		sum = sum + #unlike
		::continue::
	end
	return sum + v1 + v2, self2 == self
end
local function new(n)
	return setmetatable({ n = n }, { __index = Class })
end
log(new(1):add(2, 3, 4))
return new(5):add(6)
`;
	const change = (kind: string, number = 1) =>
		command<{ text: string | false; does: string; changedDoes: string }>("cosmetics", {
			kind,
			text: TEXT,
			number,
		});

	it.each(["renamed", "commented"])("differs and does the same: %s", async (kind) => {
		const { text, does, changedDoes } = await change(kind);
		expect(text).not.toBe(TEXT);
		expect(changedDoes).toBe(does);
		expect(does).toMatch(/true\nreturn \d+ true/);
	});

	it("renames variables, and neither globals nor fields", async () => {
		const text = String((await change("renamed")).text);
		expect(text).not.toMatch(/\b(Class|sum|new|self2)\b/);
		expect(text).toMatch(/\bv2 = 20/);
		expect(text).toMatch(/:add\(2, 3, 4\)/);
		expect(text).not.toMatch(/--/);
	});

	it.each([
		"newLocal",
		"guard",
		"helper",
		"loop",
	])("changes functions without their meaning: %s", async (kind) => {
		const texts = new Set<string>();
		for (let number = 1; number <= 12; number++) {
			const { text, does, changedDoes } = await change(kind, number);
			expect(text).not.toBe(TEXT);
			expect(text).not.toBe(false);
			expect(changedDoes).toBe(does);
			texts.add(String(text));
		}
		expect(texts.size).toBeGreaterThan(kind === "loop" ? 1 : 2);
	});
});
