import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine, NodeSets } from "../../src/index.js";
import { expectSameBits, valuesOfRow } from "../support/bits.js";
import { openLuaTool } from "../support/lua-tool.js";
import {
	buildText,
	describeWithBuilds,
	dice,
	randomSets,
	sharedBuilds,
	shuffled,
	strategyStats,
} from "../support/pob.js";

interface Part {
	name: string;
	part: string;
	file: string;
	status: "fast" | "original";
	why?: string;
}

const openParts = () => openLuaTool("fast-parts.lua");

describe("replacements know a function by its form", () => {
	let engine: Engine;
	beforeAll(async () => {
		engine = await openParts();
	});
	afterAll(() => engine.close());

	const known = `
local t_insert = table.insert
local function half(x)
	return x / 2
end
local t = {}
function t.add(list, value)
	for _, entry in ipairs(list) do
		if entry.value > 0 then
			entry.value = entry.value + half(value)
			t_insert(list, entry.name)
		end
	end
	if value == nil then
		value = 1
	end
	return value and "some" or "none", list.name
end
return t
`;
	const find = (text: string) => engine.command("find", { known, text, name: "add" });

	it.each<[string, string]>([
		["as it is", known],
		["with other line ends", known.replaceAll("\n", "\r\n")],
		["elsewhere in the module", `-- more\nlocal other = 1\n${known}`],
		[
			"laid out otherwise, with comments",
			known.replaceAll("\t", "  ").replace("return value", "-- why\n return  value"),
		],
		[
			"with other names of variables",
			known.replaceAll("entry", "e").replaceAll("half", "halve").replaceAll("t_insert", "push"),
		],
		["with compound assignments", known.replace("entry.value = entry.value +", "entry.value +=")],
		[
			"with constants and short functions",
			known.replace("local function half(x)\n\treturn x / 2\nend", "const half = |x| -> x / 2"),
		],
		[
			"with continue",
			known
				.replace("if entry.value > 0 then", "if not (entry.value > 0) then continue end")
				.replace("entry.name)\n\t\tend", "entry.name)\n"),
		],
		["with a default", known.replace("if value == nil then\n\t\tvalue = 1\n\tend", "value = value ?? 1")],
		["with a choice", known.replace('value and "some" or "none"', 'value ? "some" : "none"')],
		["with other operators", known.replace("value and", "value &&").replace('or "none"', '|| "none"')],
		["with parentheses", known.replace("entry.value > 0", "((entry.value) > (0))")],
	])("%s", async (_, text) => {
		expect(await find(text)).toBe(true);
	});

	it.each<[string, string]>([
		["a constant", known.replace("> 0", "> 1")],
		["a comparison", known.replace("> 0", ">= 0")],
		["a field", known.replace("entry.name", "entry.value")],
		["a text", known.replace('"none"', '"None"')],
		["the order of operands", known.replace("entry.value + half(value)", "half(value) + entry.value")],
		["a condition turned round", known.replace("if entry.value > 0", "if not (entry.value > 0)")],
		["a statement more", known.replace("return value and", "list.name = 1\n\treturn value and")],
		["a statement less", known.replace("t_insert(list, entry.name)", "")],
		["a function that it calls", known.replace("x / 2", "x / 3")],
		["what a variable from outside is", known.replace("table.insert", "table.remove")],
		["variables exchanged", known.replace("half(value)", "half(entry)")],
		["navigation where something may be nil", known.replace("list.name\nend", "list?.name?.of\nend")],
		["a jump to elsewhere", known.replace("t_insert(list, entry.name)", "break")],
		["no Lua", known.replace("return t", "return )")],
	])("and not with %s changed", async (_, text) => {
		expect(text).not.toBe(known);
		expect(await find(text)).toBe(false);
	});

	it("text that has none of the known functions is compiled as it is, and each part says so", async () => {
		const text = "local calcs = ...\nfunction calcs.calcFullDPS()\n\treturn {}\nend\n";
		const seen = (await engine.command("transform", { path: "Modules/Calcs.lua", text })) as unknown as {
			text: string;
			report: Part[];
		};
		expect(seen.text).toBe("as it is");
		expect(seen.report.length).toBeGreaterThan(50);
		for (const part of seen.report) {
			expect(part.status).toBe("original");
			expect(part.why).toMatch(/known|was not read|not loaded yet/);
		}
	});
});

