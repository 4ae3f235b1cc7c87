import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Build, Engine, encodePobCode, type NodeSetDelta } from "../../src/index.js";
import { miniBuild, miniPob, miniPobWith, miniSpec } from "../support/pob.js";

let engine: Engine;
beforeAll(async () => {
	engine = await Engine.open({ calculator: "pob", pob: miniPob, threads: 2, cache: false });
});
afterAll(() => engine.close());

const load = (options: Parameters<typeof miniBuild>[0] = {}, spec?: number) =>
	engine.load(miniBuild(options), spec === undefined ? {} : { spec });

describe("a build's info", () => {
	it("tells class, level, tree, main skill, points, nodes with their choices, jewels", async () => {
		const build = await load({
			nodes: "1,10,11,13,12,15,19,30,31",
			spec: `<WeaponSet1 nodes="19"/><Overrides><AttributeOverride strNodes="10" intNodes="11"/></Overrides>
				<Sockets><Socket nodeId="15" itemId="3"/></Sockets>`,
			items: '<Item id="3">Rarity: RARE\nDoom Eye\nWide Jewel\n+5 to Life</Item>',
		});
		expect(build.info).toMatchObject({
			calculator: "pob",
			class: "Wanderer",
			ascendancy: "Sage",
			level: 20,
			treeVersion: "0_1",
			mainSkill: "Spark",
			points: { normal: 5, ascendancy: 1, weaponSet1: 1, weaponSet2: 0, sockets: 1 },
			activeSpec: 1,
			specs: 1,
			allocated: [1, 10, 11, 12, 13, 15, 19, 30, 31],
			attributes: [0, 1, 3, 0, 0, 0, 0, 0, 0],
			weaponSets: [0, 0, 0, 0, 0, 0, 1, 0, 0],
			jewels: [{ node: 15, name: "Doom Eye", allocated: true }],
		});
		expect(build.tree?.version).toBe("0_1");
		expect(build.warnings).toEqual([]);
	});

	it("is the same from a PoB code", async () => {
		const [xml, code] = [await load(), await engine.load(encodePobCode(miniBuild()))];
		expect(code.info).toEqual(xml.info);
		expect(await code.calculate()).toEqual(await xml.calculate());
	});

	it("warns of what Path of Building warns of, cannot read, or left out", async () => {
		const build = await load({
			build: 'level="2" mainSocketGroup="1"',
			skills:
				'<Skill><Gem nameSpec="Spark" level="5"/></Skill><Skill><Gem nameSpec="Fireball" level="1"/></Skill>',
			items: `<Item id="1">Rarity: RARE\nDoom Loop\nPlain Ring\n+5 to Life\nSings at night</Item>
				<Item id="2">Rarity: RARE\nStrange Thing\nSpaceship\n+5 to Life</Item>
				<ItemSet id="1"><Slot name="Ring 1" itemId="1"/><Slot name="Ring 2" itemId="2"/></ItemSet>`,
		});
		expect(build.warnings).toEqual([
			{ code: "POB_MESSAGE", text: "Unknown gem: There is no gem called Fireball", where: "build" },
			{
				code: "UNREADABLE_ITEM",
				text: "left out, Path of Building cannot read it: Strange Thing",
				where: "item 2",
			},
			{ code: "POB_WARNING", text: "You have too many passive points allocated", where: "build" },
			{
				code: "UNSUPPORTED_ITEM_LINE",
				text: "not supported by Path of Building: Sings at night",
				where: "Doom Loop",
			},
		]);
		expect(await build.calculate({}, { stats: ["Life"] })).toEqual({ Life: (40 + 10 + 5 + 30) * 1.2 });
	});

	it("lists the stats with label, format and value", async () => {
		const list = (await (await load()).command("statList")) as unknown as { name: string }[];
		const byName = new Map(list.map((entry) => [entry.name, entry]));
		expect(byName.get("Life")).toEqual({ name: "Life", label: "Total Life", format: "d", value: 96 });
		expect(byName.get("Spec:LifeInc")).toMatchObject({ percent: true, value: 20 });
		expect(byName.get("Str")).toEqual({ name: "Str", value: 15 });
	});
});

