import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientOf } from "../../src/http/requests.js";
import { type RunningServer, startServer } from "../../src/http/server.js";
import { Client, demoText, lines, start } from "../support/server.js";

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
		const { hostname, port } = new URL(address);
		const outgoing = request({ hostname, port, path, headers, setHost: false }, (incoming) => {
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
		// Behind a proxy that has the TLS.
		const proxied = { host: "builds.example", origin: "https://builds.example" };
		expect(await raw(open.address, proxied)).toBe(200);
		for (const origin of [
			"https://builds.example.evil.example",
			"https://builds.example:8443",
			"https://x@builds.example",
		])
			expect([origin, await raw(open.address, { ...proxied, origin })]).toEqual([origin, 403]);
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

	test("hazard: paths that look public are not a way around it", async () => {
		const { host } = new URL(closed.address);
		for (const path of [
			"/page/../v1/calculators",
			"/page/%2e%2e/v1/calculators",
			"/page/..%2fv1/calculators",
			"/page/..%5cv1%5ccalculators",
			"//v1/calculators",
			"/v1/calculators?x=/page/",
			"/V1/calculators",
			"/page/../../package.json",
			"/page/%2e%2e%2f%2e%2e%2fpackage.json",
			"http://localhost/page/../v1/calculators",
		])
			expect([path, await raw(closed.address, { host }, path)]).not.toEqual([path, 200]);
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
		const { error } = (await refused.json()) as { error: Record<string, unknown> };
		expect(error).toMatchObject({ code: "LIMIT_EXCEEDED", limit: 5, used: 5 });
		expect(Number(refused.headers.get("retry-after"))).toBe(error.retryAfterSeconds);
		// A monitor is no client.
		expect((await fetch(`${server.address}/health`)).status).toBe(200);
	});

	test("requests at once", async () => {
		await using server = await start({ limits: { requestsAtOnce: 2 } });
		const client = new Client(server.address);
		const id = await client.load();
		const held = [new HeldBody(), new HeldBody()];
		const answers = await Promise.all(held.map(({ body }) => client.batch(id, body, "?stats=Life")));
		expect(await client.json(`/v1/builds/${id}`)).toMatchObject({
			status: 429,
			body: { error: { code: "LIMIT_EXCEEDED", limit: 2, used: 2 } },
		});
		for (const one of held) one.end();
		await Promise.all(answers.map((answer) => answer.text()));
		while (server.service.requests.running > 0) await new Promise((done) => setTimeout(done, 5));
		expect((await client.json(`/v1/builds/${id}`)).status).toBe(200);
	});

	test("bytes of all bodies that are under way", async () => {
		await using server = await start({ limits: { bodiesBytes: 10_000 } });
		const client = new Client(server.address);
		const id = await client.load();
		const held = new HeldBody();
		const answer = await client.batch(id, held.body, "?stats=Life");
		// Told before it comes, and counted while it comes.
		expect(await client.json("/v1/builds", { text: "x".repeat(10_000) })).toMatchObject({
			status: 429,
			body: { error: { code: "LIMIT_EXCEEDED", limit: 10_000, used: 3 } },
		});
		held.add(" ".repeat(12_000));
		expect(lines(await answer.text()).at(-1)).toMatchObject({ error: { code: "LIMIT_EXCEEDED", used: 3 } });
		while (server.service.requests.running > 0) await new Promise((done) => setTimeout(done, 5));
		expect((await client.json(`/v1/builds/${id}/stats`, {})).status).toBe(200);
	});

	test("of an IPv6 network are those of all its addresses; an IPv4 address is the same in both forms", () => {
		const of = (ip: string) => clientOf({ ip });
		expect(of("2001:db8:1:2:3:4:5:6")).toBe(of("2001:db8:1:2::1"));
		expect(of("2001:db8::1")).toBe(of("2001:db8:0:0:ffff::"));
		expect(of("2001:db8:1:3::1")).not.toBe(of("2001:db8:1:2::1"));
		expect(of("::ffff:10.0.0.1")).toBe("10.0.0.1");
		expect(of("::ffff:10.0.0.2")).not.toBe(of("::ffff:10.0.0.1"));
	});
});

/** The body of a batch that has one row, and goes on. */
class HeldBody {
	readonly body: ReadableStream;
	#controller: ReadableStreamDefaultController | undefined;

	constructor() {
		this.body = new ReadableStream({
			start: (controller) => {
				this.#controller = controller;
				this.add("{}\n");
			},
		});
	}

	add(text: string): void {
		this.#controller?.enqueue(new TextEncoder().encode(text));
	}

	end(): void {
		this.#controller?.close();
	}
}
