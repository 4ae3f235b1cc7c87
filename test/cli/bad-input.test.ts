import { describe, expect, test } from "vitest";
import { demoBuild, lines, run, scratch, sumCalculator } from "./run.js";

const files = scratch();
const sets = files.write("sets.jsonl", "{}\n");
const truncated = files.write("truncated.xml", "<PathOfBuilding2><Build");
const empty = files.write("empty.xml", "");
const foreign = files.write("foreign.json", '{"class":"Falconer","treeVersion":"0_5"}');
const notTree = files.write("tree.json", '{"nodes":[]}');
const syntax = files.write("syntax.lua", "return {");
const missing = files.path("missing");
const reference = ["--calculator", "reference"];

const cases: [name: string, args: string[], message: string][] = [
	["an unknown command", ["bacth"], "unknown command 'bacth'"],
	["an unknown option", ["calc", demoBuild, "--thread", "1"], "unknown option '--thread'"],
	["no BUILD", ["calc"], "missing required argument 'build'"],
	["no --sets", ["batch", demoBuild], "required option '--sets <file>'"],
	["no threads", ["batch", demoBuild, "--sets", sets, "--threads", "0"], "Expected an integer from 1 to 256"],
	["a text for threads", ["batch", demoBuild, "--sets", sets, "--threads", "two"], "Expected an integer"],
	[
		"a negative time",
		["calc", demoBuild, "--row-timeout", "-1"],
		"Expected a positive number of milliseconds",
	],
	[
		"an unknown format",
		["batch", demoBuild, "--sets", sets, "--format", "xml"],
		"Allowed choices are jsonl, csv",
	],
	["an empty stat name", ["calc", demoBuild, "--stats", "Life,,Mana"], "Expected names separated by commas"],
	["an unknown stat", ["calc", demoBuild, ...reference, "--stats", "Lif"], "Did you mean Life"],
	[
		"a build that is not there",
		["calc", missing],
		`${missing}: cannot read the build: no such file or directory`,
	],
	["a folder as build", ["calc", "."], "cannot read the build"],
	["a truncated build", ["calc", truncated, ...reference], `${truncated}: The build's XML cannot be read`],
	["an empty build", ["calc", empty, ...reference], `${empty}: The build's text cannot be read: it is empty`],
	["a build of another tree", ["calc", foreign, ...reference], "Give the game's with --tree"],
	[
		"sets that are not there",
		["batch", demoBuild, "--sets", missing],
		`${missing}: cannot read the node sets`,
	],
	["build and sets from stdin", ["batch", "-", "--sets", "-"], "cannot both come from stdin"],
	["a tree that is not there", ["coverage", "--tree", missing], missing],
	["a tree that is none", ["coverage", "--tree", notTree], notTree],
	["a calculator that is not there", ["calc", demoBuild, "--calculator", missing], "cannot be read"],
	["a calculator that is no Lua", ["calc", demoBuild, "--calculator", syntax], "syntax.lua:1:"],
];

describe("bad input is one line on stderr and status 2", () => {
	test.each(cases)("%s", async (_name, args, message) => {
		const { status, stdout, stderr } = await run(args);
		expect(stderr).toContain(message);
		expect(lines(stderr)).toHaveLength(1);
		expect(stderr).toMatch(/^error: /);
		expect(stdout).toBe("");
		expect(status).toBe(2);
	});

	test("--debug shows code and stack", async () => {
		const { status, stderr } = await run(["calc", truncated, ...reference, "--debug"]);
		expect(status).toBe(2);
		expect(stderr).toContain("BUILD_INVALID");
		expect(stderr).toMatch(/\n\s+at /);
	});

	test("--debug shows Lua's traceback", async () => {
		const raising = files.write(
			"raising.lua",
			`local function deep() error("boom") end
			return { load = function() deep() end, stats = function() return {} end, Calculate = function() end }`,
		);
		const { status, stderr } = await run(["calc", demoBuild, "--calculator", raising, "--debug"]);
		expect(status).toBe(2);
		expect(stderr).toContain("boom");
		expect(stderr).toContain("stack traceback");
	});

	test("a build of its own format is the calculator's business", async () => {
		const { status, stdout } = await run(["calc", truncated, "--calculator", sumCalculator]);
		expect(status).toBe(0);
		expect(stdout).toMatch(/Sum\s+0/);
	});
});
