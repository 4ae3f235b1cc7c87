import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { isWindows, pressCtrlC } from "../support/windows.js";
import { demoBuild, ended, lines, main, run, scratch, slowCalculator, start, sumCalculator } from "./run.js";

const files = scratch();
const build = files.write("build.txt", "any text");
// A row takes about a millisecond.
const slow = slowCalculator(files, 70_000);
const many = files.write("many.jsonl", Array.from({ length: 50_000 }, (_, i) => `{"add":[${i}]}\n`).join(""));

describe("pobatch batch in a pipe", () => {
	test("answers a program that waits for each row before sending the next", async () => {
		const child = start(["batch", build, "--sets", "-", "--calculator", sumCalculator]);
		const end = ended(child);
		const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
		for (const id of [7, 8, 9]) {
			child.stdin.write(`{"add":[${id}]}\n`);
			const { value } = await answers.next();
			expect(JSON.parse(value).stats).toEqual({ Sum: id });
		}
		child.stdin.end();
		expect((await end).status).toBe(0);
	});

	test("ends quietly when its reader has enough", async () => {
		const child = start(["batch", build, "--sets", many, "--calculator", slow]);
		const end = ended(child);
		await once(child.stdout, "data");
		child.stdout.destroy();
		const { status, stderr } = await end;
		expect(status).toBe(0);
		expect(stderr).not.toMatch(/error|EPIPE/i);
	});

	// On Windows, a process can only handle Ctrl-C: all other signals end it at once.
	test.each([
		["Ctrl-C", pressCtrlC, 130],
		...(isWindows
			? []
			: [["SIGTERM", async (child: ChildProcess) => void child.kill("SIGTERM"), 143] as const]),
	] as const)("%s writes the finished rows without gaps and ends its command in order", async (_, interrupt, status) => {
		const child = start(["batch", build, "--sets", many, "--calculator", slow, "--threads", "2"]);
		const end = ended(child);
		await once(child.stdout, "data");
		await interrupt(child);
		const result = await end;
		expect(result.status).toBe(status);
		const rows = lines(result.stdout).map((line) => JSON.parse(line));
		expect(rows.length).toBeGreaterThan(0);
		expect(rows.length).toBeLessThan(50_000);
		expect(rows.every(({ row, stats }, i) => row === i && stats.Sum === i)).toBe(true);
		const last = new RegExp(
			`\\nInterrupted after row ${rows.length - 1}\\.\\n${rows.length} rows?, [^\\n]*\\n$`,
		);
		expect(result.stderr).toMatch(last);
	});

	test("Ctrl-C ends it while it waits for input", async () => {
		const child = start(["batch", build, "--sets", "-", "--calculator", sumCalculator]);
		const end = ended(child);
		child.stdin.write("{}\n");
		await once(child.stdout, "data");
		await pressCtrlC(child);
		const { status, stderr } = await end;
		expect(status).toBe(130);
		expect(stderr).toContain("\nInterrupted after row 0.\n1 row, ");
	});

	test("Ctrl-C with --out says how to continue", async () => {
		const out = files.path("interrupted.jsonl");
		const child = start([
			"batch",
			build,
			"--sets",
			many,
			"--calculator",
			slow,
			"--threads",
			"2",
			"--out",
			out,
		]);
		const end = ended(child);
		while (!existsSync(out) || statSync(out).size === 0) await delay(50);
		await pressCtrlC(child);
		const { status, stderr } = await end;
		expect(status).toBe(130);
		const rows = lines(readFileSync(out, "utf8")).length;
		expect(stderr).toContain(
			`\nInterrupted after row ${rows - 1}: --resume continues there.\n${rows} rows, `,
		);
	});
});

/**
 * The end of a process by a signal that it did not handle: on Windows the status is STATUS_CONTROL_C_EXIT, under Wine
 * 0.
 */
const unheeded: readonly unknown[] = isWindows ? [0xc000013a, 0] : ["SIGINT"];