describe("names composed of a literal and a variable", () => {
	let engine: Engine;
	beforeAll(async () => {
		engine = await openParts();
	});
	afterAll(() => engine.close());

	/** Each expression as its own line of a list: its value before and after, and whether its text was replaced. */
	async function compose(expressions: string[]) {
		const text = [
			'local x, y, n, t = "Fire", "Cold", 5, { kind = { name = "Chaos" }, call = function() return "Physical" end }',
			"local function of(f) local ok, value = pcall(f) return ok and value or 'failed' end",
			"local out = {}",
			...expressions.map((expression) => `out[#out + 1] = tostring((${expression}))`),
			"return out",
		].join("\n");
		const { original, edited, lines } = (await engine.command("compose", { text })) as Record<
			"original" | "edited" | "lines",
			string[]
		>;
		expect(lines.length).toBe(text.split("\n").length);
		expect(edited).toEqual(original);
		expect(original.length).toBe(expressions.length);
		return expressions.map((_, i) => (lines[i + 3] as string).includes("__pobatchNames"));
	}

	it("are looked up where nothing beside them binds tighter", async () => {
		const replaced = await compose([
			'x.."Resist"',
			'"Max"..x.."Hit"',
			'"Total" .. t.kind.name',
			'({ FireMin = 1 })[x.."Min"]',
			'x == "a" or x.."B"',
			'n.."th"',
			'"A".."B"..x.."C".."D"',
			'x.."TakenAs"..y',
			'"Skill"..x..y',
			'"No" .. x .. "From" .. t.kind.name .. "Damage"',
			'n.."to"..n',
		]);
		expect(replaced).toEqual(replaced.map(() => true));
	});

	it("stay where something does, where there are more than two variables, or a quotation mark", async () => {
		const replaced = await compose([
			// The name of the place would have a quotation mark in it.
			'"say \\"" .. x .. \'"\'',
			'1 + n.."0"',
			'-n.."x"',
			'#x.."a"',
			'n.."1" + 2',
			"x..y",
			'x..y.."a"..n',
			't.call().."Damage"',
			't["call"]().."Damage"',
			'"a..b"',
			'[[x.."a"]]',
			"x --[[ ..'a' ]]",
			'n.."1" ^ 2',
			'"a" .. "b"',
		]);
		expect(replaced).toEqual(replaced.map(() => false));
	});

	it("have the text of each number, and what cannot be joined still fails", async () => {
		await compose([
			'("v"..(0 * -1)) .. 0',
			'of(function() local z = 0 return ("v"..z) end)',
			'of(function() local z = -0 return ("v"..z) end)',
			'of(function() local z = 0 * -1 return ("v"..z) end)',
			'of(function() local z = 0.1 return ("v"..z) end)',
			'of(function() local z = 0 / 0 return ("v"..z) end)',
			"of(function() return ('v'..nothing) end)",
			"of(function() return ('v'..t) end)",
		]);
	});

	it("give answers without end when asked for names without end", async () => {
		const text = ["local out = {}", "for i = 1, 2000 do", '	out[i] = ("row "..i)', "end", "return out"].join(
			"\n",
		);
		const { edited } = (await engine.command("compose", { text })) as { edited: string[] };
		expect(edited).toEqual(Array.from({ length: 2000 }, (_, i) => `row ${i + 1}`));
	});
});

describe("names of flags", () => {
	it("are put together once for each flags and each table of names", async () => {
		await using engine = await openParts();
		const asks = [
			[0, 1],
			[5, 1],
			[5, 2],
			[5, 1],
			[0, 2],
			[5, 2],
		];
		expect(await engine.command("flagNames", { asks })).toEqual({
			texts: ["0 of mods", "5 of mods", "5 of keywords", "5 of mods", "0 of keywords", "5 of keywords"],
			calls: 4,
			failed: true,
		});
	});
});

