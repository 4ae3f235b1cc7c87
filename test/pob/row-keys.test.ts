/** Which rows the cache of rows tells apart, and that it tells no more of them alike. Needs Path of Building. */

import { afterAll, beforeAll, expect, it } from "vitest";
import {
	type Build,
	Engine,
	type NodeSetDelta,
	NodeSets,
	type PassiveTree,
	type Plain,
} from "../../src/index.js";
import { bitsOf, expectSameBits, valuesOfRow } from "../support/bits.js";
import {
	buildText,
	cacheStats,
	describeWithBuilds,
	dice,
	randomSets,
	sharedBuilds,
	shuffled,
	strategyStats,
	withConfig,
} from "../support/pob.js";

const treeOf = (build: Build) => build.tree as PassiveTree;

describeWithBuilds("the cache of rows", (pob) => {
	let whole: Engine;
	let cached: Engine;

	const open = (options: Plain & object, threads = 1) =>
		Engine.open({ calculator: "pob", pob, threads, cache: false, options });
	beforeAll(async () => {
		[whole, cached] = await Promise.all([
			open({ slicesAfter: false }),
			open({ slicesAfter: 4, rowCache: true }),
		]);
	});
	afterAll(() => Promise.all([whole, cached].map((engine) => engine?.close())));

	/** Rows of both, which must have the same bits. */
	const compare = async (a: Build, b: Build, sets: NodeSetDelta[]) => {
		const rows = NodeSets.deltas(sets);
		const stats = { stats: a.defaultStats };
		const { answered: before = 0 } = await strategyStats(b);
		const [wanted, found] = [await a.calculateBatch(rows, stats), await b.calculateBatch(rows, stats)];
		expect(found.errors).toEqual([]);
		// What one of the states tells.
		expect(found.cache.memoized).toBeGreaterThanOrEqual(((await strategyStats(b)).answered ?? 0) - before);
		for (let row = 0; row < wanted.length; row++)
			expectSameBits(valuesOfRow(found, row), valuesOfRow(wanted, row));
		return wanted;
	};

	/** Paths of the nodes nearby that bring one line, which says `what`. */
	const pathsTo = (build: Build, what: RegExp) =>
		treeOf(build)
			.pathsWithin(build.allocated, 8)
			.map(({ nodes }) => [...nodes])
			.filter((nodes) => {
				const { stats } = treeOf(build).node(nodes.at(-1) as number);
				return nodes.length > 1 && stats.length === 1 && what.test(stats[0] as string);
			});

	it("does not see what no calculation lets apply, until one does", async () => {
		const text = await buildText(sharedBuilds[0] as string);
		const [a, b] = [await whole.load(text), await cached.load(text)];
		await compare(a, b, randomSets(a, 120, dice(3)));
		const paths = pathsTo(a, /increased .*Damage.* (against|with Hits against) (Blinded|Dazed|Immobilised)/);
		expect(paths.length).toBeGreaterThan(1);
		await compare(
			a,
			b,
			paths.map((path) => ({ add: path.slice(0, -1) })),
		);
		const { answered = 0 } = await strategyStats(b);
		await compare(
			a,
			b,
			paths.map((path) => ({ add: path })),
		);
		expect((await strategyStats(b)).answered).toBe(answered + paths.length);
		await Promise.all([a, b].map((build) => build.close()));

		const inputs = ["Blinded", "Dazed", "Immobilised"].map(
			(name) => `<Input boolean="true" name="conditionEnemy${name}"/>`,
		);
		const other = withConfig(text, inputs.join(""));
		const [c, d] = [await whole.load(other), await cached.load(other)];
		await compare(c, d, randomSets(c, 60, dice(3)));
		const before = await compare(
			c,
			d,
			paths.map((path) => ({ add: path.slice(0, -1) })),
		);
		const after = await compare(
			c,
			d,
			paths.map((path) => ({ add: path })),
		);
		expect(paths.some((_, row) => bitsOf(before, row) !== bitsOf(after, row))).toBe(true);
		await Promise.all([c, d].map((build) => build.close()));
	}, 300_000);

	// With a stat alone few modifiers matter, so that rows are told apart by little.
	it.each(sharedBuilds)("tells rows apart by one stat alone: %s", async (name) => {
		const text = await buildText(name);
		const [a, b] = [await whole.load(text), await cached.load(text)];
		const tree = treeOf(a);
		const nodes = [...tree.frontier([...a.allocated])].slice(0, 120);
		const rows = NodeSets.deltas([...nodes, ...[...nodes].reverse()].map((id) => ({ add: [id] })));
		for (const stat of ["Armour", "Evasion", "Life", "TotalEHP", "CombinedDPS"]) {
			const stats = { stats: [stat] };
			const [wanted, found] = [await a.calculateBatch(rows, stats), await b.calculateBatch(rows, stats)];
			expect(found.errors).toEqual([]);
			expect([...found.column(stat)]).toEqual([...wanted.column(stat)]);
		}
		expect((await cacheStats(b)).answered).toBeGreaterThan(nodes.length);
		await Promise.all([a, b].map((build) => build.close()));
	}, 300_000);

	it.each(sharedBuilds)("has what another state has calculated: %s", async (name) => {
		const two = await open({ slicesAfter: 4, rowCache: true, verify: 0.5 }, 2);
		const text = await buildText(name);
		const [a, b] = [await whole.load(text), await two.load(text)];
		const roll = dice(11);
		const sets = randomSets(a, 120, roll);
		await compare(a, b, [...sets, ...shuffled(sets, roll), ...shuffled(sets, roll)]);
		const { shared = 0, verified } = await cacheStats(b);
		expect(shared).toBeGreaterThan(0);
		expect(verified).toBeGreaterThan(0);
		await a.close();
		await two.close();
	}, 300_000);
});
