/**
 * What is derived from the text of the calculation's modules (lua/pob/patch/calculation.lua): how they read the tree,
 * and which state they keep.
 */

import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";
import { describeWithNewLua } from "../support/lua-version.js";

describe("reads of the tree", () => {
	const command = luaTool("versions.lua");
	const readsOf = (text: string, path = "module.lua") =>
		command<{ forms: string[]; lines: number[] }>("treeReads", { text, path });
	const formsOf = async (text: string, path?: string) => [...(await readsOf(text, path)).forms].sort();

	const module = `
local calcs = ...
local function use(value) return value end
function calcs.count(env, list)
	local sum = 0
	for id, node in pairs(env.allocNodes) do
		if node.type == "Keystone" and node.id ~= 17 then
			sum = sum + node.power
		end
	end
	use(sum)
	return sum
end
`;
	const linesWith = (text: string, what: RegExp) =>
		text.split("\n").flatMap((line, i) => (what.test(line) ? [i + 1] : []));

	it("are exactly the statements that name a part of it or a variable read from it", async () => {
		const { lines } = await readsOf(module);
		expect(lines).toEqual(linesWith(module, /allocNodes|node\.type|node\.power/));
	});

	it.each<[what: string, body: string]>([
		[
			"through a helper variable",
			"local nodes = env.allocNodes\nfor _, n in pairs(nodes) do use(n.type) end",
		],
		["through two", "local spec = env.build.spec\nlocal all = spec\nuse(all.power)"],
		["through a variable that is assigned", "local all\nall = env.spec\nuse(all.power)"],
		["through one of two that are declared together", "local n, all = 1, env.spec\nuse(all.power)"],
		["through a default", "local all = env.spec or { }\nuse(all.power)"],
		["through parentheses", "local all = (env.spec)\nuse((all).power)"],
		["through a copy", "local all = copyTable(env.spec, true)\nuse(all.power)"],
		["within a function", "local all = env.spec\nreturn function() return all.power end"],
		["as a condition", "local all = env.spec\nif all.power then use(1) end"],
		["as a second condition", "local all = env.spec\nif env then use(1) elseif all.power then use(2) end"],
		["as the condition of a loop", "local all = env.spec\nwhile all.power do use(1) end"],
		["as the end of a loop", "local all = env.spec\nrepeat use(1) until all.power"],
		["as a bound", "local all = env.spec\nfor i = 1, all.power do use(i) end"],
		["as a key", "local all = env.spec\nlist[all.power] = 1"],
		["in a table", "local all = env.spec\nuse({ a = { all.power } })"],
		["as an argument of a method", "local all = env.spec\nlist:Add(1, all.power)"],
		["of a method", "local all = env.spec\nuse(all:Power())"],
	])("are seen %s", async (_, body) => {
		// All of these lines are, but for a mere declaration.
		const wanted = body.split("\n").flatMap((line, i) => (line === "local all" ? [] : [i + 2]));
		const { lines } = await readsOf(`local function f(env, list)\n${body}\nend`);
		expect([...new Set(lines)]).toEqual(wanted);
	});

	it.each<[what: string, statement: string]>([
		["a store's modifiers", "local list = store.mods[name]"],
		["a store's modifiers, as a condition", "if store.mods[name] then return 1 end"],
		["a list of modifiers, one by one", "for _, mod in ipairs(modList) do use(mod) end"],
		["another list of modifiers, one by one", "for _, mod in ipairs(env.player.itemModList) do use(mod) end"],
		["a list by pairs", "for key in pairs(env.modDB) do use(key) end"],
		["the first of a list", "local first = next(env.modList)"],
		["the length of a list", "return #modList"],
		["the length of a list in a field", "use(1 + #item.modList)"],
		["one of a list", "local mod = modList[i]"],
		["granted skills", "local skills = node.grantedSkills"],
	])("are those of %s", async (_, statement) => {
		expect(
			(await readsOf(`local function f(env, store, modList, item, node, name, i)\n${statement}\nend`)).lines,
		).toEqual([2]);
	});

	it.each<[what: string, statement: string]>([
		["queries", 'local sum = modDB:Sum("BASE", nil, "Life")'],
		["a call of a function that is called mods", "local list = store.mods(name)"],
		["other lists", "for _, mod in ipairs(env.list) do use(#mod) end"],
		["other fields", "env.player.output.Life = env.player.base"],
		["lists that are passed on", "use(modList)"],
		["methods of lists", "modList:AddMod(mod)"],
	])("are not %s", async (_, statement) => {
		expect(
			(await readsOf(`local function f(env, store, modDB, modList, mod, name)\n${statement}\nend`)).lines,
		).toEqual([]);
	});

	it.each<[what: string, text: string]>([
		["comments and layout", module.replaceAll("\t", "  ").replaceAll(" do", " -- each\ndo")],
		[
			"names of variables",
			module
				.replaceAll("node", "entry")
				.replaceAll(/\bsum\b/g, "total")
				.replaceAll(/\bid\b/g, "key")
				.replaceAll(".key", ".id"),
		],
		["parentheses", module.replace('node.type == "Keystone"', '((node).type == "Keystone")')],
		[
			"what is not a read",
			module.replace("use(sum)", "use(sum + 1) use(2)").replace("local sum = 0", "local sum = 10"),
		],
		[
			"where a read stands",
			module
				.replace("local sum = 0", "local sum = 0\n\tif list then sum = 1 end")
				.replace("\tfor", "\tdo end for"),
		],
	])("have the same forms with other %s", async (_, text) => {
		expect(text).not.toBe(module);
		expect(await formsOf(text)).toEqual(await formsOf(module));
	});

	it.each<[what: string, text: string]>([
		["an id", module.replace("17", "18")],
		["a comparison", module.replace("~= 17", "== 17")],
		["a field", module.replace("node.power", "node.size")],
		["a text", module.replace("Keystone", "Notable")],
		["an operator", module.replace("and node.id", "or node.id")],
		["what is gone through", module.replace("env.allocNodes", "env.spec.nodes")],
		["variables exchanged", module.replace("sum + node.power", "node.power + sum")],
		["a read more", module.replace("use(sum)", "use(env.spec)")],
	])("have another form with %s changed", async (_, text) => {
		const known = new Set(await formsOf(module));
		expect((await formsOf(text)).filter((form) => !known.has(form)).length).toBe(1);
	});

	it("have forms of their own in each module", async () => {
		const other = new Set(await formsOf(module, "other.lua"));
		expect((await formsOf(module)).filter((form) => other.has(form))).toEqual([]);
	});
});