describe("the search for the pattern that fits a text best", () => {
	let engine: Engine;
	beforeAll(async () => {
		engine = await openParts();
	});
	afterAll(() => engine.close());

	interface Found {
		answer: string;
		wanted: string;
		matches: number;
		lost: number;
		tried: number;
	}
	const search = async (patterns: string[], texts: string[], plain = false) => {
		const found = (await engine.command("search", { patterns, texts, plain })) as unknown as Found[];
		expect(found.map(({ answer }) => answer)).toEqual(found.map(({ wanted }) => wanted));
		expect(found.map(({ lost }) => lost)).toEqual(texts.map(() => 0));
		return found;
	};
	const filler = Array.from({ length: 40 }, (_, i) => `^filler ${i} of the list`);

	it.each([
		["gains? (%d+) life", "Gain 12 Life", "Gains 12 Life"],
		["([%a ]+) damage taken", "Cold damage taken", "all damage taken"],
		["%+?(%d+)%% of armour", "+5% of armour", "5% of Armour"],
		["lost+ souls*", "lostttt soul", "lost soulss"],
		["[]x]ab[^]]cdef", "]ab-cdef", "xabzcdef"],
		["[%]a]bcde", "]bcde", "abcde"],
		["one%-two%.three", "one-two.three", "say one-two.three"],
		["x%b()yzzy", "x(a(b)c)yzzy", "x()yzzy"],
		["%f[%a]word", "a word", "word"],
		["(%a%a)%1back", "ababback", "anzazaback"],
		["()here()", "right here", "here"],
		["a.-bcde$", "a - bcde", "abcde"],
		["cost$", "what cost", "cost"],
		["2^3$4", "2^3$4", "12^3$45"],
		["a(b)?cdef", "ab?cdef", "acdef"],
		["-minus", "-minus", "a-minus"],
	])("tries %j where Lua's own matcher finds it", async (pattern, one, two) => {
		const found = await search([pattern, ...filler], [one, two, "no such text"]);
		expect(found[0]?.matches).toBe(1);
		expect(found[2]).toMatchObject({ matches: 0 });
	});

	it("tries few of many patterns", async () => {
		const [found] = await search(filler, ["Filler 7 of the list, and more"]);
		expect(found).toMatchObject({ matches: 1 });
		expect(found?.tried).toBeLessThan(5);
	});

	it("takes the first in the text, then the longest match, then the longest pattern, then the first by name", async () => {
		const value = async (patterns: string[], text: string) =>
			(await search([...patterns, ...filler], [text]))[0]?.answer;
		expect(await value(["later", "soon then"], "soon then later")).toMatch(/^value 2\| later/);
		expect(await value(["some", "something"], "something")).toBe("value 2|");
		expect(await value(["some%a+", "%a+thing", "[a-z]+thing"], "something")).toBe("value 3|");
		expect(await value(["so(.)ething", "som(.)thing"], "Something")).toBe("value 1||m");
		expect(await value(["som(.)thing", "so(.)ething"], "Something")).toBe("value 2||m");
	});

	it("answers as all patterns do, for patterns and texts at random", async () => {
		const random = dice(29);
		const pick = (list: readonly string[]) => list[random(list.length)] as string;
		const item = () =>
			pick(["a", "b", "ab", "bab", "%d", ".", "[ab]", "[^a]", "%%", "%a", "1"]) +
			pick(["", "", "", "", "?", "*", "+", "-"]);
		const pattern = () => {
			const items = Array.from({ length: 3 + random(7) }, item);
			if (random(3) === 0) items[1] = `(${items[1]})`;
			return (random(5) === 0 ? "^" : "") + items.join("") + (random(10) === 0 ? "$" : "");
		};
		const patterns = Array.from({ length: 300 }, pattern);
		const texts = Array.from({ length: 200 }, () =>
			Array.from({ length: random(24) }, () => pick(["a", "b", "B", "1", "%"])).join(""),
		);
		const found = await search(patterns, texts);
		expect(found.filter(({ matches }) => matches > 0).length).toBeGreaterThan(50);
		await search(patterns, texts, true);
	});
});

const rowCount = 40;

describe("the tree's place in a store", () => {
	/** What a store has by name, whose tree brings these lists. */
	function storeOf(numbers: readonly number[], names: readonly string[][]): Record<string, string> {
		const mods: Record<string, string[]> = { A: ["base"], B: [] };
		for (const number of numbers) {
			names[number - 1]?.forEach((name, k) => {
				mods[name] ??= [];
				mods[name].push(`${number}.${k + 1}`);
			});
		}
		for (const name of ["A", "B"]) mods[name]?.push("last");
		return Object.fromEntries(Object.entries(mods).map(([name, list]) => [name, list.join(" ")]));
	}

	it("has the modifiers of a row's lists in their order, whatever came, went or moved", async () => {
		await using engine = await openParts();
		const random = dice(17);
		for (let round = 0; round < 20; round++) {
			const names = Array.from({ length: 30 }, () =>
				Array.from({ length: random(4) }, () => "ABCDEF"[random(6)] as string),
			);
			const all = names.map((_, i) => i + 1);
			const own = shuffled(all, random).slice(0, 20);
			const rows = Array.from({ length: 30 }, (_, i) => {
				const others = all.filter((number) => !own.includes(number));
				const row = own.filter(() => random(8) > 0);
				for (const number of others.slice(0, random(4))) row.splice(random(row.length + 1), 0, number);
				// As the walk over a table goes: most stay, some stand elsewhere; or all do.
				for (let moves = random(4); moves > 0; moves--) {
					const [moved] = row.splice(random(row.length), 1);
					row.splice(random(row.length + 1), 0, moved as number);
				}
				return i % 10 === 9 ? shuffled(row, random) : row;
			});
			rows.push([], own, all);
			const found = (await engine.command("exchange", { names, own, rows })) as unknown as {
				mods: Record<string, string>;
				changed: string;
				others: string;
			}[];
			const unordered = (text = "") => text.split(" ").sort().join(" ");
			const before = storeOf(own, names);
			expect(found.map(({ mods }) => mods)).toEqual(rows.map((row) => storeOf(row, names)));
			rows.forEach((row, i) => {
				const wanted = storeOf(row, names);
				const differ = [..."ABCDEF"].filter((name) => (wanted[name] ?? "") !== (before[name] ?? ""));
				expect([...(found[i]?.changed ?? "")]).toEqual(expect.arrayContaining(differ));
				// Those of which there are others, not only in another order.
				const others = differ.filter((name) => unordered(wanted[name]) !== unordered(before[name]));
				expect([...(found[i]?.others ?? "")]).toEqual(others);
			});
			expect(found.at(-2)?.changed).toBe("");
		}
	});
});

