/** What is read from modules' texts, and what is put into them, where they are in today's grammar. */

import { describe, expect, it } from "vitest";
import { definedName } from "../../src/profile/function-names.js";
import { luaTool } from "../support/lua-tool.js";
import { describeWithNewLua } from "../support/lua-version.js";

describe("names that a line of source gives to a function", () => {
	it.each([
		["function calcs.offence(env)", "calcs.offence"],
		["function ModStore:Sum(modType, cfg)", "ModStore:Sum"],
		["local function f ( a )", "f"],
		["const function f()", "f"],
		["const total = function(list)", "total"],
		["t[i] = function(a)", "t[i]"],
		["\tyLabel = |v| -> s_format('%d', v),", "yLabel"],
		["local double = x -> x * 2", "double"],
		["const nothing = || -> do end", "nothing"],
		["self.pick = |a, b, ...| -> do", "self.pick"],
		['{ ["Max Life"] = |a| -> a, other = 1 }', "Max Life"],
		['["x"] = function(a)', "x"],
		["größe = wert -> wert", "größe"],
		["table.sort(list, |a, b| -> a < b)", undefined],
		["local a = b ?? c", undefined],
		["return function(a)", undefined],
		["if a == b then", undefined],
	])("%s", (line, name) => expect(definedName(line)).toBe(name));
});

describeWithNewLua("a module's text", () => {
	const command = luaTool("grammar.lua");

	it.each([
		"log(1)",
		"(log ?? print)(1)",
		"#!/usr/bin/luajit\nlog(1)",
		"\uFEFFlog(1)",
		"\uFEFF# first line\n(log)(1)",
		"-- why\nlog(1)",
		"--[[ long\n]] (log)(1)",
		"; (log)(1)",
		"::start:: log(1)",
		"const a = 1\nlog(a)",
		"",
	])("takes a statement before its first one: %j", async (text) => {
		const { text: begun, compiles } = await command<{ text: string; compiles: boolean }>("begin", {
			text,
			statement: "local a, b = 1, log;",
		});
		expect(compiles).toBe(true);
		expect(begun).toContain("local a, b = 1, log;");
		expect(begun.split("\n")).toHaveLength(text.split("\n").length);
	});

	interface Composed {
		text: string;
		changed: boolean;
		original: string;
		composed: string;
	}

	it.each<[line: string, count: number]>([
		['local a = "x" log(a .. "1" != "x1", a .. "1" == "x1" && a .. "2" || a .. "3")', 4],
		[
			'local a = "x" log(a .. "1" ?? 1, nil ?? a .. "2", true ? a .. "3" : a .. "4", a .. "5" ? "y" .. a : 1)',
			5,
		],
		['local f = (a -> a .. "1") log(f("x"), (|a| -> "2" .. a .. "3")("y"))', 2],
		[
			'local a, t = "x", { x1 = 1 } t[a .. "1"] += 2 t?.[a .. "1"] *= 3 log(t, t?.[a .. "1"], t[a .. "2"] ?? 4)',
			4,
		],
		['local a = "x" a ..= "1" log(a) if true then a ..= (a .. "2") end log(a)', 1],
		['local a = 1 log(a .. "1" & 15, "1" .. a | 4, 2 ~ a .. "2", ~a .. "1", !a == a .. "2")', 1],
		[
			'local a = { b = "x" } log(a?.b .. "1", true ? a.b .. "1" : 2, true ? "2" .. a.b : 3, nil ? 1 : "3" .. a.b)',
			2,
		],
		['local s = "x" log("a" .. s:rep(2), nil ? 1 : s:rep(2) .. "b", true ? "a" .. s : s:rep(3))', 0],
		['local continue = "x" log(continue .. "1", 1_0 .. "a", "b" .. 1_000)', 1],
		['local straße = "x" log(straße .. "1")', 1],
		['local a = "x" local b = a .. "1" ::l:: log(b)', 1],
	])("finds composed names where they may be looked up: %s", async (text, count) => {
		const found = await command<Composed>("compose", { text });
		expect(found.composed).toBe(found.original);
		expect(found.text.split("__pobatchNames[").length - 1).toBe(count);
	});

	it("names outputs however they are written", async () => {
		const text = [
			"output.Plain = 1 output.Added += 2 output?.Safe -= 3 env.player?.output?.Far = 4",
			'output["Quoted"] *= 2 output?.["SafeQuoted"] = 3 local a = output.Read ?? 1',
			'for _, kind in ipairs({ "Fire", "Cold" }) do output?.[kind .. "Max"] += 1 end',
			"local f = |output| -> output.Short ? output.First : output.Second",
		].join("\n");
		const names = await command<string[]>("outputNames", { text });
		expect(names).toEqual([
			...["Added", "Far", "First", "Plain", "Quoted", "Read", "Safe", "SafeQuoted", "Second", "Short"],
		]);
	});
});

