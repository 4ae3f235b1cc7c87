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
		workers.end();
	},
);