describe("graphs that are equal", () => {
	it.each([
		["equal contents in other tables", "return { 1, { x = 'a' } }, { 1, { x = 'a' } }", true],
		["another value", "return { 1, { x = 'a' } }, { 1, { x = 'b' } }", false],
		["a key more, on either side", "return { x = 1 }, { x = 1, y = 2 }", false],
		["a key less", "return { x = 1, y = 2 }, { x = 1 }", false],
		["false is not nothing", "return { x = false }, {}", false],
		["false is not something else", "return { x = false }, { x = 0 }", false],
		["true and false", "return { x = true }, { x = false }", false],
		["no number", "return { 0 / 0 }, { 0 / 0 }", true],
		["no number and a number", "return { 0 / 0 }, { 1 }", false],
		["circles", "local a, b = {}, {} a.a, b.a = a, b return a, b", true],
		[
			"a circle of two for a circle of one",
			"local a, b = {}, { a = {} } a.a, b.a.a = a, b return a, b",
			false,
		],
		["one table twice for two equal ones", "local t = {} return { t, t }, { {}, {} }", false],
		["two equal tables for one twice", "local t = {} return { {}, {} }, { t, t }", false],
		["a table of the outside", "local t = {} return { t }, { t }", true],
		["a table of the outside as key", "local t = {} return { [t] = 1 }, { [t] = 1 }", true],
		["other tables as keys", "return { [{}] = 1 }, { [{}] = 1 }", false],
		[
			"functions of one text and equal upvalues",
			"local function make(x) return function() return x end end return { make(1) }, { make(1) }",
			true,
		],
		[
			"functions of one text and other upvalues",
			"local function make(x) return function() return x end end return { make(1) }, { make(2) }",
			false,
		],
		["functions of other texts", "return { function() return 1 end }, { function() return 2 end }", false],
		[
			"equal metatables",
			"return setmetatable({}, { __index = { 1 } }), setmetatable({}, { __index = { 1 } })",
			true,
		],
		[
			"other metatables",
			"return setmetatable({}, { __index = { 1 } }), setmetatable({}, { __index = { 2 } })",
			false,
		],
		["a metatable on one side", "return setmetatable({}, {}), {}", false],
		["what the caller compares", "local a, b = { 1 }, { 2 } return { a }, { b }, { [a] = b }", true],
		[
			"what the caller compares, exchanged",
			"local a, b, c, d = {}, {}, {}, {} return { a, c }, { d, b }, { [a] = b, [c] = d }",
			false,
		],
	])("%s", async (_, text, wanted) => {
		const engine = await openParts();
		expect(await engine.command("graphEquality", { texts: [text] })).toEqual([wanted]);
		await engine.close();
	});
});

