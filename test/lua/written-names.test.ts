/** Which numbers of outputs a function may write, told from its text (lua/pob/patch/written_names.lua). */

import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";
import { describeWithNewLua } from "../support/lua-version.js";

interface Written {
	isKnown: boolean;
	unknown: string | false;
	may: boolean[];
}

describe("names of numbers that a function may write", () => {
	const command = luaTool("versions.lua");
	const writtenBy = (body: string, asks: string[], before = "") => {
		const text = `local calcs = ...\n${before}\nfunction calcs.f(env, actor, list)\nlocal output = actor.output\n${body}\nend`;
		return command<Written>("written", { text, name: "f", asks });
	};
	const expectNames = async (body: string, yes: string[], no: string[], before = "") => {
		const { isKnown, may } = await writtenBy(body, [...yes, ...no], before);
		expect(isKnown).toBe(true);
		expect(may).toEqual([...yes.map(() => true), ...no.map(() => false)]);
	};

	it.each<[what: string, body: string, yes: string[], no: string[]]>([
		[
			"as fields",
			"output.Life = 1 output.Mana = output.Spirit",
			["Life", "Mana"],
			["Spirit", "life", "Lif", "LifeX"],
		],
		["as keys", 'output["Life"] = 1 output["a b"] = 2', ["Life", "a b"], ["a"]],
		["of several targets", "local x x, output.Life, output.Mana = 1, 2, 3", ["Life", "Mana"], ["x"]],
		[
			"of outputs with other names",
			"local o = output o.Life = 1 actor.breakOutput.Mana = 2",
			["Life", "Mana"],
			["o"],
		],
		["of a choice of outputs", "local o = env.x and env.x.output or output o.Life = 1", ["Life"], ["x"]],
		["of tables that are none", "local t = {} t.Life = 1 list.Mana = 2", [], ["Life", "Mana"]],
		["of a function within", "list.each(function(x) output.Life = x end)", ["Life"], ["Mana"]],
		[
			"in loops and conditions",
			"for i = 1, 2 do if i then output.Life = i else output.Mana = i end end",
			["Life", "Mana"],
			["i"],
		],
		["by a variable", 'local name = "Life" output[name] = 1', ["Life"], ["name"]],
		[
			"by a variable that is assigned",
			'local name = "Life" if env then name = "Mana" end output[name] = 1',
			["Life", "Mana"],
			["name"],
		],
		[
			"by one of two texts",
			'local name = env and "Life" or "Mana" output[name] = 1',
			["Life", "Mana"],
			["env"],
		],
		[
			"that begin with a text",
			'output["Life" .. env.x] = 1',
			["Life", "LifeRegen"],
			["Lif", "MyLife", "life"],
		],
		[
			"that end with a text",
			'output[env.x .. "Resist"] = 1',
			["Resist", "FireResist"],
			["Resists", "ResistFire"],
		],
		[
			"with both",
			'output["Max" .. env.x .. "Hit"] = 1',
			["MaxHit", "MaxFireHit"],
			["Max", "Hit", "MaxHi", "MaHit", "MaxFire"],
		],
		[
			"with a text between variables",
			'output[env.x .. "As" .. env.y] = 1',
			["As", "FireAsCold"],
			["Fire", "A s"],
		],
		["whose ends would overlap", 'output["aba" .. env.x .. "ba"] = 1', ["ababa", "abaxba"], ["aba", "abba"]],
		[
			"with signs of patterns",
			'output["%a" .. env.x .. "." .. env.y] = 1',
			["%ax.y", "%a."],
			["ax.y", "%ax"],
		],
		[
			"put together in a variable",
			'local name = env.x .. "Hit" output[name .. "Pool"] = 1',
			["FireHitPool", "Pool"],
			["FireHit"],
		],
	])("are known %s", async (_, body, yes, no) => {
		await expectNames(body, yes, no);
	});

	it("are those that all calls give to a parameter", async () => {
		const set = "local function set(target, name, value) target[name] = value end";
		const before = `local function give(output, name) output[name .. "Given"] = 1 output[name] = 2 end
			function calcs.other(actor) give(actor.output, "Life") give(actor.output, "Mana") end`;
		await expectNames("give(output, 'Ward')", [], ["Life", "LifeGiven"], before);
		const { isKnown, may } = await command<Written>("written", {
			text: `local calcs = ...\n${before}`,
			name: "give",
			asks: ["Life", "ManaGiven", "Mana", "WardGiven", "Ward", "Given"],
		});
		expect(isKnown).toBe(true);
		expect(may.slice(0, 3)).toEqual([true, true, true]);
		expect(may[4]).toBe(false);
		const inner = await writtenBy(
			`${set} set(output, "Life", 1) set(env.output, env and "Mana" or "Ward", 2)`,
			["Life", "Mana", "Ward", "value"],
		);
		expect(inner.may).toEqual([true, true, true, false]);
	});

	it.each<[what: string, body: string, before?: string]>([
		["a field's value", "output[env.name] = 1"],
		["a global", "output[name] = 1"],
		["a call's answer", "output[env.f()] = 1"],
		["a number", "output[1] = 1"],
		["the variable of a loop", "for name in pairs(list) do output[name] = 1 end"],
		["a parameter of the function", "output[list] = 1"],
		["variables joined", "output[env.a .. env.b] = 1"],
		["a variable that is assigned who knows what", 'local name = "Life" name = env.name output[name] = 1'],
		["a text or who knows what", 'output[env.name or "Life"] = 1'],
		[
			"a parameter that a call gives anything",
			'local function set(name) output[name] = 1 end set("Life") set(env.name)',
		],
		["a parameter that a call leaves out", 'local function set(name) output[name] = 1 end set("Life") set()'],
		[
			"a parameter that is assigned",
			'local function set(name) name = env.x output[name] = 1 end set("Life")',
		],
		[
			"a parameter of a function that is passed on",
			'local function set(name) output[name] = 1 end set("Life") list.each(set)',
		],
		[
			"a parameter of a function in a table",
			'local function set(name) output[name] = 1 end set("Life") list.set = set',
		],
		[
			"a parameter of a function that changes",
			'local function set(name) output[name] = 1 end set = env.f set("Life")',
		],
		["a parameter of a function without a name", "list.each(function(name) output[name] = 1 end)"],
		["a key of an output in parentheses", "(output)[env.name] = 1"],
	])("are not where a key is %s", async (_, body) => {
		const { isKnown, unknown } = await writtenBy(`do end ;${body}`, []);
		expect(isKnown).toBe(false);
		expect(unknown).toMatch(/\[.*\]/);
	});

	it("that a module reads are those of fields of outputs that it does not write", async () => {
		const text = `local calcs = ...
			local function of(given) return given.Ward end
			function calcs.f(env, actor)
				local output, o = actor.output, nil
				o = output
				output.Life = output.Mana + env.player.output.Spirit
				actor.output.Total.Of = 1
				return output["Str"], o.Dex, of(output), env.Int, output[env.x]
			end`;
		const reads = Object.keys(await command<object>("reads", { text })).sort();
		expect(reads).toEqual(["Dex", "Mana", "Spirit", "Str", "Ward"]);
	});
});

describeWithNewLua("names of numbers that a function in today's grammar may write", () => {
	const command = luaTool("versions.lua");

	it.each<[what: string, body: string, yes: string[]]>([
		["compound assignments", "output.Life += 1 output['Ma' .. env.x] *= 2", ["Life", "Mana"]],
		["?.", "output?.Life = 1 env.player?.output.Mana = 2", ["Life", "Mana"]],
		["names that are chosen", 'output[env.x ? "Life" : "Mana"] = 1', ["Life", "Mana"]],
		["short functions", "const f = |x| -> do output.Life = x end output.Mana = f", ["Life", "Mana"]],
	])("are known of %s", async (_, body, yes) => {
		const text = `local calcs = ...\nfunction calcs.f(env, output)\n${body}\nend`;
		const { may } = await command<Written>("written", { text, name: "f", asks: [...yes, "Ward"] });
		expect(may).toEqual([...yes.map(() => true), false]);
	});
});
