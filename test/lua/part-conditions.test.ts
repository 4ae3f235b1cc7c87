/** Conditions that parts of lua/pob/replacements check on the text of modules, and what they put into it. */

import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";

interface Module {
	path: string;
	text: string;
}

const perform = (text: string): Module => ({ path: "Modules/CalcPerform.lua", text });
const defence = (text: string): Module => ({ path: "Modules/CalcDefence.lua", text });
const offence = (text: string): Module => ({ path: "Modules/CalcOffence.lua", text });

const PERFORM = `
local calcs = ...
function calcs.perform(env, skipEHP)
	calcs.defence(env, env.player)
	if not skipEHP then
		calcs.buildDefenceEstimations(env, env.player)
	end
	calcs.offence(env, env.player, env.player.mainSkill)
end
`;

const DEFENCE = `
local calcs = ...
local m_max = math.max
function calcs.defence(env, actor)
	actor.modDB:NewMod("Armour", "BASE", 5)
	actor.output.Armour = actor.output.TotalEHP
end
function calcs.buildDefenceEstimations(env, actor)
	local modDB, output = actor.modDB, actor.output
	local sums = { }
	actor.damageShiftTable = { }
	for _, kind in ipairs({ "Fire", "Cold" }) do
		sums[kind] = m_max(modDB:Sum("BASE", nil, kind), 0)
		output[kind .. "MaximumHitTaken"] = output.Life + sums[kind]
	end
	table.insert(sums, 1)
	output.TotalEHP = sums.Fire
end
`;

const OFFENCE = `
local calcs = ...
function calcs.offence(env, actor)
	local output = actor.output
	output.Speed = output.Life + output.Armour
end
`;

const setup = (text: string): Module => ({ path: "Modules/CalcSetup.lua", text });

const SETUP = `
local calcs = ...
local pairs = pairs
local t_insert = table.insert
local function refreshJewelStatCache(env)
	for _, rad in pairs(env.radiusJewelList) do
		rad.func({ type = "Normal" }, { }, rad.data)
	end
end
function calcs.buildModListForNode(env, node)
	for _, rad in pairs(env.radiusJewelList) do
		refreshJewelStatCache(env)
	end
end
function calcs.buildModListForNodeList(env, nodeList)
	for _, rad in pairs(env.radiusJewelList) do
		rad.func(nil, { }, rad.data)
	end
end
function calcs.initEnv(env, items)
	env.radiusJewelList = wipeTable(env.radiusJewelList)
	for _, item in pairs(items) do
		local funcList = item.funcList or { { type = "Self", func = function(node, out, data)
			if node then
				for _, stat in pairs({ "Str", "Dex" }) do
					data[stat] = (data[stat] or 0) + out:Sum("BASE", nil, stat)
				end
			end
		end } }
		t_insert(env.radiusJewelList, { funcs = funcList })
	end
end
`;

