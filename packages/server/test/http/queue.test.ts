import { expect, test } from "vitest";
import { needsRedis, RedisServer, redisProgram } from "../../../fleet/test/support/redis.js";
import { Workers } from "../../../fleet/test/support/workers.js";
import { Client, demoText, lines, start } from "../support/server.js";

test.skipIf(redisProgram === undefined)(
	`a server whose rows are calculated by the workers of a queue answers the same${needsRedis}`,
	{ timeout: 120_000 },
	async () => {
		const redis = await RedisServer.start();
		const workers = await Workers.start(1, { queue: redis.url, calculator: "reference", threads: 1 });
		await using plain = await start();
		await using queued = await start({ engine: { isolation: "process", executor: { queue: redis.url } } });
		const sets = Array.from({ length: 300 }, (_, i) => (i % 2 ? { remove: [96] } : { add: [70_000 + i] }));
		const answers = await Promise.all(
			[plain, queued].map(async ({ address }) => {
				const client = new Client(address);
				const id = await client.load(demoText);
				const { body } = await client.json(`/v1/builds/${id}/stats`, { set: { remove: [96] } });
				return { body, rows: lines(await (await client.batch(id, sets)).text()) };
			}),
		);
		expect(answers[1]).toEqual(answers[0]);
		expect(answers[1]?.rows).toHaveLength(300);
		// An engine without states for rows.
		expect(queued.service.calculators.opened().get("reference")?.threads).toBe(0);
		const metrics = async () => (await new Client(queued.address).send("/metrics")).text();
		// What engines wait for is told every few seconds.
		const row = (name: string, value: number) => `pobatch_queue_${name}{calculator="reference"} ${value}\n`;
		await expect.poll(metrics, { timeout: 15_000 }).toContain(row("rows_left", 0));
		const text = await metrics();
		for (const [name, value] of [
			["up", 1],
			["workers", 1],
			["threads", 1],
			["jobs_waiting", 0],
			["jobs_active", 0],
			["seconds_left", 0],
		] as const)
			expect(text).toContain(row(name, value));
		await expect
			.poll(metrics, { timeout: 15_000 })
			.toMatch(/^pobatch_queue_rows_per_second\{calculator="reference"\} [1-9]/m);
		expect(
			(await (await fetch(`${plain.address}/metrics`)).text()).match(/^pobatch_queue_\w+\{/m),
		).toBeNull();

		// Nobody takes rows: those that wait are told.
		workers.end();
		const { service } = queued;
		const client = new Client(queued.address);
		const id = await client.load(demoText);
		const waiting = client.json("/v1/jobs", {
			operation: "power",
			build: id,
			input: { stats: ["Life"], depth: 7 },
		});
		await expect.poll(metrics, { timeout: 15_000 }).toMatch(/^pobatch_queue_rows_left\{[^}]+\} [1-9]/m);
		await service.jobs.cancel((await waiting).body.id);

		// A queue that is gone makes its own metrics missing, no others.
		await redis.stop();
		await expect
			.poll(metrics, { timeout: 15_000 })
			.toMatch(/^pobatch_queue_up\{calculator="reference"\} 0$/m);
		const without = await metrics();
		expect(without).not.toMatch(/^pobatch_queue_workers\{/m);
		expect(without).toMatch(/^pobatch_rows_total\{/m);
	},
);
