import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine, NodeSets } from "../../src/index.js";
import { bitsOf, buildText, describeWithBuilds, dice, randomSets, sharedBuilds } from "../support/pob.js";

interface Part {
	name: string;
	part: string;
	file: string;
	status: "fast" | "original";
	why?: string;
}

const lua = fileURLToPath(new URL("../../lua", import.meta.url));
const parts = fileURLToPath(new URL("../lua/fast-parts.lua", import.meta.url));

const openParts = () =>
	Engine.open({ calculator: parts, sandbox: false, threads: 1, cache: false, options: { lua } });

describe("replacements know a function by its text", () => {
	let engine: Engine;
	beforeAll(async () => {
		engine = await openParts();
	});
	afterAll(() => engine.close());

	const known = "local t = {}\nfunction t.two()\n\treturn 2\nend\nreturn t\n";
	const find = (text: string) => engine.command("find", { known, text, first: 2, last: 4 });

	it("wherever it stands, with either kind of line ends", async () => {
		expect(await find(known)).toBe(2);
		expect(await find(`-- more\n-- lines\n${known}`)).toBe(4);
		expect(await find(known.replaceAll("\n", "\r\n"))).toBe(2);
	});

	it("and not when one character differs", async () => {
		expect(await find(known.replace("return 2", "return 3"))).toBe(0);
		expect(await find(known.replace("\treturn", "  return"))).toBe(0);
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
			expect(part).toMatchObject({
				status: "original",
				why: "not a version of this function that is known",
			});
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
			'"say \\"" .. x .. \'"\'',
			'"A".."B"..x.."C".."D"',
		]);
		expect(replaced).toEqual(replaced.map(() => true));
	});

	it("stay where something does, or where there is more than one variable", async () => {
		const replaced = await compose([
			'1 + n.."0"',
			'-n.."x"',
			'#x.."a"',
			'n.."1" + 2',
			'x..y.."a"',
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
		for (let i = 0; i < 9; i++) {
			const build = await fast.load(await buildText(sharedBuilds[i % 2] as string));
			await build.calculateBatch(NodeSets.deltas(randomSets(build, 20, dice(i))));
			await build.close();
			await fast.collectGarbage();
			used.push((fast.memory()[0]?.used ?? 0) / 2 ** 20);
		}
		// Each build that stayed would be 25 MB.
		expect((used[8] as number) - (used[3] as number)).toBeLessThan(20);
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
			for (const result of results) expect(bitsOf(result, row)).toBe(bitsOf(wanted, row));
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
});
