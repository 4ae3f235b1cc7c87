import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { miniBuild, miniPob } from "../support/pob.js";
import { demoBuild, environment, lines, main, run, scratch, sumCalculator } from "./run.js";

const files = scratch();
const sets = files.write("sets.jsonl", '{"add":[1]}\n{"add":[2]}\n');
const build = files.write("build.txt", "any text");

/** Runs the command line with redirections of the shell. */
function redirected(args: readonly string[], redirections: string) {
	return spawnSync("sh", ["-c", `exec "$@" ${redirections}`, "sh", process.execPath, main, ...args], {
		env: environment,
		encoding: "utf8",
	});
}

const commands: [string, string[]][] = [
	["--help", ["--help"]],
	["--version", ["--version"]],
	["calc", ["calc", demoBuild]],
	["calc --json", ["calc", demoBuild, "--json"]],
	["batch", ["batch", build, "--sets", sets, "--calculator", sumCalculator]],
	["power", ["power", demoBuild, "--stat", "Life", "--top", "3"]],
	["coverage", ["coverage"]],
	["doctor", ["doctor"]],
	["demo", ["demo"]],
];

// A device that every write to fails for want of space.
describe.skipIf(!existsSync("/dev/full"))("a full disk behind the streams of the command line", () => {
	test.each(commands)("%s says so in one line", (_name, args) => {
		const { status, stderr } = redirected(args, "> /dev/full");
		expect(status).toBe(2);
		expect(lines(stderr).at(-1)).toBe("error: stdout: cannot write: no space left on device");
		expect(stderr).not.toMatch(/\n\s+at |Node\.js v/);
	});

	test.each(commands)("%s answers on standard output where only standard error is full", (_name, args) => {
		const { status, stdout } = redirected(args, "2> /dev/full");
		expect(status).toBe(0);
		expect(stdout).not.toBe("");
	});

	test("an error keeps its status where nothing can be said", () => {
		expect(redirected(["calc", files.path("none.json")], "> /dev/full 2> /dev/full").status).toBe(2);
		expect(redirected(["demo"], "> /dev/full 2> /dev/full").status).toBe(2);
	});
});

describe("the text of a build in place of a file's name", () => {
	const code = deflateSync(miniBuild()).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
	const file = files.write("build.xml", miniBuild());
	const calc = (text: string) => run(["calc", text, "--pob", miniPob, "--calculator", "pob", "--json"]);

	test("a code, a code in a chat's backticks and XML answer as the file does", async () => {
		const expected = await calc(file);
		expect(expected.status).toBe(0);
		for (const text of [code, `\`\`\`\n${code}\n\`\`\``, `PoB code: ${code}`, miniBuild()])
			expect((await calc(text)).stdout).toBe(expected.stdout);
	});

	test("errors do not repeat it", async () => {
		const { status, stderr } = await calc(code.slice(0, code.length / 2));
		expect(status).toBe(2);
		expect(lines(stderr)).toHaveLength(1);
		expect(stderr).toMatch(/^error: the given text: The PoB code cannot be read: it is not complete/);
	});

	test("a link is named by its site", async () => {
		const { status, stderr } = await calc("https://pobb.in/abcDEF123");
		expect(status).toBe(2);
		expect(stderr).toMatch(/^error: the given text: .* a link to pobb\.in \(.*save the code into a file/);
	});

	test("what is neither a file nor a build is a file that is missing", async () => {
		const { status, stderr } = await calc("biuld.xml");
		expect(status).toBe(2);
		expect(stderr).toMatch(/biuld\.xml: no such file or directory|biuld\.xml.*no such file/);
	});
});
