/**
 * The normal form of programs (lua/pob/patch/normal_form.lua): the same for two programs only where they do the same, and
 * itself a program that does what the original does.
 */

import { describe, expect, it } from "vitest";
import { grammarCases } from "../support/lua-cases.js";
import { randomProgram } from "../support/lua-programs.js";
import { luaTool } from "../support/lua-tool.js";
import { describeWithNewLua } from "../support/lua-version.js";
import { dice } from "../support/pob.js";

const programs = Number(process.env.POBATCH_PROGRAMS ?? 200);

interface Normal {
	/** The form as text, with numbered variables. */
	form: string;
	/** The form as a program. */
	text: string;
	/** What the program logs and answers, and what its form does. */
	does: string;
	normalDoes: string;
}

/** A program that runs a function's body with its parameters `x` and `y` as all sorts of values, `nil` among them. */
const withValues = (body: string) =>
	[
		`local function body(x, y) ${body} end`,
		"local values = { [1] = 0, [2] = 'text', [3] = { f = 2, g = { f = 1, h = function(a) return a end } }, [4] = false, [5] = true, n = 6 }",
		"for i = 1, values.n do for k = 1, values.n do log(i, k, pcall(body, values[i], values[k])) end end",
	].join("\n");

/** A program that runs a loop's body with `i` from 1 to 6. */
const inLoop = (body: string) => `for i = 1, 6 do ${body} end log('end')`;

const asIs = (text: string) => text;

const CLASSES = `
local classes = {
	X = function(object, v) object.v = v return object end,
	Y = function(object, v) object.w = v return object end,
}
local function make(name, arguments)
	local object = setmetatable({ name = name }, { __index = classes })
	return arguments.n > 0 and classes[name](object, unpack(arguments, 1, arguments.n)) or object
end
function new(name, ...)
	return make(name, { n = select("#", ...), ... })
end
`;