describe("a signal ends the command at once while there is nothing to finish", () => {
	const endless = files.write(
		"endless.lua",
		`return {
			open = function(options) end,
			load = function(text)
				if text:find("load") then while true do end end
				return { stuck = text:find("stuck") }, { class = "", level = 1, allocated = {} }
			end,
			stats = function() return { "A" } end,
			Calculate = function(build)
				if build.stuck then ("a"):rep(60):find((".-"):rep(40) .. "b") end
				while true do end
			end,
		}`,
	);
	const tree = join(dirname(demoBuild), "demo-tree.json");
	const command = (name: string, text: string) => [
		...[name, files.write(`${text}.txt`, text), "--calculator", endless, "--tree", tree, "--threads", "1"],
		...(name === "batch" ? ["--sets", many] : []),
	];
	/** What ended a command that gets as many signals as it takes, one each quarter of a second. */
	async function signalled(args: readonly string[], interrupt: (child: ChildProcess) => Promise<void>) {
		const child = start(args);
		const end = ended(child);
		const goesOn = () => child.exitCode === null && child.signalCode === null;
		await delay(1000);
		// A process that is still started by a busy Wine does not get the first ones.
		for (let sent = 0; goesOn() && sent < 30; sent++) {
			// It may have ended meanwhile.
			await interrupt(child).catch((error) => {
				if (goesOn()) throw error;
			});
			await delay(250);
		}
		const byItself = !goesOn();
		child.kill("SIGKILL");
		await end;
		return byItself ? (child.signalCode ?? child.exitCode) : "nothing";
	}

	test.each(["batch", "power"])("%s: while a build loads", async (name) => {
		expect(unheeded).toContain(await signalled(command(name, "load"), pressCtrlC));
		if (isWindows) return;
		const terminate = async (child: ChildProcess) => void child.kill("SIGTERM");
		expect(await signalled(command(name, "load"), terminate)).toBe("SIGTERM");
	});

	test.each(["batch", "power"])("%s: a second signal, in the middle of one long C call", async (name) => {
		// A process that ends itself by a signal has status 1 on Windows. The first one may come before it is heeded.
		expect([...unheeded, ...(isWindows ? [1] : [])]).toContain(
			await signalled(command(name, "stuck"), pressCtrlC),
		);
	});

	test("power: Ctrl-C before the first row is done says so", async () => {
		// Nothing shows from outside when the rows begin.
		for (const wait of [1000, 4000, 16_000]) {
			const child = start(command("power", "rows"));
			const end = ended(child);
			await delay(wait);
			await pressCtrlC(child);
			const { status, stdout, stderr } = await end;
			if (status === undefined || unheeded.includes(status)) continue;
			expect({ status, stdout, stderr }).toEqual({
				status: 130,
				stdout: "",
				stderr: "Interrupted before the build itself was calculated.\n",
			});
			return;
		}
		expect.unreachable("the rows never began");
	});
});

// util-linux's `script` gives a command a terminal.
const hasTerminal = !isWindows && existsSync("/usr/bin/script");
describe.skipIf(!hasTerminal)("pobatch batch on a terminal (needs /usr/bin/script)", () => {
	test("shows a progress bar and ends with the summary", async () => {
		const { spawn } = await import("node:child_process");
		const out = files.path("rows.jsonl");
		const sets = files.write("some.jsonl", '{"add":[1]}\n'.repeat(2000));
		const command = [
			process.execPath,
			main,
			"batch",
			build,
			"--sets",
			sets,
			"--calculator",
			slow,
			"--out",
			out,
		];
		const child = spawn("script", ["-qec", command.map((word) => `'${word}'`).join(" "), "/dev/null"]);
		const { stdout } = await ended(child);
		expect(stdout).toContain("█");
		expect(stdout).toMatch(/rows\/s/);
		expect(stdout).toMatch(/2000 rows, \d+\.\d\d s, \d+\.\d{3} ms\/row/);
	});
});

test("a command that prints once ends quietly, too, when nobody reads", async () => {
	const child = start(["coverage"]);
	const end = ended(child);
	child.stdout.destroy();
	const { status, stderr } = await end;
	expect(status).toBe(0);
	expect(stderr).not.toMatch(/EPIPE/);
});

test("the version is printed without anything else", async () => {
	const { status, stdout, stderr } = await run(["--version"]);
	expect(status).toBe(0);
	expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
	expect(stderr).toBe("");
});
