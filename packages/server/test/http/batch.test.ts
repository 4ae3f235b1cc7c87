import { readFileSync } from "node:fs";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../../src/http/server.js";
import { slow, wild } from "../support/calculators.js";
import { Client, lines, scratch, start } from "../support/server.js";

const files = scratch();
let server: RunningServer;
let client: Client;
beforeAll(async () => {
	server = await start({
		calculators: [
			{ name: "wild", calculator: files.write("wild.lua", wild) },
			{ name: "slow", calculator: files.write("slow.lua", slow(2_000_000)) },
		],
		engine: { isolation: "process", sandbox: false, rowTimeoutMs: 2000 },
		limits: { rows: 3000, bodyBytes: 200_000 },
	});
	client = new Client(server.address);
}, 60_000);
afterAll(() => server.close());

/** Process ids; where the system does not tell them, none. */
function children(): string {
	return process.platform === "linux" ? readFileSync(`/proc/self/task/${process.pid}/children`, "utf8") : "";
}

const sums = (text: string) => lines(text).map(({ row, stats, error }) => [row, stats?.Sum ?? error?.code]);

describe("a batch over HTTP", () => {
	test("answers row by row, in order, and a row that fails costs no other", async () => {
		const id = await client.load("a");
		const sets = [{ add: [1] }, { add: [669] }, { add: [70_000] }, { add: [2, 3] }];
		const answer = await client.batch(id, sets);
		expect(answer.headers.get("content-type")).toMatch(/^application\/x-ndjson/);
		expect(sums(await answer.text())).toEqual([
			[0, 1],
			[1, "CALCULATOR_ERROR"],
			[2, "UNKNOWN_NODE"],
			[3, 5],
		]);
	});

	test("also as CSV", async () => {
		const id = await client.load("a");
		const answer = await client.batch(id, [{ add: [1] }, { add: [2] }], "?format=csv");
		expect(await answer.text()).toBe("row,Sum,error\n0,1,\n1,2,\n");
	});

	test("of no rows is an empty answer", async () => {
		const id = await client.load("a");
		const answer = await client.batch(id, []);
		expect([answer.status, await answer.text()]).toEqual([200, ""]);
	});

	test("tells rows before it has all sets: a program can talk through one request", async () => {
		const id = await client.load("a");
		const answers: string[] = [];
		await new Promise<void>((resolve, reject) => {
			const outgoing = request(`${server.address}/v1/builds/${id}/batch`, {
				method: "POST",
				headers: { "content-type": "application/x-ndjson" },
			});
			outgoing.on("error", reject);
			outgoing.on("response", (incoming) => {
				incoming.setEncoding("utf8");
				incoming.on("data", (text: string) => {
					answers.push(text);
					// The second set is sent only when the first one was answered.
					if (answers.length === 1) outgoing.end('{"add":[20]}\n');
				});
				incoming.on("end", resolve);
			});
			outgoing.write('{"add":[10]}\n');
		});
		expect(sums(answers.join(""))).toEqual([
			[0, 10],
			[1, 20],
		]);
	});

	test("a first line that is none is refused; a later one ends the answer with an error that has no row", async () => {
		const id = await client.load("a");
		const first = await client.batch(id, "nonsense");
		expect(first.status).toBe(400);
		expect(await first.json()).toMatchObject({ error: { code: "SETS_INVALID" } });
		const later = await client.batch(id, '{"add":[7]}\nnonsense\n{"add":[8]}\n');
		const [row, problem, ...more] = lines(await later.text());
		expect(row).toEqual({ row: 0, stats: { Sum: 7 } });
		expect(problem).toMatchObject({
			error: { code: "SETS_INVALID", message: expect.stringMatching(/^body:2/) },
		});
		expect(problem).not.toHaveProperty("row");
		expect(more).toEqual([]);
	});

	test("a stat that does not exist is refused before a row is calculated", async () => {
		const id = await client.load("a");
		const answer = await client.batch(id, [{ add: [1] }], "?stats=Sum,Some");
		expect(answer.status).toBe(400);
		expect(await answer.json()).toMatchObject({ error: { code: "UNKNOWN_STAT" } });
	});

	test("sets that are sent as JSON are refused with what to do", async () => {
		const id = await client.load("a");
		const answer = await client.json(`/v1/builds/${id}/batch`, [{ add: [1] }]);
		expect(answer).toMatchObject({
			status: 400,
			body: { error: { hint: expect.stringMatching(/x-ndjson/) } },
		});
	});

	test("more rows than allowed: those that are, then TOO_LARGE", async () => {
		const id = await client.load("a");
		const answer = lines(
			await (await client.batch(id, Array(3500).fill({ add: [1] }))).text().catch(() => ""),
		);
		expect(answer).toHaveLength(3001);
		expect(answer.at(-1)).toMatchObject({ error: { code: "TOO_LARGE" } });
		expect(answer[2999]).toEqual({ row: 2999, stats: { Sum: 1 } });
	});

	test("a body that is larger than allowed ends in TOO_LARGE, however it is sent", async () => {
		const id = await client.load("a");
		async function* endless() {
			for (;;) yield Buffer.from(`${" ".repeat(10_000)}\n`);
		}
		const problem = await client.batch(id, endless() as never).then(
			async (answer) => lines(await answer.text()).at(-1),
			// The connection may be closed while the body is still sent.
			() => undefined,
		);
		if (problem) expect(problem).toMatchObject({ error: { code: "TOO_LARGE" } });
		const big = await client.json("/v1/builds", { text: "x".repeat(300_000) });
		expect(big).toMatchObject({ status: 413, body: { error: { code: "TOO_LARGE" } } });
	});
});

