import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { encodePobCode } from "../../src/builds/code.js";
import { miniBuild, miniPob } from "../support/pob.js";
import { demoBuild, demoTree, environment, lines, main, scratch, sumCalculator } from "./run.js";

const files = scratch();
const text = files.write("build.txt", "any text");
const sets = files.write("sets.jsonl", '{"add":[1]}\n'.repeat(3));
const many = files.write("many.jsonl", '{"add":[1]}\n'.repeat(20_000));
const pobBuild = files.write("build.xml", miniBuild());
const pobCode = files.write("code.txt", encodePobCode(miniBuild()));
const reference = ["--calculator", "reference", "--tree", demoTree];
const pob = ["--pob", miniPob];

/** Every way to standard output, streamed and not. */
const commands: [name: string, args: string[]][] = [
	["--help", ["--help"]],
	["--version", ["--version"]],
	["a command's --help", ["calc", "--help"]],
	["calc", ["calc", demoBuild, ...reference]],
	["calc --json", ["calc", demoBuild, ...reference, "--json"]],
	["calc with Path of Building", ["calc", pobBuild, ...pob]],
	["calc --xml -", ["calc", pobBuild, ...pob, "--xml", "-"]],
	["calc --code", ["calc", pobCode, ...pob, "--code"]],
	["batch", ["batch", text, "--sets", sets, "--calculator", sumCalculator]],
	["batch --format csv", ["batch", text, "--sets", sets, "--calculator", sumCalculator, "--format", "csv"]],
	["batch of many rows", ["batch", text, "--sets", many, "--calculator", sumCalculator]],
	["power", ["power", demoBuild, ...reference, "--stat", "Life", "--depth", "1"]],
	[
		"power --format csv",
		["power", demoBuild, ...reference, "--stat", "Life", "--depth", "1", "--format", "csv"],
	],
	[
		"power --format json",
		["power", demoBuild, ...reference, "--stat", "Life", "--depth", "1", "--format", "json"],
	],
	["profile", ["profile", demoBuild, ...reference, "--rows", "3", "--seconds", "0.1"]],
	["coverage", ["coverage"]],
	["demo", ["demo"]],
	["cache stats", ["cache", "stats"]],
	["pob path", ["pob", "path"]],
	["doctor", ["doctor"]],
];

/** Runs a command with its streams opened by file name; a pipe where none is given. */
function run(args: readonly string[], { stdout, stderr }: { stdout?: string; stderr?: string }) {
	const opened = [stdout, stderr].map((file) => (file === undefined ? undefined : openSync(file, "w")));
	try {
		return spawnSync(process.execPath, [main, ...args], {
			env: { ...environment, POBATCH_POB: miniPob },
			stdio: ["ignore", opened[0] ?? "pipe", opened[1] ?? "pipe"],
			encoding: "utf8",
		});
	} finally {
		for (const descriptor of opened) if (descriptor !== undefined) closeSync(descriptor);
	}
}

const full = "/dev/full";
describe.skipIf(!existsSync(full))("hazard: a full disk under standard output (needs /dev/full)", () => {
	test.each(commands)("%s: one line and status 2, as with --out", (_, args) => {
		const { status, stderr } = run(args, { stdout: full });
		const last = lines(stderr).at(-1);
		expect(last).toBe("error: stdout: cannot write: no space left on device");
		// Before that, only who answers and what was read.
		expect(lines(stderr).filter((line) => /^\s+at |^node:|Error/.test(line))).toEqual([]);
		expect(status).toBe(2);
	});

	test("--debug adds the stack", () => {
		const { status, stderr } = run(["demo", "--debug"], { stdout: full });
		expect(stderr).toContain("FILE_NOT_WRITABLE");
		expect(stderr).toMatch(/\n\s+at /);
		expect(status).toBe(2);
	});

	test("with standard error full, too: the status tells", () => {
		expect(run(["demo"], { stdout: full, stderr: full }).status).toBe(2);
	});
});

describe.skipIf(!existsSync(full))("hazard: standard error cannot be written (needs /dev/full)", () => {
	test("the rows are written all the same, and the status is theirs", () => {
		const { status, stdout } = run(["batch", text, "--sets", many, "--calculator", sumCalculator], {
			stderr: full,
		});
		expect(lines(stdout)).toHaveLength(20_000);
		expect(status).toBe(0);
	});

	test.each(commands)("%s: the answer is there", (_, args) => {
		const { status, stdout } = run(args, { stderr: full });
		expect(stdout).not.toBe("");
		expect(status).toBe(0);
	});

	test("an error keeps its status", () => {
		expect(run(["calc", files.path("missing")], { stderr: full }).status).toBe(2);
	});
});

describe("hazard: nobody reads standard error", () => {
	test("the rows are written all the same", async () => {
		const child = spawn(
			process.execPath,
			[main, "batch", text, "--sets", many, "--calculator", sumCalculator],
			{ env: environment, stdio: ["ignore", "pipe", "pipe"] },
		);
		child.stderr.destroy();
		let rows = 0;
		child.stdout.on("data", (chunk: Buffer) => {
			rows += chunk.toString("latin1").split("\n").length - 1;
		});
		const status = await new Promise((resolve) => child.on("close", resolve));
		expect(rows).toBe(20_000);
		expect(status).toBe(0);
	});
});

// Node cannot open a terminal; Python can.
const python = spawnSync("python3", ["-c", "import pty"]).status === 0;
describe.skipIf(!python)("hazard: the terminal is gone (needs python3)", () => {
	const hungUp = `
import os, subprocess, sys
def run(out, err):
    master, slave = os.openpty()
    # Before the start: where a terminal goes away later, Node itself aborts at its exit (ResetStdio), whatever it runs.
    os.close(master)
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL,
        stdout=slave if out else subprocess.PIPE, stderr=slave if err else subprocess.PIPE)
    os.close(slave)
    stdout, stderr = command.communicate()
    return command.returncode, (stdout or b"").decode(), (stderr or b"").decode()
status, _, stderr = run(True, False)
print(status, stderr.strip().split("\\n")[-1])
print(run(True, True)[0])
status, stdout, _ = run(False, True)
print(status, len(stdout) > 0)
`;
	test("standard output: one line, status 2; standard error: as if nothing were", () => {
		const { stdout } = spawnSync("python3", ["-c", hungUp, process.execPath, main, "demo"], {
			env: environment,
			encoding: "utf8",
		});
		expect(lines(stdout)).toEqual(["2 error: stdout: cannot write: i/o error", "2", "0 True"]);
	});
});
