import { describe, expect, test } from "vitest";
import { createApp } from "../../src/http/app.js";
import { Service } from "../../src/service/service.js";
import { Client, demoText, start } from "../support/server.js";
import { webhook } from "../support/webhook.js";

/** A sample's value; undefined where there is none. */
function sample(text: string, name: string, ...labels: string[]): number | undefined {
	const line = text
		.split("\n")
		.find((one) => one.startsWith(name) && labels.every((label) => one.includes(label)));
	return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

describe("monitoring of a server", () => {
	test("counts rows, times, memory, cache, reloads, queued jobs and errors", async () => {
		await using server = await start({ engine: { threads: 2, cache: true } });
		const client = new Client(server.address);
		expect(await client.json("/health")).toEqual({ status: 200, body: { status: "ok" } });
		expect(await client.json("/ready")).toEqual({ status: 200, body: { status: "ready" } });
		const id = await client.load(demoText);
		const sets = [{ remove: [96] }, { remove: [96] }, { add: [60_001] }];
		await (await client.batch(id, sets, "?stats=Life")).text();
		await (await client.batch(id, sets, "?stats=Life")).text();
		await client.json("/v1/builds/nowhere");
		const text = await (await client.send("/metrics")).text();

		expect(sample(text, "pobatch_rows_total", 'outcome="ok"')).toBe(4);
		expect(sample(text, "pobatch_rows_total", 'outcome="failed"')).toBe(2);
		const seconds = "pobatch_request_duration_seconds";
		const route = 'route="/v1/builds/:id/batch"';
		expect(sample(text, `${seconds}_count`, route)).toBe(2);
		// All of them within a minute.
		expect(sample(text, `${seconds}_bucket`, 'le="60"', route)).toBe(2);
		// Lines are calculated in groups.
		expect(sample(text, "pobatch_batch_duration_seconds_count")).toBeGreaterThanOrEqual(2);
		for (const state of [0, 1])
			expect(sample(text, "pobatch_state_memory_bytes", `state="${state}"`)).toBeGreaterThan(1e5);
		// The second time, those that do not fail come from the cache.
		const cached = (kind: string) => sample(text, "pobatch_cache_rows_total", `kind="${kind}"`) as number;
		expect(cached("hits")).toBeGreaterThanOrEqual(2);
		expect(cached("hits") + cached("misses")).toBe(6);
		expect(sample(text, "pobatch_state_reloads_total")).toBe(0);
		expect(sample(text, "pobatch_builds_open", 'calculator="reference"')).toBe(1);
		expect(sample(text, "pobatch_jobs", 'status="queued"')).toBe(0);
		expect(sample(text, "pobatch_errors_total", 'code="UNKNOWN_NODE"')).toBe(2);
		expect(sample(text, "pobatch_errors_total", 'code="BUILD_UNKNOWN"')).toBe(1);
	});

	test("says that it is alive, and not ready, before it has started", async () => {
		const service = new Service({ calculators: [{ name: "reference", calculator: "reference" }] });
		const app = createApp(service, { host: "127.0.0.1" });
		const headers = { host: "localhost" };
		const statuses = ["/health", "/metrics", "/ready", "/v1/calculators"].map(
			async (url) => (await app.inject({ url, headers })).statusCode,
		);
		expect(await Promise.all(statuses)).toEqual([200, 200, 503, 503]);
		await app.close();
		await service.close();
	});

	test("tells a threshold that is passed: to the log, to a webhook, and as a metric", async () => {
		const hook = await webhook();
		const said: string[] = [];
		const rule = { name: "strangers", metric: "pobatch_errors_total", labels: { code: "BUILD_UNKNOWN" } };
		await using server = await start({
			log: (text) => said.push(text),
			alerts: {
				intervalSeconds: 0.02,
				webhook: hook.address,
				rules: [{ ...rule, above: 1 }],
			},
		});
		const client = new Client(server.address);
		const firing = async () =>
			sample(await (await client.send("/metrics")).text(), "pobatch_alert_firing", 'rule="strangers"');
		expect(await firing()).toBe(0);
		for (let i = 0; i < 2; i++) await client.json("/v1/builds/nowhere");
		await expect.poll(() => hook.got).toMatchObject([{ rule: "strangers", state: "firing", value: 2 }]);
		expect(said).toEqual(["alert firing: strangers: pobatch_errors_total is 2"]);
		expect(await firing()).toBe(1);
		await hook.close();
	});

	test("a rule of a metric that is not there ends the start", async () => {
		await expect(
			start({ alerts: { rules: [{ name: "rows", metric: "pobatch_row_total", above: 1 }] } }),
		).rejects.toMatchObject({ code: "INVALID_ARGUMENT", hint: expect.stringMatching(/pobatch_rows_total/) });
	});
});
