import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, describe, expect, test } from "vitest";
import { isWindows, pressCtrlC, userFolders } from "../../../../test/support/windows.js";
import { slow } from "../support/calculators.js";
import { McpClient } from "../support/mcp.js";
import { Client, demoText, lines, root, scratch } from "../support/server.js";

const files = scratch();
const main = join(root, "dist", "cli", "main.js");
// None of the checkouts that this machine may have.
const env = { ...process.env, POBATCH_POB: "", ...userFolders(files.folder) };
/** The signal that ends a server in order: on Windows all but Ctrl-C end a process at once. */
const stopped = isWindows ? "SIGINT" : "SIGTERM";
const stop = async (child: ChildProcess) => (isWindows ? pressCtrlC(child) : void child.kill("SIGTERM"));
const children: ChildProcessWithoutNullStreams[] = [];
afterAll(() => {
	for (const child of children) child.kill("SIGKILL");
});

function run(...args: string[]) {
	const child = spawn(process.execPath, [main, ...args], { env, windowsHide: true });
	children.push(child);
	const said = { stderr: "" };
	child.stderr.on("data", (chunk) => {
		said.stderr += chunk;
	});
	const output = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	return {
		child,
		said,
		/** The next line on standard output. */
		line: async () => (await output.next()).value as string,
		ended: once(child, "close").then(([status]) => status as number),
	};
}

describe("pobatch serve", () => {
	test("prints its address once it can answer, and stops at a signal in order", {
		timeout: 60_000,
	}, async () => {
		const calculator = files.write("slow.lua", slow(2_000_000));
		const server = run(
			"serve",
			"--port",
			"0",
			"--calculator",
			"reference",
			"--calculator",
			`slow=${calculator}`,
			"--threads",
			"1",
		);
		const client = new Client(await server.line());
		expect((await client.json("/v1/calculators")).body).toMatchObject([
			{ name: "reference", open: true },
			{ name: "slow" },
		]);
		const id = await client.load("any", "?calculator=slow");
		const answer = await client.batch(id, Array(2000).fill({ add: [1] }));
		await stop(server.child);
		expect(lines(await answer.text()).at(-1)).toMatchObject({ error: { code: "SHUTTING_DOWN" } });
		expect(await server.ended).toBe(0);
		expect(server.said.stderr).toMatch(new RegExp(`${stopped}: stopping[\\s\\S]*stopped\\n$`));
	});

	// Each a test of its own: where a process takes long to start, all of them take too long for one.
	test.each([
		["a host for all without a token", ["--host", "0.0.0.0"], /needs a token.*--token/],
		["a token that is nowhere", ["--token", "nowhere"], /nowhere: cannot read the token/],
		["a token that is short", ["--token", files.write("short-token", "abc")], /at least 16 characters/],
		["a port that is none", ["--port", "99999"], /--port.*0 to 65535/],
		[
			"two calculators of a name",
			["--calculator", "reference", "--calculator", "reference"],
			/Two calculators are called/,
		],
		["alerts that are nowhere", ["--alerts", "nowhere"], /nowhere: cannot read the alerts/],
		["a checkout that is none", ["--pob", files.folder], /not|no /],
	] as const)("refuses %s in one line, with status 2", async (_, args, message) => {
		const server = run("serve", "--port", "0", ...args);
		expect(await server.ended).toBe(2);
		expect(server.said.stderr).toMatch(message);
		const errors = server.said.stderr.split("\n").filter((line) => line.startsWith("error:"));
		expect(errors).toHaveLength(1);
	});

	test("explains itself", async () => {
		const help = run("serve", "--help");
		let text = "";
		help.child.stdout.on("data", (chunk) => {
			text += chunk;
		});
		expect(await help.ended).toBe(0);
		expect(text).toMatch(/--allow-links[\s\S]*--debug[\s\S]*Example:/);
	});
});

describe("pobatch open", () => {
	test("prints an address at which the build is loaded", { timeout: 60_000 }, async () => {
		const opened = run(
			"open",
			files.write("opened.json", demoText),
			"--calculator",
			"reference",
			"--threads",
			"1",
		);
		const [address, id] = (await opened.line()).split("/#build=") as [string, string];
		const client = new Client(address);
		expect((await client.json(`/v1/builds/${id}`)).body).toMatchObject({ class: "Falconer", warm: true });
		expect(await (await client.send("/")).text()).toMatch(/<div id="app">/);
		await pressCtrlC(opened.child);
		expect(await opened.ended).toBe(0);
	});

	test("says that a file is not there", { timeout: 60_000 }, async () => {
		const opened = run("open", "nowhere.xml", "--calculator", "reference");
		expect(await opened.ended).toBe(2);
		expect(opened.said.stderr).toMatch(/^error: nowhere\.xml: cannot read the build/);
	});
});

describe("pobatch mcp", () => {
	test("answers over its pipes, reads files, and ends with its client", { timeout: 60_000 }, async () => {
		const transport = new StdioClientTransport({
			command: process.execPath,
			args: [main, "mcp", "--calculator", "reference", "--threads", "1"],
			env: env as Record<string, string>,
			stderr: "pipe",
		});
		const client = await new McpClient().connect(transport);
		const { pid } = transport;
		const { answer } = await client.call("load", { source: files.write("build.json", demoText) });
		expect(answer).toMatchObject({ who: "Skywatcher (Falconer), level 80", calculator: "reference" });
		expect((await client.call("what_if", { remove: [96], stats: ["Life"] })).answer.delta).toHaveProperty(
			"Life",
		);
		await client.close();
		while (isAlive(pid as number)) await new Promise((done) => setTimeout(done, 20));
	});

	test("ends at a signal, though its client is still there", { timeout: 60_000 }, async () => {
		const server = run("mcp", "--calculator", "reference");
		server.child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" })}\n`);
		expect(JSON.parse(await server.line())).toMatchObject({ id: 1, result: {} });
		await stop(server.child);
		expect(await server.ended).toBe(0);
	});
});

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
