import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { type Build, Engine, type EngineOptions, type EngineWarning, NodeSets } from "pobatch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorker } from "../../src/index.js";
import { prefix, queueName } from "../../src/queue/names.js";
import { counting, luaFile, root } from "../support/calculators.js";
import { needsRedis, RedisServer, redisProgram } from "../support/redis.js";
import { idsTo, setsOf } from "../support/rows.js";

const demoText = readFileSync(join(root, "data", "demo-build.json"), "utf8");
const bitsOf = (values: Float64Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

const closing: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(closing.map((one) => one.close())));

async function openEngine(queue: string, options: EngineOptions = {}): Promise<Engine> {
	const engine = await Engine.open({ threads: 2, ...options, executor: { queue, ...options.executor } });
	closing.push(engine);
	return engine;
}

describe.skipIf(!redisProgram)(`a fleet${needsRedis}`, () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});

	describe("of two workers", () => {
		let local: Build;
		let fleet: Build;
		beforeAll(async () => {
			for (let i = 0; i < 2; i++)
				closing.push(await startWorker({ queue: server.url, threads: 1, isolation: "thread" }));
			const engine = await Engine.open({ threads: 1 });
			closing.push(engine);
			local = await engine.load(demoText);
			fleet = await (await openEngine(server.url)).load(demoText);
		});

		/** Paths, and some sets that no build can have. */
		const mixedSets = () => {
			const paths = local.tree?.pathsWithin(local.allocated, 6) ?? [];
			return NodeSets.deltas(
				Array.from({ length: 3000 }, (_, i) => {
					if (i % 97 === 5) return { add: [60_000] };
					const [one, other] = [paths[i % paths.length], paths[(i * 31) % paths.length]];
					return { add: new Set([...(one?.nodes ?? []), ...(other?.nodes ?? [])]) };
				}),
			);
		};

		it("answers the bits and the errors of one engine, in order, and counts on the way", async () => {
			const sets = mixedSets();
			const seen: number[] = [];
			const [answer, wanted] = await Promise.all([
				fleet.calculateBatch(sets, { onProgress: (done) => seen.push(done) }),
				local.calculateBatch(sets),
			]);
			expect(bitsOf(answer.values).equals(bitsOf(wanted.values))).toBe(true);
			const told = (errors: typeof wanted.errors) =>
				errors.map(({ row, code, message }) => [row, code, message]);
			expect(told(answer.errors)).toEqual(told(wanted.errors));
			expect(answer.errors.length).toBe(31);
			expect(answer.stopped).toBeUndefined();
			expect(seen).toEqual([...seen].sort((a, b) => a - b));
			expect(seen.at(-1)).toBeLessThanOrEqual(3000);
		});

		it("answers full sets, and rows that the cache lacks", async () => {
			const cached = await (await openEngine(server.url, { cache: true })).load(demoText);
			const paths = local.tree?.pathsWithin(local.allocated, 5) ?? [];
			const full = NodeSets.full(paths.map(({ nodes }) => ({ nodes: [...local.allocated, ...nodes] })));
			const wanted = await local.calculateBatch(full);
			for (const half of [full.slice(0, 50), full, full]) {
				const answer = await cached.calculateBatch(half);
				expect(bitsOf(answer.values).equals(bitsOf(wanted.values.slice(0, answer.values.length)))).toBe(true);
			}
			expect((await cached.calculateBatch(full)).cache.misses).toBe(0);
		});

		it("answers variants, mixed with rows of the build itself", async () => {
			const ring = "Rarity: MAGIC\nA Ring\nRuby Ring\nImplicits: 0\n+31 to maximum Life";
			const sets = setsOf(
				Array.from({ length: 200 }, (_, i) => local.tree?.frontier(local.allocated)[i % 9] ?? 0),
			);
			const of = (build: Build) => {
				const some = [undefined, build.variant({ items: { "Ring 1": ring } }), build.variant({ level: 20 })];
				return Array.from({ length: 200 }, (_, i) => some[i % 3]);
			};
			const wanted = await local.calculateBatch(sets, { variants: of(local) });
			const answer = await fleet.calculateBatch(sets, { variants: of(fleet) });
			expect(answer.errors).toEqual([]);
			expect(bitsOf(answer.values).equals(bitsOf(wanted.values))).toBe(true);
			const life = wanted.column("Life");
			expect(new Set([life[0], life[1], life[2]]).size).toBe(3);
		});

		it("answers power and a search as one engine does", async () => {
			const asked = { stats: ["Life", "TotalDPS"], depth: 3 };
			const [power, wanted] = await Promise.all([fleet.power(asked), local.power(asked)]);
			expect(power.nodes).toEqual(wanted.nodes);
			const goal = { goal: "Life", points: 3 };
			const [found, best] = await Promise.all([fleet.search(goal), local.search(goal)]);
			expect([found.set, found.after]).toEqual([best.set, best.after]);
		});

		it("leaves nothing at the queue but the build", async () => {
			const redis = new Redis(server.url);
			await fleet.calculateBatch(mixedSets());
			await expect
				.poll(async () =>
					(await redis.keys("*")).filter((key) => /:(answer|rows-\w+):?(\w{24}-|$)/.test(key)),
				)
				.toEqual([]);
			expect((await redis.keys("pobatch:build:*")).length).toBe(1);
			redis.disconnect();
		});

		it("refuses a job that is not one, and goes on", async () => {
			const redis = new Redis(server.url, { maxRetriesPerRequest: null });
			const names = (await redis.keys("pobatch:rows-*:meta")).map((key) => key.split(":")[1] as string);
			expect(names.length).toBe(1);
			const queue = new Queue(names[0] as string, { connection: redis, prefix });
			const job = await queue.add("rows", { form: 1, batch: "x".repeat(24) });
			await expect.poll(() => job.getState()).toBe("failed");
			const { failedReason } = (await queue.getJob(job.id as string)) ?? {};
			expect(JSON.parse(failedReason ?? "")).toMatchObject({ why: "refused" });
			await job.remove();
			expect(
				(await fleet.calculateBatch(setsOf([local.tree?.frontier(local.allocated)[0] ?? 0]))).errors,
			).toEqual([]);
			await queue.close();
			redis.disconnect();
		});

		it("says that nobody is there who may take the rows, and why not; the batch ends", async () => {
			const warnings: EngineWarning[] = [];
			const engine = await openEngine(server.url, {
				calculator: luaFile("other.lua", counting(0)),
				executor: { queue: server.url, workerWaitMs: 300 },
				onWarning: (warning) => warnings.push(warning),
			});
			expect(warnings).toMatchObject([{ code: "NO_WORKER" }]);
			expect(warnings[0]?.text).toMatch(
				/None of the 2 workers .*the calculator \(reference 1 there, counting 0 here\)/,
			);
			const build = await engine.load("x");
			await expect(build.calculateBatch(setsOf([1]))).rejects.toMatchObject({ code: "NO_WORKER" });
			// The other engine's workers have not been asked.
			expect((await build.calculateBatchSync(setsOf([7]))).column("Three")[0]).toBe(21);
		});
	});

	it("stops a batch at once where its signal says so, and its workers are free for the next one", async () => {
		const calculator = luaFile("slow.lua", counting(400_000));
		closing.push(await startWorker({ queue: server.url, calculator, threads: 1, isolation: "thread" }));
		const build = await (await openEngine(server.url, { calculator })).load("abc");
		const stopping = new AbortController();
		const ids = idsTo(5000);
		const running = build.calculateBatch(setsOf(ids), {
			signal: stopping.signal,
			onProgress: (done) => done > 32 && stopping.abort(),
		});
		const result = await running;
		expect(result.stopped).toBe("ABORTED");
		expect(result.notReached).toBeGreaterThan(0);
		expect(result.notReached).toBeLessThan(5000);
		const three = result.column("Three");
		ids.forEach((id, row) => {
			if (result.ok(row)) expect(three[row]).toBe(3 * id);
		});
		const next = await build.calculateBatch(setsOf([5]), { timeoutMs: 10_000 });
		expect([...next.values]).toEqual([15, 3]);
		// The batch's time limit.
		const late = await build.calculateBatch(setsOf(ids), { timeoutMs: 300 });
		expect(late.stopped).toBe("TIMEOUT");
	});

	it("gives the rows of an engine first whose priority is higher", async () => {
		const calculator = luaFile("priority.lua", counting(1000));
		const worker = await startWorker({ queue: server.url, calculator, threads: 1, isolation: "thread" });
		closing.push(worker);
		const [last, first] = await Promise.all(
			[500, 1].map(async (priority) =>
				(await openEngine(server.url, { calculator, executor: { queue: server.url, priority } })).load("a"),
			),
		);
		const queue = new Queue(queueName(worker.identity), { connection: { url: server.url }, prefix });
		closing.push(queue);
		const order: string[] = [];
		const run = async (name: string, build: Build | undefined) => {
			await build?.calculateBatch(setsOf(idsTo(40)));
			order.push(name);
		};
		// Nobody takes a job until both engines have sent theirs, so that priority alone decides.
		await queue.pause();
		const waiting = async (count: number) => {
			while ((await queue.getJobCountByTypes("prioritized")) < count) await setTimeout(5);
		};
		const batches = [run("last", last)];
		await waiting(1);
		batches.push(run("first", first));
		await waiting(2);
		await queue.resume();
		await Promise.all(batches);
		expect(order).toEqual(["first", "last"]);
	});

	it("an answer that is damaged at the queue is calculated again", async () => {
		const calculator = luaFile("damaged.lua", counting(1));
		const worker = await startWorker({ queue: server.url, calculator, threads: 1, isolation: "thread" });
		closing.push(worker);
		const build = await (await openEngine(server.url, { calculator })).load("abc");
		const redis = new Redis(server.url);
		// The worker's own connection goes on; this one changes a byte of the first answer as soon as it is there.
		let damaged = 0;
		const watching = (async () => {
			while (damaged === 0) {
				const [key] = await redis.keys("pobatch:answer:*");
				if (key === undefined) continue;
				damaged = await redis.setrange(key, 200, "\u0001");
			}
		})();
		const result = await build.calculateBatch(setsOf(idsTo(20_000)));
		await watching;
		const three = result.column("Three");
		idsTo(20_000).forEach((id, row) => {
			if (three[row] !== 3 * id) throw new Error(`row ${row} is ${three[row]}`);
		});
		expect(damaged).toBeGreaterThan(200);
		expect(queueName(worker.identity)).toMatch(/^rows-[0-9a-f]{32}$/);
		redis.disconnect();
	});
});