describe("queries answered natively", () => {
	const roll = dice(11);
	const names = ["Life", "Damage", "Speed", "Mana", "Armour"];
	const pick = <T>(list: T[]) => list[roll(list.length)] as T;
	const types = ["BASE", "INC", "MORE", "FLAG", "OVERRIDE"];
	// Bit 31 and bits above it, too, and the one that asks for all keywords.
	const flags = [0, 0, 1, 2, 3, 5, 2 ** 31, 2 ** 31 + 1, 2 ** 33, 2 ** 33 + 2, 2 ** 40 + 2 ** 31];
	const keywords = [0, 0, 1, 2, 3, 2 ** 30 + 3, 2 ** 30, 2 ** 31 + 1];
	const modifier = () => ({
		name: pick(names),
		type: pick(types),
		value: pick([0, 5, 0.1, 0.3, -7.7, 1 / 3, 1e300, true, false]),
		flags: pick(flags),
		keywordFlags: pick(keywords),
		tagged: roll(5) === 0,
	});
	const store = () => ({
		isList: roll(2) === 0,
		mods: Array.from({ length: pick([0, 1, 3, 4, 5, 9, 30]) }, modifier),
		// Added after the index was made.
		later: Array.from({ length: pick([0, 0, 1, 3]) }, modifier),
	});
	interface Answer {
		native: string;
		walked: string;
	}

	it("are those of the walks in Lua, or left to them", async () => {
		const engine = await openParts();
		const seen = new Map<string, number>();
		for (let round = 0; round < 150; round++) {
			const stores = Array.from({ length: 1 + roll(4) }, store);
			const queries = Array.from({ length: 30 }, () => ({
				kind: pick(["sum", "sum", "none", "flag"]),
				type: pick(types),
				flags: pick(flags),
				keywordFlags: pick(keywords),
				names: Array.from({ length: 1 + roll(5) }, () => pick([...names, "Unknown"])),
			}));
			const answers = (await engine.command("native", { stores, queries } as never)) as unknown as Answer[];
			expect(answers.length).toBe(queries.length);
			answers.forEach(({ native, walked }, i) => {
				const kind = (queries[i] as { kind: string }).kind;
				if (native !== "ask")
					expect({ ...queries[i], answer: native }).toEqual({ ...queries[i], answer: walked });
				const what = `${kind} ${native === "ask" ? "asks" : kind === "sum" ? "answers" : native}`;
				seen.set(what, (seen.get(what) ?? 0) + 1);
			});
		}
		for (const what of [
			"sum answers",
			"sum asks",
			"none true",
			"none asks",
			"flag true",
			"flag false",
			"flag asks",
		])
			expect([what, (seen.get(what) ?? 0) > 30]).toEqual([what, true]);
		await engine.close();
	});

	it("are noted once each, where they are listened to", async () => {
		const engine = await openParts();
		const many = Array.from({ length: 3000 }, (_, i) => ({
			kind: "none",
			type: "BASE",
			flags: 0,
			names: [`Name${i}`],
		}));
		const queries = [
			{ kind: "sum", type: "INC", flags: 4, names: ["Damage", "Speed"] },
			{ kind: "sumOne", type: "INC", flags: 4, names: ["Damage"] },
			{ kind: "sumOne", type: "INC", flags: 2 ** 40, names: ["Damage"] },
			{ kind: "noneOf", type: "MORE", flags: 0, names: ["Life", "Mana", "Life"] },
			{ kind: "flag", type: "FLAG", flags: 0, names: ["Onslaught"] },
			...many,
		];
		const own = [
			"INC Damage 4 0",
			`INC Damage ${2 ** 40} 0`,
			"INC Speed 4 0",
			"MORE Life 0 0",
			"MORE Mana 0 0",
			"FLAG Onslaught 0 0",
			...many.map(({ names }) => `BASE ${names[0]} 0 0`),
		];
		const seen = (await engine.command("nativeNotes", { queries } as never)) as Record<string, unknown>;
		const text = (list: unknown) =>
			(list as string[]).map((each) => each.replace(/1\.0995\S*e\+12/, `${2 ** 40}`)).sort();
		expect(text(seen.other)).toEqual([...own].sort());
		expect(text(seen.asked)).toEqual([...own, "LIST Keystone 0 0", "LIST Keystone any any"].sort());
		expect(seen).toMatchObject({
			before: 0,
			news: 0,
			isAllThere: true,
			together: ["Damage Speed", "Speed Damage"],
			rows: [3000, "BASE Fresh11 0 0", 3000, "BASE Fresh21 0 0", 0],
		});
		await engine.close();
	});

	it("are left to Lua where a store is not what it was, or no store of the two classes", async () => {
		const engine = await openParts();
		expect(await engine.command("nativeRefusals")).toEqual({
			plain: 3,
			// A modifier that took another's place is in no index; a value that is no number; a table of another class; one
			// that has to see who asks, and for another type.
			exchanged: "ask",
			text: "ask",
			otherClass: "ask",
			watched: "ask",
			watchedForOthers: 7,
			deep: "ask",
		});
		await engine.close();
	});
});

