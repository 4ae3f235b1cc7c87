import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { ended, lines, run, scratch, slowCalculator, start, sumCalculator } from "./run.js";

/** How often the command is killed; more often with POBATCH_KILLS=20. */
const kills = Number(process.env.POBATCH_KILLS ?? 5);
const count = 6000;

const files = scratch();
const build = files.write("build.txt", "any text");
const sets = files.write(
	"sets.jsonl",
	// Every seventh set is unknown to any tree: failed rows count as rows, too.
	Array.from({ length: count }, (_, i) => `{"add":[${i % 7 === 6 ? 70_000 + i : 1 + i}]}\n`).join(""),
);
// A row takes some tenths of a millisecond: the whole batch seconds.
const slow = slowCalculator(files, 20_000);

const command = (out: string, format: string, calculator = sumCalculator) => [
	...["batch", build, "--sets", sets, "--calculator", calculator, "--threads", "1"],
	...["--format", format, "--out", out],
];

describe.each(["jsonl", "csv"])("pobatch batch --resume, %s", (format) => {
	const whole = files.path(`whole.${format}`);
	beforeAll(async () => {
		expect((await run(command(whole, format))).status).toBe(0);
	});

	test(`killed ${kills} times at any moment, it loses nothing that was written`, async () => {
		const out = files.path(`killed.${format}`);
		for (let i = 0; i < kills; i++) {
			const child = start([...command(out, format, slow), "--resume"]);
			const end = ended(child);
			const before = sizeOf(out);
			// At random moments once it writes; sometimes before.
			const patience = i % 4 === 3 ? 0 : 8000;
			for (let waited = 0; sizeOf(out) <= before && waited < patience; waited += 10) await delay(10);
			await delay((i * 37) % 90);
			child.kill("SIGKILL");
			await end;
			expect(sizeOf(out)).toBeGreaterThanOrEqual(before);
			expect(readFileSync(whole, "utf8").startsWith(textOf(out))).toBe(true);
		}
		const last = await run([...command(out, format), "--resume"]);
		expect(last.status).toBe(0);
		expect(last.stderr).toMatch(/Continued after row \d+\./);
		expect(readFileSync(out, "utf8")).toBe(readFileSync(whole, "utf8"));
	}, 300_000);

	test("an incomplete last line is cut off, wherever it ends", async () => {
		const text = readFileSync(whole, "utf8");
		const out = files.path(`torn.${format}`);
		for (const length of [0, 1, 5, text.length - 1, text.length - 20, Math.floor(text.length / 2)]) {
			writeFileSync(out, text.slice(0, length));
			const { status } = await run([...command(out, format), "--resume"]);
			expect(status).toBe(0);
			expect(readFileSync(out, "utf8")).toBe(text);
		}
	});

	test("a complete file stays as it is", async () => {
		const out = files.write(`complete.${format}`, readFileSync(whole, "utf8"));
		const { status, stderr } = await run([...command(out, format), "--resume"]);
		expect(status).toBe(0);
		expect(readFileSync(out, "utf8")).toBe(readFileSync(whole, "utf8"));
		expect(lines(stderr).at(-1)).toMatch(/^0 rows, /);
	});

	test("a missing file is created", async () => {
		const out = files.path(`new.${format}`);
		expect((await run([...command(out, format), "--resume"])).status).toBe(0);
		expect(readFileSync(out, "utf8")).toBe(readFileSync(whole, "utf8"));
	});
});

describe("pobatch batch --resume refuses, and leaves the file as it is", () => {
	const cases: [name: string, format: string, text: string, message: string][] = [
		[
			"rows out of order",
			"jsonl",
			'{"row":1,"stats":{"Sum":1}}\n',
			":1: cannot go on after this file: it is row 1",
		],
		["rows of other stats", "jsonl", '{"row":0,"stats":{"Life":1}}\n', "not a row of these stats"],
		["something else", "jsonl", "hello\nworld\n", ":1: cannot go on"],
		["a header of other stats", "csv", "row,Life,error\n0,1,\n", "its header names other stats"],
		["a gap", "csv", "row,Sum,error\n0,1,\n2,3,\n", ":3: cannot go on after this file: it is row 2"],
		["a line too short", "csv", "row,Sum,error\n0\n", ":2: cannot go on"],
	];
	test.each(cases)("%s (%s)", async (name, format, text, message) => {
		const out = files.write(`${name}.out`, text);
		const { status, stderr } = await run([...command(out, format), "--resume"]);
		expect(status).toBe(2);
		expect(lines(stderr)).toHaveLength(1);
		expect(stderr).toContain(message);
		expect(readFileSync(out, "utf8")).toBe(text);
	});

	test("more rows than there are node sets", async () => {
		const few = files.write("few.jsonl", "{}\n{}\n");
		const text = Array.from({ length: 3 }, (_, row) => `{"row":${row},"stats":{"Sum":0}}\n`).join("");
		const out = files.write("more.out", text);
		const { status, stderr } = await run([
			...["batch", build, "--sets", few, "--calculator", sumCalculator, "--out", out, "--resume"],
		]);
		expect(status).toBe(2);
		expect(stderr).toContain("has only 2 rows, but 3 were answered before");
		expect(readFileSync(out, "utf8")).toBe(text);
	});

	test("a missing --out", async () => {
		const { status, stderr } = await run(["batch", build, "--sets", sets, "--resume"]);
		expect(status).toBe(2);
		expect(stderr).toContain("--resume needs --out");
	});
});

test("a kill in the middle loses at most the rows in flight", async () => {
	const out = files.path("flight.jsonl");
	const child = start([...command(out, "jsonl", slow)]);
	const end = ended(child);
	await once(child, "spawn");
	while (lineCount(out) === 0) await delay(10);
	await delay(1000);
	child.kill("SIGKILL");
	await end;
	// At most three thousand rows per second, and batches of half a second: most of a second's rows must be there.
	expect(lineCount(out)).toBeGreaterThan(100);
});

/** Empty if the command was killed before it created the file. */
function textOf(file: string): string {
	return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function sizeOf(file: string): number {
	return existsSync(file) ? statSync(file).size : 0;
}

function lineCount(file: string): number {
	return existsSync(file) ? lines(readFileSync(file, "utf8")).length : 0;
}
