/** Kept environments, the memo, slices and the first skill of FullDPS, with the stand-in of test/fixtures. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Build, Engine, type NodeSetDelta, NodeSets, type Plain } from "../../src/index.js";
import { expectSameBits, valuesOfRow } from "../support/bits.js";
import { GROWN_LINES, grownId, grownMiniPob } from "../support/mini-grown.js";
import { miniVersions } from "../support/mini-versions.js";
import { cacheStats, dice, miniBuild, randomSets, shuffled, strategyStats } from "../support/pob.js";

interface Part {
	part: string;
	status: "fast" | "original";
	why?: string;
}

let pob: string;
let versions: Awaited<ReturnType<typeof miniVersions>>;
const engines: Engine[] = [];

async function open(options: Record<string, unknown>, { threads = 1, checkout = pob } = {}): Promise<Engine> {
	const engine = await Engine.open({
		calculator: "pob",
		pob: checkout,
		threads,
		cache: false,
		options: { versions, slicesAfter: false, keepAnalysis: false, ...options } as unknown as Plain & object,
	});
	engines.push(engine);
	return engine;
}

let original: Engine;
let fast: Engine;
let cached: Engine;
beforeAll(async () => {
	pob = grownMiniPob();
	versions = await miniVersions();
	[original, fast, cached] = await Promise.all([
		open({ fast: false }),
		open({}),
		open({ rowCache: true, verify: 1 }),
	]);
});
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

const idOf = (line: (typeof GROWN_LINES)[number]) => grownId(GROWN_LINES.indexOf(line));
/** The node with a line, with those on the way to it. */
const pathTo = (line: (typeof GROWN_LINES)[number]) => {
	const at = GROWN_LINES.indexOf(line);
	return Array.from({ length: (at % 3) + 1 }, (_, i) => grownId(at - (at % 3) + i));
};

const two = '<Skill includeInFullDPS="true"><Gem nameSpec="Spark" level="5"/></Skill>';
const skills = `${two}<Skill includeInFullDPS="true"><Gem nameSpec="Ember" level="7"/></Skill>`;
const text = miniBuild({
	nodes: `1,10,12,13,30,${grownId(0)},${grownId(1)},${grownId(6)}`,
	skills,
	items:
		'<Item id="1">Rarity: RARE\nA Ring\nPlain Ring\n+3 to Str</Item><ItemSet id="1"><Slot name="Ring 1" itemId="1"/></ItemSet>',
});

/** Rows of both builds, which must have the same bits; the rows of the first. */
async function compare(wanted: Build, found: Build, sets: NodeSetDelta[], stats = wanted.stats()) {
	const rows = NodeSets.deltas(sets);
	const [a, b] = [await wanted.calculateBatch(rows, { stats }), await found.calculateBatch(rows, { stats })];
	expect(a.errors).toEqual([]);
	expect(b.errors).toEqual([]);
	for (let row = 0; row < a.length; row++) expectSameBits(valuesOfRow(b, row), valuesOfRow(a, row));
	return a;
}

const environmentsOf = async (build: Build) =>
	(await build.command("strategyStats")) as unknown as {
		environments: Record<"made" | "reused" | "plain", number>;
		firstSkills: number;
	};

describe("what is known of the stand-in", () => {
	const report = async (engine: Engine) => {
		await engine.load(text);
		return ((await engine.command("doctor")) as unknown as { fast: Part[] }).fast;
	};
	const WHOLE = ["queries", "node_modifiers", "estimations", "pool", "first_skill", "memo", "defences"];

	it("puts the parts in use that share work between rows", async () => {
		const parts = (await report(fast)).filter(({ part }) => WHOLE.includes(part));
		expect(new Set(parts.map(({ part }) => part))).toEqual(new Set(WHOLE));
		expect(parts.filter(({ status }) => status !== "fast")).toEqual([]);
	});

	it.each<[what: string, file: string, change: (text: string) => string, out: string[], why: RegExp]>([
		[
			"a function",
			"Classes/ModDB.lua",
			(file) => file.replace("local sum = 0", "local sum = 1 - 1"),
			["queries", "pool", "first_skill", "memo"],
			/not known|not a version|not in use/,
		],
		[
			"a read of the tree",
			"Modules/CalcDefence.lua",
			(file) =>
				file.replace("\tlocal db, output", "\tlocal nodes = env.build.spec.allocNodes\n\tlocal db, output"),
			["pool", "first_skill", "memo", "defences"],
			/reads the tree|not in use/,
		],
		[
			"a variable that outlives a calculation",
			"Modules/CalcDefence.lua",
			(file) =>
				file
					.replace("local calcs = ...", "local calcs = ...\nlocal last = { n = 1 }")
					.replace("\tlocal db, output", "\tlast.env = env\n\tlocal db, output"),
			["pool", "first_skill", "memo", "defences"],
			/keeps a variable|not in use/,
		],
	])("does not cover %s that is another one: those parts are out, and the bits stay", async (_, file, change, out, why) => {
		const checkout = grownMiniPob({ [`src/${file}`]: change });
		const engine = await open({ rowCache: true }, { checkout });
		const parts = await report(engine);
		const original = parts.filter(({ part, status }) => WHOLE.includes(part) && status !== "fast");
		expect(new Set(original.map(({ part }) => part))).toEqual(new Set(out));
		for (const part of original) expect(part.why).toMatch(why);
		const [a, b] = [await fast.load(text), await engine.load(text)];
		await compare(a, b, randomSets(a, 40, dice(2)));
	});
});

