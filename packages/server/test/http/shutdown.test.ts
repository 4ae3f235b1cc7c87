import { describe, expect, test } from "vitest";
import { slow } from "../support/calculators.js";
import { Client, lines, scratch, start } from "../support/server.js";

const files = scratch();
/** 30 ms a row. */
const calculator = files.write("slow.lua", slow(2_000_000));

describe("hazard: the server is stopped while it answers", () => {
	test("a batch ends with rows that are right and an error that says so", { timeout: 60_000 }, async () => {
		const server = await start({ calculators: [{ name: "slow", calculator }] });
		const client = new Client(server.address);
		const id = await client.load("a");
		const answer = await client.batch(id, Array(2000).fill({ add: [3] }));
		const closing = server.close();
		const [last, ...rows] = lines(await answer.text()).reverse();
		await closing;
		expect(last).toMatchObject({ error: { code: "SHUTTING_DOWN" } });
		rows.reverse().forEach((line, row) => {
			expect(line).toEqual({ row, stats: { Sum: 3 } });
		});
		await expect(client.load("b")).rejects.toThrow();
	});

	test("a request that cannot be interrupted is answered at once, as are those that come late", {
		timeout: 60_000,
	}, async () => {
		// One row of minutes: its process is killed.
		const server = await start({
			calculators: [{ name: "slow", calculator: files.write("slower.lua", slow(30_000_000_000)) }],
			engine: { isolation: "process" },
		});
		const client = new Client(server.address);
		const id = await client.load("a");
		const answer = client.json(`/v1/builds/${id}/stats`, { set: { add: [1] } });
		while (server.service.requests.running === 0) await new Promise((done) => setTimeout(done, 5));
		const closing = server.close();
		expect(await answer).toMatchObject({ status: 503, body: { error: { code: "SHUTTING_DOWN" } } });
		await closing;
	});

	test("a client that does not read does not keep it from ending", { timeout: 60_000 }, async () => {
		const quick = files.write("quick.lua", slow(1));
		const server = await start({
			calculators: [{ name: "quick", calculator: quick }],
			limits: { goodbyeMs: 100, rows: 10_000_000 },
		});
		const client = new Client(server.address);
		const id = await client.load("a");
		// More than sockets hold, and nobody reads it.
		const body = Array(1_200_000).fill('{"add":[1]}').join("\n");
		const answer = await client.batch(id, body);
		const rows = async () =>
			/pobatch_rows_total\{.*"ok"\} (\d+)/.exec(await (await client.send("/metrics")).text())?.[1];
		// Until the server waits for it.
		for (let before = "", now = "0"; now !== before; now = (await rows()) ?? "0") {
			before = now;
			await new Promise((done) => setTimeout(done, 500));
		}
		await server.close();
		expect(server.service.requests.running).toBe(0);
		await expect(answer.text()).rejects.toThrow();
	});

	test("nor, when its time is over, from being forgotten", { timeout: 60_000 }, async () => {
		const quick = files.write("quick.lua", slow(1));
		await using server = await start({
			calculators: [{ name: "quick", calculator: quick }],
			limits: { goodbyeMs: 100, requestMs: 2000, rows: 10_000_000, requestsAtOnce: 1 },
		});
		const client = new Client(server.address);
		const id = await client.load("a");
		const answer = await client.batch(id, Array(1_200_000).fill('{"add":[1]}').join("\n"));
		while (server.service.requests.running > 0) await new Promise((done) => setTimeout(done, 20));
		expect((await client.json(`/v1/builds/${id}`)).status).toBe(200);
		await expect(answer.text()).rejects.toThrow();
	});
});
