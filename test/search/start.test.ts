import { describe, expect, it } from "vitest";
import type { PobatchError, SearchOptions, SearchProgress, SearchResult } from "../../src/index.js";
import { smallCalculator, smallNode, smallTree, withBuild } from "../support/small-trees.js";

// A row of 40 nodes from the start, 1, of which the build has 1 and 2, with a side node at each: more choices than can be
// looked at one by one.
const row = Array.from({ length: 40 }, (_, i) => i + 1);
const nodes = [...row, ...row.map((id) => id + 100)].map((id) => smallNode(id));
const edges = row.flatMap((id) => [...(id < 40 ? [[id, id + 1] as const] : []), [id, id + 100] as const]);
const tree = smallTree(nodes, edges);
const worths = Object.fromEntries([
	...row.map((id) => [id, 0.01]),
	...row.map((id) => [id + 100, (id % 7) / 50]),
]);
const limits: SearchOptions = { goal: "A", points: 12, maxEvaluations: 600 };

const search = (options: SearchOptions = {}): Promise<SearchResult> =>
	withBuild(smallCalculator([1, 2], worths), tree, (build) => build.search({ ...limits, ...options }));

/** A search that is ended at one of its batches, as by the end of a server; what it reported last. */
async function interrupted(batch: number): Promise<SearchProgress> {
	const controller = new AbortController();
	let last: SearchProgress | undefined;
	let batches = 0;
	await search({
		signal: controller.signal,
		onProgress: (progress) => {
			last = progress;
			if (++batches === batch) controller.abort();
		},
	});
	return last as SearchProgress;
}

describe("hazard: a search that is interrupted", () => {
	it("goes on from its best so far, with what is left of its limits", { timeout: 60_000 }, async () => {
		for (const batch of [1, 3, 6]) {
			const start = await interrupted(batch);
			const reported: SearchProgress[] = [];
			const result = await search({ start, onProgress: (progress) => reported.push(progress) });
			expect(result.goal.after).toBeGreaterThanOrEqual(start.best);
			for (const { best, evaluations, used } of reported) {
				expect(best).toBeGreaterThanOrEqual(start.best);
				expect(evaluations).toBeGreaterThan(start.evaluations);
				expect(used).toBeGreaterThanOrEqual(start.used);
			}
			// Rows of the steps are not limited.
			const { evaluations } = reported.at(-1) as SearchProgress;
			expect(result.evaluations).toBeGreaterThanOrEqual(evaluations);
			expect(reported.filter((one) => one.used < 1).at(-1)?.evaluations).toBeLessThanOrEqual(600);
		}
	});

	it("is as good as its best so far, where nothing is left of its limits", async () => {
		const { set, best, elapsedMs } = await interrupted(6);
		expect(best).toBeGreaterThan(1);
		const over = await search({ start: { set, evaluations: 600, elapsedMs } });
		expect(over).toMatchObject({ set, limitedBy: "evaluations" });
		expect(over.goal.after).toBe(best);
		expect(over.evaluations).toBeGreaterThan(600);
		const { maxEvaluations: _, ...timed } = limits;
		const late = await withBuild(smallCalculator([1, 2], worths), tree, (build) =>
			build.search({ ...timed, timeLimitMs: 5000, start: { set, elapsedMs: 5000 } }),
		);
		expect(late).toMatchObject({ set, limitedBy: "time" });
		expect(late.goal.after).toBe(best);
		expect(late.elapsedMs).toBeGreaterThanOrEqual(5000);
	});

	it("with few points, of which all choices are looked at, too", async () => {
		const few: SearchOptions = { points: 2, maxEvaluations: 400 };
		const whole = await search(few);
		const start = { set: { add: [3] }, evaluations: 5 };
		expect((await search({ ...few, start })).set).toEqual(whole.set);
		expect((await search({ ...few, start: { ...start, evaluations: 400 } })).set.add).toEqual([3]);
	});

	it("starts only from a tree that its limits allow, and says so before anything is calculated", async () => {
		const never = smallCalculator([1, 2], worths, {}, [], {
			Calculate: 'function() error("calculated") end',
		});
		const refused = (start: SearchOptions["start"], more: SearchOptions = {}) =>
			withBuild(never, tree, (build) => build.search({ ...limits, ...more, start } as SearchOptions)).then(
				() => undefined,
				(error: PobatchError) => [error.code, error.message],
			);
		const reasons: [start: SearchOptions["start"], more: SearchOptions, why: RegExp][] = [
			[{ set: { add: [5] } }, {}, /not connected/],
			[{ set: { add: [3, 4, 5] } }, { points: 2 }, /more points/],
			[{ set: { add: [2] } }, {}, /allocated/],
			[{ set: { add: [3] } }, { avoid: [3] }, /may not be added/],
			[{ set: { remove: [2] } }, {}, /more points/],
			[{ set: { remove: [1] } }, { respec: 2 }, /has to stay/],
			[{ set: { remove: [3] } }, { respec: 2 }, /not allocated/],
			[{ set: { add: [999] } }, {}, /no node 999/],
			[{ set: { add: [3] }, evaluations: -1 }, {}, /start.evaluations/],
			[{ set: { add: [3] }, elapsedMs: Number.NaN }, {}, /start.elapsedMs/],
			[{} as SearchOptions["start"], {}, /with a set/],
		];
		for (const [start, more, why] of reasons)
			expect(await refused(start, more)).toEqual(["INVALID_ARGUMENT", expect.stringMatching(why)]);
	});
});

it("a search between two stats reports its progress", async () => {
	const reported: { trees: number; used: number; evaluations: number }[] = [];
	const result = await withBuild(smallCalculator([1, 2], worths), tree, (build) =>
		build.searchPareto({
			of: ["A", "B"],
			points: 4,
			maxEvaluations: 300,
			onProgress: (progress) => reported.push(progress),
		}),
	);
	expect(reported.length).toBeGreaterThan(1);
	expect(reported.at(-1)).toMatchObject({ evaluations: result.evaluations });
	expect(reported.at(-1)?.trees).toBeGreaterThanOrEqual(1);
	expect(reported.map(({ used }) => used)).toEqual(
		reported.map(({ used }) => used).toSorted((a, b) => a - b),
	);
});