it("hazard: lists of modifiers that are joined in another way than the checkout adds lists", async () => {
	// The first modifier of a list is added twice.
	const checkout = grownMiniPob({
		"src/Classes/ModList.lua": (file) =>
			file.replace(
				/(function ModList:AddList\(list\)\n)/,
				"$1\tif list and list[1] then self:AddMod(list[1]) end\n",
			),
	});
	const [plain, changed] = [await open({ fast: false }, { checkout }), await open({}, { checkout })];
	const [wanted, found] = [await plain.load(text), await changed.load(text)];
	const before = await (await original.load(text)).calculateBatch(NodeSets.deltas([{}]));
	const rows = await compare(wanted, found, [{}, { remove: [30] }, { add: pathTo(GROWN_LINES[4]) }]);
	expect(valuesOfRow(rows, 0)).not.toEqual(valuesOfRow(before, 0));
});

describe("kept environments", () => {
	it.each([1, 2, 3])("serve rows at random with the bits of the original (seed %i)", async (seed) => {
		const [a, b] = [await original.load(text), await fast.load(text)];
		await compare(a, b, randomSets(a, 150, dice(seed)));
		const { environments } = await environmentsOf(b);
		expect(environments.reused).toBeGreaterThan(100);
	});

	it("are made of the build's own nodes, whatever the first row is", async () => {
		const socketed = miniBuild({
			nodes: "1,10,11,15,30",
			spec: '<Overrides><AttributeOverride strNodes="10,11"/></Overrides><Sockets><Socket nodeId="15" itemId="1"/></Sockets>',
			items:
				'<Item id="1">Rarity: RARE\nA Jewel\nWide Jewel\nPassive Skills in Radius also grant +7 to Armour</Item>',
		});
		const [a, b] = [await original.load(socketed), await fast.load(socketed)];
		const others = [16, 17, 19, 24].map((id) => ({ add: [id] }));
		await compare(a, b, [{ remove: [15] }, ...others], ["Life", "Armour", "TotalDPS"]);
		const { environments } = await environmentsOf(b);
		// 16 lies in the jewel's radius.
		expect(environments).toEqual({ made: 1, plain: 2, reused: 3 });
	});

	it("rows that one does not serve get another one, once they came often", async () => {
		const [a, b] = [await original.load(text), await fast.load(text)];
		// What setting up asks for.
		const charm = pathTo("+1 to Charm Limit");
		const sets = [16, 19, 20, 21, 24, 25].map((id) => ({ add: id === 16 ? [...charm] : [...charm, id] }));
		await compare(a, b, sets, ["Life", "Armour"]);
		const { environments } = await environmentsOf(b);
		expect(environments).toMatchObject({ made: 2, plain: 2 });
	});

	it("the same node in either weapon set makes two rows", async () => {
		const [a, b] = [await original.load(text), await cached.load(text)];
		const [path] = [pathTo("8% more Damage")];
		const sets = ([1, 2] as const).map((set) => ({
			add: path,
			weaponSets: Object.fromEntries(path.map((id) => [id, set])),
		}));
		const rows = await compare(a, b, [...sets, ...[...sets].reverse()], ["TotalDPS"]);
		expect(new Set(rows.column("TotalDPS")).size).toBe(2);
	});
});

