import { Redis } from "ioredis";
import { type Build, Engine, type EngineWarning } from "pobatch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { counting, luaFile } from "../support/calculators.js";
import { needsRedis, RedisServer, redisProgram } from "../support/redis.js";
import { Relay } from "../support/relay.js";
import { idsTo, setsOf } from "../support/rows.js";
import { Workers } from "../support/workers.js";

describe.skipIf(!redisProgram)(`hazards of a fleet${needsRedis}`, () => {
	let own: RedisServer;
	let relay: Relay;
	let workers: Workers;
	let build: Build;
	let engine: Engine;
	const warnings: EngineWarning[] = [];
	beforeAll(async () => {
		own = await RedisServer.start();
		relay = await new Relay(own.port).open();
		const queue = `redis://127.0.0.1:${relay.port}`;
		// Rows of about a millisecond: batches last longer than what is done to them, on fast machines too.
		const calculator = luaFile("hazards.lua", counting(60_000));
		workers = await Workers.start(2, { queue, calculator, threads: 1, deadAfterMs: 1000 });
		engine = await Engine.open({
			calculator,
			executor: { queue },
			onWarning: (warning) => warnings.push(warning),
		});
		build = await engine.load("abcd");
	});
	afterAll(() => engine.close());

	/** A batch of some seconds. */
	function begin() {
		const ids = idsTo(5000);
		let done = 0;
		const running = build.calculateBatch(setsOf(ids), {
			onProgress: (rows) => {
				done = rows;
			},
		});
		return {
			/** Resolves when so many rows are done. */
			async until(rows: number) {
				await expect.poll(() => done, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(rows);
			},
			async isRight() {
				const result = await running;
				expect(result.errors).toEqual([]);
				expect(result.stopped).toBeUndefined();
				const [three, length] = [result.column("Three"), result.column("Length")];
				ids.forEach((id, row) => {
					if (three[row] !== 3 * id || length[row] !== 4)
						throw new Error(`row ${row} is ${three[row]}, ${length[row]}`);
				});
			},
		};
	}

	it("workers are killed with -9 during a batch: no row is lost or wrong", {
		timeout: 120_000,
	}, async () => {
		const { until, isRight } = begin();
		for (const [i, rows] of [300, 1500, 3000].entries()) {
			await until(rows);
			workers.kill(i % 2);
		}
		await isRight();
		// The last one may be told of after the batch.
		await expect.poll(() => workers.deaths).toBe(3);
	});

	it("the queue is killed and restarted during a batch", { timeout: 120_000 }, async () => {
		const { until, isRight } = begin();
		for (const rows of [500, 2500]) {
			await until(rows);
			await own.stop();
			await new Promise((resolve) => setTimeout(resolve, 300));
			await own.start();
		}
		await isRight();
		await expect.poll(() => warnings.map(({ code }) => code)).toContain("QUEUE_UNAVAILABLE");
	});

	it("the queue is restarted empty during a batch", { timeout: 120_000 }, async () => {
		const { until, isRight } = begin();
		await until(1000);
		const redis = new Redis(own.url);
		await redis.flushall();
		redis.disconnect();
		await isRight();
	});

	it("the network is gone for 10 s during a batch", { timeout: 120_000 }, async () => {
		const { until, isRight } = begin();
		await until(1000);
		await relay.cut();
		await new Promise((resolve) => setTimeout(resolve, 10_000));
		await relay.open();
		await isRight();
	});

	it("a row that ends its process fails alone, and its worker lives on", async () => {
		const calculator = luaFile("deadly.lua", counting(100));
		const options = { queue: own.url, calculator, threads: 1, sandbox: false } as const;
		const workers = await Workers.start(1, options);
		await using engine = await Engine.open({ calculator, sandbox: false, executor: { queue: own.url } });
		const build = await engine.load("ab");
		const ids = idsTo(500).map((id, i) => (i === 123 ? 666 : i === 400 ? 669 : id));
		const result = await build.calculateBatch(setsOf(ids));
		expect(result.errors.map(({ row, code }) => [row, code])).toEqual([
			[123, "CRASH"],
			[400, "CALCULATOR_ERROR"],
		]);
		expect(result.ok(122) && result.ok(124)).toBe(true);
		expect(workers.deaths).toBe(0);
		workers.end();
	});

	it("a row that ends its worker, each time, is found, and fails alone", { timeout: 120_000 }, async () => {
		const calculator = luaFile("poison.lua", counting(0));
		const options = {
			queue: own.url,
			calculator,
			threads: 1,
			sandbox: false,
			isolation: "thread",
		} as const;
		const workers = await Workers.start(2, { ...options, deadAfterMs: 400 });
		await using engine = await Engine.open({ calculator, sandbox: false, executor: { queue: own.url } });
		const build = await engine.load("ab");
		const ids = idsTo(8).map((id, i) => (i === 5 ? 666 : id));
		const result = await build.calculateBatch(setsOf(ids));
		expect(result.errors.map(({ row, code }) => [row, code])).toEqual([[5, "CRASH"]]);
		expect(result.errors[0]?.message).toMatch(/ended its worker, 3 times/);
		const three = result.column("Three");
		ids.forEach((id, row) => {
			expect(three[row]).toBe(row === 5 ? Number.NaN : 3 * id);
		});
		expect(workers.deaths).toBeGreaterThanOrEqual(3);
		workers.end();
	});
});
