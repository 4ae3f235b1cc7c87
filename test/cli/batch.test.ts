import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { demoBuild, demoTree, lines, run, scratch, sumCalculator } from "./run.js";

const files = scratch();
const build = files.write("build.txt", "any text");
const sum = ["--calculator", sumCalculator, "--threads", "2"];
const batch = (sets: string, ...more: string[]) =>
	run(["batch", build, "--sets", "-", ...sum, ...more], sets);

const lastLine = (text: string) => lines(text).at(-1);

describe("pobatch batch", () => {
	test("answers one JSON line a row, in order, whatever kinds of sets are mixed", async () => {
		const { status, stdout } = await batch(
			'{"add":[1,2]}\n{"nodes":[10,20,30]}\r\n\n{"nodes":[5]}\n{"remove":[7]}\n{}',
		);
		expect(status).toBe(0);
		expect(stdout).toBe(
			'{"row":0,"stats":{"Sum":3}}\n{"row":1,"stats":{"Sum":60}}\n{"row":2,"stats":{"Sum":5}}\n' +
				'{"row":3,"stats":{"Sum":0}}\n{"row":4,"stats":{"Sum":0}}\n',
		);
	});

	test("answers CSV with the error last", async () => {
		const { status, stdout } = await batch('{"add":[1,2]}\n{"add":[70000]}\n', "--format", "csv");
		expect(status).toBe(0);
		expect(stdout).toBe("row,Sum,error\n0,3,\n1,,UNKNOWN_NODE: node 70000 is not in the tree\n");
	});

	test("a line may be of a variant, named in a file or described", async () => {
		const variants = files.write("variants.json", '{"young":{"level":2}}');
		const reference = ["--calculator", "reference", "--tree", demoTree];
		const input = '{}\n{"variant":"young"}\n{"variant":{"level":2}}\n{"variant":"old"}\n';
		const args = ["batch", demoBuild, "--sets", "-", "--variants", variants, "--stats", "Life", ...reference];
		const { status, stdout } = await run(args, input);
		expect(status).toBe(0);
		const rows = stdout
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(rows[1].stats.Life).toBeLessThan(rows[0].stats.Life);
		expect(rows[2].stats).toEqual(rows[1].stats);
		expect(rows[3].error).toEqual({ code: "VARIANT_INVALID", message: 'There is no variant called "old"' });
		for (const [text, message] of [
			["[]", /expected an object for .*variants\.json/i],
			['{"a":1}', /variants\.json: a/],
			["{", /Not JSON/],
		] as const) {
			files.write("variants.json", text);
			const refused = await run(args, input);
			expect(refused.status).toBe(2);
			expect(refused.stderr).toMatch(message);
		}
	});

	test("ends stderr with rows, seconds and milliseconds a row", async () => {
		const { stderr } = await batch('{"add":[1]}\n{"add":[2]}\n');
		expect(lastLine(stderr)).toMatch(/^2 rows, \d+\.\d\d s, \d+\.\d{3} ms\/row$/);
		expect(stderr).toContain("calculator sum 1");
		expect(stderr).not.toContain("█");
	});

	test("answers nothing for no rows", async () => {
		const { status, stdout, stderr } = await batch("\n\n");
		expect(status).toBe(0);
		expect(stdout).toBe("");
		expect(lastLine(stderr)).toBe("0 rows, 0.00 s, 0.000 ms/row");
	});

	test("keeps the order over many batches and threads", async () => {
		const count = 20_000;
		const sets = files.write(
			"many.jsonl",
			Array.from({ length: count }, (_, i) => `{"add":[${1 + (i % 60_000)}]}\n`).join(""),
		);
		const out = files.path("many.out");
		const { status, stdout, stderr } = await run(["batch", build, "--sets", sets, "--out", out, ...sum]);
		expect(status).toBe(0);
		expect(stdout).toBe("");
		expect(lastLine(stderr)).toMatch(/^20000 rows, /);
		expect(lines(readFileSync(out, "utf8"))).toEqual(
			Array.from({ length: count }, (_, i) => `{"row":${i},"stats":{"Sum":${1 + i}}}`),
		);
	});

	test("a failed row costs no other row, and the summary counts it", async () => {
		const { status, stdout, stderr } = await run(
			["batch", demoBuild, "--sets", "-", "--calculator", "reference", "--stats", "Life"],
			'{}\n{"add":[0]}\n{"add":[99999]}\n{"remove":[],"attributes":{"12":"Str"}}\n{}\n',
		);
		expect(status).toBe(0);
		const rows = lines(stdout).map((line) => JSON.parse(line));
		expect(rows.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4]);
		expect(rows.map(({ error }) => error?.code)).toEqual([
			undefined,
			"UNKNOWN_NODE",
			"UNKNOWN_NODE",
			"INVALID_NODE_SET",
			undefined,
		]);
		expect(rows[0].stats).toEqual(rows[4].stats);
		expect(stderr).toContain("3 rows failed, the first one: row 1: UNKNOWN_NODE: ");
		expect(lastLine(stderr)).toMatch(/^5 rows, /);
	});

	test("numbers that JSON cannot write come back as they were, except NaN", async () => {
		const calculator = files.write(
			"odd.lua",
			`return {
				load = function() return {}, { class = "", level = 1, allocated = {} } end,
				stats = function() return { "Inf", "NegInf", "NegZero", "Third", "Nan" } end,
				Calculate = function()
					return { Inf = 1 / 0, NegInf = -1 / 0, NegZero = -1 / (1 / 0), Third = 1 / 3, Nan = 0 / 0 }
				end,
			}`,
		);
		const args = ["batch", build, "--sets", "-", "--calculator", calculator];
		const json = await run(args, "{}\n");
		const { stats } = JSON.parse(json.stdout);
		expect(stats.Inf).toBe(Number.POSITIVE_INFINITY);
		expect(stats.NegInf).toBe(Number.NEGATIVE_INFINITY);
		expect(stats.NegZero).toBe(-0);
		expect(stats.Third).toBe(1 / 3);
		expect(stats.Nan).toBeNull();
		const csv = await run([...args, "--format", "csv"], "{}\n");
		expect(lines(csv.stdout)[1]).toBe("0,Infinity,-Infinity,-0,0.3333333333333333,NaN,");
	});

	test("--stats chooses and orders the stats", async () => {
		const { stdout } = await run(
			["batch", demoBuild, "--sets", "-", "--calculator", "reference", "--stats", "Mana, Life,Mana"],
			"{}\n",
		);
		expect(Object.keys(JSON.parse(stdout).stats)).toEqual(["Mana", "Life"]);
	});

	test("--row-timeout fails the row that hangs and no other", async () => {
		const calculator = files.write(
			"hang.lua",
			`return {
				load = function() return {}, { class = "", level = 1, allocated = {} } end,
				stats = function() return { "X" } end,
				Calculate = function(_, set)
					while set.add[1] == 13 do end
					return { X = 1 }
				end,
			}`,
		);
		const { status, stdout } = await run(
			["batch", build, "--sets", "-", "--calculator", calculator, "--row-timeout", "100"],
			'{"add":[1]}\n{"add":[13]}\n{"add":[2]}\n',
		);
		expect(status).toBe(0);
		expect(lines(stdout).map((line) => JSON.parse(line).error?.code)).toEqual([
			undefined,
			"TIMEOUT",
			undefined,
		]);
	});

	test("reads the build from stdin", async () => {
		const sets = files.write("one.jsonl", "{}\n");
		const { status, stdout } = await run(
			["batch", "-", "--sets", sets, "--stats", "Life", "--calculator", "reference"],
			readFileSync(demoBuild, "utf8"),
		);
		expect(status).toBe(0);
		expect(lines(stdout)).toHaveLength(1);
	});
});

