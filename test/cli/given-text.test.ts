import { describe, expect, test } from "vitest";
import { encodePobCode } from "../../src/builds/code.js";
import { miniBuild, miniPob } from "../support/pob.js";
import { isWindows } from "../support/windows.js";
import { lines, run, scratch } from "./run.js";

const files = scratch();
const sets = files.write("sets.jsonl", "{}\n");
const code = encodePobCode(miniBuild());
const pob = ["--pob", miniPob];
const build = '{"class":"Mason","level":20}';

describe("BUILD is the text itself", () => {
	test.each([
		["calc", ["calc", code, ...pob, "--stats", "Life"], /Life\s+96/],
		["calc with the code in a spoiler", ["calc", `||${code}||`, ...pob, "--stats", "Life"], /Life\s+96/],
		["calc with XML", ["calc", miniBuild(), ...pob, "--stats", "Life"], /Life\s+96/],
		["calc with JSON", ["calc", build, "--calculator", "reference", "--stats", "Life"], /Life\s+\d+/],
		["batch", ["batch", code, ...pob, "--sets", sets, "--stats", "Life"], /"Life":96/],
		["power", ["power", code, ...pob, "--stat", "Life", "--depth", "1"], /the build itself/],
		["profile", ["profile", code, ...pob, "--rows", "2", "--seconds", "0.1"], /\S/],
	] as [string, string[], RegExp][])("%s", async (name, args, output) => {
		// Windows has no profiler.
		if (isWindows && name === "profile") return;
		const { status, stdout, stderr } = await run(args);
		expect(stderr).not.toMatch(/^error/m);
		expect(status).toBe(0);
		expect(stdout).toMatch(output);
	});

	test("a file of that name goes first", async () => {
		const named = files.write("eNqAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", miniBuild());
		const { status, stdout } = await run(["calc", named, ...pob, "--stats", "Life"]);
		expect(stdout).toMatch(/Life\s+96/);
		expect(status).toBe(0);
	});

	test.each([
		["half a code", code.slice(0, 60), "the given text: The PoB code cannot be read: it is not complete"],
		["a link", "https://pobb.in/qO1_QpuQLeDd", "it is a link to pobb.in (Links are not opened."],
		["a link of a known site", "pobb.in/qO1_QpuQLeDd", "it is a link to pobb.in (Links are not opened."],
		["the name of no file", "builds/witch.xml", "builds/witch.xml: cannot read the build: no such file"],
	])("%s is one line and status 2, and the text is not repeated", async (_, text, message) => {
		const { status, stdout, stderr } = await run(["calc", text, ...pob]);
		expect(stderr).toContain(message);
		expect(lines(stderr)).toHaveLength(1);
		expect(stderr.length).toBeLessThan(300);
		expect(stdout).toBe("");
		expect(status).toBe(2);
	});

	test("from stdin, as chats leave it", async () => {
		const { stdout } = await run(
			["calc", "-", ...pob, "--stats", "Life"],
			`PoB code:\n\`\`\`\n${code}\n\`\`\`\n`,
		);
		expect(stdout).toMatch(/Life\s+96/);
	});
});

describe("hazard: a file that is not a build", () => {
	test.each([
		["UTF-16", Buffer.from(`\uFEFF${miniBuild()}`, "utf16le"), "it is UTF-16"],
		["an image", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), "it is a PNG image"],
		["a link", Buffer.from("https://pobb.in/qO1_QpuQLeDd\n"), "it is a link to pobb.in"],
		["nothing", Buffer.alloc(0), "it is empty"],
	])("%s is named in one line, from a file and from stdin, by both calculators", async (name, bytes, message) => {
		const file = files.write(`${name}.txt`, bytes);
		for (const calculator of [pob, ["--calculator", "reference"]]) {
			const { status, stderr } = await run(["calc", file, ...calculator]);
			expect(stderr).toContain(`${file}: The build's text cannot be read: ${message}`);
			expect(lines(stderr)).toHaveLength(1);
			expect(status).toBe(2);
			const piped = await run(["calc", "-", ...calculator], bytes);
			expect(piped.stderr).toContain(`stdin: The build's text cannot be read: ${message}`);
		}
	});

	test("a byte order mark is not part of the build", async () => {
		const file = files.write("bom.xml", `\uFEFF${miniBuild()}`);
		expect((await run(["calc", file, ...pob, "--stats", "Life"])).stdout).toMatch(/Life\s+96/);
	});

	test("a build on which Path of Building fails is one line; --debug adds its traceback", async () => {
		const file = files.write("nameless.xml", miniBuild({ skills: '<Skill><Gem level="5"/></Skill>' }));
		const { status, stderr } = await run(["calc", file, ...pob]);
		expect(lines(stderr)).toHaveLength(1);
		expect(stderr).toMatch(/^error: .*nameless\.xml: Path of Building fails on the build/);
		expect(stderr).not.toContain("traceback");
		expect(status).toBe(2);
		const debug = await run(["calc", file, ...pob, "--debug"]);
		expect(debug.stderr).toContain("BUILD_INVALID");
		expect(debug.stderr).toMatch(/stack traceback:.*Modules\/Build\.lua/s);
	});
});