describe("the memo", () => {
	it.each([
		4, 5,
	])("answers rows with the bits of the original, and each that it answers is verified (seed %i)", async (seed) => {
		const [a, b] = [await original.load(text), await cached.load(text)];
		const sets = randomSets(a, 120, dice(seed));
		await compare(a, b, [...sets, ...shuffled(sets, dice(seed))]);
		const { answered = 0, verified } = await cacheStats(b);
		expect(answered).toBeGreaterThan(60);
		expect(verified).toBe(answered);
	});

	it.each([
		"Life",
		"Armour",
		"TotalDPS",
		"FullDPS",
		"Mana",
	])("tells rows apart by one stat alone: %s", async (stat) => {
		const memo = await open({ rowCache: true });
		const [a, b] = [await original.load(text), await memo.load(text)];
		const nodes = [...(a.tree?.frontier([...a.allocated]) ?? [])];
		const sets = [...nodes, ...[...nodes].reverse()].map((id) => ({ add: [id] }));
		await compare(a, b, [...sets, ...randomSets(a, 60, dice(8))], [stat]);
		expect((await cacheStats(b)).answered).toBeGreaterThan(nodes.length);
	});

	it("does not see what no calculation lets apply, until one does (I17 to I19)", async () => {
		const memo = await open({ rowCache: true });
		const [a, b] = [await original.load(text), await memo.load(text)];
		const stats = ["Life", "TotalDPS"];
		await compare(a, b, randomSets(a, 60, dice(3)), stats);
		const path = pathTo("12% increased Damage while on LowMana");
		await compare(a, b, [{ remove: [idOf("+10 to Life")] }], stats);
		const { answered = 0 } = await strategyStats(b);
		// Nobody has little mana: the node brings nothing.
		expect(path.at(-1)).toBe(grownId(1));
		await compare(a, b, [{ remove: [grownId(1)] }], stats);
		expect((await strategyStats(b)).answered).toBeGreaterThanOrEqual(answered);

		const poor = text.replace("+3 to Str", "+3 to Int per 1000 Mana").replace("<Items>", "<Items>");
		const [c, d] = [await original.load(poor), await memo.load(poor)];
		await compare(c, d, randomSets(c, 60, dice(3)), stats);
	});

	it("does not see what nobody asks for (I12)", async () => {
		const memo = await open({ rowCache: true });
		const [a, b] = [await original.load(text), await memo.load(text)];
		const path = pathTo("9% increased Nothing");
		const before = { add: path.slice(0, -1) };
		await compare(a, b, [...randomSets(a, 60, dice(6)), before], ["Armour"]);
		const { answered = 0 } = await strategyStats(b);
		await compare(a, b, [{ add: path }], ["Armour"]);
		expect((await strategyStats(b)).answered).toBe(answered + 1);
	});

	it("has what another state has calculated (I26, I27)", async () => {
		const states = await open({ rowCache: true, verify: 0.5 }, { threads: 2 });
		const [a, b] = [await original.load(text), await states.load(text)];
		const sets = randomSets(a, 150, dice(11));
		await compare(a, b, [...sets, ...shuffled(sets, dice(1)), ...shuffled(sets, dice(2))]);
		const { shared = 0, verified } = await cacheStats(b);
		expect(shared).toBeGreaterThan(0);
		expect(verified).toBeGreaterThan(0);
	});
});