describeWithNewLua("the printer", () => {
	const command = luaTool("grammar.lua");

	const print = async (text: string, options: { plain?: boolean; numbered?: boolean } = {}) =>
		command<string>("print", { text, ...options });

	it.each([
		["local  a=1;;local b --[[ why ]] = 'x'", 'local a = 1\nlocal b = "x"\n'],
		["f'x' g{1,a=2;['b c']=3}", 'f("x")\ng({ 1, a = 2, ["b c"] = 3 })\n'],
		[
			"x=((a))+(b*c)-(d-e) y=(a+b)*c z=-(-a) w=not(not a) v=(-a)^b u=a^-b",
			"x = a + b * c - (d - e)\ny = (a + b) * c\nz = - -a\nw = not not a\nv = (-a) ^ b\nu = a ^ -b\n",
		],
		["x = a..(b..c) y = (a..b)..c", "x = a .. b .. c\ny = (a .. b) .. c\n"],
		["x = !a && b || c != d", "x = not a and b or c ~= d\n"],
		["x = 1_000 + 0x1F + 1e2 + .5", "x = 1000 + 31 + 100 + 0.5\n"],
		["x = a ? b?1:2 : c ? d : e", "x = a ? (b ? 1 : 2) : c ? d : e\n"],
		["x = a ? (b:c()) : d:e()", "x = a ? (b:c()) : d:e()\n"],
		[
			"f = x -> (x) g = (|a,b| -> do return a end) h = || -> 1",
			"f = |x| -> x\ng = |a, b| -> do\n\treturn a\nend\nh = || -> 1\n",
		],
		[
			"x = (x -> x)(1) y = (x -> x) or 2 z = 1 or x -> x ?? 2",
			"x = (|x| -> x)(1)\ny = (|x| -> x) or 2\nz = 1 or (|x| -> x ?? 2)\n",
		],
		["a?.b[ 'c' ]?.[1]:d?.()?.(2) (a)?.b=1", "a?.b.c?.[1]:d?.()?.(2)(a)?.b = 1\n"],
		["if a then b() elseif c then else d() end", "if a then\n\tb()\nelseif c then\nelse\n\td()\nend\n"],
		[
			"for i=1,2 do continue end repeat local x until x while a do break end",
			"for i = 1, 2 do\n\tcontinue\nend\nrepeat\n\tlocal x\nuntil x\nwhile a do\n\tbreak\nend\n",
		],
		["const a", "const a\n"],
		["function a.b:c(d, ...) return self, ... end", "function a.b:c(d, ...)\n\treturn self, ...\nend\n"],
		["do (f or g)() end", "do\n\t;(f or g)()\nend\n"],
	])("has one way to write a program: %j", async (text, printed) => {
		expect(await print(text)).toBe(printed);
	});

	it.each([
		["a.b += c", "a.b = a.b + c"],
		["a ..= b == c", "a = a .. (b == c)"],
		["const f = x -> x * 2", "local f = function(x) return x * 2 end"],
		["const f = |a, ...| -> do g(a) end", "local f = function(a, ...) g(a) end"],
		["const function f() end", "local function f() end"],
		["if a && !b || c != d then end", "if a and not b or c ~= d then end"],
	])("knows that %j is %j in older words", async (newer, older) => {
		expect(await print(newer)).not.toBe(await print(older.replace("and not b or c ~=", "and not b or c >")));
		expect(await print(newer, { plain: true })).toBe(await print(older, { plain: true }));
	});

	it("does not take for the same what evaluates more than once, or other things", async () => {
		const plain = (text: string) => print(text, { plain: true });
		expect(await plain("f().a += 1")).not.toBe(await plain("f().a = f().a + 1"));
		expect(await plain("a?.b += 1")).not.toBe(await plain("a?.b = a?.b + 1"));
		expect(await plain("x = a?.b ?? c")).not.toBe(await plain("x = a and a.b or c"));
	});

	it("numbers variables, so that their names do not count, but those of others do", async () => {
		const numbered = (text: string) => print(text, { numbered: true });
		const a =
			"local sum = 0 for _, v in ipairs(list) do local sum = v + sum f(|x| -> x + sum) end return sum";
		const b = "local s = 0 for i, e in ipairs(list) do local t = e + s f(|y| -> y + t) end return s";
		expect(await numbered(a)).toBe(await numbered(b));
		expect(await numbered(a)).not.toBe(await numbered(b.replace("return s", "return t")));
		expect(await numbered(a)).not.toBe(await numbered(b.replace("list", "other")));
		expect(await numbered("function a:b(c) return self, c end")).toBe(
			await numbered("function a.b(x, y) return x, y end"),
		);
	});
});
