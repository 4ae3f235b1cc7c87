/** The slicer of lua/pob/slice on small programs: a slice answers the asked numbers like the whole program. */

import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";

interface Run {
	output: Record<string, number | string>;
	asked: Record<string, boolean>;
	missed: boolean;
}

interface Sliced {
	text: string;
	leftOut: Record<string, boolean>;
	aliases: string[];
	whole: Run;
	slice: Run;
}

const PROGRAM = `
local calcs = ...
local m_max, t_insert = math.max, table.insert
local kinds = { "Fire", "Cold" }
local globalOutput

local function double(value)
	return value * 2
end

function calcs.leech(output, modDB)
	output.Leech = modDB:Sum("BASE", nil, "Leech")
	output.LeechCap = 20
end

function calcs.touch(env)
	env.player.touched = true
	env.player.output.Touched = 1
end

function calcs.perform(env)
	local modDB = env.player.modDB
	local output = env.player.output
	local breakdown = env.player.breakdown
	globalOutput = output
	local life = modDB:Sum("BASE", nil, "Life")
	output.Life = m_max(1, life)
	output.LifeHalf = output.Life / 2
	local parts = {}
	for _, kind in ipairs(kinds) do
		local resist = modDB:Sum("BASE", nil, kind .. "Resist")
		output[kind .. "Resist"] = resist
		t_insert(parts, resist)
	end
	output.ResistSum = parts[1] + parts[2]
	local function combine(stat, mode)
		if mode == "ADD" then
			output[stat] = (output[stat] or 0) + modDB:Sum("BASE", nil, stat .. "Extra")
		else
			output[stat] = modDB:Sum("BASE", nil, stat)
		end
	end
	combine("Speed", "SET")
	combine("Speed", "ADD")
	combine("Stun", "SET")
	if modDB:Flag(nil, "Blessed") then
		modDB:NewMod("Armour", "BASE", double(output.Life), "Blessing")
		modDB.conditions["Blessed"] = true
	end
	if breakdown then
		breakdown.Life = { life }
	end
	output.Armour = modDB:Sum("BASE", nil, "Armour")
	local steps = 0
	while true do
		steps = steps + 1
		if steps > modDB:Sum("BASE", nil, "Steps") then
			break
		end
	end
	output.Steps = steps
	output.Reads = globalOutput["LifeHalf"]
	calcs.leech(output, modDB)
	calcs.touch(env)
	if output.Armour > 1000 then
		output.Wall = output.Armour - output.ResistSum
	else
		output.Wall = 0
	end
end
`;

const VALUES = {
	Life: 70,
	FireResist: 10,
	ColdResist: 20,
	Armour: 5,
	Speed: 3,
	SpeedExtra: 4,
	Stun: 9,
	Steps: 6,
	Leech: 8,
};

