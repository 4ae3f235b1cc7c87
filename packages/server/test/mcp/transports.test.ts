import { join } from "node:path";
import type { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../../src/http/server.js";
import { slow } from "../support/calculators.js";
import { McpClient } from "../support/mcp.js";
import { demoText, root, scratch, start } from "../support/server.js";

const token = "0123456789abcdef0123456789abcdef";
const files = scratch();
let server: RunningServer;
beforeAll(async () => {
	server = await start({
		token,
		calculators: [
			{ name: "reference", calculator: "reference" },
			{
				name: "slow",
				calculator: files.write("slow.lua", slow(130_000, "96")),
				tree: join(root, "data", "demo-tree.json"),
			},
		],
	});
});
afterAll(() => server.close());
const connected = () => new McpClient().connectHttp(server.address, { authorization: `Bearer ${token}` });

describe("MCP over HTTP", () => {
	test("needs the token", async () => {
		await expect(new McpClient().connectHttp(server.address)).rejects.toThrow(/401|token/i);
	});

	test("keeps conversations apart", async () => {
		const one = await connected();
		const two = await connected();
		await one.call("load", { source: demoText });
		await two.call("load", { source: demoText.replace('"level": 80', '"level": 75') });
		expect((await one.call("summary")).answer.who).toMatch(/level 80/);
		expect((await two.call("summary")).answer.who).toMatch(/level 75/);
		await one.close();
		expect((await two.call("stats", { stats: ["Life"] })).isError).toBe(false);
		await two.close();
	});

	test("hazard: a stranger does not read files of the machine", async () => {
		const client = await connected();
		const { isError, answer } = await client.call("load", { source: files.write("build.json", demoText) });
		expect([isError, answer.error.code]).toEqual([true, "BUILD_INVALID"]);
		await client.close();
	});

	test("tells progress, and stops what is cancelled", async () => {
		const client = await connected();
		await client.call("load", { source: "any", calculator: "slow" });
		const seen: { progress: number; total?: number | undefined }[] = [];
		const controller = new AbortController();
		const answer = client.call(
			"power",
			{ stats: ["Sum"], depth: 12 },
			{
				signal: controller.signal,
				onprogress: (progress: { progress: number; total?: number }) => {
					seen.push(progress);
					controller.abort();
				},
			},
		);
		await expect(answer).rejects.toThrow();
		expect(seen[0]?.progress).toBeLessThan(seen[0]?.total as number);
		while (server.service.requests.running > 0) await new Promise((done) => setTimeout(done, 10));
		expect((await client.call("stats", { stats: ["Sum"] })).isError).toBe(false);
		await client.close();
	});

	test("a session that has ended is told as one", async () => {
		const client = await connected();
		const transport = client.client.transport as StreamableHTTPClientTransport;
		await transport.terminateSession();
		const answer = await fetch(`${server.address}/mcp`, {
			method: "POST",
			body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
			headers: {
				authorization: `Bearer ${token}`,
				"content-type": "application/json",
				accept: "application/json, text/event-stream",
				"mcp-session-id": "gone",
			},
		});
		expect(answer.status).toBe(404);
	});

	test("hazard: a client that begins one conversation after the other loses its oldest ones", async () => {
		await using other = await start();
		const begin = () =>
			fetch(`${other.address}/mcp`, {
				method: "POST",
				body: JSON.stringify({
					jsonrpc: "2.0",
					id: 1,
					method: "initialize",
					params: {
						protocolVersion: "2025-06-18",
						capabilities: {},
						clientInfo: { name: "x", version: "1" },
					},
				}),
				headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
			});
		const ids: string[] = [];
		for (let i = 0; i < 52; i++) {
			const answer = await begin();
			await answer.text();
			ids.push(answer.headers.get("mcp-session-id") as string);
		}
		const statusOf = async (id: string | undefined) => {
			const answer = await fetch(`${other.address}/mcp`, {
				method: "POST",
				body: JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/list" }),
				headers: {
					"content-type": "application/json",
					accept: "application/json, text/event-stream",
					"mcp-session-id": id as string,
				},
			});
			await answer.text();
			return answer.status;
		};
		expect([await statusOf(ids[0]), await statusOf(ids[1])]).toEqual([404, 404]);
		expect([await statusOf(ids[2]), await statusOf(ids[51])]).toEqual([200, 200]);
	});

	test("hazard: the server is stopped while a tool works: the call is answered with an error", async () => {
		const other = await start({
			calculators: [
				{
					name: "slow",
					calculator: files.write("slow-2.lua", slow(5_000_000, "96")),
					tree: join(root, "data", "demo-tree.json"),
				},
			],
		});
		const client = await new McpClient().connectHttp(other.address);
		await client.call("load", { source: "any" });
		const answer = client.call("power", { stats: ["Sum"], depth: 12 });
		while (other.service.requests.running === 0) await new Promise((done) => setTimeout(done, 5));
		const closing = other.close();
		expect((await answer).answer).toMatchObject({ error: { code: "SHUTTING_DOWN" } });
		await client.close();
		await closing;
	});
});