describe("slices", () => {
	it.each<[string, string[] | undefined]>([
		["Life alone", ["Life"]],
		["damage alone", ["TotalDPS"]],
		["the sum of skills", ["FullDPS", "Mana"]],
		["estimations", ["FireMaximumHitTaken", "Armour"]],
	])("answer what the whole calculation does: %s", async (_, stats) => {
		const [sliced, both] = [
			await open({ slicesAfter: 4 }),
			await open({ slicesAfter: 4, rowCache: true, verify: 0.5 }),
		];
		const [a, b, c] = [await original.load(text), await sliced.load(text), await both.load(text)];
		const sets = randomSets(a, 100, dice(5));
		await compare(a, b, sets, stats);
		await compare(a, c, [...sets, ...sets], stats);
		expect((await strategyStats(b)).sliced).toBeGreaterThan(50);
		expect((await cacheStats(c)).verified).toBeGreaterThan(0);
	});

	it("a row that needs what was left out is calculated anew, in full, and the next ones have it", async () => {
		const engine = await open({ slicesAfter: 4 });
		const plain = await engine.load(text);
		const sets = randomSets(plain, 60, dice(7));
		await plain.calculateBatch(NodeSets.deltas(sets), { stats: ["Life"] });
		expect((await strategyStats(plain)).sliced).toBeGreaterThan(0);
		const asking = text.replace("+3 to Str", "+1 to Life per 2 ManaCost");
		const [a, b] = [await original.load(asking), await engine.load(asking)];
		await compare(a, b, sets, ["Life"]);
		const { anew = 0, sliced = 0 } = await strategyStats(b);
		expect(anew).toBeGreaterThan(0);
		expect(anew).toBeLessThan(5);
		expect(sliced).toBeGreaterThan(0);
	});

	it("hazard: a row that differs from the memo fails also where a slice was in use", async () => {
		// The module counts its calculations in a table that is thought to be for passing use, and from some number on it shows.
		const counting = (from: number) =>
			grownMiniPob({
				"src/Modules/CalcDefence.lua": (file) =>
					file
						.replace("local calcs = ...", "local calcs = ...\nlocal last = {}")
						.replace(
							"output.Accuracy = 6",
							`last.n = (last.n or 0) + 1\n\toutput.Accuracy = (last.n > ${from} and last.n or 0) + 6`,
						),
			});
		const sets = Array.from({ length: 120 }, (_, i) => ({ add: [i % 2 === 0 ? 24 : 19] }));
		const runOf = async (from: number) => {
			const checkout = counting(from);
			const engine = await open({ slicesAfter: 4, rowCache: true, verify: 1 }, { checkout });
			const build = await engine.load(text);
			const { errors } = await build.calculateBatch(NodeSets.deltas(sets), { stats: ["Accuracy"] });
			return { errors, stats: await strategyStats(build) };
		};
		const { errors: none, stats } = await runOf(1e6);
		expect(none).toEqual([]);
		expect(stats.sliced).toBeGreaterThan(40);
		const { errors } = await runOf(45);
		expect(errors[0]?.row).toBeGreaterThan(40);
		expect(errors[0]?.message).toContain("row cache: Accuracy is");
	});

	it("one slice serves all that is part of what it has", async () => {
		const engine = await open({ slicesAfter: 4 });
		const build = await engine.load(text);
		const rows = NodeSets.deltas(randomSets(build, 40, dice(9)));
		await build.calculateBatch(rows, { stats: ["Life", "Mana", "TotalDPS"] });
		const before = await strategyStats(build);
		expect(before.sliced).toBeGreaterThan(0);
		await build.calculateBatch(rows, { stats: ["Mana", "Life"] });
		const after = await strategyStats(build);
		const more = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
		expect(more("sliced")).toBe(more("calculator"));
	});
});

describe("the first skill of FullDPS", () => {
	it("is the main skill's calculation, to the bit (I28 to I33)", async () => {
		const [a, b] = [await original.load(text), await fast.load(text)];
		const stats = a.stats().filter((stat) => !stat.startsWith("Spec:"));
		await compare(a, b, randomSets(a, 100, dice(12)), stats);
		expect((await environmentsOf(b)).firstSkills).toBeGreaterThan(60);
	});

	it("is calculated by itself where the main skill is another one", async () => {
		const second = text.replace('mainSocketGroup="1"', 'mainSocketGroup="2"');
		const [a, b] = [await original.load(second), await fast.load(second)];
		await compare(a, b, randomSets(a, 40, dice(13)), ["FullDPS", "TotalDPS"]);
		expect((await environmentsOf(b)).firstSkills).toBe(0);
	});

	it("is calculated by itself where a query can tell where the base lies (I29)", async () => {
		// Sums of the base and of the ring, which rounds.
		const rounding = text.replace("+3 to Str", "+0.1 to Life");
		const [a, b] = [await original.load(rounding), await fast.load(rounding)];
		await compare(a, b, randomSets(a, 40, dice(14)), ["FullDPS", "Life"]);
		expect((await environmentsOf(b)).firstSkills).toBe(0);
	});
});

describe("estimations and offence", () => {
	it("are left out where no stat needs them, and calculated where a modifier asks", async () => {
		const [a, b] = [await original.load(text), await fast.load(text)];
		const sets = [...randomSets(a, 30, dice(15)), { add: pathTo("+1 to Dex per 20 FireMaximumHitTaken") }];
		await compare(a, b, sets, ["Life", "Mana", "Armour"]);
		expect((await strategyStats(b)).defences).toBeGreaterThan(20);
		await compare(a, b, sets, ["TotalDPS", "Dex"]);
		await compare(a, b, sets, ["FireMaximumHitTaken"]);
	});
});
