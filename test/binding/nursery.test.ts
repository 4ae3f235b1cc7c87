import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine } from "../../src/index.js";

const calculator = fileURLToPath(new URL("../lua/nursery.lua", import.meta.url));

let engine: Engine;
beforeAll(async () => {
	engine = await Engine.open({ calculator, sandbox: false, threads: 1, cache: false });
});
afterAll(() => engine.close());

interface Churned {
	swept: number;
	refused: number;
	/** Kilobytes. */
	highest: number;
	lives: number;
}

describe("collecting young objects", () => {
	it.each([1, 2, 3])("loses nothing that is live, and keeps no garbage for long (%i)", async (seed) => {
		const { swept, refused, highest, lives } = (await engine.command("churn", {
			seed,
			rounds: 50,
			fullEvery: 1e9,
			stepEvery: 1e9,
		})) as unknown as Churned;
		expect(swept).toBe(50);
		expect(refused).toBe(0);
		// Each round makes some 600 objects of half a kilobyte; whatever need not wait for a full collection is freed.
		expect(highest).toBeLessThan(lives + 40_000);
	}, 60_000);

	it("yields to LuaJIT's own collector, started or complete, and starts again after it", async () => {
		const { swept, refused } = (await engine.command("churn", {
			seed: 4,
			rounds: 50,
			fullEvery: 7,
			stepEvery: 5,
		})) as unknown as Churned;
		expect(refused).toBeGreaterThanOrEqual(7);
		expect(swept).toBeGreaterThanOrEqual(15);
	}, 60_000);

	it("treats existing objects as old without a collection", async () => {
		const { swept, refused } = (await engine.command("churn", {
			seed: 5,
			rounds: 50,
			fullEvery: 1e9,
			stepEvery: 1e9,
			keeps: true,
		})) as unknown as Churned;
		expect(swept).toBe(50);
		expect(refused).toBe(0);
	}, 60_000);

	it("clears weak tables, and leaves finalizers to the full collection", async () => {
		expect(await engine.command("left")).toMatchObject({
			entries: 0,
			finalizedBySweep: 0,
			finalized: 20000,
			sum: (20000 * 20001) / 2,
		});
	}, 60_000);
});

describe("userdata", () => {
	it("without a finalizer is collected with the young, including what only it refers to", async () => {
		expect(await engine.command("userdata")).toEqual({ plain: 10, finalized: 100 });
	});
});

interface Bounded {
	/** Kilobytes. */
	limit: number;
	before: number;
	since: number;
	live: number;
	room: number;
	collections: number;
}

describe("the limit of the heap", () => {
	it.each([
		["where nothing was settled", {}],
		["where what died was old", { settles: true }],
		["where the young are collected now and then", { settles: true, sweeps: true }],
	])("holds %s", async (_, options) => {
		const { limit, before, since, live, room, collections } = (await engine.command("bounded", {
			rounds: 12,
			...options,
		})) as unknown as Bounded;
		expect(collections).toBeGreaterThan(2);
		expect(before).toBeLessThan(1.02 * limit);
		// LuaJIT sets its threshold in hundredths of the live data.
		expect(since).toBeLessThan(1.02 * live + room);
	});
});

describe("a function that is created repeatedly", () => {
	it("does not stay alive in compiled code, nor what its variables refer to", async () => {
		expect(await engine.command("generalized", { generalizes: true })).toEqual({
			sum: expect.any(Number),
			held: false,
		});
	});
});

describe("a checkpoint of what was made since a mark", () => {
	it("puts back the younger objects, and no older one", async () => {
		expect(await engine.command("marked")).toEqual({
			restored: true,
			young: "young",
			extra: true,
			length: 3,
			count: 2,
			old: "changed",
			oldLength: 2,
			refused: expect.stringContaining("string"),
			ofFunctionAtWork: "a coroutine",
		});
	});
});