describeWithNewLua("reads of the tree in today's grammar", () => {
	const command = luaTool("versions.lua");
	const readsOf = (text: string) => command<{ forms: string[]; lines: number[] }>("treeReads", { text });

	it("are found through variables that are assigned conditionally", async () => {
		const { lines } = await readsOf(
			"local function f(env, other)\nlocal a = other ? env.spec : other\nlocal b = other ?? env.tree\nuse(a.power)\nuse(b.size)\nuse(other.power)\nend",
		);
		expect(lines).toEqual([2, 3, 4, 5]);
	});

	it("have the same forms in both dialects", async () => {
		const old = await readsOf(
			"local function f(env)\nfor _, node in pairs(env.nodes) do\nif node.x == nil then\nelse env.n = env.n + node.x end\nend\nend",
		);
		const recent = await readsOf(
			"local function f(env)\nfor _, node in pairs(env.nodes) do\nif node.x == nil then\nelse env.n += node.x end\nend\nend",
		);
		expect(old.forms.length).toBe(3);
		expect(recent.forms).toEqual(old.forms);
	});
});

describe("what a module keeps from one calculation to the next", () => {
	const command = luaTool("versions.lua");
	const count = async (text: string) => (await command<{ count: number }>("state", { text })).count;

	it.each<[what: string, text: string, variables: number]>([
		["a table that functions fill", "local t = {} function f(k) t[k] = 1 end", 1],
		["a table in a table", "local t = { a = {} } function f(k) t.a[k] = 1 end", 1],
		["a table that t_insert fills", "local t = {} local function f(v) t_insert(t, v) end", 1],
		["a table that table.insert fills", "local t = {} local function f(v) table.insert(t, v) end", 1],
		["a table that is wiped", "local t = {} local function f() wipeTable(t) end", 1],
		["a store that is added to", "local db = new('ModDB') local function f(list) db:AddList(list) end", 1],
		["a table under another name", "local t = {} local function f(k) local u = t u[k] = 1 end", 1],
		[
			"a part of a table under another name",
			"local t = { a = {} } local function f(k) local u = t.a t_insert(u, k) end",
			1,
		],
		["a number", "local n = 0 local function f() n = n + 1 end", 1],
		["a function that others put in place", "local g local function f() function g() end end", 1],
		["two tables", "local t, u = {}, {} local function f(k) t[k] = 1 u[k] = 2 end", 2],
		["a global that is assigned", "local function f(x) last = x return last end", 1],
		["a table that is only read", "local t = { 1 } local function f(k) return t[k], #t, next(t) end", 0],
		["a table that the module fills itself", "local t = {} for i = 1, 3 do t[i] = i end t_insert(t, 4)", 0],
		[
			"a table of the function's own",
			"local function f(k) local t = {} t[k] = 1 t_insert(t, k) return t end",
			0,
		],
		[
			"a variable that gets another table",
			"local t = {} local function f(k) local u = t u = {} return u end",
			0,
		],
		["tables that are given", "local function f(t, k) t[k] = 1 end", 0],
	])("is %s: %#", async (_, text, variables) => {
		expect(await count(text)).toBe(variables);
	});

	it("says what it was declared as, whatever its name", async () => {
		const state = async (text: string) => (await command<{ state: object }>("state", { text })).state;
		const one = await state("local cache = { } local function f(k) cache[k] = 1 end");
		expect(await state("local known = {} -- more\nlocal function g(x) known[x] = 2 end")).toEqual(one);
		expect(await state("local cache = new('X') local function f(k) cache[k] = 1 end")).not.toEqual(one);
	});
});
