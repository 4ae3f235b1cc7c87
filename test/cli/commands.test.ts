import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { demoBuild, lines, run } from "./run.js";

test.each([
	"calc",
	"batch",
	"power",
	"profile",
	"coverage",
	"demo",
	"pob",
	"cache",
	"doctor",
])("%s --help shows an example", async (command) => {
	const { status, stdout } = await run([command, "--help"]);
	expect(status).toBe(0);
	expect(stdout).toMatch(new RegExp(`Example:\\n  \\$ pobatch ${command}`));
});

describe("pobatch calc", () => {
	test("prints the build and its stats, and says which calculator answers", async () => {
		const { class: name, level } = JSON.parse(readFileSync(demoBuild, "utf8"));
		const { status, stdout, stderr } = await run(["calc", demoBuild, "--calculator", "reference"]);
		expect(status).toBe(0);
		expect(lines(stdout)[0]).toContain(`(${name}), level ${level}, `);
		expect(stdout).toMatch(/^Life\s+[\d,]+$/m);
		expect(stderr).toContain("calculator reference");
	});

	test("--json is one object with all digits", async () => {
		const { status, stdout } = await run([
			"calc",
			demoBuild,
			"--calculator",
			"reference",
			"--json",
			"--stats",
			"Life,TotalEHP",
		]);
		expect(status).toBe(0);
		const { calculator, build, stats } = JSON.parse(stdout);
		expect(calculator.name).toBe("reference");
		expect(build.treeVersion).toBe("demo");
		expect(Object.keys(stats)).toEqual(["Life", "TotalEHP"]);
	});
});

describe("pobatch coverage", () => {
	test("tells the share and lists the lines that are not understood", async () => {
		const { status, stdout } = await run(["coverage"]);
		expect(status).toBe(0);
		expect(lines(stdout)[0]).toMatch(
			/^Tree demo: [\d,]+ of [\d,]+ distinct stat lines understood \(\d+\.\d %\)/,
		);
		const json = await run(["coverage", "--json"]);
		const { lines: all, understood, unknown, tree } = JSON.parse(json.stdout);
		expect(tree).toBe("demo");
		expect(unknown).toHaveLength(all - understood);
		for (const { line } of unknown.slice(0, 5)) expect(stdout).toContain(line);
	});
});

describe("pobatch demo", () => {
	test("prints the best of 1,000 rows and the rate", async () => {
		const { status, stdout } = await run(["demo"]);
		expect(status).toBe(0);
		expect(stdout).toContain("1000 node sets");
		expect(stdout).toMatch(/^build\s/m);
		expect(lines(stdout).at(-1)).toMatch(/^1000 rows, [\d.]+ s, [\d.]+ ms\/row, [\d,]+ rows\/s$/);
	});

	test("the same seed gives the same table, on any number of threads; another seed another one", async () => {
		const best = async (...args: string[]) => {
			const { stdout } = await run(["demo", ...args]);
			return stdout.split("\n\n")[1];
		};
		const first = await best("--seed", "5", "--threads", "1");
		expect(first).toMatch(/Points/);
		expect(await best("--seed", "5", "--threads", "2")).toBe(first);
		expect(await best("--seed", "6")).not.toBe(first);
	});
});

describe("pobatch doctor", () => {
	test("finds everything in order", async () => {
		const { status, stdout } = await run(["doctor"]);
		expect(stdout).not.toContain("FAIL");
		for (const part of ["Node", "addon", "LuaJIT 2.1", "zlib", "threads", "tree", "reference"])
			expect(stdout).toContain(part);
		expect(status).toBe(0);
	});

	test("says what is wrong and ends with status 1", async () => {
		const { status, stdout } = await run(["doctor", "--tree", "/nowhere.json"]);
		expect(stdout).toMatch(/^FAIL\s+tree\s.*nowhere\.json/m);
		expect(status).toBe(1);
	});
});