describe("what jewels bring to the nodes in their radius is kept", () => {
	const command = luaTool("versions.lua");
	const derive = (module: Module) =>
		command<(true | string)[]>("derive", { part: "radius_jewels", modules: [module] });

	it("where the function that a jewel has without one of its own only sums", async () => {
		expect(await derive(setup(SETUP))).toEqual([true]);
	});

	const sums = 'data[stat] = (data[stat] or 0) + out:Sum("BASE", nil, stat)';
	it.each<[what: string, from: string, to: string]>([
		["it adds a modifier", sums, 'out:NewMod(stat, "BASE", 1)'],
		["it asks the list for something else", "out:Sum(", "out:Total("],
		["it calls a function", "out:Sum(", "total("],
		["it writes into the node", "data[stat] = ", "node[stat] = "],
		["it writes a global", "data[stat] = ", "total = "],
		["it adds to what lies in the node", sums, `node.data[stat] = 1`],
		["it has a function within", sums, "local function add() end"],
		["there is none", 'type = "Self"', 'type = "Other"'],
		[
			"there are two",
			"local funcList = ",
			"local two = { { type = 'Self', func = function(a, b, c) end } } local funcList = ",
		],
		[
			"another function looks at the jewels",
			"local funcList = ",
			"for _, rad in pairs(env.radiusJewelList) do rad.nodes = nil end local funcList = ",
		],
		["another function keeps them", "local funcList = ", "env.kept = env.radiusJewelList local funcList = "],
	])("and not where %s", async (_, from, to) => {
		const text = SETUP.replace(from, to);
		expect(text).not.toBe(SETUP);
		const [why] = await derive(setup(text));
		expect(why).toMatch(/jewels with a radius in a way that is not known/);
	});

	it("and not where another module looks at them", async () => {
		expect(await derive(perform(PERFORM))).toEqual([true]);
		const text = `${PERFORM}\nfunction calcs.count(env) return #env.radiusJewelList end`;
		expect(await derive(perform(text))).toEqual([
			expect.stringMatching(/CalcPerform\.lua looks at jewels with a radius/),
		]);
	});
});

describe("the estimations are left out", () => {
	const command = luaTool("versions.lua");
	const derive = (...modules: Module[]) =>
		command<(true | string)[]>("derive", { part: "estimations", modules });

	it("where they only write numbers that no other module reads, behind the switch", async () => {
		expect(await derive(perform(PERFORM), defence(DEFENCE), offence(OFFENCE))).toEqual([true, true, true]);
		expect(await derive(offence(OFFENCE), defence(DEFENCE), perform(PERFORM))).toEqual([true, true, true]);
	});

	const ending = "	output.TotalEHP = sums.Fire";
	it.each<[what: string, statement: string]>([
		["a modifier is added", 'modDB:NewMod("Life", "BASE", 1)'],
		["a modifier is added in a declaration", 'local added = modDB:NewMod("Life", "BASE", 1)'],
		["a list of modifiers is added", "local added = actor.modDB:AddList(list)"],
		["a condition is set", "modDB.conditions.Low = true"],
		["a condition is set under another name", "local conditions = modDB.conditions conditions.Low = true"],
		["what a loop goes over is changed", "for _, skill in ipairs(actor.skills) do skill.on = true end"],
		["a list of the actor gets longer", "table.insert(actor.skills, 1)"],
		["a list of the environment gets longer", "local skills = env.skills t_insert(skills, 1)"],
		["a field of the actor is written", "actor.state = 1"],
		["a field of the environment is written", "env.flags.low = true"],
		["a field is added to", "env.count = env.count + 1"],
		["a variable of the module is written", "m_max = nil"],
		["a table of the module is written", "calcs.last = 1"],
		["a global is written", "last = 1"],
		["a function within does it", "local function each() actor.state = 1 end each()"],
	])("and not where %s", async (_, statement) => {
		const text = DEFENCE.replace(ending, `${ending}\n\t${statement}`);
		const [why] = await derive(defence(text));
		expect(why).toMatch(/does more than write numbers: ./);
	});

	it.each<[what: string, statement: string]>([
		["a table of its own is written", "local t = { } t.x = 1 t_insert(t, 2)"],
		[
			"the breakdown is written",
			"local breakdown = actor.breakdown breakdown.TotalEHP = { } t_insert(breakdown.TotalEHP, 1)",
		],
		["a query is made", 'local sum = modDB:Sum("BASE", nil, "Life") output.Total = sum'],
		[
			"the other shift table is written",
			"actor.damageOverTimeShiftTable = wipeTable(actor.damageOverTimeShiftTable)",
		],
	])("also where %s", async (_, statement) => {
		expect(await derive(defence(DEFENCE.replace(ending, `${ending}\n\t${statement}`)))).toEqual([true]);
	});

	it("and not where a number may have any name", async () => {
		const [why] = await derive(defence(DEFENCE.replace('kind .. "MaximumHitTaken"', "kind")));
		expect(why).toMatch(/by a name that can be any/);
	});

	it("and not where there are none", async () => {
		const [why] = await derive(defence(DEFENCE.replace("buildDefenceEstimations", "estimate")));
		expect(why).toMatch(/no buildDefenceEstimations/);
	});

	it.each<[what: string, text: string]>([
		[
			"a call stands outside of the switch",
			PERFORM.replace(
				"\tcalcs.offence(",
				"\tcalcs.buildDefenceEstimations(env, env.enemy)\n\tcalcs.offence(",
			),
		],
		["no call stands behind a switch", PERFORM.replace("if not skipEHP then", "if true then")],
		["the switch is turned round", PERFORM.replace("if not skipEHP", "if skipEHP")],
		["the switch is another parameter", PERFORM.replace("(env, skipEHP)", "(env, other, skipEHP)")],
		[
			"the switch has another way round it",
			PERFORM.replace(
				"player)\n\tend",
				"player)\n\telse\n\t\tcalcs.buildDefenceEstimations(env, env.player)\n\tend",
			),
		],
		["there is no call", PERFORM.replace("calcs.buildDefenceEstimations", "calcs.estimate")],
		["there is no perform", PERFORM.replace("calcs.perform", "calcs.calculate")],
	])("and not where %s", async (_, text) => {
		expect(text).not.toBe(PERFORM);
		const [why] = await derive(perform(text));
		expect(why).toMatch(/no switch for the estimations that is known/);
	});

	it.each<[what: string, name: string]>([
		["a number that they write", "TotalEHP"],
		["a number whose name they put together", "ColdMaximumHitTaken"],
	])("and not where another module reads %s, whichever is read first", async (_, name) => {
		const reading = offence(OFFENCE.replace("output.Armour", `output.${name}`));
		const why = expect.stringMatching(
			new RegExp(`CalcOffence.lua reads ${name}, which the estimations write`),
		);
		expect(await derive(perform(PERFORM), defence(DEFENCE), reading)).toEqual([true, true, why]);
		expect(await derive(reading, perform(PERFORM), defence(DEFENCE))).toEqual([true, true, why]);
		// Perform is looked at for it, too.
		const performing = perform(
			PERFORM.replace("\tcalcs.offence", `\tenv.life = env.player.output.${name}\n\tcalcs.offence`),
		);
		expect((await derive(defence(DEFENCE), performing))[1]).toMatch(/CalcPerform.lua reads/);
	});
});

