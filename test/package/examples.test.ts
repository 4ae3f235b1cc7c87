import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { pressCtrlC } from "../support/windows.js";

// The examples import the built package by its name, as a user's program does.
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pobatch-examples-"));
let server: ChildProcess | undefined;

afterAll(() => {
	server?.kill("SIGKILL");
	rmSync(folder, { recursive: true, force: true });
});

function run(name: string, ...args: string[]): string[] {
	const program = join("examples", name);
	return execFileSync(process.execPath, [program, ...args], { cwd: root, encoding: "utf8" })
		.trim()
		.split("\n");
}

test("batch-from-csv answers one line per candidate, the wrong one with its error", () => {
	const [head, ...rows] = run("batch-from-csv.mjs", "examples/candidates.csv");
	expect(head).toBe("name,Life,TotalDPS,TotalEHP,error");
	expect(rows.map((row) => row.split(",")[0])).toEqual(["as it is", "Dusty Oven", "Vigour", "no such node"]);
	expect(rows[0]).toMatch(/^as it is(,\d+(\.\d+)?){3},""$/);
	expect(rows[3]).toMatch(/^no such node,,,,".*node.* 1.*"$/);
});

test("heat-map writes a picture with the nodes it names", () => {
	const file = join(folder, "life.svg");
	const [line] = run("heat-map.mjs", "Life", file);
	const [, count, best] = /(\d+) nodes, best (.*)$/.exec(line as string) ?? [];
	const svg = readFileSync(file, "utf8");
	expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
	expect(svg.match(/<g class="node [^"]*hot/g)?.length).toBe(Number(count));
	expect(svg).toContain(`>${best}</text>`);
});

test("next-best-points spends no more than its points, and each step gains", () => {
	const [first, ...steps] = run("next-best-points.mjs", "TotalEHP", "5");
	const values = [first, ...steps].map((line) => Number(/TotalEHP (\d+)/.exec(line as string)?.[1]));
	expect(steps.length).toBeGreaterThan(0);
	expect(values).toEqual([...values].sort((a, b) => a - b));
	const spent = steps.map((line) => Number(/with (\d+) more/.exec(line)?.[1])).reduce((a, b) => a + b);
	expect(spent).toBeLessThanOrEqual(5);
});

test("http-server answers rows, wrong rows and wrong requests", async () => {
	server = spawn(process.execPath, [join("examples", "http-server.mjs"), "0"], {
		cwd: root,
		stdio: ["ignore", "pipe", "ignore"],
		windowsHide: true,
	});
	const lines = createInterface({ input: server.stdout as NodeJS.ReadableStream });
	const [address] = (await once(lines, "line")) as [string];
	const post = async (body: string) => {
		const response = await fetch(address, { method: "POST", body });
		return { status: response.status, body: (await response.json()) as { rows?: unknown; errors?: unknown } };
	};

	const good = await post('{"sets": [{}, {"add": [1]}], "stats": ["Life"]}');
	expect(good.status).toBe(200);
	expect(good.body.rows).toEqual([{ Life: expect.any(Number) }, null]);
	expect(good.body.errors).toEqual([{ row: 1, code: "UNKNOWN_NODE", message: expect.any(String) }]);
	expect((await post('{"sets": [{}], "stats": ["Lief"]}')).status).toBe(400);
	expect((await post("{")).status).toBe(400);
	expect((await post(" ".repeat(1_000_001))).status).toBe(413);

	await pressCtrlC(server);
	expect((await once(server, "exit"))[0]).toBe(0);
});

test("custom-calculator finds the best of its paths", () => {
	expect(run("custom-calculator.mjs")).toEqual([
		expect.stringMatching(/^\d+ paths, the best: [1-9]\d*% increased maximum Life for \d+ points$/),
	]);
});