describeWithNewLua("the normal form", () => {
	const command = luaTool("versions.lua");
	const normal = async (text: string) => {
		const found = await command<Normal>("normal", { text });
		expect(found.normalDoes, found.text).toBe(found.does);
		return found;
	};

	describe("is equal for two programs that do the same", () => {
		it.each<[what: string, frame: (text: string) => string, before: string, after: string]>([
			["a compound assignment to a variable", withValues, "x = x + 1 return x", "x += 1 return x"],
			["a compound assignment to a field", withValues, "x.g.f = x.g.f .. y return x", "x.g.f ..= y return x"],
			[
				"a compound assignment by a variable key",
				withValues,
				"x[y] = x[y] / 2 return x",
				"x[y] /= 2 return x",
			],
			["a compound assignment of a sum", withValues, "x = x * (y + 1) return x", "x *= y + 1 return x"],
			[
				"a default for a variable that may be false",
				withValues,
				"if x == nil then x = y end return x",
				"x = x ?? y return x",
			],
			[
				"a default that is a call",
				withValues,
				"if x == nil then x = log(y) end return x",
				"x = x ?? (log(y)) return x",
			],
			[
				"`or` as a default of a variable that is never false",
				withValues,
				"local a = tonumber(x) if a == nil then a = tostring(y == 1) end return a",
				"local a = tonumber(x) a = a or tostring(y == 1) return a",
			],
			[
				"`??` behind what is never false",
				withValues,
				"local a = tonumber(x) return a or y, x .. 'a' or y",
				"local a = tonumber(x) return a ?? y, x .. 'a' ?? y",
			],
			[
				"`??` behind the variable of a loop",
				withValues,
				"for i = 1, 2 do log(i or y) end for k in ipairs({ 1 }) do log(k or y) end",
				"for i = 1, 2 do log(i ?? y) end for k in ipairs({ 1 }) do log(k ?? y) end",
			],
			["a choice of texts", withValues, "return x and 'a' or y", "return x ? 'a' : y"],
			[
				"a choice of numbers",
				withValues,
				"return x and -y or 0, x and #y or y",
				"return x ? -y : 0, x ? #y : y",
			],
			[
				"a choice within a choice",
				withValues,
				"return x and 'a' or (y and { y } or 'c')",
				"return x ? 'a' : y ? { y } : 'c'",
			],
			[
				"navigation where a field was looked up before",
				withValues,
				"local a = x.f return a, x.g, x.g.f",
				"local a = x.f return a, x?.g, x?.g.f",
			],
			[
				"navigation into a table",
				withValues,
				"local t = {} log(t) return t.f, #t, t[y]",
				"local t = {} log(t) return t?.f, #t, t?.[y]",
			],
			[
				"navigation behind what is never false",
				withValues,
				"local t = y and nil if x then t = { f = x } end t = tonumber(y) or t local n = tonumber(x) return n and n.f",
				"local t = y and nil if x then t = { f = x } end t = tonumber(y) or t local n = tonumber(x) return n?.f",
			],
			[
				"a method behind navigation of what is never false",
				withValues,
				"local t = type(x) if y then t = nil end return (t and t:upper())",
				"local t = type(x) if y then t = nil end return (t?.:upper())",
			],
			[
				"an assignment behind navigation",
				withValues,
				"if x ~= nil then x.f = log(y) end return x",
				"x?.f = log(y) return x",
			],
			[
				"an assignment to a field of a field behind navigation",
				withValues,
				"if x ~= nil then x.g[y] = 5 end return x",
				"x?.g[y] = 5 return x",
			],
			["a call behind navigation", withValues, "if x ~= nil then x.g.h(log(y)) end", "x?.g.h(log(y))"],
			["a method behind navigation", withValues, "if x ~= nil then x:h(log(y)) end", "x?.:h(log(y))"],
			[
				"a compound assignment behind navigation",
				withValues,
				"if x ~= nil then x.f = x.f + 1 end return x",
				"x?.f += 1 return x",
			],
			[
				"a test of what is never false",
				withValues,
				"local a = tonumber(x) if a then log(y) end",
				"local a = tonumber(x) if a ~= nil then log(y) end",
			],
			[
				"a local function that does not call itself",
				withValues,
				"local f = function(a) return a or y end return f(x)",
				"local function f(a) return a or y end return f(x)",
			],
			["a constant", withValues, "local a = x return a", "const a = x return a"],
			[
				"a short function",
				withValues,
				"local f = function(a) return a end return f(x)",
				"const f = |a| -> a return f(x)",
			],
			["parentheses around a name", withValues, "return x, x.f", "return (x), ((x).f)"],
			[
				"a jump to the end of a loop",
				inLoop,
				"if i > 2 then log(1) if i > 3 then goto continue end log(i) end log(2) ::continue::",
				"if i > 2 then log(1) if i > 3 then continue end log(i) end log(2)",
			],
			[
				"the rest of a loop's body",
				inLoop,
				"if i ~= 3 then log(i) log(2) end",
				"if i == 3 then continue end log(i) log(2)",
			],
			[
				"the rest of a loop's body under a negation",
				inLoop,
				"if i > 3 then log(i) end",
				"if not (i > 3) then continue end log(i)",
			],
			[
				"the rest of a body twice",
				inLoop,
				"if not (i > 4) then log(1) if i ~= 2 then local k = i log(k) end end",
				"if i > 4 then continue end log(1) if i == 2 then continue end local k = i log(k)",
			],
			[
				"`continue` where the loop goes on anyway",
				inLoop,
				"if i > 2 then log(i) end",
				"if i > 2 then log(i) continue end",
			],
			[
				"`continue` in while",
				asIs,
				"local i = 0 while i < 5 do i = i + 1 if i ~= 2 then log(i) end end",
				"local i = 0 while i < 5 do i += 1 if i == 2 then continue end log(i) end",
			],
			[
				"`continue` in a loop within a loop",
				inLoop,
				"for k = 1, 4 do if k ~= i then log(k) end end log(i)",
				"for k = 1, 4 do if k == i then goto continue end log(k) ::continue:: end log(i)",
			],
			[
				"jumps to labels of one name in loops and functions",
				inLoop,
				"local f = function() for k = 1, 3 do if k ~= i then log(k) end end end if i ~= 2 then f() end",
				"local f = function() for k = 1, 3 do if k == i then goto next end log(k) ::next:: end end if i == 2 then goto next end f() ::next::",
			],
			["a constructor", (text) => CLASSES + text, 'log(new("X", 5))', 'log(new("X"):X(5))'],
			[
				"a constructor with several arguments",
				(text) => CLASSES + text,
				'log(new("Y", 5, nil, select(1, 6, 7)).w)',
				'log(new("Y"):Y(5, nil, select(1, 6, 7)).w)',
			],
		])("%s", async (_, frame, before, after) => {
			expect(after).not.toBe(before);
			const [one, other] = [await normal(frame(before)), await normal(frame(after))];
			expect(other.form).toBe(one.form);
			expect(other.does).toBe(one.does);
		});
	});

	describe("differs if the meaning differs:", () => {
		it.each<[what: string, frame: (text: string) => string, before: string, after: string]>([
			["`??` behind what may be false", withValues, "return x or y", "return x ?? y"],
			["a default for what may be false", withValues, "x = x or y return x", "x = x ?? y return x"],
			[
				"`??` behind the variable of a loop that is assigned",
				withValues,
				"for i = 1, 2 do i = i > 1 log(i or y) end",
				"for i = 1, 2 do i = i > 1 log(i ?? y) end",
			],
			[
				"`??` behind a variable that a function makes false",
				withValues,
				"local a = 1 local function f() a = y end f() return a or 5",
				"local a = 1 local function f() a = y end f() return a ?? 5",
			],
			["a choice of what may be nil", withValues, "return x and y or 1", "return x ? y : 1"],
			["a choice of false", withValues, "return x and false or 1", "return x ? false : 1"],
			["navigation of what may be false", withValues, "return x and x.f", "return x?.f"],
			["navigation of what may be nil", withValues, "return x.f", "return x?.f"],
			[
				"navigation behind a look-up that may be left out",
				withValues,
				"local a = y and y[x.f] return x.f",
				"local a = y and y[x.f] return x?.f",
			],
			["navigation behind a left out argument", withValues, "x?.h(y.f) return y.f", "x?.h(y.f) return y?.f"],
			[
				"navigation behind a left out key",
				withValues,
				"x?.g[y.f] = 1 return y.f",
				"x?.g[y.f] = 1 return y?.f",
			],
			["navigation behind a left out value", withValues, "x?.f = y.f return y.f", "x?.f = y.f return y?.f"],
			[
				"navigation behind a left out addition",
				withValues,
				"x?.f += y.f return y.f",
				"x?.f += y.f return y?.f",
			],
			[
				"navigation in the condition of repeat, to which `continue` goes",
				withValues,
				"repeat if y then continue end log(x.f) until x.f ~= 1 return 1",
				"repeat if y then continue end log(x.f) until x?.f ~= 1 return 1",
			],
			[
				"navigation behind a jump",
				withValues,
				"do if y then goto on end log(x.f) ::on:: log(x.f) end",
				"do if y then goto on end log(x.f) ::on:: log(x?.f) end",
			],
			["navigation that ends at parentheses", withValues, "return x?.f.g(1)", "return (x?.f).g(1)"],
			[
				"navigation of what is never false, to a field of a field",
				withValues,
				"local t = nil if x then t = { f = {} } end return t and t.f.g",
				"local t = nil if x then t = { f = {} } end return t?.f.g",
			],
			[
				"further values behind navigation",
				withValues,
				"local t = nil if x then t = { f = function() return 1, 2 end } end local a, b = t and t.f() return a, b",
				"local t = nil if x then t = { f = function() return 1, 2 end } end local a, b = t?.f() return a, b",
			],
			[
				"navigation of an assignment behind two steps",
				withValues,
				"if x ~= nil then x.g.f = 1 end return x",
				"x?.g?.f = 1 return x",
			],
			[
				"an assignment behind a test that takes false for nil",
				withValues,
				"if x then x.f = 1 end return x",
				"x?.f = 1 return x",
			],
			[
				"a local function that calls itself",
				asIs,
				"local f = function(n) log(f == nil) return n end log(f(2))",
				"local function f(n) log(f == nil) return n end log(f(2))",
			],
			[
				"a local function whose body names it as a place for another one",
				asIs,
				"local f = {} do local f = function() function f.g() end end log(pcall(f)) end log(f)",
				"local f = {} do local function f() function f.g() end end log(pcall(f)) end log(f)",
			],
			[
				"an addition to a field whose table is looked up by a call",
				asIs,
				"local t, n = { { v = 1 } }, 0 local function f() n = n + 1 return t end f()[1].v = f()[1].v + 1 log(t, n)",
				"local t, n = { { v = 1 } }, 0 local function f() n = n + 1 return t end f()[1].v += 1 log(t, n)",
			],
			["other operands", withValues, "x = x - (y - 1) return x", "x -= y - 2 return x"],
			["parentheses around a call", asIs, "log(select(1, 5, 6))", "log((select(1, 5, 6)))"],
			[
				"`continue` of an outer loop",
				inLoop,
				"for k = 1, 3 do if k == i then goto continue end log(k) end log(i) ::continue::",
				"for k = 1, 3 do if k == i then continue end log(k) end log(i)",
			],
			[
				"a jump to a label that is not the end",
				inLoop,
				"if i == 2 then goto on end log(i) ::on:: log('on')",
				"if i == 2 then continue end log(i) log('on')",
			],
			[
				"a jump to a label of an inner block that has the name of one at the end",
				inLoop,
				"do if i == 2 then goto on end log(i) ::on:: end log('on') ::on::",
				"do if i == 2 then continue end log(i) end log('on')",
			],
			[
				"`break` for `continue`",
				inLoop,
				"if i == 2 then break end log(i)",
				"if i == 2 then continue end log(i)",
			],
			[
				"`continue` in one clause of two",
				inLoop,
				"if i ~= 2 then log(i) end log(2)",
				"if i == 2 then continue else log(i) end log(2)",
			],
			[
				"a statement behind the rest",
				inLoop,
				"if i ~= 2 then log(1) end log(2)",
				"if i == 2 then continue end log(1) log(2)",
			],
			["a method of another name", (text) => CLASSES + text, 'log(new("X", 5))', 'log(new("X"):Y(5))'],
			[
				"a method of an object with arguments",
				(text) => CLASSES + text,
				'log(new("X", 5))',
				'log(new("X", 5):X())',
			],
			[
				"a constructor that may not be there",
				(text) => `${CLASSES} classes.X = nil classes.Z = function() end local made = new("Z")\n${text}`,
				'log(pcall(function() return new("Z", 1) end))',
				'log(pcall(function() return new("Z"):X?.(1) end))',
			],
			[
				"a function that may not be there",
				asIs,
				'log(pcall(function() return new("X", 1) end))',
				'log(pcall(function() return new?.("X"):X(1) end))',
			],
		])("%s", async (_, frame, before, after) => {
			const [one, other] = [await normal(frame(before)), await normal(frame(after))];
			// Otherwise the case shows nothing.
			expect(other.does).not.toBe(one.does);
			expect(other.form).not.toBe(one.form);
		});
	});

	describe("is a program that does the same", () => {
		for (const [what, cases] of Object.entries(grammarCases)) {
			it.each(Object.entries(cases))(`${what}: %s`, async (_, text) => {
				await normal(text);
			});
		}

		it.each<[what: string, text: string]>([
			[
				"loops in loops",
				"for i = 1, 4 do for k = 1, 4 do if k == i then continue end if k > 3 then break end log(i, k) end if i == 2 then goto on end log(i) ::on:: end",
			],
			[
				"jumps backwards",
				"local n = 0 ::top:: n += 1 for i = 1, 3 do if i == n then continue end log(n, i) end if n < 3 then goto top end return n",
			],
			[
				"a jump over the head of a loop's body",
				"for i = 1, 3 do local n = 0 ::again:: n += 1 if n > i then continue end log(i, n) goto again end",
			],
			[
				"repeat with continue and a goto of its own",
				"local i = 0 repeat i += 1 for k = 1, 3 do if k == i then goto on end log(i, k) ::on:: end if i == 2 then continue end log(i) until i > 3",
			],
			[
				"functions that keep variables of a body whose rest is nested",
				"local list = {} for i = 1, 4 do if i == 3 then continue end local x = i list[#list + 1] = function() x += i return x end end for _, f in ipairs(list) do log(f(), f()) end",
			],
			[
				"returns out of the nested rest",
				"local function f(t) for i, v in ipairs(t) do if v == 2 then continue end if v == 5 then return i, v end log(v) end return 'none' end return f({ 1, 2, 5 }), f({ 2 }), f({})",
			],
			[
				"elseif with continue",
				"for i = 1, 6 do if i == 1 then log('one') elseif i == 2 then continue elseif i > 4 then log('much') continue else log(i) end log('rest', i) end",
			],
			[
				"defaults of several kinds",
				"local function f(a, b) a = a ?? b b ..= tostring(a ?? 'n') local c = (a ? b : a) ?? 1 return a, b, c end return f(nil, 'x'), f(false, 'y'), f(1, 'z')",
			],
			[
				"labels of one name in blocks",
				"for i = 1, 3 do do if i == 1 then goto on end log('a') ::on:: end for k = 1, 2 do if k == i then goto on end log('b') ::on:: end log('c') ::on:: end",
			],
			[
				"constants that functions share",
				"const a, b = 1, { n = 2 } const function f(x) b.n += x return b.n + a end log(f(1), f(2)) const g = |x| -> f(x) + a return g(3)",
			],
		])("%s", async (_, text) => {
			const { does } = await normal(text);
			expect(does).toMatch(/return/);
		});

		it("programs at random", async () => {
			for (let seed = 1; seed <= programs; seed++) {
				const text = randomProgram(dice(seed * 31));
				try {
					await normal(text);
				} catch (error) {
					throw new Error(`seed ${seed}: ${(error as Error).message}\n${text}`);
				}
			}
		}, 300_000);
	});
});
