import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Build, Engine } from "../../src/index.js";
import { compareBuilds } from "../../src/operations/compare-builds.js";
import { compareItems } from "../../src/operations/compare-items.js";
import { rankConditions } from "../../src/operations/conditions.js";
import { fullDpsChange } from "../../src/operations/skill-groups.js";
import { rankSupports } from "../../src/operations/supports.js";
import { rankWeights } from "../../src/operations/weights.js";
import { describeWithPob } from "../support/pob.js";

const text = await readFile(
	fileURLToPath(new URL("../../data/corpus/warrior-earthquake.xml", import.meta.url)),
	"utf8",
);
const ring = "Rarity: RARE\nDoom Loop\nRuby Ring\nImplicits: 0\n+60 to maximum Life";

describeWithPob("questions about a build", (pob) => {
	let engine: Engine;
	let build: Build;
	beforeAll(async () => {
		engine = await Engine.open({ calculator: "pob", pob, threads: 1 });
		build = await engine.load(text);
	}, 120_000);
	afterAll(() => engine.close());

	it("an item is tried in each slot that it fits, and gains what really wearing it does", async () => {
		const { rows, refused, base } = await compareItems(build, {
			items: [ring, "Rarity: RARE\nNo\nThing"],
			stats: ["Life"],
		});
		expect(rows.map(({ label }) => label.Slot).sort()).toEqual(["Ring 1", "Ring 2"]);
		const worn = await build.calculate(
			{},
			{ stats: ["Life"], variant: build.variant({ items: { "Ring 2": ring } }) },
		);
		for (const { values, gains } of rows) {
			expect(values).toEqual(worn);
			expect(gains.Life).toBe((worn.Life as number) - (base.Life as number));
		}
		expect(refused).toEqual([expect.stringMatching(/no base.*No, Thing/)]);
	});

	it("each option is worth what setting it alone changes", async () => {
		const { rows, base } = await rankConditions(build, { stats: ["CombinedDPS"] });
		expect(rows.length).toBeGreaterThan(10);
		const best = rows[0];
		expect(best?.gains.CombinedDPS).toBeGreaterThan(0);
		expect(best?.gains.CombinedDPS).toBe((best?.values.CombinedDPS as number) - (base.CombinedDPS as number));
		expect(new Set(rows.map(({ label }) => `${label.Variable} ${label.To}`)).size).toBe(rows.length);
	});

	it("the best pair of supports is at least as good as the best support with the best one beside it", async () => {
		const { rows, tried, idle } = await rankSupports(build, { stats: ["CombinedDPS"], size: 2 });
		const sizeOf = ({ label }: (typeof rows)[number]) =>
			String(label.Supports).split(", ").filter(Boolean).length;
		const single = rows.find((row) => sizeOf(row) === 1) as (typeof rows)[number];
		const greedy = rows.find(
			(row) => sizeOf(row) === 2 && String(row.label.Supports).includes(String(single.label.Supports)),
		);
		expect(rows[0]?.gains.CombinedDPS).toBeGreaterThanOrEqual(greedy?.gains.CombinedDPS as number);
		expect(tried).toBeGreaterThan(100);
		const supports = String(rows[0]?.label.Supports).split(", ");
		expect(idle).not.toContain(supports[0]);
		const really = build.variant({ gems: [{ group: 1, supports }] });
		expect(await really.calculate({}, { stats: ["CombinedDPS"] })).toEqual(rows[0]?.values);
	});

	it("a line weighs what a unit of it is worth, and none where it changes nothing", async () => {
		const { rows, idle } = await rankWeights(build, { stats: ["Life"], slot: "Ring 1" });
		const life = rows.find(({ label }) => label.Line === "+# to maximum Life");
		expect(life?.gains.Life).toBeGreaterThanOrEqual(1);
		expect(life?.gains.Life).toBeLessThan(2);
		expect(life?.label.Linear).toBe("yes");
		expect(idle.some((line) => /Cold Resistance/.test(line))).toBe(true);
		expect(rows.every(({ gains }) => gains.Life !== 0)).toBe(true);
	});

	it("another build is told apart stat by stat and part by part, which together are all of it", async () => {
		const edits: [string | RegExp, string][] = [
			['level="72"', 'level="80"'],
			['level="16" quality="10"', 'level="17" quality="20"'],
			["Fire Attunement", "Heft"],
			[
				"</PathOfBuilding2>",
				'<Config><Input name="conditionEnemyIgnited" boolean="true"/></Config></PathOfBuilding2>',
			],
			['<ItemSet id="1">', `<Item id="9">${ring}</Item><ItemSet id="1"><Slot name="Ring 1" itemId="9"/>`],
		];
		const other = edits.reduce((edited, [from, to]) => edited.replace(from, to), text);
		const answer = await compareBuilds(engine, build, {
			text: other,
			name: "other",
			stats: ["Life", "CombinedDPS"],
		});
		const parts = new Map(answer.rows.map((row) => [row.label.Part, row]));
		expect([...parts.keys()].sort()).toEqual([
			"Gem Earthquake",
			"Level",
			"Ring 1",
			"Supports of Earthquake",
			"all of these",
			"conditionEnemyIgnited",
		]);
		expect(parts.get("Level")?.label).toEqual({ Part: "Level", Now: 72, Other: 80 });
		expect(parts.get("Ring 1")?.label.Other).toBe("Doom Loop, Ruby Ring");
		expect(parts.get("Supports of Earthquake")?.label).toMatchObject({
			Now: "Fire Attunement",
			Other: "Heft",
		});
		expect(parts.get("Gem Earthquake")?.gains).toMatchObject({ Life: 0, CombinedDPS: expect.any(Number) });
		expect(parts.get("Gem Earthquake")?.gains.CombinedDPS).toBeGreaterThan(0);
		const loaded = await engine.load(other);
		const stats = answer.beside.stats.map(({ stat }) => stat);
		expect(stats).toEqual(expect.arrayContaining(["Life", "CombinedDPS", "TotalEHP"]));
		const [own, theirs] = await Promise.all([
			build.calculate({}, { stats }),
			loaded.calculate({}, { stats }),
		]);
		expect(answer.beside.stats).toEqual(
			stats.map((stat) => ({ stat, build: own[stat], other: theirs[stat] })),
		);
		// There is nothing else in which they differ.
		expect(parts.get("all of these")?.values).toEqual({ Life: theirs.Life, CombinedDPS: theirs.CombinedDPS });
		await loaded.close();
	});

	it("skill groups count in Full DPS where they are asked to", async () => {
		const without = await engine.load(text.replace('includeInFullDPS="true"', 'includeInFullDPS="false"'));
		expect((await without.calculate({}, { stats: ["FullDPS"] })).FullDPS).toBe(0);
		const change = await fullDpsChange(without, "auto");
		expect(change).toEqual({ gems: [{ group: 1, includeInFullDps: true }] });
		const variant = without.variant(change ?? {});
		expect(await variant.calculate({}, { stats: ["FullDPS"] })).toEqual(
			await build.calculate({}, { stats: ["FullDPS"] }),
		);
		expect(await fullDpsChange(build, "auto")).toBeUndefined();
		await expect(fullDpsChange(build, [9])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
		await without.close();
	});
});
