import { type Build, NodeSets } from "pobatch";
import { describe, expect, test } from "vitest";
import { RowBudgets } from "../../src/service/row-budgets.js";

/** A build whose batches are written down; so many rows of each are not reached. */
function recorded(budgets: RowBudgets, notReached = 0) {
	const batches: number[] = [];
	const build = {
		async calculateBatch(sets: NodeSets) {
			batches.push(sets.length);
			return { notReached };
		},
	} as unknown as Build;
	budgets.instrument(build);
	const ask = (rows: number, timeoutMs?: number) =>
		build.calculateBatch(NodeSets.deltas(new Array(rows).fill({})), {
			...(timeoutMs !== undefined && { timeoutMs }),
		});
	return { batches, ask };
}

const of = (client: string, change = {}) => ({
	client,
	most: Number.POSITIVE_INFINITY,
	waits: false,
	signal: new AbortController().signal,
	...change,
});

describe("budgets of rows", () => {
	test("a client has a minute's rows at first, and they come back evenly", async () => {
		let now = 0;
		const budgets = new RowBudgets(60, () => now);
		const { ask, batches } = recorded(budgets);
		const asked = (client: string, rows: number) => budgets.run(of(client), () => ask(rows));
		await asked("a", 59);
		// One is left: a batch may begin, and is paid back.
		await asked("a", 11);
		await expect(asked("a", 1)).rejects.toMatchObject({
			code: "LIMIT_EXCEEDED",
			use: { limit: 60, used: 70, retryAfterSeconds: 11 },
		});
		await asked("b", 1);
		now = 10_000;
		await expect(asked("a", 1)).rejects.toMatchObject({ use: { used: 60, retryAfterSeconds: 1 } });
		now = 11_000;
		await asked("a", 1);
		// Never more than a minute's.
		now = 10_000_000;
		await asked("a", 60);
		await expect(asked("a", 1)).rejects.toMatchObject({ use: { used: 60 } });
		expect(batches).toEqual([59, 11, 1, 1, 60]);
	});

	test("rows that were not reached are given back", async () => {
		const budgets = new RowBudgets(60, () => 0);
		const { ask } = recorded(budgets, 90);
		await budgets.run(of("a"), () => ask(100));
		await budgets.run(of("a"), () => ask(100));
		await expect(
			budgets.run(of("a"), async () => {
				for (let i = 0; i < 5; i++) await ask(100);
			}),
		).rejects.toMatchObject({ use: { used: 60 } });
	});

	test("what nobody asked for in a request is not counted", async () => {
		const budgets = new RowBudgets(10, () => 0);
		const { ask, batches } = recorded(budgets);
		for (let i = 0; i < 5; i++) await ask(100);
		expect(batches).toHaveLength(5);
	});

	test("a request has its own limit, over all its batches, however many clients there are", async () => {
		const budgets = new RowBudgets(1e9, () => 0);
		const { ask, batches } = recorded(budgets);
		const within = budgets.open(of("a", { most: 100 }));
		await within(() => ask(60));
		await within(() => ask(40));
		await expect(within(() => ask(1))).rejects.toMatchObject({ code: "TOO_LARGE", value: 100 });
		await budgets.run(of("a", { most: 100 }), () => ask(100));
		expect(batches).toEqual([60, 40, 100]);
	});

	test("who waits goes on when rows are free, when it is to end, and when its time is over", async () => {
		let now = 0;
		const budgets = new RowBudgets(60_000, () => now);
		const { ask, batches } = recorded(budgets);
		await budgets.run(of("a"), () => ask(60_050));
		const patient = budgets.run(of("a", { waits: true }), () => ask(1));
		await new Promise(setImmediate);
		expect(batches).toEqual([60_050]);
		now = 51;
		await patient;
		await budgets.run(of("b"), () => ask(1_000_000));
		const controller = new AbortController();
		const waiting = budgets.run(of("b", { waits: true, signal: controller.signal }), () => ask(2));
		controller.abort();
		await waiting;
		expect(batches).toEqual([60_050, 1, 1_000_000, 2]);
		// Thousands of minutes are missing.
		const later = new RowBudgets(100);
		const other = recorded(later);
		await later.run(of("c"), () => other.ask(1_000_000));
		await later.run(of("c", { waits: true }), () => other.ask(3, 20));
		expect(other.batches).toEqual([1_000_000, 3]);
	});
});