describe("what perform does after offence", () => {
	const command = luaTool("versions.lua");
	const tailOf = (text: string) => command<string>("tail", { text });

	it("has the same form whatever precedes it, and however it is formatted", async () => {
		const form = await tailOf(`${PERFORM}`);
		expect(
			await tailOf(
				PERFORM.replaceAll("\t", " ").replace("skipEHP)", "skip)").replace("skipEHP then", "skip then"),
			),
		).toBe(form);
		expect(
			await tailOf(PERFORM.replace("calcs.defence(env, env.player)", "calcs.defence(env, env.enemy, 1)")),
		).toBe(form);
		expect(await tailOf(PERFORM.replaceAll("env", "world"))).toBe(form);
	});

	it.each<[what: string, text: string]>([
		["another argument", PERFORM.replace("env.player.mainSkill", "env.player.skill")],
		["a statement behind", PERFORM.replace("mainSkill)", "mainSkill)\n\tenv.done = 1")],
		["a call behind", PERFORM.replace("mainSkill)", "mainSkill)\n\tcalcs.defence(env)")],
		["a function behind", PERFORM.replace("mainSkill)", "mainSkill)\n\tenv.f = function() return env.x end")],
		["a second offence before", PERFORM.replace("\tif not", "\tcalcs.offence(env, env.enemy)\n\tif not")],
		["none", PERFORM.replace("calcs.offence", "calcs.defence")],
	])("has another form with %s", async (_, text) => {
		expect(text).not.toBe(PERFORM);
		expect(await tailOf(text)).not.toBe(await tailOf(PERFORM));
	});

	it("leaves the part off if it is unknown, or if offence may write any number", async () => {
		const [after, written, unknown] = await command<(true | string)[]>("derive", {
			part: "defences",
			modules: [
				perform(PERFORM.replace("mainSkill)", "mainSkill)\n\tenv.done = 1")),
				offence(OFFENCE),
				offence(OFFENCE.replace("output.Speed", "output[env.name]")),
			],
		});
		expect(after).toMatch(/goes on after offence in a way that is not known/);
		expect(written).toBe(true);
		expect(unknown).toMatch(/CalcOffence.lua writes a number by a name that can be any: output\[env.name\]/);
	});
});

