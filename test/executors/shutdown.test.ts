import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { luaFile } from "../support/calculators.js";
import { packageUrl } from "../support/child.js";
import { isWindows, pressCtrlC } from "../support/windows.js";

const isBuilt = existsSync(fileURLToPath(packageUrl));

// Node 1 answers, 8 loops in Lua, 7 is one C call of hours: a pattern that backtracks without end.
const busy = luaFile(`return {
	load = function() return {}, {} end,
	stats = function() return { "A" } end,
	Calculate = function(_, set)
		if set.add[1] == 8 then while true do end end
		if set.add[1] == 7 then ("a"):rep(60):find((".-"):rep(40) .. "b") end
		return { A = 1 }
	end,
}`);

/**
 * A program with an isolated engine of two children, each evaluating a row of this node; `end` is what it does then.
 */
async function program(node: number, end = ""): Promise<{ parent: ChildProcess; children: number[] }> {
	const parent = spawn(
		process.execPath,
		[
			"--input-type=module",
			"-e",
			`import processes from "node:child_process";
			import { syncBuiltinESMExports } from "node:module";
			const pids = [];
			const { fork } = processes;
			processes.fork = (...args) => {
				const child = fork(...args);
				pids.push(child.pid);
				return child;
			};
			syncBuiltinESMExports();
			const { Engine, NodeSets } = await import(${JSON.stringify(packageUrl)});
			const engine = await Engine.open({ calculator: ${JSON.stringify(busy)}, threads: 2, isolation: "process" });
			const build = await engine.load("");
			const rows = build.calculateBatch(NodeSets.deltas([{ add: [${node}] }, { add: [${node}] }]));
			rows.catch(() => {});
			await new Promise((resolve) => setTimeout(resolve, 100));
			console.log(pids.join(" "));
			await new Promise((resolve) => process.stdin.once("data", resolve));
			${end}
			await new Promise((resolve) => setTimeout(resolve, 60_000));`,
		],
		{ stdio: ["pipe", "pipe", "ignore"], windowsHide: true },
	);
	const pids = await new Promise<string>((resolve, reject) => {
		createInterface({ input: parent.stdout }).once("line", resolve);
		parent.once("exit", (status) => reject(new Error(`the program ended early with ${status}`)));
	});
	return { parent, children: pids.split(" ").map(Number) };
}

function runs(pid: number): boolean {
	try {
		process.kill(pid, 0);
		// A zombie that no parent waits for counts as gone.
		return process.platform !== "linux" || !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}

async function goneSoon(pids: readonly number[]): Promise<boolean> {
	for (let waited = 0; waited < 5000; waited += 20) {
		if (!pids.some(runs)) return true;
		await sleep(20);
	}
	return false;
}

describe.skipIf(!isBuilt)("no child is left behind (needs dist/)", () => {
	const rows: [string, number][] = [
		["a loop in Lua", 8],
		["one long C call", 7],
	];
	describe.each(rows)("in the middle of %s", (_, node) => {
		// What Windows has: Ctrl-C, and an immediate end.
		const signals = ["SIGKILL", "SIGINT", ...(isWindows ? [] : (["SIGTERM", "SIGHUP"] as const))] as const;
		it.each(signals)("by %s to the program", async (signal) => {
			const { parent, children } = await program(node);
			expect(children).toHaveLength(2);
			if (signal === "SIGINT") await pressCtrlC(parent);
			else parent.kill(signal);
			expect(await goneSoon([parent.pid as number, ...children])).toBe(true);
		});

		const ends: [string, string][] = [
			["process.exit()", "process.exit(0);"],
			["an uncaught exception", 'throw new Error("on purpose");'],
			["close()", "await engine.close();"],
		];
		it.each(ends)("by %s", async (_, end) => {
			const { parent, children } = await program(node, end);
			expect(children).toHaveLength(2);
			parent.stdin?.write("go\n");
			expect(await goneSoon(children)).toBe(true);
			parent.kill("SIGKILL");
		});
	});
});
