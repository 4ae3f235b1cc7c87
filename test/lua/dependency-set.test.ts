/** What rows depend on (lua/pob/memo/dependency_set.lua); invariants of docs/internals/memo.md by number. */

import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";

type Entry = readonly (string | number)[];

interface Sets {
	base: string;
	row: string;
	covers: boolean;
	baseCoversOther: boolean;
	rowCoversOther: boolean;
	again: string;
	merged: string;
	coversAfter: boolean;
	begun: string;
}

/** One entry of each kind. */
const EACH: Entry[] = [
	["query", "BASE", "Life", 1, 2 ** 51 + 1],
	["query", "INC", "Life", "any"],
	["ordered", "LIST Keystone"],
	["present", "Onslaught"],
	["condition", "LowLife"],
	["rounding", "BASE Life"],
	["carriedRounding", "FireResist"],
];
const EACH_AS_TEXT = [
	"carriedRounding\tFireResist",
	"condition\tLowLife",
	"ordered\tLIST Keystone",
	"present\tOnslaught",
	"query\tBASE\tLife\t1\t2251799813685249",
	"read\tINC\tLife",
	"rounding\tBASE Life",
].join("\n");

describe("a dependency set", () => {
	const command = luaTool("dependencies.lua");
	const sets = (args: { base?: Entry[]; row?: Entry[]; other?: Entry[] }) => command<Sets>("sets", args);

	it("serializes entries of all kinds, sorted, and reads them again", async () => {
		const { row, again } = await sets({ row: [...EACH].reverse() });
		expect(row).toBe(EACH_AS_TEXT);
		expect(again).toBe(EACH_AS_TEXT);
	});

	it("has each entry once", async () => {
		expect((await sets({ row: [...EACH, ...EACH] })).row).toBe(EACH_AS_TEXT);
	});

	it("is empty without entries, and covered by any", async () => {
		const { base, row, covers, rowCoversOther } = await sets({});
		expect({ base, row, covers, rowCoversOther }).toEqual({
			base: "",
			row: "",
			covers: true,
			rowCoversOther: true,
		});
	});

	it.each(
		EACH.map((entry) => [entry[0], entry] as const),
	)("covers what it or its base has, and nothing else (I21): %s", async (_, entry) => {
		const rest = EACH.filter((other) => other !== entry);
		const own = await sets({ base: rest, row: [entry], other: EACH });
		expect(own).toMatchObject({ covers: false, baseCoversOther: false, rowCoversOther: true });
		expect(await sets({ base: rest, other: EACH })).toMatchObject({ rowCoversOther: false });
		expect(await sets({ base: EACH, other: EACH })).toMatchObject({
			baseCoversOther: true,
			rowCoversOther: true,
		});
	});

	it.each([
		["another type", ["query", "INC", "Life", 1, 0]],
		["another name", ["query", "BASE", "Mana", 1, 0]],
		["other flags", ["query", "BASE", "Life", 3, 0]],
		["other keyword flags", ["query", "BASE", "Life", 1, 4]],
		["a read that looks at no flags", ["query", "BASE", "Life", "any"]],
	])("takes a query with %s for another one (I12)", async (_, query) => {
		const { baseCoversOther } = await sets({ base: [["query", "BASE", "Life", 1, 0]], other: [query] });
		expect(baseCoversOther).toBe(false);
	});

	it("grows by what a row has in addition (I22), and the row is empty when it begins again", async () => {
		const { base, merged, coversAfter, begun } = await sets({ base: EACH.slice(0, 3), row: EACH.slice(3) });
		expect(merged).toBe(EACH_AS_TEXT);
		expect(merged).not.toBe(base);
		expect(coversAfter).toBe(true);
		expect(begun).toBe("");
	});

	it("takes in native queries when it learns, without those of its base (I13)", async () => {
		expect(await command("noted", {})).toEqual([
			{ before: "", after: "", covers: true },
			{ before: "", after: "query\tBASE\tMana\t1\t0", covers: false },
		]);
	});
});

describe("what a dependency set knows about a modifier", () => {
	const command = luaTool("dependencies.lua");
	const mod = { name: "Life", type: "BASE", value: 5, flags: 1, keywordFlags: 0 };
	const nothing = { matters: false, isOrdered: false, isSeen: false, asks: false, rounds: false };

	it.each<[what: string, entry: Entry, known: object]>([
		["a query that lets it in (I12)", ["query", "BASE", "Life", 3, 0], { matters: true, asks: true }],
		["a query with other flags (I12)", ["query", "BASE", "Life", 2, 0], { asks: true }],
		["a query for another type", ["query", "INC", "Life", 1, 0], {}],
		["a read of all flags", ["query", "BASE", "Life", "any"], { matters: true, asks: true, isSeen: true }],
		["a query for all types", ["query", "any", "Life", 1, 0], { matters: true }],
		["a list (I13)", ["ordered", "BASE Life"], { isOrdered: true }],
		["a look for its name (I13)", ["present", "Life"], { isSeen: true }],
		["a sum that rounds (I16)", ["rounding", "BASE Life"], { rounds: true }],
	])("from the row, or from its base: %s", async (_, entry, known) => {
		expect(await command("modifier", { mod, row: [entry] })).toEqual({ ...nothing, ...known });
		expect(await command("modifier", { mod, base: [entry] })).toEqual({ ...nothing, ...known });
		expect(await command("modifier", { mod })).toEqual(nothing);
	});
});
