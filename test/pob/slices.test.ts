/** Rows calculated with slices of Path of Building answer the bits of its whole calculation. Needs Path of Building. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { Engine, NodeSets, type Plain } from "../../src/index.js";
import { expectSameBits, valuesOfRow } from "../support/bits.js";
import {
	buildText,
	cacheStats,
	describeWithBuilds,
	dice,
	randomSets,
	sharedBuilds,
	strategyStats,
	withCustomMods,
} from "../support/pob.js";

const rowCount = process.env.POBATCH_LONG ? 1000 : 150;

describeWithBuilds("slices of the calculation", (pob) => {
	let whole: Engine;
	let sliced: Engine;
	let cached: Engine;

	const open = (options: Plain & object) =>
		Engine.open({ calculator: "pob", pob, threads: 1, cache: false, options });
	beforeAll(async () => {
		[whole, sliced, cached] = await Promise.all([
			open({ slicesAfter: false }),
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
				for (let row = 0; row < wanted.length; row++)
					expectSameBits(valuesOfRow(found, row), valuesOfRow(wanted, row));
			}
		}
		expect((await strategyStats(b)).sliced).toBeGreaterThan(rowCount);
		expect((await strategyStats(a)).sliced).toBe(0);
		const kept = await cacheStats(c);
		expect(kept.answered).toBeGreaterThan(0);
		expect(kept.verified).toBeGreaterThan(0);
		await Promise.all([a, b, c].map((build) => build.close()));
	}, 600_000);

	it("what one was made of serves later engines from their first row", async () => {
		const text = await buildText(sharedBuilds[1] as string);
		const stats = ["Life", "TotalEHP", "FireResist"];
		const whole0 = await whole.load(text);
		const rows = NodeSets.deltas(randomSets(whole0, 60, dice(11)));
		const wanted = await whole0.calculateBatch(rows, { stats });
		const maker = await open({ slicesAfter: 4, slices: [], keepAnalysis: false });
		const made = await (async () => {
			await (await maker.load(text)).calculateBatch(rows, { stats });
			return maker.command("takeSlices");
		})();
		await maker.close();
		expect(made).toHaveLength(1);
		const damaged = (made as { texts: string[] }[]).map((slice) => ({
			...slice,
			texts: slice.texts.map((text) => text.replace("calcs.perform", "calcs.perforn")),
		}));
		for (const [slices, least] of [
			[made, 50],
			[damaged, 0],
		] as const) {
			const engine = await open({ slicesAfter: 1e6, slices: slices as Plain, keepAnalysis: false });
			const build = await engine.load(text);
			const found = await build.calculateBatch(rows, { stats });
			for (let row = 0; row < wanted.length; row++)
				expectSameBits(valuesOfRow(found, row), valuesOfRow(wanted, row));
			const { sliced = 0 } = await strategyStats(build);
			if (least > 0) expect(sliced).toBeGreaterThan(least);
			else expect(sliced).toBe(0);
			await engine.close();
		}
	}, 120_000);

	it("one slice serves builds whose modifiers ask for stats that the first one's do not", async () => {
		const text = await buildText(sharedBuilds[0] as string);
		const own = await open({ slicesAfter: 4 });
		const [plain, a] = [
			await own.load(text),
			await whole.load(withCustomMods(text, "10% increased maximum Life for each remaining chain")),
		];
		const rows = NodeSets.deltas(randomSets(plain, rowCount, dice(7)));
		await plain.calculateBatch(rows, { stats: ["Life"] });
		await plain.close();
		const b = await own.load(withCustomMods(text, "10% increased maximum Life for each remaining chain"));
		const before = await strategyStats(b);
		const wanted = await a.calculateBatch(rows, { stats: ["Life"] });
		const found = await b.calculateBatch(rows, { stats: ["Life"] });
		for (let row = 0; row < wanted.length; row++)
			expectSameBits(valuesOfRow(found, row), valuesOfRow(wanted, row));
		const { anew = 0, sliced = 0 } = await strategyStats(b);
		expect(anew).toBe(before.anew ?? 0);
		expect(sliced).toBeGreaterThan(before.sliced ?? 0);
		await a.close();
		await own.close();
	});

	it("one slice serves all that is part of what it has", async () => {
		const build = await sliced.load(await buildText(sharedBuilds[1] as string));
		const rows = NodeSets.deltas(randomSets(build, 40, dice(9)));
		await build.calculateBatch(rows, { stats: build.defaultStats });
		const { sliced: before = 0, calculator = 0 } = await strategyStats(build);
		await build.calculateBatch(rows, { stats: [...build.defaultStats].slice(2, 5).reverse() });
		const after = await strategyStats(build);
		expect((after.sliced ?? 0) - before).toBe((after.calculator ?? 0) - calculator);
		await build.close();
	});
});