describe("several trees in a build", () => {
	const specs = [
		miniSpec("1,24"),
		miniSpec("1,19,20", '<WeaponSet1 nodes="20"/>'),
		miniSpec("2", "", "0_1", "8"),
	];

	it("the active one counts", async () => {
		const build = await load({ specs, activeSpec: 2 });
		expect(build.info).toMatchObject({ activeSpec: 2, specs: 3, allocated: [1, 19, 20, 30] });
		expect(await build.calculate({}, { stats: ["Armour", "TotalDPS"] })).toEqual({ Armour: 0, TotalDPS: 60 });
	});

	it("another one by option", async () => {
		const build = await load({ specs, activeSpec: 2 }, 1);
		expect(build.info).toMatchObject({ activeSpec: 1, allocated: [1, 24, 30] });
		expect(await build.calculate({}, { stats: ["Armour", "TotalDPS"] })).toEqual({ Armour: 5, TotalDPS: 50 });
		expect((await load({ specs }, 3)).info.class).toBe("Hermit");
	});

	it("that have the same name: the one that is asked for, with a warning that Path of Building opens another", async () => {
		const named = (nodes: string) => miniSpec(nodes, "", "0_1", "7", 'title="Maps"');
		const same = { specs: [named("1,24"), named("1,19")] };
		const first = await load(same, 1);
		expect(first.warnings).toEqual([]);
		const second = await load(same, 2);
		expect(second.info).toMatchObject({ activeSpec: 2, allocated: [1, 19, 30] });
		expect(await second.calculate({}, { stats: ["Armour", "TotalDPS"] })).toEqual({
			Armour: 0,
			TotalDPS: 50 * 1.1,
		});
		const warning = {
			code: "OTHER_TREE",
			text: "Path of Building opens a build saved with this tree on tree 1, which has the same name",
			where: "tree 2",
		};
		expect(second.warnings).toEqual([warning]);
		// As Path of Building opens the file itself.
		const opened = await load({ ...same, activeSpec: 2 });
		expect(opened.info.activeSpec).toBe(1);
		expect(opened.warnings).toEqual([warning]);
	});

	it("a load of another tree that is stopped leaves the next load its own tree", async () => {
		await using one = await Engine.open({ calculator: "pob", pob: miniPob, threads: 1, cache: false });
		const endless = miniBuild({ specs: [miniSpec("1,24"), miniSpec("1,24,25,23")] });
		await expect(one.load(endless, { spec: 2, timeoutMs: 300 })).rejects.toMatchObject({ code: "TIMEOUT" });
		const next = await one.load(miniBuild({ specs, activeSpec: 1 }));
		expect([next.info.activeSpec, next.warnings]).toEqual([1, []]);
	});

	it.each([0, 4, 1.5])("tree %d does not exist", async (spec) => {
		await expect(load({ specs }, spec)).rejects.toThrow(`expected spec between 1 and 3 but received ${spec}`);
	});
});

