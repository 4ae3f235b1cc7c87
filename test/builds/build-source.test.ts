import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBuildSource } from "../../src/builds/build-source.js";
import { encodePobCode } from "../../src/builds/code.js";
import type { BuildSource } from "../../src/builds/types.js";
import { PobatchError } from "../../src/common/errors.js";
import { loadTreeFile } from "../../src/tree/tree-file.js";

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<PathOfBuilding2>
	<Build level="42" className="Mason" ascendClassName="Stonesinger" mainSocketGroup="2"/>
	<Tree activeSpec="2">
		<Spec treeVersion="0_1" nodes="5"/>
		<Spec treeVersion="0_2" classInternalId="1" ascendancyInternalId="Mason3" nodes="30,10,20,10">
			<WeaponSet1 nodes="20"/>
			<WeaponSet2 nodes="30,99"/>
			<Sockets><Socket nodeId="10" itemId="3"/><Socket nodeId="40" itemId="77"/></Sockets>
			<Overrides><AttributeOverride strNodes="10" dexNodes="" intNodes="30,31"/></Overrides>
		</Spec>
	</Tree>
	<Items activeItemSet="2">
		<Item id="1">
Rarity: RARE
Old Hat
Hat
Implicits: 0
+1 to maximum Life
		</Item>
		<Item id="2">
Rarity: RARE
New Hat
Hat
Evasion: 12
Implicits: 0
{range:0.5}+(1-3) to maximum Life
			<ModRange range="0.5" id="1"/>
		</Item>
		<Item id="3">
Rarity: RARE
Shard
Ruby
Implicits: 0
8% increased Fire Damage
		</Item>
		<ItemSet id="1"><Slot name="Helmet" itemId="1"/></ItemSet>
		<ItemSet id="2" useSecondWeaponSet="true">
			<Slot name="Ring 1" itemId="0"/>
			<Slot name="Helmet" itemId="2"/>
			<Slot name="Gloves" itemId="55"/>
			<Slot name="Weapon 1" itemId="1"/>
			<Slot name="Weapon 1 Swap" itemId="2"/>
			<Slot name="Flask 1" itemId="1" active="true"/>
		</ItemSet>
	</Items>
	<Skills activeSkillSet="1">
		<SkillSet id="1">
			<Skill mainActiveSkill="1"><Gem nameSpec="Wrong" skillId="Wrong"/></Skill>
			<Skill mainActiveSkill="2">
				<Gem nameSpec="First" skillId="FirstPlayer" level="3" quality="0"/>
				<Gem nameSpec="Faster" gemId="Metadata/Items/Gem/SupportGemFaster" skillId="SupportFaster"/>
				<Gem nameSpec="Off" gemId="Metadata/Items/Gem/SupportGemOff" enabled="false"/>
				<Gem nameSpec="Second" skillId="SecondPlayer" level="15" quality="20"/>
			</Skill>
		</SkillSet>
	</Skills>
	<Config activeConfigSet="1">
		<ConfigSet id="1">
			<Input name="usePowerCharges" boolean="true"/>
			<Input name="enemyLevel" number="70"/>
			<Input name="misc_buffMode" string="EFFECTIVE"/>
			<Input name="customMods" string="10% increased Attack Speed

 +5 to Strength "/>
		</ConfigSet>
	</Config>
