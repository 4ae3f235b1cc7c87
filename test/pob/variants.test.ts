import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Build, Engine, NodeSets, type Variant, type VariantChange } from "../../src/index.js";
import { describeWithPob, differences, strategyStats } from "../support/pob.js";

const text = await readFile(
	fileURLToPath(new URL("../../data/corpus/warrior-earthquake.xml", import.meta.url)),
	"utf8",
);

const ring =
	"Rarity: RARE\nDoom Loop\nRuby Ring\nImplicits: 0\n+60 to maximum Life\n25% increased Fire Damage";
const club = "Rarity: MAGIC\nWooden Club\nImplicits: 0\nAdds 10 to 20 Physical Damage";
const bow = "Rarity: NORMAL\nCrude Bow";

/** Replaces what is there; a test that changes nothing would prove nothing. */
function edited(...edits: readonly [string | RegExp, string][]): string {
	let result = text;
	for (const [from, to] of edits) {
		const next = result.replace(from, to);
		if (next === result) throw new Error(`nothing to replace: ${from}`);
		result = next;
	}
	return result;
}

const withItem = (id: number, item: string, slot: string): [string | RegExp, string][] => [
	[
		'<ItemSet id="1">',
		`<Item id="${id}">${item}</Item><ItemSet id="1"><Slot name="${slot}" itemId="${id}"/>`,
	],
];
const withConfig = (inputs: string): [string | RegExp, string] => [
	"</PathOfBuilding2>",
	`<Config>${inputs}</Config></PathOfBuilding2>`,
];