describe("a line that is not a node set", () => {
	test.each([
		["nope", "Not JSON"],
		["[1,2]", "for a node set but received"],
		['"add"', "for a node set but received"],
		['{"add":[1,"x"]}', 'Expected a node id (0 to 65535) for add[1] but received "x"'],
		['{"add":[-1]}', "for add[0] but received -1"],
		['{"add":[1.5]}', "for add[0] but received 1.5"],
		['{"add":7}', "Expected an array of node ids for add"],
		['{"ad":[1]}', 'but received "ad"'],
		['{"nodes":[1],"add":[2]}', "either nodes or add and remove"],
		['{"add":[1],"attributes":{"1":"Luck"}}', 'for attributes.1 but received "Luck"'],
		['{"add":[1],"weaponSets":{"1":3}}', "for weaponSets.1 but received 3"],
	])("%s ends the command with status 2 after the rows before it", async (line, message) => {
		const sets = files.write("bad.jsonl", `{"add":[1]}\n{"nodes":[2]}\n${line}\n{"add":[3]}\n`);
		const { status, stdout, stderr } = await run(["batch", build, "--sets", sets, ...sum]);
		expect(status).toBe(2);
		expect(stdout).toBe('{"row":0,"stats":{"Sum":1}}\n{"row":1,"stats":{"Sum":2}}\n');
		expect(lines(stderr)).toHaveLength(1);
		expect(stderr).toContain(`error: ${sets}:3: `);
		expect(stderr).toContain(message);
	});

	test("stdin is named as such", async () => {
		const { status, stderr } = await batch("{}\n{\n");
		expect(status).toBe(2);
		expect(stderr).toContain("error: stdin:2: Not JSON");
	});
});

describe("--out", () => {
	test("refuses a file that the command reads, and leaves it as it is", async () => {
		const sets = files.write("sets.jsonl", "{}\n");
		const { status, stderr } = await run(["batch", build, "--sets", sets, "--out", sets, ...sum]);
		expect(status).toBe(2);
		expect(stderr).toContain("cannot be its output");
		expect(readFileSync(sets, "utf8")).toBe("{}\n");
	});

	test("says why a file cannot be written", async () => {
		const out = files.path("nowhere/rows.jsonl");
		const { status, stderr } = await batch("{}\n", "--out", out);
		expect(status).toBe(2);
		expect(stderr).toBe(`error: ${out}: cannot write: no such file or directory\n`);
	});
});
