/**
 * LuaJIT's whole grammar in the tools that read Lua: for each construct, what LuaJIT answers for a program is what it
 * answers for the printed and for the emitted one, compiled and interpreted.
 */

import { expect, it } from "vitest";
import { grammarCases } from "../support/lua-cases.js";
import { randomProgram } from "../support/lua-programs.js";
import { luaTool } from "../support/lua-tool.js";
import { describeWithNewLua } from "../support/lua-version.js";
import { dice } from "../support/pob.js";

const programs = Number(process.env.POBATCH_PROGRAMS ?? 200);

interface Outcome {
	interpreted: string;
	compiled: string;
}

interface Comparison {
	printed: string;
	original: Outcome;
	ofPrinted: Outcome;
	ofPlain: Outcome;
	ofEmitted: Outcome;
	sameCode: boolean;
	stable: boolean;
}

describeWithNewLua("LuaJIT's grammar", () => {
	const command = luaTool("grammar.lua");

	async function compare(text: string): Promise<Comparison> {
		const found = await command<Comparison>("compare", { text });
		const wanted = found.original.interpreted;
		expect(found.original.compiled, "LuaJIT's compiler").toBe(wanted);
		for (const [what, outcome] of Object.entries({
			printed: found.ofPrinted,
			plain: found.ofPlain,
			emitted: found.ofEmitted,
		})) {
			expect(outcome.interpreted, what).toBe(wanted);
			expect(outcome.compiled, `${what}, compiled`).toBe(wanted);
		}
		expect(found.stable).toBe(true);
		expect(found.sameCode).toBe(true);
		return found;
	}

	for (const [construct, texts] of Object.entries(grammarCases))
		it.each(Object.entries(texts))(`${construct}: %s`, async (_, text) => {
			const { original } = await compare(text);
			expect(original.interpreted).toMatch(/[^\s]/);
			expect(original.interpreted).not.toBe("answers");
		});

	it(`${programs} random programs`, async () => {
		for (let seed = 1; seed <= programs; seed++) {
			const text = randomProgram(dice(seed));
			try {
				await compare(text);
			} catch (error) {
				throw new Error(`seed ${seed}: ${(error as Error).message}\n${text}`);
			}
		}
	}, 300_000);

	const refused: Record<string, string[]> = {
		"an assignment to a constant": [
			"const a = 1 a = 2",
			"const a = 1 a += 2",
			"const a = 1 local b b, a = 1, 2",
			"const function f() end f = 1",
			"const f = 1 function f() end",
			"const a = 1 local f = || -> do a = 2 end",
		],
		"a second variable of a constant's name": [
			"const a = 1 local a",
			"const a, a = 1, 2",
			"const a = 1 do local a end",
			"const a = 1 for a = 1, 2 do end",
			"const a = 1 for b, a in pairs {} do end",
			"const a = 1 local f = |a| -> a",
			"const a = 1 local f = a -> a",
			"const a = 1 local function a() end",
			"const self = 1 function t:m() end",
		],
		"jumps to nowhere": [
			"continue",
			"break",
			"while true do local f = || -> do continue end end",
			"for i = 1, 2 do local f = function() break end end",
			"goto a",
			"do ::a:: end goto a",
			"goto a local b ::a:: b = 1",
			"::a:: ::a::",
			"local f = || -> do goto a end ::a::",
			"repeat goto a local b ::a:: until b",
		],
		"a jump over the variables of a condition": [
			"local i repeat if i then continue end local x = 1 until x",
			"repeat do continue end local x until true",
		],
		"what is no last statement": [
			"for i = 1, 2 do continue log(1) end",
			"return 1 log(1)",
			"for i = 1, 2 do continue; end",
			"return; log(1)",
		],
		"what is no target": [
			"(a) = 1",
			"(a.b) += 1",
			"f() = 1",
			"f() += 1",
			"a?.b, c = 1, 2",
			"c, a?.b = 1, 2",
			"a?.b() = 1",
			"x -> y = 1",
			"1 += 2",
			"a, b += 1, 2",
			"'a' ..= 'b'",
		],
		"what is no compound assignment": [
			"a ^= 1",
			"a &&= 1",
			"a ||= 1",
			"a ??= 1",
			"a + = 1",
			"a != 1",
			"a ..  = 'x'",
			"a == 1",
			"a += ",
			"local a += 1",
			"a ~>= 1",
		],
		"what is no expression": [
			"log(a ? b)",
			"log(a ? b : )",
			"log(? b : c)",
			"log(a ?. )",
			"log(a?.)",
			"log(a ?? )",
			"log(a?..b)",
			"log(~)",
			"log(a ~> b)",
			"log(a ?.5 : 1)",
			"log(!)",
			"log(a &)",
			"log(|| a)",
			"log(a -> )",
			"log(|a -> a)",
			"log(|a,| -> a)",
			"log(|1| -> a)",
			"log((a) -> a)",
			"log(a.b -> 1)",
			"log(|a| a)",
			"log(|...| -> do ... )",
			"log(|..., a| -> a)",
			"log(a ? b:c() : d)",
			"log(a ? b ? c : d:e : f)",
			"log(a ? b?.:c() : d)",
			"log(function(a,) end)",
			"log(a?.'b'.)",
			"log(a:b?.c)",
			"log(a?:b())",
		],
		"`...` where there is none": [
			"local f = || -> ...",
			"function f() return ... end",
			"local f = |...| -> || -> ...",
		],
		"numbers that are none": [
			"log(1..2)",
			"log(0x)",
			"log(1__x)",
			"log(1_e)",
			"log(0b2)",
			"log(3x)",
			"log(1e+)",
			"log(_1 1)",
		],
		"texts that are none": [
			"log('a\nb')",
			"log('\\q')",
			"log('\\300')",
			"log('\\x1')",
			"log('\\u{110000}')",
			"log([=a])",
			"log([==[ ]=])",
			"--[[ open",
			"log('open",
		],
		"names that are keywords": [
			"local goto = 1",
			"a.goto = 1",
			"local end = 1",
			"const if = 1",
			"local f = goto -> 1",
		],
		"statements that are none": [
			"local x = ",
			"for i = 1 do end",
			"for i = 1, 2, 3, 4 do end",
			"for a.b in pairs {} do end",
			"function a:b:c() end",
			"function a:b.c() end",
			"if a then else elseif b then end",
			"const",
			"const a.b = 1",
			"local function a.b() end",
			"::a",
			"do",
			"end",
			"x",
			"x.y",
			"x?.y",
			"a b",
			"@",
			"log(1)) ",
		],
	};
	for (const [what, texts] of Object.entries(refused))
		it.each(texts)(`refuses ${what}, as LuaJIT does: %s`, async (text) => {
			const { luajit, parser } = await command<Record<string, string | false>>("refuse", { text });
			expect(luajit).toMatch(/^program:\d+: /);
			expect(parser).toMatch(/^program:\d+: /);
		});

	it.each([
		"local const = 1 for i = 1, 2 do const = i continue end continue = 1",
		"const const = 1 const continue = 2",
		"for i = 1, 2 do while true do break end continue end",
		"repeat local x continue until true",
		"repeat if a then continue end do local x end until a",
		"goto a do local b end ::a:: ::b:: ; ::c:: ; ; ",
		"do goto a local b ::a:: end",
		"goto continue ::continue::",
		"while a do if b then goto a end ::a:: ; end",
		"local a = a ? b ? c : 1 : d",
		"local a = b ? c : d:e()",
		"local a = f ? |x| -> x : y",
		"a = b\n(c)?.(d)",
		"\uFEFF#!first line\nreturn 1",
		"# nothing",
		"local a",
	])("reads what LuaJIT does: %s", async (text) => {
		expect(await command("refuse", { text })).toEqual({ luajit: false, parser: false });
	});
});