/** Variants, and the text of the same build as Path of Building itself would have saved it. */
const kinds: [name: string, change: VariantChange, same: string][] = [
	["an item in an empty slot", { items: { "Ring 1": ring } }, edited(...withItem(2, ring, "Ring 1"))],
	[
		"another weapon",
		{ items: { "Weapon 1": club } },
		edited(['<Item id="1">Rarity: NORMAL\nWooden Club', `<Item id="1">${club}`]),
	],
	["no weapon", { items: { "Weapon 1": null } }, edited(['<Slot name="Weapon 1" itemId="1"/>', ""])],
	["another level", { level: 30 }, edited(['level="72"', 'level="30"'])],
	[
		"a gem's level and quality",
		{ gems: [{ group: 1, gem: 1, level: 7, quality: 20 }] },
		edited(['level="16" quality="10"', 'level="7" quality="20"']),
	],
	[
		"a support switched off",
		{ gems: [{ group: 1, gem: 2, enabled: false }] },
		edited([/(Fire Attunement"[^>]*)enabled="true"/, '$1enabled="false"']),
	],
	[
		"a gem taken out",
		{ gems: [{ group: 1, gem: 2, remove: true }] },
		edited([/<Gem nameSpec="Fire Attunement"[^>]*\/>/, ""]),
	],
	[
		"a set of supports",
		{ gems: [{ group: 1, supports: [{ name: "Heft", level: 1 }] }] },
		edited(["Fire Attunement", "Heft"]),
	],
	[
		"a group that no longer counts in Full DPS",
		{ gems: [{ group: 1, includeInFullDps: false }] },
		edited(['includeInFullDPS="true"', 'includeInFullDPS="false"']),
	],
	[
		"options of the configuration",
		{ config: { conditionEnemyIgnited: true, enemyLevel: 60 } },
		edited(
			withConfig(
				'<Input name="conditionEnemyIgnited" boolean="true"/><Input name="enemyLevel" number="60"/>',
			),
		),
	],
	[
		"custom modifiers",
		{ customModifiers: ["50% increased Damage", "+100 to maximum Life"] },
		edited(withConfig('<Input name="customMods" string="50% increased Damage\n+100 to maximum Life"/>')),
	],
	[
		"several at once",
		{ level: 90, items: { "Ring 1": ring, "Weapon 1": club }, config: { conditionEnemyIgnited: true } },
		edited(
			['level="72"', 'level="90"'],
			['<Item id="1">Rarity: NORMAL\nWooden Club', `<Item id="1">${club}`],
			...withItem(2, ring, "Ring 1"),
			withConfig('<Input name="conditionEnemyIgnited" boolean="true"/>'),
		),
	],
];

describeWithPob("variants of a build", (pob) => {
	let engine: Engine;
	let build: Build;
	/** Own nodes, and a leaf less: rows of a changed tree. */
	let sets: NodeSets;
	const variantOf = new Map<string, Variant>();
	beforeAll(async () => {
		engine = await Engine.open({
			calculator: "pob",
			pob,
			threads: 1,
			cache: false,
			options: { slicesAfter: 2, rowCache: true, verify: 0.5 },
		});
		build = await engine.load(text);
		const own = build.allocated;
		const leaf = own.find((id) => {
			const rest = own.filter((other) => other !== id);
			return build.tree?.node(id)?.allocatable && build.tree.unreachable(rest).length === 0;
		}) as number;
		sets = NodeSets.deltas([{ remove: [leaf] }, {}, { remove: [leaf] }, {}]);
		for (const [name, change] of kinds) variantOf.set(name, build.variant(change));
	}, 120_000);
	afterAll(() => engine.close());

	const variant = (name: string) => variantOf.get(name) as Variant;

	it("all kinds in one batch, mixed up, are what the same build loaded from its text is, bit by bit", async () => {
		const stats = build.stats();
		const before = await build.calculate({}, { stats });
		const rows = kinds.flatMap(([name]) => [0, 1, 2, 3].map((set) => ({ name, set })));
		const order = rows.map((_, i) => rows[(i * 31) % rows.length] as (typeof rows)[number]);
		const result = await build.calculateBatch(NodeSets.deltas(order.map(({ set }) => sets.row(set))), {
			stats,
			variants: order.map(({ name }) => variant(name)),
		});
		expect(result.errors).toEqual([]);
		for (const [name, , same] of kinds) {
			const wanted = await engine.load(same);
			const shown = await wanted.calculateBatch(sets, {
				stats: stats.filter((stat) => wanted.stats().includes(stat)),
			});
			expect(shown.errors).toEqual([]);
			order.forEach((row, i) => {
				if (row.name === name) expect(differences(shown.row(row.set), result.row(i)), name).toEqual([]);
			});
			const changed = stats.filter(
				(stat) =>
					before[stat] !== result.row(order.findIndex((row) => row.name === name && row.set === 1))[stat],
			);
			expect(changed.length, `${name} shows`).toBeGreaterThan(0);
			await wanted.close();
		}
		// The build itself, loaded and calculated, is as it was.
		expect(differences(await build.calculate({}, { stats }), before)).toEqual([]);
		const fresh = await engine.load(text);
		const [now, then] = [
			await build.calculateBatch(sets, { stats }),
			await fresh.calculateBatch(sets, { stats }),
		];
		expect(differences(now.row(0), then.row(0))).toEqual([]);
		await fresh.close();
	});

	it.each<[string, VariantChange, RegExp]>([
		[
			"a base that nobody knows",
			{ items: { "Ring 1": "Rarity: RARE\nDoom Loop\nRubbish Ring" } },
			/^items\.Ring 1: .*no base.*Doom Loop/,
		],
		[
			"a slot that does not take the item",
			{ items: { Helmet: ring } },
			/^items\.Helmet: Doom Loop, Ruby Ring does not fit/,
		],
		[
			"a slot that there is not",
			{ items: { "Ring 9": ring } },
			/^items\.Ring 9: there is no such slot.*Ring 1/,
		],
		[
			"an option that there is not",
			{ config: { conditionFoo: true } },
			/^config\.conditionFoo: there is no such option/,
		],
		[
			"a value that an option does not have",
			{ config: { enemyIsBoss: "Nobody" } },
			/^config\.enemyIsBoss: there is no value 'Nobody'; there are/,
		],
		[
			"a number for a box to tick",
			{ config: { conditionEnemyIgnited: 3 } },
			/^config\.conditionEnemyIgnited: expected true or false/,
		],
		[
			"a gem that there is not",
			{ gems: [{ group: 1, gem: 1, name: "Earthquack" }] },
			/^gems\[0\]: .*Earthquack/,
		],
		[
			"a group that there is not",
			{ gems: [{ group: 7, gem: 1, level: 3 }] },
			/^gems\[0\]: there is no skill group 7: the build has 1/,
		],
		[
			"a gem's place that there is not",
			{ gems: [{ group: 1, gem: 9, level: 3 }] },
			/^gems\[0\]: skill group 1 has no gem 9, it has 2/,
		],
		[
			"a support that cannot support",
			{ gems: [{ group: 1, add: true, name: "Spell Cascade" }] },
			/^gems\[0\]: Spell Cascade supports no skill/,
		],
		[
			"a gem that is no support, as one",
			{ gems: [{ group: 1, supports: ["Comet"] }] },
			/^gems\[0\]\.supports\[0\]: Comet is no support/,
		],
		[
			"a skill that the build does not have",
			{ mainSkill: "Comet" },
			/^mainSkill: the build has no skill 'Comet'/,
		],
		["a node that is no socket", { jewels: { 1170: null } }, /^jewels\.1170: node 1170 is no jewel socket/],
		[
			"an anoint where there is no item",
			{ anoints: { Amulet: "Heart of Oak" } },
			/^anoints\.Amulet: there is no item/,
		],
	])("the window's refusal of %s is an error that says where", async (_, change, message) => {
		const row = await build.calculate({}, { variant: build.variant(change) }).catch((error) => error);
		expect(row).toMatchObject({ code: "VARIANT_INVALID", message: expect.stringMatching(message) });
		// The next one has nothing of it.
		const level = await build.calculate({}, { stats: ["Life"], variant: variant("another level") });
		const fresh = await build.calculate({}, { stats: ["Life"] });
		expect(level.Life).toBeLessThan(fresh.Life as number);
	});

	it.each(
		kinds.map(([name]) => name),
	)("written as XML and loaded again, %s answers what it answers", async (name) => {
		const ofVariant = variant(name);
		const written = await engine.load(await ofVariant.toXml());
		const stats = build.stats().filter((stat) => written.stats().includes(stat));
		expect(
			differences(await written.calculate({}, { stats }), await ofVariant.calculate({}, { stats })),
		).toEqual([]);
		expect((await ofVariant.sheet()).groups).toEqual((await written.sheet()).groups);
		await written.close();
	});

	it("a variant is written with a node set, and the build beside it stays as it is", async () => {
		const before = [await build.toXml(), await build.sheet(), await build.configOptions()];
		const [set] = [sets.row(0)];
		const written = await engine.load(await variant("another weapon").toCode(set));
		const stats = build.stats().filter((stat) => written.stats().includes(stat));
		const wanted = await variant("another weapon").calculate(set, { stats });
		expect(differences(await written.calculate({}, { stats }), wanted)).toEqual([]);
		expect([await build.toXml(), await build.sheet(), await build.configOptions()]).toEqual(before);
		await written.close();
	});

	it("rows without anything that makes them faster are the same, one of each variant", async () => {
		const open = (fast: boolean) =>
			Engine.open({ calculator: "pob", pob, threads: 1, cache: false, options: { fast } });
		const [quick, plain] = [await open(true), await open(false)];
		const [build, same] = [await quick.load(text), await plain.load(text)];
		const stats = build.defaultStats;
		const ask = async (of: Build) =>
			of.calculateBatch(NodeSets.deltas(kinds.map(() => ({}))), {
				stats,
				variants: kinds.map(([, change]) => of.variant(change)),
			});
		const [fast, slow] = [await ask(build), await ask(same)];
		expect(slow.errors).toEqual([]);
		kinds.forEach(([name], row) => {
			expect(differences(slow.row(row), fast.row(row)), name).toEqual([]);
		});
		// FullDPS does not calculate the main skill a second time.
		expect((await strategyStats(build)).firstSkills).toBeGreaterThan(kinds.length / 2);
		await Promise.all([quick.close(), plain.close()]);
	});

	it("a variant that the window would refuse is neither written nor shown", async () => {
		const refused = build.variant({ items: { Helmet: ring } });
		for (const answer of [refused.toXml(), refused.toCode(), refused.sheet()])
			await expect(answer).rejects.toMatchObject({
				code: "VARIANT_INVALID",
				message: expect.stringMatching(/^items\.Helmet: .*does not fit/),
			});
	});

	it("warns of lines that Path of Building does not support, and of items that are put down", async () => {
		const warnings = await build
			.variant({ items: { "Ring 1": `${ring}\n+5 to Nonsense` }, customModifiers: ["more nonsense"] })
			.check();
		expect(warnings).toEqual([
			{
				code: "UNSUPPORTED_ITEM_LINE",
				where: "items.Ring 1",
				text: expect.stringContaining("+5 to Nonsense"),
			},
			{
				code: "UNSUPPORTED_LINE",
				where: "customModifiers[0]",
				text: expect.stringContaining("more nonsense"),
			},
		]);
		const shield = withItem(2, "Rarity: NORMAL\nSplintered Tower Shield", "Weapon 2");
		const shielded = await engine.load(edited(...shield));
		expect(await shielded.variant({ items: { "Weapon 1": bow } }).check()).toEqual([
			{
				code: "ITEM_PUT_DOWN",
				where: "items.Weapon 1",
				text: expect.stringMatching(/Tower Shield.*Weapon 2/),
			},
		]);
		await shielded.close();
	});

	it("lists the options of the configuration with label, type, values and what is set", async () => {
		const options = await build.configOptions();
		const boss = options.find(({ name }) => name === "enemyIsBoss");
		expect(boss).toMatchObject({
			type: "list",
			value: expect.any(String),
			label: expect.stringMatching(/Boss/),
		});
		expect(boss?.values?.map(({ value }) => value)).toContain("Pinnacle");
		expect(options.find(({ name }) => name === "conditionEnemyIgnited")).toMatchObject({
			type: "boolean",
			value: false,
		});
		// Each of them can be set to what it has.
		const some = options.filter(({ value }) => value !== undefined).slice(0, 40);
		const change = { config: Object.fromEntries(some.map(({ name, value }) => [name, value as string])) };
		await expect(build.variant(change).check()).resolves.toEqual([]);
	});

	it("a row that runs out of time leaves neither the variant nor the build changed", async () => {
		const stats = build.defaultStats;
		const before = await build.calculate({}, { stats, variant: variant("another level") });
		const late = await build.calculateBatch(NodeSets.deltas(new Array(20).fill(sets.row(0))), {
			stats: build.stats(),
			variants: new Array(20).fill(variant("another weapon")),
			rowTimeoutMs: 1,
		});
		expect(late.errors.length).toBeGreaterThan(0);
		expect(await build.calculate({}, { stats, variant: variant("another level") })).toEqual(before);
	});
});