describe("a slice of a program", () => {
	const command = luaTool("slice.lua");

	const slice = (args: object) => command<Sliced>("slice", { text: PROGRAM, values: VALUES, ...args });

	it.each([
		["Life", ["Life"], ["FireResist", "Armour", "Speed", "Stun", "Steps", "Leech"]],
		["ResistSum", ["FireResist", "ColdResist"], ["Life", "Armour", "Speed", "Steps"]],
		["Speed", ["Speed", "SpeedExtra"], ["Stun", "Life", "Armour"]],
		["Stun", ["Stun"], ["Speed", "SpeedExtra"]],
		["Armour", ["Armour", "Blessed", "Life"], ["FireResist", "Leech", "Steps"]],
		["Steps", ["Steps"], ["Life", "Armour"]],
		["Reads", ["Life"], ["Armour", "Steps"]],
		["Leech", ["Leech"], ["Life", "Steps"]],
		["Wall", ["Armour", "FireResist"], ["Steps", "Leech", "Stun"]],
	])("answers %s, and asks for no more than it needs", async (field, asked, unasked) => {
		for (const values of [VALUES, { ...VALUES, Blessed: 1, Armour: 990 }]) {
			const { whole, slice: part } = await slice({ fields: [field], values });
			expect(part.output[field]).toBe(whole.output[field]);
			for (const name of asked) expect(part.asked).toHaveProperty(name);
			for (const name of unasked) {
				expect(whole.asked).toHaveProperty(name);
				expect(part.asked).not.toHaveProperty(name);
			}
		}
	});

	const perform = (...lines: string[]) =>
		[
			"local calcs = ...",
			"function calcs.perform(env)",
			"local output = env.player.output",
			...lines,
			"end",
		].join("\n");
	const letters = [..."ABCDEFGHIJKLMNO"];
	const list = (prefix: string) => `{ ${letters.map((letter) => `"${prefix}${letter}"`).join(", ")} }`;
	it.each([
		[
			"numbers of positions",
			"OnWeapon 1",
			['for i in pairs({ "x", "y" }) do output["OnWeapon " .. i] = i end'],
		],
		["numbers that a loop counts", "Step 3", ['for i = 1, 4 do output["Step " .. i] = i end']],
		[
			"more joined texts than are looked at one by one",
			"Sum",
			[
				"local sum = 0",
				"output.xCCanyD = 5",
				`for _, a in ipairs(${list("x")}) do for _, b in ipairs(${list("y")}) do`,
				'sum = sum + (output[a .. "Can" .. b] or 0) end end',
				"output.Sum = sum",
			],
		],
	])("knows names made of %s", async (_, field, lines) => {
		const { whole, slice: part } = await slice({
			text: perform(...lines),
			fields: [field],
			look: ["A", "C", "D"],
		});
		expect(whole.output[field]).toBeGreaterThan(0);
		expect(part.output[field]).toBe(whole.output[field]);
	});

	it("watches reads by names that it cannot know", async () => {
		const text = perform(
			'local names, parts = { "A" }, { { name = "B" } }',
			'table.insert(names, "C")',
			'for _, part in ipairs(parts) do part.name = "D" end',
			"output.A, output.C, output.D = 1, 2, 4",
			"local sum = 0",
			"for _, name in ipairs(names) do sum = sum + (output[name] or 0) end",
			"for _, part in ipairs(parts) do sum = sum + (output[part.name] or 0) end",
			"output.Sum = sum",
		);
		const { whole, slice: part, leftOut } = await slice({ text, fields: ["Sum"], look: ["A", "C", "D"] });
		expect(whole.output.Sum).toBe(7);
		for (const [name, isLeftOut] of Object.entries(leftOut)) expect(isLeftOut).toBe(!(name in part.output));
		expect(part.missed).toBe(part.output.Sum !== 7);
	});

	it.each([
		["nested ones", "output.Sum = output[names[2]] + (output[output[names[1]] or 'B'] or 0)"],
		["in functions within expressions", "output.Sum = (function() return output[names[2]] end)()"],
		["in conditions", "if output[names[2]] then output.Sum = 1 else output.Sum = 0 end"],
	])("watches reads by such names: %s", async (_, line) => {
		const text = perform('local names = { "A" }', "env.set(names)", "output.B = 2", line);
		const withSet = text.replace("env.set(names)", 'names[#names + 1] = "B"; env.names = names');
		const { whole, slice: part } = await slice({ text: withSet, fields: ["Sum"] });
		expect(part.missed || part.output.Sum === whole.output.Sum).toBe(true);
	});

	it("says where an output gets a name that does not say so", async () => {
		const aliases = async (...lines: string[]) =>
			(await slice({ text: perform(...lines), fields: ["A"] })).aliases;
		expect(await aliases("local globalOutput = output", "globalOutput.A = 1")).toEqual([]);
		expect(await aliases("local numbers = output", "numbers.A = 1")).toEqual(["numbers"]);
		expect(await aliases("env.numbers = env.player.output")).toEqual(["numbers"]);
		expect(await aliases("local list = { output }", "env.list = list")).toHaveLength(1);
		expect(await aliases("table.insert(env, output)")).toHaveLength(1);
		expect(await aliases("local function f(numbers) numbers.A = 1 end", "f(output)")).toEqual(["numbers"]);
	});

	it("keeps all states where modifiers may ask for any", async () => {
		const text = perform(
			'env.player.modDB.conditions["Blessed"] = true',
			'env.player.modDB:NewMod("Multiplier:Steps", "BASE", 1)',
			'env.player.modDB:NewMod("Armour", "BASE", 1)',
			"output.A = 1",
		);
		const kept = await slice({ text, fields: ["A"], states: true });
		expect(kept.text).toContain("Blessed");
		expect(kept.text).toContain("Multiplier:Steps");
		expect(kept.text).not.toContain("Armour");
		expect((await slice({ text, fields: ["A"] })).text).not.toContain("Blessed");
	});

	it("keeps what others may know, and each line in its place", async () => {
		const { text, slice: part } = await slice({ fields: ["Life"] });
		expect(part.output.Touched).toBeUndefined();
		expect(text).toContain("env.player.touched = true");
		const lines = text.split("\n");
		const line = PROGRAM.split("\n").findIndex((at) => at.includes("output.Life = m_max"));
		expect(lines[line]).toContain("output.Life = m_max");
		expect(lines).toHaveLength(PROGRAM.split("\n").length);
	});

	it("says which numbers were left out", async () => {
		const { leftOut } = await slice({ fields: ["Life"], look: ["Life", "Armour", "ColdResist", "NoSuch"] });
		expect(leftOut).toEqual({ Life: false, Armour: true, ColdResist: true, NoSuch: false });
	});

	it("leaves out calls that never happen, with what they would need", async () => {
		const { slice: part } = await slice({ fields: ["Leech", "Life"], without: ["calcs.leech"] });
		expect(part.output).toMatchObject({ Life: 70 });
		expect(part.output).not.toHaveProperty("Leech");
	});

	it.each([
		["local x = ", /program\.lua:1: /],
		["local s = 'open", /a string is not closed/],
		["x = [[ open", /a long bracket is not closed/],
		["for i = 1 do", /program\.lua:1: expected/],
	])("refuses %j with the line", async (text, message) => {
		await expect(command("parse", { text })).rejects.toThrow(message);
	});

	it("reads what LuaJIT reads", async () => {
		const text = [
			"#!shebang",
			"local a, b = 0x1p4, 1e-3 --[==[ long ]] comment ]==]",
			"local t = { 1; [2] = 'two\\'', three = [[3\n]], f(), ... }",
			"goto done for k, v in pairs(t) do if not v then break elseif k ~= 1 then a = -a ^ 2 .. b end end",
			"function t.x.y:z(...) return #self, ... end ::done:: repeat local c = t.x 'call' until c { 1 } or a.b['c'].d",
			"while a < b and a <= b or a > b do local function g() return end g() ; (t.x or g)() end return a, b % 2",
		].join("\n");
		await expect(command("parse", { text })).resolves.toBe(true);
	});
});