interface Edited {
	text: string;
	edits: number;
	does: string;
	editedDoes: string;
}

describe("edits of modules", () => {
	const command = luaTool("versions.lua");
	const edit = (part: string, path: string, text: string, name?: string) =>
		command<Edited>("edited", { part, path, text, ...(name === undefined ? {} : { name }) });

	const TABLES = `
local function make(env)
	env.player.output = { }
	env.enemy.output = {} -- of the enemy
	local output = env.player.output
	output.Life = 5; output.MainHand = { } output.OffHand = { }
	env.player.output.Skill = { }
	env.minion.output = { }
	env.player.output = env.keep or { a = 1 }
	env.player.output = {
	}
	return output
end
local env = { player = {}, enemy = {}, minion = {} }
local output = make(env)
output.MainHand.Speed = 2
return output, env
`;

	it("of outputs give tables that are as empty, on the lines where they stand", async () => {
		for (const path of ["Modules/CalcPerform.lua", "Modules/CalcOffence.lua"]) {
			const { text, edits, does, editedDoes } = await edit("output_tables", path, TABLES);
			expect(edits).toBe(4);
			expect(editedDoes).toBe(does);
			expect(does).toMatch(/"Speed"=2/);
			const lines = text.split("\n");
			const changed = TABLES.split("\n").flatMap((line, i) => (line === lines[i] ? [] : [i + 1]));
			expect(lines.length).toBe(TABLES.split("\n").length);
			expect(changed).toEqual([3, 4, 6]);
		}
	});

	const FULL = `
local calcs = {}
function calcs.initEnv(n)
	log("set up", n)
	return calcs.env
end
function calcs.calcFullDPS(build)
	local sum, env = 0, calcs.initEnv(0)
	for i, skill in ipairs(env.player.activeSkillList) do
		if skill.socketGroup and skill.socketGroup.includeInFullDPS then
			sum = sum + skill.dps
			env, sum = calcs.initEnv(i), sum -- once more
		end
	end
	return sum
end
local on, off = { includeInFullDPS = true }, { }
local function calculate(...)
	local list = {}
	for i, group in ipairs({ ... }) do
		list[i] = { socketGroup = group, dps = 10 ^ i }
	end
	calcs.env = { player = { activeSkillList = list } }
	return log("sum", calcs.calcFullDPS())
end
calculate(on, off, on, off)
calculate(off, off)
calculate(on)
calculate(on, on, on)
`;

	it("of FullDPS set up nothing after the last skill of the sum", async () => {
		const { edits, does, editedDoes } = await edit("full_dps", "Modules/Calcs.lua", FULL, "calcFullDPS");
		expect(edits).toBe(1);
		const log = (...lines: (string | number)[]) =>
			[
				...lines.map((line) => (typeof line === "string" ? `"sum" ${line}` : `"set up" ${line}`)),
				"return ",
			].join("\n");
		expect(does).toBe(log(0, 1, 3, "1010", 0, "0", 0, 1, "10", 0, 1, 2, 3, "1110"));
		expect(editedDoes).toBe(log(0, 1, "1010", 0, "0", 0, "10", 0, 1, 2, "1110"));
	});

	it.each<[what: string, text: string]>([
		[
			"the set up is not in a loop over skills",
			FULL.replace(
				"for i, skill in ipairs(env.player.activeSkillList) do",
				"for i = 1, 0 do local skill = { }",
			),
		],
		[
			"the statement goes over lines",
			FULL.replace("env, sum = calcs.initEnv(i), sum", "env, sum = calcs.initEnv(i),\nsum"),
		],
		["there are two", FULL.replace("sum = sum + skill.dps", "env = calcs.initEnv(i) sum = sum + skill.dps")],
		["there is none", FULL.replace("calcs.initEnv(i)", "calcs.setUp(i)")],
	])("of FullDPS are none where %s", async (_, text) => {
		expect(text).not.toBe(FULL);
		expect((await edit("full_dps", "Modules/Calcs.lua", text, "calcFullDPS")).edits).toBe(0);
	});

	const SCAN = `
local jewels = {
	["gain (%d+) life"] = function(n) return "life " .. n end,
	["gain (%d+) mana"] = function(n) return "mana " .. n end,
	["nothing at all"] = function() return "nothing" end,
}
local texts = { ["%d+ life"] = "A", ["gain %d+ life"] = "B", ["mana"] = "C", ["gain"] = "D", ["life regained"] = "E" }
local function scan(line, list, plain)
	local best, first, last, captures
	local lower = line:lower()
	for pattern in pairs(list) do
		local a, b, c = lower:find(pattern, 1, plain)
		if a and (not best or a < first or a == first and b > last) then
			best, first, last, captures = pattern, a, b, { c }
		end
	end
	if best then
		return list[best], line:sub(1, first - 1) .. line:sub(last + 1), captures
	end
	return nil, line
end
local function parseMod(line)
	for pattern, func in pairs(jewels) do
		local a, _, n = line:find(pattern)
		if a then
			return func(n)
		end
	end
	return (scan(line, texts))
end
for _, line in ipairs({ "gain 5 life", "gain 7 mana", "5 life", "Life Regained", "none", "nothing at all", "x gain" }) do
	log(parseMod(line))
	log((select(2, scan(line, texts))))
	log((select(2, scan(line, texts, true))))
end
`;
	const FILE = "Modules/ModParser.lua";

	it("of the parser find what the original finds", async () => {
		const { edits, does, editedDoes, text } = await edit("mod_parser", FILE, SCAN, "scan");
		expect(edits).toBe(2);
		expect(text).toContain("__pobatch.narrowed(line)");
		expect(editedDoes).toBe(does);
		expect(does).toMatch(/^"life 5"\n/);
	});

	it.each<[what: string, text: string]>([
		["does something else for each", SCAN.replace("if a then", "log(a) if a then")],
		[
			"does something where nothing is found",
			SCAN.replace("return func(n)\n\t\tend", "return func(n)\n\t\telse log(1) end"),
		],
		["does not leave it at the first", SCAN.replace("return func(n)", "line = func(n)")],
		["finds plain texts", SCAN.replace("line:find(pattern)", "line:find(pattern, 1, true)")],
		["begins later", SCAN.replace("line:find(pattern)", "line:find(pattern, 2)")],
		["finds another pattern", SCAN.replace("line:find(pattern)", 'line:find("life")')],
		["looks for the text in the pattern", SCAN.replace("line:find(pattern)", "pattern:find(line)")],
		[
			"searches what it goes over",
			SCAN.replace("local a, _, n = line:find(pattern)", "local a, _, n = func:find(pattern)"),
		],
		["tests something else", SCAN.replace("if a then\n\t\t\treturn func", "if line then\n\t\t\treturn func")],
		["goes another way", SCAN.replace("func in pairs(jewels)", "func in sorted(jewels)")],
		["goes on from somewhere", SCAN.replace("func in pairs(jewels)", "func in next, jewels")],
	])("of the parser leave a loop alone that %s", async (_, text) => {
		expect(text).not.toBe(SCAN);
		const { edits, text: edited } = await edit("mod_parser", FILE, text, "scan");
		expect(edits).toBe(1);
		expect(edited).not.toContain("narrowed");
	});
});