describe("a store whose base could lie in a parent", () => {
	interface Modifier {
		tag?: { passes: boolean; globalLimit?: number };
		name: string;
		type: string;
		value: unknown;
		flags: number;
		keywordFlags: number;
		source: string;
	}
	interface Answers {
		refused?: true;
		answers: { whole: string; split: string; mixed: boolean }[];
		replaced: boolean;
		converted: boolean;
	}
	let engine: Engine;
	beforeAll(async () => {
		engine = await openParts();
	});
	afterAll(() => engine.close());

	const kinds = ["BASE", "INC", "MORE", "FLAG", "OVERRIDE", "LIST"];
	const names = ["Life", "Damage", "Speed"];
	const modifier = (roll: (n: number) => number): Modifier => {
		const type = kinds[roll(kinds.length)] as string;
		const value =
			type === "FLAG" || type === "LIST" ? true : ([5, 12, 0.1, 0.3, 0, -7.7, 1 / 3][roll(7)] as number);
		return {
			name: names[roll(3)] as string,
			type,
			value: type === "LIST" ? { value: roll(50) } : value,
			flags: roll(3) === 0 ? 1 << roll(2) : 0,
			keywordFlags: 0,
			source: "Test",
			...(roll(3) === 0 && { tag: { passes: roll(2) === 0 } }),
		};
	};

	it("answers as the divided one does, unless it is seen to mix", async () => {
		const roll = dice(7);
		let mixed = 0;
		let plain = 0;
		let differing = 0;
		for (let round = 0; round < 300; round++) {
			const base = Array.from({ length: roll(5) + 1 }, () => modifier(roll));
			const rest = Array.from({ length: roll(7) }, () => modifier(roll));
			const queries = Array.from({ length: 24 }, () => ({
				kind: kinds[roll(kinds.length)] as string,
				flags: roll(4),
				names: roll(2) === 0 ? [names[roll(3)] as string] : names,
				tabulate: roll(3) === 0,
			}));
			const found = (await engine.command("base", { base, rest, queries } as never)) as unknown as Answers;
			for (const { whole, split, mixed: isMixed } of found.answers) {
				if (isMixed) mixed++;
				else {
					plain++;
					expect(whole).toBe(split);
				}
				if (whole !== split) differing++;
			}
			expect([found.replaced, found.converted]).toEqual([true, true]);
		}
		// Both happen.
		expect(plain).toBeGreaterThan(2000);
		expect(differing).toBeGreaterThan(40);
		expect(mixed).toBeLessThan(plain);
	});

	it("mixes where a factor of the base brings nothing but the precision of those behind it", async () => {
		const factor = (name: string, value: number): Modifier => ({
			name,
			type: "MORE",
			value,
			flags: 0,
			keywordFlags: 0,
			source: "Test",
		});
		// "Damage" is rounded to more digits.
		const args = {
			base: [factor("Damage", 0)],
			rest: [factor("Speed", 12.5)],
			queries: [{ kind: "MORE", flags: 0, names: ["Damage", "Speed"], tabulate: false }],
		};
		const { answers } = (await engine.command("base", args as never)) as unknown as Answers;
		expect(answers).toEqual([{ whole: "1.125", split: "1.1299999999999999", mixed: true }]);
	});

	it("is refused where a modifier of the base shares a limit", async () => {
		const limited = { ...modifier(dice(1)), tag: { passes: true, globalLimit: 10 } };
		const found = await engine.command("base", { base: [limited], rest: [], queries: [] } as never);
		expect(found).toEqual({ refused: true });
	});
});