describe("a level that follows the points", () => {
	const auto = (level: number) => `level="${level}" mainSocketGroup="1" characterLevelAutoMode="true"`;
	const specs = [miniSpec("1,10,12,13"), miniSpec("1,24"), miniSpec("1,10,11,12,13,19")];
	const all = async (build: Build) => ({
		...(await build.calculate({}, { stats: build.stats() })),
		// A row of the batch that is none of the build's own.
		...(await build.calculate({ add: [26] }, { stats: ["Accuracy"] })),
	});

	it.each([
		[1, 4],
		[2, 2],
		[3, 6],
	])("is that of tree %d when it is asked for, in every answer and in what is written", async (spec, level) => {
		const build = await load({ build: auto(4), specs }, spec);
		expect(build.info).toMatchObject({ activeSpec: spec, level });
		expect(build.warnings).toEqual([]);
		const answers = await all(build);
		expect(answers.Accuracy).toBe(6 * level);
		const sheet = await build.sheet();
		expect(JSON.stringify(sheet)).toContain(`{"label":"Accuracy","value":"${6 * level}"}`);
		for (const text of [await build.toXml(), await build.toCode()]) {
			const again = await engine.load(text);
			expect(again.info).toEqual(build.info);
			expect(await all(again)).toEqual(answers);
			expect(await again.sheet()).toEqual(sheet);
		}
	});

	it("and is not found yet is as loaded for the build itself, in what is written, too, and found for node sets", async () => {
		const build = await load({ build: auto(20), specs });
		expect(build.warnings.map(({ code }) => code)).toEqual(["FIRST_CALCULATION"]);
		expect(await build.calculate({}, { stats: ["Accuracy"] })).toEqual({ Accuracy: 120 });
		expect(JSON.stringify(await build.sheet())).toContain('"120"');
		expect(await build.calculate({ add: [26] }, { stats: ["Accuracy"] })).toEqual({ Accuracy: 24 });
		expect(build.info.recalculated?.Accuracy).toBe(24);
		const recalculated = await build.sheet(undefined, { recalculated: true });
		expect(JSON.stringify(recalculated)).toContain('"24"');
		const xml = await build.toXml();
		expect(xml).toMatch(/level="20"/);
		const again = await engine.load(xml);
		expect(await again.calculate({}, { stats: ["Accuracy"] })).toEqual({ Accuracy: 120 });
		const changed = await build.toXml({ remove: [13] });
		expect(changed).toMatch(/level="4"/);
		expect(await (await engine.load(changed)).calculate({}, { stats: ["Accuracy"] })).toEqual({
			Accuracy: 24,
		});
	});

	it("is found where Path of Building finds it only when it draws its window, too", async () => {
		const pob = miniPobWith({
			"src/Modules/Build.lua": (text) =>
				text.replace(
					/\tif self\.characterLevelAutoMode then\n/,
					"end\n\nfunction buildMode:EstimatePlayerProgress()\n$&",
				),
		});
		await using older = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const build = await older.load(miniBuild({ build: auto(4), specs }), { spec: 3 });
		expect(build.info.level).toBe(6);
		const answers = await all(build);
		expect(answers.Accuracy).toBe(36);
		expect(await all(await older.load(await build.toXml()))).toEqual(answers);
		const stale = await older.load(miniBuild({ build: auto(20), specs }));
		expect(await stale.calculate({}, { stats: ["Accuracy"] })).toEqual({ Accuracy: 120 });
		expect(await stale.calculate({ add: [26] }, { stats: ["Accuracy"] })).toEqual({ Accuracy: 24 });
	});

	it("stays where the build does not let it follow", async () => {
		const build = await load({ specs }, 3);
		expect(build.info.level).toBe(20);
		expect(await build.calculate({}, { stats: ["Accuracy"] })).toEqual({ Accuracy: 120 });
	});
});

describe("builds side by side", () => {
	it("do not see each other's nodes, skills or cached results", async () => {
		const texts = ["1,24", "1,19", "1,10,12", "1,18", "1"];
		const builds = await Promise.all(
			texts.map((nodes, i) =>
				load({
					nodes,
					skills: `<Skill includeInFullDPS="true"><Gem nameSpec="Spark" level="${i + 1}"/></Skill>`,
				}),
			),
		);
		const stats = ["Armour", "TotalDPS", "FullDPS", "Life"];
		const rows = [
			[5, 10, 10, 60],
			[0, 20 * 1.1, 20 * 1.1, 60],
			[0, 30, 30, 80],
			[0, 40, 60, 60],
			[0, 50, 50, 60],
		];
		for (const turn of [0, 3, 1]) {
			for (let i = 0; i < builds.length; i++) {
				const at = (i * 2 + turn) % builds.length;
				const build = builds[at] as Build;
				expect(Object.values(await build.calculate({}, { stats }))).toEqual(rows[at]);
				const added = await build.calculate({ add: [26] }, { stats: ["Life"] });
				expect(added.Life).toBe(rows[at]?.[3]);
			}
		}
		for (const build of builds) await build.close();
	});

	it("a closed build is gone, the others answer on", async () => {
		const [kept, closed] = [await load(), await load({ nodes: "1,24" })];
		await closed.close();
		expect((await kept.calculate()).Life).toBe(96);
		await expect(closed.calculate()).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
		await expect(closed.command("info")).rejects.toThrow("this command needs a loaded build");
	});
});

