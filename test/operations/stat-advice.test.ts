import { describe, expect, it } from "vitest";
import { itemTexts } from "../../src/operations/compare-items.js";
import { adviceOnStats } from "../../src/operations/stat-advice.js";
import { mergeChanges } from "../../src/variants/merge.js";

const rows = (...gains: Record<string, number>[]) => gains.map((each) => ({ gains: each }));

describe("advice on stats", () => {
	it("says why Full DPS is 0 and what to ask for instead", () => {
		const { order, advice } = adviceOnStats(
			["FullDPS"],
			{ FullDPS: 0, CombinedDPS: 1200, TotalDPS: 0 },
			rows({ FullDPS: 0 }, { FullDPS: 0 }),
		);
		expect(order).toEqual(["FullDPS"]);
		expect(advice).toEqual([
			"FullDPS is 0 for this build and every row, since no skill group counts in Full DPS: ask for CombinedDPS, or take --full-dps auto.",
		]);
	});

	it("sorts by a stat that some row changes, and says so", () => {
		const { order, advice } = adviceOnStats(
			["FullDPS", "Life"],
			{ FullDPS: 0, Life: 900 },
			rows({ FullDPS: 0, Life: 0 }, { FullDPS: 0, Life: 10 }),
		);
		expect(order).toEqual(["Life", "FullDPS"]);
		expect(advice.at(-1)).toBe("No row changes FullDPS: sorted by Life instead.");
	});

	it("says nothing where rows change what was asked for, a failed row among them", () => {
		const all = rows({ Life: 5 }, { Life: Number.NaN });
		expect(adviceOnStats(["Life"], { Life: 0 }, all)).toEqual({ order: ["Life"], advice: [] });
	});

	it("a stat that is not 0 but that nothing changes is told apart", () => {
		expect(adviceOnStats(["Life"], { Life: 80 }, rows({ Life: 0 })).advice).toEqual([
			"Nothing here changes Life.",
		]);
	});
});

describe("texts of items", () => {
	it("one text may hold many, as the game and Path of Building write them", () => {
		const game = "Item Class: Rings\nRarity: Rare\nDoom Loop\nRuby Ring\n--------\n+5 to Strength";
		const plain = "Rarity: MAGIC\nHeavy Belt";
		expect(itemTexts(`${game}\r\n\r\n${plain}\n${plain}\n`)).toEqual([game, plain, plain]);
		expect(itemTexts(" \n")).toEqual([]);
	});
});

describe("two changes", () => {
	it("are one, of which the second counts where both are about the same", () => {
		expect(
			mergeChanges(
				{ level: 4, items: { Helmet: "a", Belt: "b" }, gems: [{ group: 1, enabled: false }] },
				{ level: 5, items: { Belt: null }, gems: [{ group: 2, enabled: false }], customModifiers: ["x"] },
			),
		).toEqual({
			level: 5,
			items: { Helmet: "a", Belt: null },
			gems: [
				{ group: 1, enabled: false },
				{ group: 2, enabled: false },
			],
			customModifiers: ["x"],
		});
	});
});