// Path of Building's two ways to make an object: `new` calls the constructor, or the caller does.
const CALLED = `
local env = { common = { classes = {} } }
local classes = env.common.classes
local function newClass(name, constructor)
	local class = { _className = name, _constructor = constructor }
	class.__index = class
	classes[name] = class
	return class
end
function env.new(name, ...)
	local object = setmetatable({}, classes[name])
	object.Object = object
	classes[name]._constructor(object, ...)
	return object
end
local function store(self, parent)
	self.parent = parent or false
	self.actor = parent and parent.actor or {}
	self.multipliers = {}
	self.conditions = {}
	-- more
end
newClass("ModList", store)
newClass("ModDB", function(self, parent)
	store(self, parent)
	self.mods = {}
end)
newClass("Other", function(self, value)
	self.value = value
end)
return env
`;
const METHODS = CALLED.replace(
	"local class = { _className = name, _constructor = constructor }",
	"local class = { _className = name, [name] = function(self, ...) self.Object = self constructor(self, ...) return self end }",
)
	.replace("\tclasses[name]._constructor(object, ...)\n", "\tif name == 'Other' then object:Other(...) end\n")
	.replace("\tobject.Object = object\n", "");

describe("stores of modifiers are made here", () => {
	const command = luaTool("versions.lua");

	describe.each<[string, string, boolean]>([
		["by `new`", CALLED, false],
		["by a method", METHODS, true],
	])("%s", (_, classes, isMethod) => {
		const stores = (text: string) =>
			command<{ ready: boolean; why?: string; differ?: string[]; other?: number }>("stores", {
				text,
				isMethod,
			});

		it("where their fields are the known ones, as they are", async () => {
			const { ready, differ, other } = await stores(classes);
			expect(ready).toBe(true);
			expect([...(differ ?? [])]).toEqual([]);
			expect(other).toBe(7);
		});

		it.each<[what: string, from: string, to: string, why: RegExp]>([
			["there is another field", "-- more", "self.extra = 1", /otherwise: extra/],
			[
				"a field has something in it",
				"self.conditions = {}",
				"self.conditions = { Low = true }",
				/otherwise: conditions/,
			],
			["a field is missing", "\tself.multipliers = {}\n", "", /otherwise: multipliers/],
			["a field is watched", "self.mods = {}", "self.mods = setmetatable({}, {})", /otherwise: mods/],
			[
				"a constructor reads something of the parent",
				"-- more",
				"self.conditions = parent and parent.other or {}",
				/otherwise: parent.other/,
			],
			[
				"the parent is kept otherwise",
				"self.parent = parent or false",
				"self.parent = parent and {} or false",
				/otherwise: parent/,
			],
			[
				"the actor is another one",
				"self.actor = parent and parent.actor or {}",
				"self.actor = {}",
				/otherwise: actor/,
			],
			["a constructor fails", "-- more", "error('no')", /otherwise: .*no/],
			[
				"there are children",
				"return env",
				"classes.Other._parents = { classes.ModDB } return env",
				/inherits from ModDB/,
			],
		])("and not where %s", async (__, from, to, why) => {
			const text = classes.replace(from, to);
			expect(text).not.toBe(classes);
			const found = await stores(text);
			expect(found.ready).toBe(false);
			expect(found.why).toMatch(why);
		});

		it("and not before the classes are there", async () => {
			const { ready, why } = await stores(classes.replace('newClass("ModDB"', 'newClass("ModBase"'));
			expect(ready).toBe(false);
			expect(why).toBe(false);
		});
	});
});
