/** Rows calculated with slices of Path of Building answer the bits of its whole calculation. Needs Path of Building. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { type Build, Engine, NodeSets, type Plain } from "../../src/index.js";
import { bitsOf, buildText, describeWithBuilds, dice, randomSets, sharedBuilds } from "../support/pob.js";

const rowCount = process.env.POBATCH_LONG ? 1000 : 150;

type Counts = Record<string, number>;
const roads = async (build: Build) => (await build.command("roads")) as Counts;

describeWithBuilds("slices of the calculation", (pob) => {
	let whole: Engine;
	let sliced: Engine;
	let cached: Engine;

	const open = (options: Plain & object) =>
		Engine.open({ calculator: "pob", pob, threads: 1, cache: false, options });
	beforeAll(async () => {
		[whole, sliced, cached] = await Promise.all([
			open({}),
			open({ slicesAfter: 4 }),
			open({ slicesAfter: 4, rowCache: true, verify: 0.5 }),
		]);
	});
	afterAll(() => Promise.all([whole, sliced, cached].map((engine) => engine?.close())));

	it.each(sharedBuilds)("answer what the whole calculation does: %s", async (name) => {
		const text = await buildText(name);
		const [a, b, c] = [await whole.load(text), await sliced.load(text), await cached.load(text)];
		const roll = dice(5);
		const rows = NodeSets.deltas(randomSets(a, rowCount, roll));
		const all = a
			.stats()
			.filter((stat) => !/^(ExtraPoints|WeaponSet|PassivePointsToWeaponSet|Spec:)/.test(stat));
		const some = Array.from({ length: 12 }, () => all[roll(all.length)] as string);
		const defence = a.defaultStats.filter((stat) => !/DPS|Speed/.test(stat));
		for (const stats of [a.defaultStats, defence, some, all]) {
			const wanted = await a.calculateBatch(rows, { stats });
			for (const build of [b, c]) {
				const found = await build.calculateBatch(rows, { stats });
				expect(found.errors).toEqual([]);
				for (let row = 0; row < wanted.length; row++) expect(bitsOf(found, row)).toBe(bitsOf(wanted, row));
			}
		}
		expect((await roads(b)).sliced).toBeGreaterThan(rowCount);
		expect((await roads(a)).sliced).toBe(0);
		const kept = (await c.command("cacheStats")) as Counts;
		expect(kept.answered).toBeGreaterThan(0);
		expect(kept.verified).toBeGreaterThan(0);
		await Promise.all([a, b, c].map((build) => build.close()));
	}, 600_000);

	it("a row that needs what was left out is calculated anew, in full", async () => {
		const build = await sliced.load(await buildText(sharedBuilds[0] as string));
		const rows = NodeSets.deltas(randomSets(build, rowCount, dice(7)));
		await build.calculateBatch(rows, { stats: ["Life"] });
		const { anew = 0 } = await roads(build);
		// No slice for these names has been made before: what each of them misses shows in its first rows.
		for (const stat of ["TotalDPS", "TotalEHP", "LifeRegen", "Speed"].filter((name) =>
			build.stats().includes(name),
		))
			await build.calculateBatch(rows, { stats: [stat] });
		expect((await roads(build)).anew).toBeGreaterThan(anew);
		await build.close();
	});
});
