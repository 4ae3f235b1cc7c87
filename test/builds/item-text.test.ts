import { describe, expect, it } from "vitest";
import { parseItemText, resolveRanges } from "../../src/builds/item-text.js";

describe("resolveRanges", () => {
	// The values are those that Path of Building shows for these lines.
	it.each([
		["(60-80)% increased Evasion Rating", 0.5, "70% increased Evasion Rating"],
		["+(5-10)% to Critical Hit Chance", 0.5, "+8% to Critical Hit Chance"],
		["+(2-4) to Level of all Elemental Skills", 0, "+2 to Level of all Elemental Skills"],
		["+(2-4) to Level of all Elemental Skills", 1, "+4 to Level of all Elemental Skills"],
		["Adds (1-3) to (40-60) Lightning Damage", 0.25, "Adds 2 to 45 Lightning Damage"],
		["Leeches (5.1-6.2)% of Physical Damage as Mana", 0.5, "Leeches 5.7% of Physical Damage as Mana"],
		["-(10-20)% to Cold Resistance", 0.5, "-15% to Cold Resistance"],
		["+(-20-10)% to Fire Resistance", 0, "-20% to Fire Resistance"],
		["(-20-10)% increased Movement Speed", 0, "20% reduced Movement Speed"],
		["(-20--10)% more Damage", 0.5, "15% less Damage"],
		["45(40-50)% increased Armour", 0.9, "45% increased Armour"],
		["25(50) to maximum Life", 0.5, "25 to maximum Life"],
		["-15% to Cold Resistance", 0.5, "-15% to Cold Resistance"],
		["+(0-0) to Spirit", 0.5, "0 to Spirit"],
	])("%s at %d", (line, range, expected) => {
		expect(resolveRanges(line, range)).toBe(expected);
	});
});

describe("parseItemText", () => {
	it("takes the lines of the selected variant, with ranges resolved and tags removed", () => {
		const item = parseItemText(`
			Rarity: UNIQUE
Copper Kettle
Kettle Helm
Armour: 121
Energy Shield: 52
Variant: Old
Variant: Current
Selected Variant: 2
{variant:1}Bucket Helm
{variant:2}Barrel Helm
Quality: 20
Sockets: S S
Rune: None
Rune: None
LevelReq: 33
Implicits: 2
{enchant}{rune}+14% to Lightning Resistance
{tags:life}{range:0.5}+(10-20) to maximum Life
{variant:1}{range:1}+(20-30)% to Fire Resistance
{variant:2}{range:1}+(30-40)% to Fire Resistance
{variant:1,2}{desecrated}5% increased Attack Speed
Grants Skill: Level 2 Boil
Corrupted
`);
		expect(item).toEqual({
			name: "Copper Kettle",
			base: "Barrel Helm",
			rarity: "UNIQUE",
			lines: [
				"+14% to Lightning Resistance",
				"+15 to maximum Life",
				"+40% to Fire Resistance",
				"5% increased Attack Speed",
				"Grants Skill: Level 2 Boil",
			],
			properties: { Armour: 121, "Energy Shield": 52, Quality: 20, Sockets: 2, LevelReq: 33 },
			warnings: [],
		});
	});

	it("takes the last variant where none is selected, and alternative ones beside it", () => {
		const text =
			"Rarity: UNIQUE\nA\nB\nVariant: 1\nVariant: 2\nVariant: 3\nImplicits: 0\n{variant:1}one\n{variant:2}two\n{variant:3}three";
		expect(parseItemText(text).lines).toEqual(["three"]);
		expect(parseItemText(text.replace("Implicits", "Selected Variant: 9\nImplicits")).lines).toEqual([
			"three",
		]);
		const both = text.replace(
			"Implicits",
			"Selected Variant: 3\nHas Alt Variant: true\nSelected Alt Variant: 1\nImplicits",
		);
		expect(parseItemText(both).lines).toEqual(["one", "three"]);
	});

	it("keeps a magic item's name, which contains its base", () => {
		const item = parseItemText(
			"Rarity: MAGIC\nAuthoritative Sapphire of Potency\nItem Level: 26\nImplicits: 0\n16% increased Critical Damage Bonus",
		);
		expect(item).toMatchObject({
			name: "Authoritative Sapphire of Potency",
			base: "Authoritative Sapphire of Potency",
			properties: { "Item Level": 26 },
			lines: ["16% increased Critical Damage Bonus"],
		});
	});

	it("reads a text without a count of implicits, as the game copies it", () => {
		const item = parseItemText(
			"Item Class: Bows\nRarity: RARE\nGale Arc\nHorn Bow\n--------\nPhysical Damage: 48-91 (augmented)\nCritical Hit Chance: 6.40%\nAttacks per Second: 1.35\n--------\nRequirements:\nLevel: 60\n--------\nItem Level: 72\n--------\n12% increased Attack Speed (implicit)\n--------\n+25 to Dexterity\nGrants Skill: Level 3 Gust\n(Dexterity is an attribute)\n--------\nCorrupted",
		);
		expect(item).toMatchObject({
			name: "Gale Arc",
			base: "Horn Bow",
			rarity: "RARE",
			lines: ["12% increased Attack Speed", "+25 to Dexterity", "Grants Skill: Level 3 Gust"],
			properties: {
				"Physical Damage": [48, 91],
				"Critical Hit Chance": 6.4,
				"Attacks per Second": 1.35,
				"Item Level": 72,
			},
		});
	});

	it("says what it leaves out", () => {
		const item = parseItemText(
			"Rarity: RARE\nA\nB\nCatalyst: Neural\nCatalystQuality: 20\nImplicits: 0\n{corruptedRange:1.2}+10 to maximum Mana",
		);
		expect(item.lines).toEqual(["+10 to maximum Mana"]);
		expect(item.warnings).toEqual([
			{
				code: "ITEM_EFFECT_LEFT_OUT",
				text: "the effect of its catalyst (Neural) is left out",
				where: "A",
			},
			{
				code: "ITEM_EFFECT_LEFT_OUT",
				text: `a corruption's change of "+10 to maximum Mana" is left out`,
				where: "A",
			},
		]);
	});

	it("survives texts that are not items", () => {
		for (const text of [
			"",
			"\n\n",
			"Rarity: RARE",
			"Rarity: NOSUCH\nx",
			"{range:x}{variant:}{",
			"Implicits: 5",
		]) {
			expect(parseItemText(text).warnings).toEqual([]);
		}
	});
});