describe("hazard: rows of strangers", () => {
	test("a row that ends its process, and one that never ends, fail alone", { timeout: 60_000 }, async () => {
		const id = await client.load("b");
		const sets = [{ add: [1] }, { add: [666] }, { add: [2] }, { add: [668] }, { add: [3] }];
		expect(sums(await (await client.batch(id, sets)).text())).toEqual([
			[0, 1],
			[1, "CRASH"],
			[2, 2],
			[3, "TIMEOUT"],
			[4, 3],
		]);
	});

	test("a build that ends its process costs its own request, and the second time no process", {
		timeout: 60_000,
	}, async () => {
		const id = await client.load("c");
		const text = { text: "deadly" };
		expect(await client.json("/v1/builds", text)).toMatchObject({
			status: 500,
			body: { error: { code: "CRASH" } },
		});
		// Its process was replaced by now: whoever needs one waits for that.
		expect(sums(await (await client.batch(id, [{ add: [4] }])).text())).toEqual([[0, 4]]);
		const before = children();
		expect(await client.json("/v1/builds", text)).toMatchObject({ body: { error: { code: "CRASH" } } });
		expect(sums(await (await client.batch(id, [{ add: [5] }])).text())).toEqual([[0, 5]]);
		expect(children()).toEqual(before);
	});

	test("a client that goes away stops its rows", { timeout: 60_000 }, async () => {
		const id = await client.load("d", "?calculator=slow");
		const controller = new AbortController();
		const answer = await client.send(`/v1/builds/${id}/batch`, {
			method: "POST",
			// 30 ms a row: a minute in all.
			body: Array(2000).fill('{"add":[1]}').join("\n"),
			headers: { "content-type": "application/x-ndjson" },
			signal: controller.signal,
		});
		await answer.body?.getReader().read();
		controller.abort();
		while (server.service.requests.running > 0) await new Promise((done) => setTimeout(done, 20));
		// The state is free: what it was busy with would have to end first.
		expect(sums(await (await client.batch(id, [{ add: [9] }])).text())).toEqual([[0, 9]]);
	});

	test("a request that takes too long is stopped and says so", { timeout: 60_000 }, async () => {
		await using impatient = await start({
			calculators: [{ name: "slow", calculator: files.write("slower.lua", slow(2_000_000)) }],
			limits: { requestMs: 700 },
		});
		const other = new Client(impatient.address);
		const id = await other.load("d");
		const answer = lines(await (await other.batch(id, Array(2000).fill({ add: [1] }))).text());
		expect(answer.at(-1)).toMatchObject({ error: { code: "TIMEOUT" } });
		answer.slice(0, -1).forEach((line, row) => {
			expect(line).toEqual({ row, stats: { Sum: 1 } });
		});
	});
});

test("hazard: a client that reads slowly does not fill the memory: the server waits for it", {
	timeout: 60_000,
}, async () => {
	await using patient = await start({
		calculators: [{ name: "wild", calculator: files.write("wide.lua", wild) }],
		engine: { isolation: "thread", sandbox: false },
		limits: { rows: 10_000_000 },
	});
	const other = new Client(patient.address);
	const id = await other.load("e");
	// More than sockets hold: some 35 MB of rows.
	const count = 1_200_000;
	const answer = await other.batch(id, Array(count).fill('{"add":[1]}').join("\n"), "");
	const rows = async () =>
		Number(
			/pobatch_rows_total\{.*outcome="ok"\} (\d+)/.exec(await (await other.send("/metrics")).text())?.[1],
		);
	// Nobody reads: what the sockets hold is answered, then nothing more.
	let before = -1;
	for (let now = 0; now !== before; now = await rows()) {
		before = now;
		await new Promise((done) => setTimeout(done, 500));
	}
	expect(before).toBeLessThan(count);
	let total = 0;
	const decoder = new TextDecoder();
	for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>)
		total += decoder.decode(chunk, { stream: true }).split("\n").length - 1;
	expect(total).toBe(count);
});
