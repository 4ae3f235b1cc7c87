import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { slow } from "../support/calculators.js";
import { McpClient } from "../support/mcp.js";
import { Client, lines, root, scratch, start } from "../support/server.js";

const files = scratch();
const calculators = [
	{ name: "plain", calculator: files.write("plain.lua", slow(1)) },
	{
		name: "tree",
		calculator: files.write("tree.lua", slow(1, "96")),
		tree: join(root, "data", "demo-tree.json"),
	},
] as const;
const sets = (count: number) => Array.from({ length: count }, (_, i) => ({ add: [i + 1] }));
const tooMany = (used: number) => ({
	error: { code: "LIMIT_EXCEEDED", limit: 1000, used, message: expect.stringMatching(/1000 rows a minute/) },
});

describe("rows of one client within a minute", () => {
	test("are refused when they are used up, with the limit, the use and the time; others have their own", async () => {
		await using server = await start({ calculators, limits: { rowsPerMinute: 1000 } });
		const client = new Client(server.address);
		const id = await client.load("any");
		const had = lines(await (await client.batch(id, sets(20_000))).text()).filter(
			({ stats }) => stats,
		).length;
		// A batch of the engine may begin while any are left, and is answered whole.
		expect(had).toBeGreaterThanOrEqual(1000);
		const answer = await client.send(`/v1/builds/${id}/stats`, {
			method: "POST",
			body: JSON.stringify({ set: { add: [1] } }),
			headers: { "content-type": "application/json" },
		});
		const { error } = (await answer.json()) as { error: { used: number; retryAfterSeconds: number } };
		expect(answer.status).toBe(429);
		expect({ error }).toMatchObject(tooMany(error.used));
		// What came meanwhile is at most a few hundred.
		expect(error.used).toBeGreaterThan(had - 500);
		// Free again when what is used is below the limit; 1,000 of it are paid back in a minute.
		const seconds = ((error.used - 999) * 60) / 1000;
		expect(Math.abs(error.retryAfterSeconds - seconds)).toBeLessThanOrEqual(1.1);
		expect(Number(answer.headers.get("retry-after"))).toBe(error.retryAfterSeconds);
		expect((await client.batch(id, sets(1))).status).toBe(429);
		const model = await new McpClient().connectHttp(server.address);
		const { isError, answer: told } = await model.call("stats", { build: id });
		expect([isError, told]).toMatchObject([true, tooMany(told.error.used)]);
		await model.close();
		// Over pipes: another client.
		const other = await new McpClient().connectTo(server.service);
		expect((await other.call("stats", { build: id })).isError).toBe(false);
		await other.close();
		// What is no row is answered.
		expect((await client.json(`/v1/builds/${id}`)).status).toBe(200);
	});

	test("a streamed batch ends with what it may have, and says so", async () => {
		await using server = await start({ calculators, limits: { rowsPerMinute: 1000 } });
		const client = new Client(server.address);
		const id = await client.load("any");
		const answer = lines(await (await client.batch(id, sets(50_000))).text());
		const last = answer.pop();
		expect(last).toMatchObject(tooMany(last.error.used));
		expect(answer.length).toBeGreaterThan(0);
		expect(answer.length).toBeLessThan(50_000);
		answer.forEach((line, row) => {
			expect(line).toEqual({ row, stats: { Sum: row + 1 } });
		});
	});

	test("a job waits for them, and is answered whole; cancelled while it waits, it ends at once", async () => {
		// Ten rows a second.
		await using server = await start({ calculators, limits: { rowsPerMinute: 600 } });
		const client = new Client(server.address);
		const id = await client.load("any", "?calculator=tree");
		const input = { stats: ["Sum"], depth: 2 };
		const power = { operation: "power", build: id, input };
		const { body: whole } = await client.json(`/v1/builds/${id}/power`, input);
		const useUp = async () => {
			while ((await client.json(`/v1/builds/${id}/power`, input)).status !== 429);
		};
		await useUp();
		const ended = async (job: string) => {
			for (;;) {
				const { body } = await client.json(`/v1/jobs/${job}`);
				if (body.status !== "queued" && body.status !== "running") return body.status;
				await new Promise((done) => setTimeout(done, 10));
			}
		};
		const { body: job } = await client.json("/v1/jobs", power);
		expect(await ended(job.id)).toBe("done");
		const { body: result } = await client.json(`/v1/jobs/${job.id}/result`);
		expect(result.nodes).toEqual(whole.nodes);
		await useUp();
		const { body: second } = await client.json("/v1/jobs", power);
		expect((await client.json(`/v1/jobs/${second.id}`, undefined, "DELETE")).body.status).toBe("cancelled");
	});
});

test("rows of one request: an operation that takes more is refused, a job is not", async () => {
	await using server = await start({ calculators, limits: { rows: 5 } });
	const client = new Client(server.address);
	const id = await client.load("any", "?calculator=tree");
	const input = { stats: ["Sum"], depth: 4 };
	expect(await client.json(`/v1/builds/${id}/power`, input)).toMatchObject({
		status: 413,
		body: { error: { code: "TOO_LARGE", message: expect.stringMatching(/5 rows of one request/) } },
	});
	expect((await client.json(`/v1/builds/${id}/stats`, {})).status).toBe(200);
	const { status } = await client.json("/v1/jobs", { operation: "power", build: id, input });
	expect(status).toBe(202);
});
