import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BatchResult, type Build, Engine, NodeSets } from "../../src/index.js";
import { bitsOf } from "../support/bits.js";
import {
	buildText,
	describeWithBuilds,
	describeWithTestedBuilds,
	dice,
	randomSets,
	sharedBuilds,
	shuffled,
	testedBuilds,
} from "../support/pob.js";

/** The whole size takes some ten minutes: POBATCH_LONG=1. POBATCH_BUILDS=FOLDER takes the builds from there. */
const long = process.env.POBATCH_LONG === "1";
const rowCount = long ? 1000 : 150;
const freshStates = long ? 20 : 3;
/** The build's own row comes again behind so many others. */
const every = 25;
const timeout = 20 * 60_000;
/** Of what runs over all builds: a busy machine takes some seconds to load one. */
const allTimeout = Math.max(timeout, freshStates * testedBuilds.length * 10_000);

/** Rows in the order of `order`, with the build's own row in between and at both ends. */
async function evaluate(build: Build, sets: ReturnType<typeof randomSets>, order: readonly number[]) {
	const rows = order.flatMap((index, i) => (i % every === 0 ? [-1, index] : [index]));
	rows.push(-1);
	const result = await build.calculateBatch(
		NodeSets.deltas(rows.map((index) => (index < 0 ? {} : (sets[index] as object)))),
		{ stats: build.stats() },
	);
	expect(result.errors).toEqual([]);
	const bits: string[] = [];
	const bases = new Set<string>();
	rows.forEach((index, row) => {
		if (index < 0) bases.add(bitsOf(result, row));
		else bits[index] = bitsOf(result, row);
	});
	return { bits, bases };
}

describeWithTestedBuilds(`the invariant, ${rowCount} random rows of each build`, (pob) => {
	let one: Engine;
	let two: Engine;
	beforeAll(async () => {
		one = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		two = await Engine.open({ calculator: "pob", pob, threads: 2, cache: false });
	}, timeout);
	afterAll(async () => {
		await one.close();
		await two.close();
	});

	it.each(testedBuilds)(
		"%s: rows have the same bits in any order, on one thread and on two; the build's own row never changes",
		async (name, read) => {
			const roll = dice(name.length);
			const text = await read();
			const [alone, shared] = [await one.load(text), await two.load(text)];
			const base = bitsOf(await alone.calculateBatch(NodeSets.deltas([{}]), { stats: alone.stats() }), 0);
			const sets = randomSets(alone, rowCount, roll);
			const order = sets.map((_, i) => i);
			const first = await evaluate(shared, sets, shuffled(order, roll));
			const second = await evaluate(shared, sets, shuffled(order, roll));
			// A part of them on one thread: all of them would double the time.
			const few = order.slice(0, 60);
			const single = await evaluate(alone, sets, shuffled(few, roll));
			expect(second.bits).toEqual(first.bits);
			expect(single.bits).toEqual(first.bits.slice(0, 60));
			for (const { bases } of [first, second, single]) expect([...bases]).toEqual([base]);
			// The rows do differ from the build's own, so something was compared.
			expect(new Set(first.bits).size).toBeGreaterThan(rowCount / 4);
			await alone.close();
			await shared.close();
		},
		timeout,
	);
});

describeWithTestedBuilds(`the same build in ${freshStates} fresh states`, (pob) => {
	it(
		"answers the same bits for all stats, warnings included",
		async () => {
			const seen = new Map<string, { bits: Set<string>; warnings: Set<string> }>();
			for (let i = 0; i < freshStates; i++) {
				const engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
				for (const [name, read] of testedBuilds) {
					const build = await engine.load(await read());
					const sets = randomSets(build, 4, dice(7));
					const result: BatchResult = await build.calculateBatch(NodeSets.deltas([{}, ...sets]), {
						stats: build.stats(),
					});
					const entry = seen.get(name) ?? { bits: new Set(), warnings: new Set() };
					entry.bits.add(result.stats.join() + Array.from(sets, (_, row) => bitsOf(result, row)).join());
					entry.warnings.add(JSON.stringify([build.warnings, build.unstableStats]));
					seen.set(name, entry);
					await build.close();
				}
				await engine.close();
			}
			for (const [name, { bits, warnings }] of seen)
				expect([name, bits.size, warnings.size]).toEqual([name, 1, 1]);
		},
		allTimeout,
	);
});

describe("stats that Path of Building leaves to chance", () => {
	describeWithBuilds("in a build with more charms switched on than count", (pob) => {
		it(
			"are listed, and the build's warnings name the cause",
			async () => {
				const engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
				let named = 0;
				for (const name of sharedBuilds) {
					// Every charm that the build carries is switched on.
					const text = (await buildText(name)).replace(/<Slot\b[^>]*>/g, (slot) =>
						/name="Charm \d"/.test(slot)
							? slot.replace(/ active="\w+"/, "").replace("<Slot", '<Slot active="true"')
							: slot,
					);
					const build = await engine.load(text);
					const warning = build.warnings.find(({ code }) => code === "UNSTABLE_STATS");
					expect(build.unstableStats.length > 0).toBe(warning !== undefined);
					if (warning) {
						named++;
						expect(warning.text).toMatch(/\(\d charms are active but \d count; .*\): \w+/);
					}
					await build.close();
				}
				await engine.close();
				expect(named).toBeGreaterThan(0);
			},
			timeout,
		);
	});
});