</PathOfBuilding2>`;

const EXPECTED: BuildSource = {
	class: "Mason",
	ascendancy: "Stonesinger",
	level: 42,
	treeVersion: "0_2",
	allocated: [10, 20, 30],
	attributes: [1, 0, 3],
	weaponSets: [0, 1, 2],
	activeWeaponSet: 2,
	items: [
		{
			slot: "Flask 1",
			name: "Old Hat",
			base: "Hat",
			rarity: "RARE",
			lines: ["+1 to maximum Life"],
			properties: {},
			active: true,
		},
		{
			slot: "Helmet",
			name: "New Hat",
			base: "Hat",
			rarity: "RARE",
			lines: ["+2 to maximum Life"],
			properties: { Evasion: 12 },
		},
		{
			slot: "Jewel 10",
			name: "Shard",
			base: "Ruby",
			rarity: "RARE",
			lines: ["8% increased Fire Damage"],
			properties: {},
			nodeId: 10,
		},
		{
			slot: "Weapon 1",
			name: "Old Hat",
			base: "Hat",
			rarity: "RARE",
			lines: ["+1 to maximum Life"],
			properties: {},
		},
		{
			slot: "Weapon 1 Swap",
			name: "New Hat",
			base: "Hat",
			rarity: "RARE",
			lines: ["+2 to maximum Life"],
			properties: { Evasion: 12 },
		},
	],
	lines: ["10% increased Attack Speed", "+5 to Strength"],
	config: [
		{ name: "enemyLevel", value: 70 },
		{ name: "misc_buffMode", value: "EFFECTIVE" },
		{ name: "usePowerCharges", value: true },
	],
	skill: { name: "Second", level: 15, quality: 20, supports: ["Faster"] },
	warnings: [],
};

const invalid = (message: string) =>
	expect.objectContaining({ code: "BUILD_INVALID", message: expect.stringContaining(message) });

const demoTree = await loadTreeFile(fileURLToPath(new URL("../../data/demo-tree.json", import.meta.url)));

describe("readBuildSource", () => {
	it("reads Path of Building's XML", () => {
		expect(readBuildSource(XML)).toEqual(EXPECTED);
		expect(readBuildSource(`\uFEFF${XML}`)).toEqual(EXPECTED);
	});

	it("reads a PoB code", () => {
		const code = encodePobCode(XML);
		expect(readBuildSource(code)).toEqual(EXPECTED);
		expect(readBuildSource(`\n${code.slice(0, 100)}\n${code.slice(100)}\n`)).toEqual(EXPECTED);
	});

	it("reads another passive tree of the build when asked", () => {
		expect(readBuildSource(XML, { spec: 1 })).toMatchObject({ treeVersion: "0_1", allocated: [5] });
		expect(() => readBuildSource(XML, { spec: 3 })).toThrow(
			invalid("line 4: there are 2 passive trees, but number 3"),
		);
	});

	it("falls back as Path of Building does: last tree, first item set, level 1", () => {
		const text = XML.replace('activeSpec="2"', 'activeSpec="9"')
			.replace('activeItemSet="2"', 'activeItemSet="9"')
			.replace('level="42" ', "");
		const build = readBuildSource(text);
		expect(build).toMatchObject({ treeVersion: "0_2", level: 1, activeWeaponSet: 1 });
		// The first set's helmet, and the jewel of the tree.
		expect(build.items.map(({ slot }) => slot)).toEqual(["Helmet", "Jewel 10"]);
	});

	it("replaces an invalid value as Path of Building does, and says so", () => {
		const changed = (from: string, to: string) => readBuildSource(XML.replace(from, to));
		expect(changed('level="42"', 'level="x"')).toMatchObject({
			level: 1,
			warnings: [
				{
					code: "VALUE_CHANGED",
					text: 'level is "x", not an integer from 1 to 100: left out',
					where: "<Build> of line 3",
				},
			],
		});
		expect(changed('level="42"', 'level="0"')).toMatchObject({
			level: 1,
			warnings: [{ text: 'level is "0", not an integer from 1 to 100: 1 is taken' }],
		});
		expect(changed('level="42"', 'level="142"').level).toBe(100);
		expect(changed("30,10,20,10", "30,70000")).toMatchObject({
			allocated: [30],
			warnings: [
				{
					code: "UNKNOWN_NODES",
					text: "70000 is not a node id (0 to 65535): left out",
					where: "<Spec> of line 6",
				},
			],
		});
		expect(changed('name="usePowerCharges" ', "")).toMatchObject({
			config: [{ name: "enemyLevel" }, { name: "misc_buffMode" }],
			warnings: [{ code: "VALUE_CHANGED", text: "it has no name: left out" }],
		});
	});

	it("reads a build without <Build> if its tree names the class", () => {
		const build = readBuildSource(XML.replace(/<Build .*\/>/, ""), { tree: demoTree });
		expect(build).toMatchObject({ class: "Mason", level: 1 });
		expect(build.warnings.map(({ code }) => code)).toContain("INCOMPLETE");
	});

	it("warns of a build without a passive tree", () => {
		const build = readBuildSource('<PathOfBuilding2><Build className="Mason"/></PathOfBuilding2>');
		expect(build).toMatchObject({
			class: "Mason",
			allocated: [],
			warnings: [{ code: "TREE_EMPTY", text: "the build has no passive tree", where: "build" }],
		});
		expect("ascendancy" in build).toBe(false);
	});

	it("reads the small JSON", () => {
		const build = readBuildSource(
			JSON.stringify({
				class: "Mason",
				ascendancy: "Stonesinger",
				level: 42,
				treeVersion: "0_2",
				nodes: [30, 10, 20],
				attributes: { 10: "Str", 30: "Int" },
				weaponSets: { 20: 1, 30: 2 },
				activeWeaponSet: 2,
				items: [
					{
						slot: "Weapon 1",
						type: "Bow",
						properties: { "Physical Damage": [20, 35], "Attacks per Second": 1.2 },
					},
					{
						slot: "Jewel 10",
						name: "Shard",
						base: "Ruby",
						rarity: "RARE",
						lines: ["8% increased Fire Damage"],
					},
				],
				lines: ["+5 to Strength"],
				config: { enemyLevel: 70, usePowerCharges: true, mode: "x" },
				skill: {
					name: "Second",
					level: 15,
					tags: ["Attack"],
					damage: { Fire: [1, 2] },
					damageMultiplier: 150,
				},
			}),
		);
		expect(build).toEqual({
			class: "Mason",
			ascendancy: "Stonesinger",
			level: 42,
			treeVersion: "0_2",
			allocated: [10, 20, 30],
			attributes: [1, 0, 3],
			weaponSets: [0, 1, 2],
			activeWeaponSet: 2,
			items: [
				{
					slot: "Weapon 1",
					name: "",
					base: "",
					rarity: "NORMAL",
					type: "Bow",
					lines: [],
					properties: { "Physical Damage": [20, 35], "Attacks per Second": 1.2 },
				},
				{
					slot: "Jewel 10",
					name: "Shard",
					base: "Ruby",
					rarity: "RARE",
					lines: ["8% increased Fire Damage"],
					properties: {},
					nodeId: 10,
				},
			],
			lines: ["+5 to Strength"],
			config: [
				{ name: "enemyLevel", value: 70 },
				{ name: "usePowerCharges", value: true },
				{ name: "mode", value: "x" },
			],
			skill: {
				name: "Second",
				level: 15,
				supports: [],
				tags: ["Attack"],
				damage: { Fire: [1, 2] },
				damageMultiplier: 150,
			},
			warnings: [],
		});
		expect(readBuildSource('{"class":"Mason","skill":"Second"}')).toMatchObject({
			level: 1,
			treeVersion: "",
			activeWeaponSet: 1,
			skill: { name: "Second", supports: [] },
		});
	});
});

describe("readBuildSource against a passive tree", () => {
	const start = demoTree.classes.find(({ name }) => name === "Mason")?.startNodeId as number;
	const ascendancyStart = demoTree.classes[0]?.ascendancies[2]?.startNodeId as number;

	it("adds the starts, leaves unknown nodes out and says so", () => {
		const node = demoTree.nodes.find(({ type }) => type === "attribute")?.id as number;
		const build = readBuildSource(
			`{"class":"Mason","ascendancy":"Stonesinger","nodes":[${node},1],"attributes":{"${node}":"Dex"}}`,
			{ tree: demoTree },
		);
		expect(build.allocated).toEqual([start, ascendancyStart, node].sort((a, b) => a - b));
		expect(build.attributes[build.allocated.indexOf(node)]).toBe(2);
		expect(build.attributes[build.allocated.indexOf(start)]).toBe(0);
		expect(build.treeVersion).toBe("demo");
		expect(build.warnings).toEqual([
			{
				code: "UNKNOWN_NODES",
				text: "1 allocated nodes are not in passive tree demo: 1",
				where: "build",
			},
		]);
	});

	it("takes the class of the wanted tree by the game's number, not by the name of the active one", () => {
		const text = XML.replace(
			'className="Mason" ascendClassName="Stonesinger"',
			'className="Other" ascendClassName="Another"',
		);
		expect(readBuildSource(text, { tree: demoTree })).toMatchObject({
			class: "Mason",
			ascendancy: "Stonesinger",
		});
	});

	it("warns of another version", () => {
		expect(readBuildSource('{"class":"Mason","treeVersion":"0_1"}', { tree: demoTree }).warnings).toEqual([
			{
				code: "TREE_VERSION",
				text: "the build was made for passive tree 0_1 and is read with demo",
				where: "build",
			},
		]);
	});

	it("names the classes and ascendancies that there are", () => {
		expect(() => readBuildSource('{"class":"Nobody"}', { tree: demoTree })).toThrow(
			expect.objectContaining({
				code: "UNKNOWN_CLASS",
				value: "Nobody",
				hint: expect.stringContaining("Falconer"),
			}),
		);
		expect(() => readBuildSource('{"class":"Mason","ascendancy":"Skywatcher"}', { tree: demoTree })).toThrow(
			expect.objectContaining({
				code: "UNKNOWN_CLASS",
				value: "Skywatcher",
				hint: expect.stringContaining("Stonesinger"),
			}),
		);
	});
});

describe("hazard: a text that is not a build", () => {
	it.each([
		["nothing", "", "it is empty"],
		["blanks", " \n\uFEFF", "it is empty"],
		["a link", "https://example.com/build", "it is a link to example.com"],
		["words", "hello, world", "neither XML, nor a PoB code, nor JSON"],
		["a word", "hello", "neither XML, nor a PoB code, nor JSON"],
		["a list", "[1]", "it is JSON, but a list"],
		["XML of something else", "<svg/>", "line 1: <svg> is not a build"],
		["nothing in it", "<PathOfBuilding2/>", "<Build> has no className"],
		["no class", "<PathOfBuilding2><Build/></PathOfBuilding2>", "<Build> has no className"],
		[
			"a link instead of nodes",
			'<PathOfBuilding2>\n<Build className="a"/>\n<Tree><Spec><URL>x</URL></Spec></Tree></PathOfBuilding2>',
			"line 3: <Spec> has a <URL>",
		],
		[
			"truncated XML",
			XML.slice(0, XML.indexOf("Old Hat")),
			"line 16: the text ends inside <Item> of line 14",
		],
		["truncated JSON", '{"class":"Mason",', "JSON cannot be read"],
		["a class that is no text", '{"class":1}', "a string for class"],
		["no class in JSON", "{}", "no build of pobatch's: it has no class"],
		["a misspelt member", '{"class":"Mason","node":[1]}', '"node"'],
		["a misspelt member of an item", '{"class":"Mason","items":[{"slot":"Belt","line":[]}]}', "items[0]"],
		[
			"a level of 250",
			'{"class":"Mason","level":250}',
			"Expected an integer from 1 to 100 for level but received 250 of type number",
		],
		["a node twice", '{"class":"Mason","nodes":[1,1]}', "nodes[1]"],
		["a choice at no node", '{"class":"Mason","nodes":[1],"attributes":{"2":"Str"}}', "attributes"],
		[
			"a choice of nothing",
			'{"class":"Mason","nodes":[1],"attributes":{"1":"Luck"}}',
			"Str, Dex or Int for attributes.1",
		],
		["a third weapon set", '{"class":"Mason","nodes":[1],"weaponSets":{"1":3}}', "weaponSets.1"],
		[
			"a line that is no text",
			'{"class":"Mason","items":[{"slot":"Belt","lines":["a",7]}]}',
			"Expected a string for items[0].lines[1] but received 7",
		],
		[
			"a rarity that there is not",
			'{"class":"Mason","items":[{"slot":"Belt","rarity":"EPIC"}]}',
			"items[0].rarity",
		],
		[
			"a property of three numbers",
			'{"class":"Mason","items":[{"slot":"Belt","properties":{"Armour":[1,2,3]}}]}',
			"items[0].properties.Armour",
		],
		[
			"a property that is a prototype",
			'{"class":"Mason","items":[{"slot":"Belt","properties":{"__proto__":1}}]}',
			"__proto__",
		],
		["a setting that is a list", '{"class":"Mason","config":{"a":[]}}', "config.a"],
	])("%s", (_, text, message) => {
		expect(() => readBuildSource(text)).toThrow(invalid(message));
	});

	it("only ever raises PobatchError, whatever is changed in a build", () => {
		const check = (text: string) => {
			try {
				const build = readBuildSource(text, { tree: demoTree });
				expect(build.attributes).toHaveLength(build.allocated.length);
				expect(build.weaponSets).toHaveLength(build.allocated.length);
			} catch (error) {
				expect(error).toBeInstanceOf(PobatchError);
				expect(["BUILD_INVALID", "UNKNOWN_CLASS"]).toContain((error as PobatchError).code);
			}
		};
		fc.assert(
			fc.property(fc.nat(XML.length), fc.nat(40), fc.string({ maxLength: 10 }), (at, length, replacement) => {
				check(XML.slice(0, at) + replacement + XML.slice(at + length));
			}),
			{ numRuns: 500 },
		);
		fc.assert(fc.property(fc.string({ unit: "binary" }), check));
		const keys = ["class", "level", "nodes", "attributes", "items", "lines", "config", "skill"];
		fc.assert(
			fc.property(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 3 })), (json) =>
				check(JSON.stringify({ class: "Mason", ...json })),
			),
		);
	});
});

const shared = fileURLToPath(new URL("../../../shared/data/", import.meta.url));

describe.skipIf(!existsSync(shared))("real builds (needs ../shared)", () => {
	const files = existsSync(shared)
		? readdirSync(`${shared}builds`).filter((file) => file.endsWith(".xml"))
		: [];

	it.each(files)("%s has the nodes that Path of Building allocates", async (file) => {
		const truth = JSON.parse(readFileSync(`${shared}truth/${file.replace(".xml", ".json")}`, "utf8"));
		const text = readFileSync(`${shared}builds/${file}`, "utf8");
		const build = readBuildSource(text);
		expect(build.allocated).toEqual(truth.allocated);
		expect(build.treeVersion).toBe(truth.treeVersion);
		expect(readBuildSource(encodePobCode(text))).toEqual(build);
		const tree = await loadTreeFile(`${shared}tree/poe2_0_5.json`);
		const fitted = readBuildSource(text, { tree });
		expect(fitted.allocated).toEqual(truth.allocated);
		expect(fitted.class).toBe(build.class);
		expect(fitted.ascendancy).toBe(build.ascendancy);
	});

	it("resolves the titan's items", () => {
		const build = readBuildSource(readFileSync(`${shared}builds/titan_falling_thunder_99.xml`, "utf8"));
		expect(build).toMatchObject({
			class: "Warrior",
			ascendancy: "Titan",
			level: 75,
			skill: { name: "Falling Thunder", level: 20 },
		});
		expect(build.items.map(({ slot }) => slot)).toEqual(["Body Armour", "Boots", "Weapon 1"]);
		// The hand-resolved text: variant 2, all rolls at 0.5.
		expect(build.items[0]).toMatchObject({
			lines: [
				"+60 to maximum Mana",
				"-15% to Cold Resistance",
				"+35% to Lightning Resistance",
				"20% chance to gain a Power Charge on Hit",
				"Lose all Power Charges on reaching maximum Power Charges",
				"Shocks you when you reach maximum Power Charges",
			],
			properties: { Evasion: 121, "Energy Shield": 52, Quality: 20, LevelReq: 33 },
		});
		expect(build.attributes.filter((choice) => choice === 1).length).toBe(49);
	});

	it("reads the huntress's weapon sets and jewels", () => {
		const build = readBuildSource(readFileSync(`${shared}builds/huntress_68_poeninja.xml`, "utf8"));
		expect(build.weaponSets.filter((set) => set === 1)).toHaveLength(21);
		expect(build.weaponSets.filter((set) => set === 2)).toHaveLength(21);
		expect(build.items.filter(({ nodeId }) => nodeId !== undefined).map(({ nodeId }) => nodeId)).toEqual([
			32763, 46882, 60735, 61834,
		]);
	});
});
