import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../../src/http/server.js";
import { Client, demoText, start } from "../support/server.js";

const token = "0123456789abcdef0123456789abcdef";
let open: RunningServer;
let closed: RunningServer;
beforeAll(async () => {
	open = await start({ names: ["Builds.Example"] });
	closed = await start({ token });
});
afterAll(() => Promise.all([open.close(), closed.close()]));

/** With headers that fetch does not let a program choose. */
function raw(
	address: string,
	headers: Record<string, string>,
	path = "/v1/calculators",
): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		const outgoing = request(`${address}${path}`, { headers, setHost: false }, (incoming) => {
			incoming.resume();
			resolve(incoming.statusCode);
		});
		outgoing.on("error", reject);
		outgoing.end();
	});
}

describe("hazard: pages of other sites in the user's browser", () => {
	test("a name that is rebound to this machine is refused, names of this machine are not", async () => {
		const { port } = new URL(open.address);
		for (const host of [
			`127.0.0.1:${port}`,
			`localhost:${port}`,
			"LOCALHOST",
			`[::1]:${port}`,
			"builds.example",
		])
			expect([host, await raw(open.address, { host })]).toEqual([host, 200]);
		for (const host of [
			"evil.example",
			`evil.example:${port}`,
			"127.0.0.1.evil.example",
			"localhost.evil.example",
			"",
			"10.0.0.7",
		])
			expect([host, await raw(open.address, { host })]).not.toEqual([host, 200]);
	});

	test("another origin is refused, also where nothing would be answered to it", async () => {
		const own = { host: new URL(open.address).host };
		for (const origin of ["https://evil.example", "null", "http://localhost:1"])
			expect([origin, await raw(open.address, { ...own, origin })]).toEqual([origin, 403]);
		expect(await raw(open.address, { ...own, origin: open.address })).toBe(200);
		const answer = await fetch(`${open.address}/v1/builds`, {
			method: "POST",
			body: demoText,
			headers: { "content-type": "text/plain", origin: "https://evil.example" },
		});
		expect(answer.status).toBe(403);
	});

	test("no answer allows other origins", async () => {
		const answer = await fetch(`${open.address}/v1/calculators`);
		expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
		const preflight = await fetch(`${open.address}/v1/builds`, { method: "OPTIONS" });
		expect(preflight.status).toBe(404);
	});
});

describe("a server with a token", () => {
	test("answers nobody without it", async () => {
		for (const path of ["/v1/calculators", "/metrics", "/openapi.json", "/mcp", "/v1/jobs/x", "/nowhere"]) {
			const answer = await fetch(`${closed.address}${path}`);
			expect([path, answer.status, await answer.json()]).toMatchObject([
				path,
				401,
				{ error: { code: "UNAUTHORIZED" } },
			]);
		}
	});

	test("nor with another one", async () => {
		for (const given of [token.slice(1), `${token}0`, "x", token.toUpperCase()]) {
			const answer = await fetch(`${closed.address}/v1/calculators`, {
				headers: { authorization: `Bearer ${given}` },
			});
			expect([given, answer.status]).toEqual([given, 401]);
		}
		const basic = await fetch(`${closed.address}/v1/calculators`, {
			headers: { authorization: `Basic ${token}` },
		});
		expect(basic.status).toBe(401);
	});

	test("answers whoever has it", async () => {
		const client = new Client(closed.address, { authorization: `bearer ${token}` });
		expect((await client.json("/v1/calculators")).body).toMatchObject([{ name: "reference", open: true }]);
	});

	test("tells everybody that it is alive", async () => {
		expect((await fetch(`${closed.address}/health`)).status).toBe(200);
		expect((await fetch(`${closed.address}/ready`)).status).toBe(200);
	});
});

test("no server listens beyond the loopback without a token", async () => {
	const calculators = [{ name: "reference", calculator: "reference" }] as const;
	await expect(startServer({ calculators, host: "0.0.0.0", port: 0 })).rejects.toMatchObject({
		code: "INVALID_ARGUMENT",
		hint: expect.stringMatching(/--token/),
	});
});

test("a port that is taken is told as one", async () => {
	const port = Number(new URL(open.address).port);
	await expect(start({ port })).rejects.toMatchObject({
		code: "INVALID_ARGUMENT",
		message: expect.stringMatching(/another program has it/),
	});
});

describe("limits of one client", () => {
	test("requests within a minute", async () => {
		await using server = await start({ limits: { requestsPerMinute: 5 } });
		const statuses: number[] = [];
		for (let i = 0; i < 7; i++) statuses.push((await fetch(`${server.address}/v1/calculators`)).status);
		expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
		const refused = await fetch(`${server.address}/v1/calculators`);
		expect(await refused.json()).toMatchObject({ error: { code: "LIMIT_EXCEEDED" } });
		// A monitor is no client.
		expect((await fetch(`${server.address}/health`)).status).toBe(200);
	});

	test("requests at once", async () => {
		await using server = await start({ limits: { requestsAtOnce: 2 } });
		const client = new Client(server.address);
		const id = await client.load();
		const ends: (() => void)[] = [];
		const held = [0, 1].map(() => {
			const body = new ReadableStream({
				start(controller) {
					controller.enqueue(new TextEncoder().encode("{}\n"));
					ends.push(() => controller.close());
				},
			});
			return client.batch(id, body, "?stats=Life");
		});
		const answers = await Promise.all(held);
		expect(await client.json(`/v1/builds/${id}`)).toMatchObject({
			status: 429,
			body: { error: { code: "LIMIT_EXCEEDED" } },
		});
		for (const end of ends) end();
		await Promise.all(answers.map((answer) => answer.text()));
		while (server.service.requests.running > 0) await new Promise((done) => setTimeout(done, 5));
		expect((await client.json(`/v1/builds/${id}`)).status).toBe(200);
	});
});
