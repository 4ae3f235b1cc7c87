/** The slicer on programs in today's grammar: a slice answers what the whole program does, and leaves out what it can. */

import { expect, it } from "vitest";
import { randomCalculation } from "../support/lua-programs.js";
import { luaTool } from "../support/lua-tool.js";
import { describeWithNewLua } from "../support/lua-version.js";
import { dice } from "../support/pob.js";

const programs = Number(process.env.POBATCH_PROGRAMS ?? 200);

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

const VALUES = { Life: 70, FireResist: 10, ColdResist: 20, Armour: 5 };

const perform = (...lines: string[]) =>
	[
		"local calcs = ...",
		"function calcs.perform(env)",
		"local output, modDB = env.player.output, env.player.modDB",
		"local breakdown = env.player.breakdown",
		...lines,
		"end",
	].join("\n");

describeWithNewLua("a slice of a program in today's grammar", () => {
	const command = luaTool("slice.lua");

	const slice = (args: object) => command<Sliced>("slice", { values: VALUES, ...args });

	const names = 'local names = { "A" } names[#names + 1] = "B" env.names = names';

	it.each<[what: string, lines: string[], kept: RegExp[], leftOut: RegExp[]]>([
		[
			"what a compound assignment adds to",
			["output.A = 1", "output.C = 5", "output.A += 2", "output.Sum = output.A * 2"],
			[/output\.A = 1/, /A \+= 2/],
			[/output\.C/],
		],
		[
			"compound assignments to variables",
			["local a, b = 1, 2", "a += 3", "b += 4", "output.Sum = a"],
			[/a \+= 3/],
			[/b \+= 4/],
		],
		[
			"compound assignments to tables of its own",
			["local t, u = { n = 1 }, { n = 2 }", "t.n *= 5", "u.n *= 6", "output.Sum = t.n"],
			[/t\.n \*= 5/],
			[/u\.n \*= 6/],
		],
		[
			"composed names of compound assignments",
			[
				'for _, kind in ipairs({ "Fire", "Cold" }) do',
				'output[kind .. "X"] = 1',
				'output[kind .. "X"] += 2',
				'output[kind .. "Y"] = 9',
				"end",
				"output.Sum = output.FireX + output.ColdX",
			],
			[/"X"\] = 1/, /"X"\)?\] \+= 2/],
			[/"Y"/],
		],
		[
			"conditions of the conditional operator",
			["output.A = 1", "output.B = 2", "output.C = 3", "output.Sum = output.A > 0 ? output.B : 7"],
			[/output\.A = 1/, /output\.B = 2/],
			[/output\.C/],
		],
		[
			"the second of ??",
			["output.A = 1", "output.B = 2", "output.Sum = output.None ?? output.A"],
			[/output\.A = 1/],
			[/output\.B/],
		],
		[
			"reads behind ?.",
			["output.A = 1", "output.B = 2", "output.Sum = env.player?.output?.A + (env?.minion?.output?.B ?? 1)"],
			[/output\.A = 1/, /output\.B = 2/],
			[],
		],
		[
			"reads of an output that is chosen",
			[
				"output.A = 1",
				"local other = {}",
				"output.Sum = (env.player ? output : other).A + (output ?? other).A + (output?.MainHand ?? output)?.A",
			],
			[/output\.A = 1/],
			[],
		],
		[
			"stores into an output that is chosen",
			["local other = {}", "output.A = 4; (env.player ? output : other).A = 1", "output.Sum = output.A"],
			[/: other\)\.A = 1/],
			[],
		],
		[
			"stores behind ?.",
			["output.A = 1", "env.player?.output.A = 3", "output?.B = 4", "output.Sum = output.A"],
			[/env\.player\?\.output\.A = 3/],
			[/output\?\.B/],
		],
		[
			"what short functions do",
			[
				"local n = 0",
				"const add = |x| -> do n += x output.A = n return n end",
				"local other = x -> x * 2",
				"local twice = x -> x + 1",
				"add(2)",
				"output.B = other(1)",
				"output.Sum = output.A + twice(1)",
			],
			[/const add/, /add\(2\)/, /x -> x \+ 1/],
			[/x \* 2/],
		],
		[
			"functions that are handed on",
			[
				"local list = { 3, 1 }",
				"table.sort(list, |a, b| -> do output.A = 7 return a < b end)",
				"output.Sum = output.A",
			],
			[/table\.sort/],
			[],
		],
		[
			"functions that take the place of others",
			[
				"local set = |x| -> x",
				"set = |x| -> do output.A = x return x end",
				"set(3)",
				"output.Sum = output.A",
			],
			[/set\(3\)/],
			[],
		],
		[
			"loops that end otherwise than by their condition",
			[
				"local function set(stat)",
				"repeat output[stat] = 4 break until breakdown",
				"end",
				'set("A")',
				"output.Sum = output.A",
			],
			[/= 4 break/],
			[],
		],
		[
			"where loops go on",
			[
				"local sum = 0",
				"for i = 1, 5 do",
				"if i % 2 == 0 then continue end",
				"sum += i",
				"output.B = i",
				"end",
				"output.Sum = sum",
			],
			[/continue/, /sum \+= i/],
			[/output\.B/],
		],
		[
			"jumps out of loops",
			[
				"output.A = 1",
				"for i = 1, 2 do",
				"for k = 1, 2 do",
				"output.B = k",
				"if i == 1 then goto next end",
				"end",
				"output.A += 10",
				"::next::",
				"end",
				"output.Sum = output.A",
			],
			[/goto next/],
			[],
		],
		[
			"jumps over what follows all loops",
			[
				"output.A = 1",
				"for i = 1, 2 do",
				"if i == 2 then goto done end",
				"end",
				"output.A = 2",
				"::done::",
				"output.Sum = output.A",
			],
			[/goto done/],
			[],
		],
		[
			"constants",
			["const a, b = 1, 2", "const c = 3", "output.B = b + c", "output.Sum = a"],
			[/const a, b = 1, 2/],
			[/= 3/, /output\.B/],
		],
		[
			"a parenthesis behind what is left out",
			[
				"local t = { n = 1 }",
				"local function f() return t end",
				"output.A = 1; (f)().n += 1",
				"output.B = 2",
				"do output.C = 1 end; (f() ?? t).n += 3",
				"output.Sum = t.n",
			],
			[/;\s*\(f\)\(\)\.n/],
			[/output\.B = 2/],
		],
		[
			"what breakdowns would get",
			[
				"breakdown?.Life = { output.A }",
				"breakdown?.list.n += 1",
				"if breakdown != nil && breakdown.x then output.B = 1 end",
				"local text = breakdown ? output.C : 3",
				"output.C = 2",
				"output.Sum = text",
			],
			[],
			[/breakdown\?/, /output\.C = 2/],
		],
	])("keeps %s", async (_, lines, kept, leftOut) => {
		const { whole, slice: part, text } = await slice({ text: perform(...lines), fields: ["Sum"] });
		expect(Number(whole.output.Sum)).toBeGreaterThan(0);
		expect(part.missed).toBe(false);
		expect(part.output.Sum).toBe(whole.output.Sum);
		for (const pattern of kept) expect(text).toMatch(pattern);
		for (const pattern of leftOut) expect(text).not.toMatch(pattern);
		expect(text.split("\n")).toHaveLength(lines.length + 5);
	});

	it.each([
		["in compound assignments", "output[names[2]] += 1 output.Sum = output[names[2]]"],
		[
			"in compound assignments behind ?.",
			"output?.[names[2]] += 1 output.Sum = env.player?.output?.[names[2]]",
		],
		["behind ?.", "output.Sum = output?.[names[2]] ?? -1"],
		["of chosen outputs", "output.Sum = (env.player ? output : names)[names[2]] ?? -1"],
		[
			"of outputs that a call answers",
			"local get = || -> env.player output.Sum = get()?.output[names[2]] ?? -1",
		],
		[
			"of such, in compound assignments",
			"local get = || -> env.player get().output[names[2]] += 1 output.Sum = get().output.B",
		],
		["in short functions", "const get = name -> output[name] ?? -1 output.Sum = get(names[2])"],
		["in each other", "output.Sum = output?.[output?.[names[1]] ?? names[2]] ?? -1"],
		[
			"in parentheses behind a word",
			"local function f() return(output)[names[2]] end output.Sum = f() ?? -1",
		],
	])("watches reads by unknown names: %s", async (_, line) => {
		const {
			whole,
			slice: part,
			text,
		} = await slice({ text: perform(names, "output.B = 2", line), fields: ["Sum"] });
		expect(Number(whole.output.Sum)).toBeGreaterThan(0);
		expect(part.missed || part.output.Sum === whole.output.Sum).toBe(true);
		expect(part.missed).toBe(!text.includes("output.B = 2"));
	});

	it.each([
		["`or`", "local t = env.tables.a or env.tables.b t.name = 'B'"],
		["`??`", "local t = tables.a ?? tables.b t.name = 'B'"],
		["`?:`", "local t = env.player ? tables.a : tables.b t.name = 'B'"],
		[
			"a chosen table",
			"local x = 0 x, (tables.b ?? tables.a).name = 1, 'B'; (tables.a ?? tables.b).name = 'B'",
		],
		["parentheses", "(tables?.a).name = 'B'"],
		["unpack", "local t = unpack({ tables.a }) t.name = 'B'"],
	])("knows that a table may be changed through %s", async (_, line) => {
		const text = perform(
			"local tables = { a = { name = 'A' }, b = { name = 'A' } }",
			"env.tables = tables",
			"output.A, output.B = 1, 2",
			`do end; ${line}`,
			"output.Sum = output[tables.a.name]",
		);
		const { whole, slice: part } = await slice({ text, fields: ["Sum"] });
		expect(whole.output.Sum).toBe(2);
		expect(part.missed || part.output.Sum === 2).toBe(true);
	});

	it.each([
		["const numbers = output", "numbers"],
		["local numbers = env.player ? output : nil", "numbers"],
		["local numbers = output ?? {}", "numbers"],
		["local numbers = (env?.player.output)", "numbers"],
		["local f = |numbers| -> numbers.A f(output)", "numbers"],
		["env?.numbers = output", "numbers"],
	])("says where an output gets a name that does not say so: %s", async (line, name) => {
		expect((await slice({ text: perform(line), fields: ["A"] })).aliases).toEqual([name]);
	});

	it(`${programs} random programs`, async () => {
		const outputs = ["AlphaOne", "BetaTwo", "GammaThree", "DeltaFour"];
		let failed = 0;
		let shorter = 0;
		for (let seed = 1; seed <= programs; seed++) {
			const text = randomCalculation(dice(seed), outputs);
			for (const field of outputs) {
				let found: Sliced;
				try {
					found = await slice({ text, fields: [field] });
				} catch (error) {
					// The program itself may fail, but neither the slicer nor what it writes.
					if (!/attempt to/.test((error as Error).message))
						throw new Error(`seed ${seed}: ${error}\n${text}`);
					failed++;
					continue;
				}
				const { whole, slice: part } = found;
				shorter += found.text.replace(/\s+/g, " ").length < text.replace(/\s+/g, " ").length ? 1 : 0;
				if (!part.missed && !Object.is(part.output[field], whole.output[field]))
					throw new Error(
						`seed ${seed}: ${field} is ${part.output[field]} instead of ${whole.output[field]}\n${text}\n\n${found.text}`,
					);
			}
		}
		expect(failed).toBeLessThan(programs / 5);
		expect(shorter).toBeGreaterThan(programs * 3);
	}, 300_000);
});