describeWithBuilds("replacements of Path of Building's functions", (pob) => {
	let fast: Engine;
	let plain: Engine;
	let kept: Engine;
	beforeAll(async () => {
		const open = (options: Record<string, boolean | number>) =>
			Engine.open({ calculator: "pob", pob, threads: 1, cache: false, options });
		fast = await open({});
		plain = await open({ fast: false });
		kept = await open({ rowCache: true, verify: 1 });
	}, 300_000);
	afterAll(async () => {
		await Promise.all([fast, plain, kept].map((engine) => engine.close()));
	});

	it("let closed builds go: compiled code keeps some of the first ones, no more", async () => {
		const used: number[] = [];
		for (let i = 0; i < 14; i++) {
			const build = await fast.load(await buildText(sharedBuilds[i % 2] as string));
			await build.calculateBatch(NodeSets.deltas(randomSets(build, 20, dice(i))));
			await build.close();
			await fast.collectGarbage();
			used.push((fast.memory()[0]?.used ?? 0) / 2 ** 20);
		}
		// Each build that stayed would be 25 MB. A slice, made meanwhile, is compiled for one that stays.
		expect((used[13] as number) - (used[8] as number)).toBeLessThan(20);
	}, 300_000);

	it("are all in use with the version that they know", async () => {
		await fast.load(await buildText(sharedBuilds[0] as string));
		const { fast: report } = (await fast.command("doctor")) as unknown as { fast: Part[] };
		expect(report.filter(({ status }) => status !== "fast")).toEqual([]);
		expect(report.length).toBeGreaterThan(50);
	});

	it.each([
		sharedBuilds[3],
		sharedBuilds[4],
	] as string[])("%s: all stats have the bits of the originals, and do not depend on which are asked for", async (name) => {
		const text = await buildText(name);
		const [a, b, c] = [await fast.load(text), await plain.load(text), await kept.load(text)];
		const sets = randomSets(b, rowCount, dice(name.length + 3));
		const rows = NodeSets.deltas([...sets, ...sets]);
		const all = { stats: b.stats() };
		const wanted = await b.calculateBatch(rows, all);
		const results = [await a.calculateBatch(rows, all), await c.calculateBatch(rows, all)];
		for (const result of results) expect(result.errors).toEqual([]);
		for (let row = 0; row < wanted.length; row++) {
			for (const result of results) expectSameBits(valuesOfRow(result, row), valuesOfRow(wanted, row));
		}
		const used = (await c.command("cacheStats")) as Record<string, number>;
		expect(used.answered).toBeGreaterThanOrEqual(rowCount / 2);
		expect(used.verified).toBe(used.answered);

		// Without the estimations and without FullDPS.
		const some = ["Life", "Mana", "CombinedDPS", "Speed"].filter((stat) => b.stats().includes(stat));
		const few = await a.calculateBatch(rows, { stats: some });
		for (let row = 0; row < wanted.length; row++) {
			for (const stat of some) expect(few.row(row)[stat]).toBe(wanted.row(row)[stat]);
		}
	}, 600_000);

	const DEFENCES = new RegExp(
		"^(Str|Dex|Int|(Life|Mana|Spirit)(Unreserved)?|Net(Life|Mana|EnergyShield)Regen|EnergyShield|Armour|Evasion" +
			"|TotalEHP|EHPSurvivalTime|StunThreshold|EffectiveMovementSpeedMod|PhysicalDamageReduction" +
			"|(Fire|Cold|Lightning|Chaos)(Resist|ResistTotal|ResistOverCap|MaximumHitTaken|TakenHit))$",
	);

	it.each(sharedBuilds)("%s: stats of the defences have the same bits without offence", async (name) => {
		const text = await buildText(name);
		const [a, b, c] = [await fast.load(text), await plain.load(text), await kept.load(text)];
		const rows = NodeSets.deltas(randomSets(b, rowCount, dice(name.length + 5)));
		const defences = b.stats().filter((stat) => DEFENCES.test(stat));
		expect(defences.length).toBeGreaterThan(30);
		const wanted = await b.calculateBatch(rows, { stats: defences });
		for (const stats of [defences, ["Life", "FireResist"], ["TotalEHP"]]) {
			for (const build of [a, c]) {
				const found = await build.calculateBatch(rows, { stats });
				expect(found.errors).toEqual([]);
				for (let row = 0; row < wanted.length; row++) {
					for (const stat of stats) expect(found.row(row)[stat]).toBe(wanted.row(row)[stat]);
				}
			}
		}
		// The originals have none of it; rows of the MAIN road have their offence.
		expect((await strategyStats(b)).defences).toBe(0);
		expect((await strategyStats(a)).defences).toBeGreaterThan(0);

		// Stopped before its end, such a row leaves the next one its offence.
		await a.calculateBatch(rows, { stats: ["TotalEHP"], rowTimeoutMs: 1 });
		const whole = {
			stats: ["TotalEHP", "TotalDPS", "CombinedDPS"].filter((stat) => b.stats().includes(stat)),
		};
		const [after, before] = [await a.calculateBatch(rows, whole), await b.calculateBatch(rows, whole)];
		expect(after.errors).toEqual([]);
		for (let row = 0; row < before.length; row++)
			expectSameBits(valuesOfRow(after, row), valuesOfRow(before, row));
	}, 600_000);

	it("a first row unlike all others does not set up the others for itself", async () => {
		const build = await fast.load(await buildText("witch_76_poeninja"));
		const [jewel] = build.info.jewels as { node: number; allocated: boolean }[];
		const socket = jewel?.node ?? 0;
		expect(build.allocated).toContain(socket);
		const rows = build.allocated.slice(-60).map((id) => ({ remove: [id] }));
		await build.calculateBatch(NodeSets.deltas([{ remove: [socket] }, ...rows]));
		const { environments } = (await build.command("strategyStats")) as {
			environments: Record<string, number>;
		};
		expect(environments.made).toBe(1);
		expect(environments.reused).toBeGreaterThan(40);
	});

	it("rows that the environment does not serve get another one, once they came often", async () => {
		const text = await buildText("deadeye_lightning_arrow_76");
		const [build, wanted] = [await fast.load(text), await plain.load(text)];
		const { tree, allocated } = build;
		// Its quiver counts for more by this node.
		const quiver = allocated.find((id) => tree?.node(id).stats.some((line) => /^20% .*Quiver/.test(line)));
		expect(quiver).toBeDefined();
		const paths = (tree?.pathsWithin(allocated, 3) ?? [])
			.map(({ nodes }) => [...nodes])
			.filter((nodes) => nodes.every((id) => !tree?.node(id).ascendancy))
			.slice(0, 40);
		const rows = NodeSets.deltas(
			paths.map((add, i) => (i % 2 === 0 ? { add } : { add, remove: [quiver as number] })),
		);
		const [a, b] = [await build.calculateBatch(rows), await wanted.calculateBatch(rows)];
		expect(a.errors).toEqual([]);
		for (let row = 0; row < rows.length; row++) expectSameBits(valuesOfRow(a, row), valuesOfRow(b, row));
		const { environments } = (await build.command("strategyStats")) as {
			environments: Record<string, number>;
		};
		expect([environments.made, environments.plain]).toEqual([2, 2]);
	});

	it("modifiers that setting up only sums may come in any order", async () => {
		const build = await fast.load(await buildText("deadeye_lightning_arrow_76"));
		const { tree, allocated } = build;
		// Allocating a node changes the order in which the tree lists those around it; these are what setting up asks for.
		const counts = (id: number) => tree?.node(id).stats.some((line) => /quiver/i.test(line));
		expect(allocated.filter(counts).length).toBeGreaterThan(1);
		const paths = (tree?.pathsWithin(allocated, 4) ?? [])
			.map(({ nodes }) => [...nodes])
			.filter((nodes) => !nodes.some((id) => counts(id) || tree?.node(id).ascendancy));
		expect(paths.length).toBeGreaterThan(300);
		expect((await build.calculateBatch(NodeSets.deltas(paths.map((add) => ({ add }))))).errors).toEqual([]);
		const { environments } = (await build.command("strategyStats")) as {
			environments: Record<string, number>;
		};
		expect(environments.reused).toBeGreaterThan(paths.length - 10);
		expect(environments.plain).toBe(0);
	});

	it("the same change to a node of either weapon set makes two rows", async () => {
		const build = await kept.load(await buildText("huntress_68_poeninja"));
		const { allocated, attributes, weaponSets } = build.info;
		const changes = allocated.flatMap((id, i) => {
			const weaponSet = weaponSets[i] as 0 | 1 | 2;
			if (weaponSet === 0 || attributes[i] === 0) return [];
			return (["Str", "Dex", "Int"] as const).map((attribute) => ({
				remove: [id],
				add: [id],
				attributes: { [id]: attribute },
				weaponSets: { [id]: weaponSet },
			}));
		});
		expect(new Set(changes.flatMap(({ weaponSets }) => Object.values(weaponSets)))).toEqual(new Set([1, 2]));
		expect((await build.calculateBatch(NodeSets.deltas(changes))).errors).toEqual([]);
	});

	it("the main skill's calculation serves as that of the first skill of FullDPS, to the bit", async () => {
		const text = await buildText("titan_falling_thunder_99");
		const [a, b] = [await fast.load(text), await plain.load(text)];
		const sets = randomSets(b, rowCount, dice(11));
		const rows = NodeSets.deltas(sets);
		// Sums over modifiers for the window end it: they are taken when all is calculated.
		const sums = /^(ExtraPoints|WeaponSetPassivePoints|PassivePointsToWeaponSetPoints|Spec:.*)$/;
		for (const stats of [b.stats().filter((stat) => !sums.test(stat)), b.defaultStats]) {
			const [found, wanted] = [
				await a.calculateBatch(rows, { stats }),
				await b.calculateBatch(rows, { stats }),
			];
			expect(found.errors).toEqual([]);
			for (let row = 0; row < wanted.length; row++)
				expectSameBits(valuesOfRow(found, row), valuesOfRow(wanted, row));
		}
		const { firstSkills } = await strategyStats(a);
		expect(firstSkills).toBeGreaterThan(rowCount);
	}, 600_000);
});