describe("a build written back", () => {
	const more = "<Notes>Two &lt; three &amp; four</Notes>";

	it("without a set is what Path of Building saves, and loads again as the same build", async () => {
		const build = await load({ more, nodes: "1,10,12,13,18,19,30", spec: '<WeaponSet2 nodes="19"/>' });
		const xml = await build.toXml();
		expect(xml).toContain("Two &lt; three &amp; four");
		const again = await engine.load(xml);
		expect(again.info).toEqual(build.info);
		expect(await again.toXml()).toBe(xml);
		expect(await again.calculate({}, { stats: again.stats() })).toEqual(
			await build.calculate({}, { stats: build.stats() }),
		);
	});

	const sets: [string, NodeSetDelta][] = [
		[
			"added nodes with a choice and a weapon set",
			{ add: [11, 19], attributes: { 11: "Int" }, weaponSets: { 19: 1 } },
		],
		["removed nodes", { remove: [12, 13] }],
		["another choice", { add: [10], attributes: { 10: "Dex" } }],
		["a granted skill", { add: [18], remove: [13] }],
	];
	it.each(sets)("with %s answers, loaded again, what the set answered", async (_, set) => {
		const build = await load({ more });
		const before = await build.toXml();
		const wanted = await build.calculate(set, { stats: build.stats() });
		const again = await engine.load(await build.toCode(set));
		expect(await again.calculate({}, { stats: build.stats() })).toEqual(wanted);
		expect(await build.toXml()).toBe(before);
		expect(await build.calculate(set, { stats: build.stats() })).toEqual(wanted);
	});

	it("keeps the automatic level as the build has it", async () => {
		const build = await load({ build: 'level="20" mainSocketGroup="1" characterLevelAutoMode="true"' });
		expect(await build.toXml({ add: [24] })).toContain('characterLevelAutoMode="true"');
	});

	it("that fails half-way leaves the build as it was", async () => {
		const build = await load();
		const before = await build.toXml();
		await expect(build.toXml({ add: [18, 22], remove: [13] })).rejects.toThrow(
			"the node breaks the calculation",
		);
		expect(await build.toXml()).toBe(before);
		expect(await build.calculate({}, { stats: ["Life", "FullDPS"] })).toEqual({ Life: 96, FullDPS: 50 });
	});
});

describe("the sheet", () => {
	const texts = async (build: Build, set?: NodeSetDelta) => JSON.stringify(await build.sheet(set));

	it("is the side bar, in its order, formatted by its table, without colour escapes", async () => {
		const build = await load({ skills: '<Skill><Gem nameSpec="Ember" level="5"/></Skill>' });
		const text = await texts(build);
		const order = [
			"Character",
			"Hit DPS",
			"50.0",
			"Total Life",
			"96",
			"%Inc Life from Tree",
			"20%",
			"Armour",
		];
		const places = order.map((part) => text.indexOf(`"${part}"`));
		expect(places).not.toContain(-1);
		expect(text).not.toContain("Full DPS");
		expect(text).not.toMatch(/\^x|\^7/);
	});

	it("of a change of the build, which stays as it is", async () => {
		const build = await load();
		const before = await texts(build);
		expect(await texts(build, { remove: [13] })).toContain('"80"');
		expect(await texts(build, { add: [18] })).toContain('"70.0"');
		expect(await texts(build)).toBe(before);
	});
});

describe("a text that is not a build", () => {
	const wrong: [string, string, RegExp][] = [
		["empty", "", /empty/],
		["of another program", "<Other/>", /expected <PathOfBuilding2> but found <Other>/],
		["of the first game", "<PathOfBuilding><Build/></PathOfBuilding>", /build of Path of Exile 1/],
		["cut off", miniBuild().slice(0, 150), /line 1: the text ends inside <Tree> .*not complete/],
		[
			"of an unknown tree",
			miniBuild({ specs: [miniSpec("1", "", "9_9")] }),
			/unknown tree version '9_9' in <Spec> 1: this Path of Building knows 0_0, 0_1/,
		],
		[
			"of a tree whose data is missing",
			miniBuild({ specs: [miniSpec("1", "", "0_0")] }),
			/fails on the build, in its window as well: .*TreeData\/0_0\/tree/,
		],
		["of an unknown class", miniBuild({ specs: [miniSpec("1", "", "0_1", "99")] }), /unknown class '99'/],
		[
			"of a class that is no number",
			miniBuild({ specs: [miniSpec("1", "", "0_1", "Bard")] }),
			/unknown class 'Bard'/,
		],
		["nested without end", "<a>".repeat(1000), /nested more than 64 deep/],
	];
	it.each(wrong)("%s: a typed error, and the engine works on", async (_, text, message) => {
		await expect(engine.load(text)).rejects.toMatchObject({
			name: "PobatchError",
			code: expect.stringMatching(/BUILD_INVALID|CALCULATOR_ERROR/),
			message: expect.stringMatching(message),
		});
		expect((await (await load()).calculate()).Life).toBe(96);
	});
});
