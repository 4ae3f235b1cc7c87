import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { userFolders } from "../support/windows.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const main = join(root, "dist", "cli", "main.js");
export const demoBuild = join(root, "data", "demo-build.json");
export const demoTree = join(root, "data", "demo-tree.json");
/** Calculates the stat `Sum`, the sum of the added ids. It has no tree, and its build has no nodes. */
export const sumCalculator = join(root, "bench", "calculators", "sum.lua");

export interface Ended {
	/** Undefined if a signal killed it. */
	status: number | undefined;
	stdout: string;
	stderr: string;
}

// Tests use neither a checkout on this machine nor the user's own folders.
const home = mkdtempSync(join(tmpdir(), "pobatch-home-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
export const environment = {
	...process.env,
	POBATCH_POB: "",
	...userFolders(home),
};

export function start(
	args: readonly string[],
	env: Record<string, string> = {},
): ChildProcessWithoutNullStreams {
	// On Windows: with a console of its own, at which Ctrl-C can be pressed.
	return spawn(process.execPath, [main, ...args], { env: { ...environment, ...env }, windowsHide: true });
}

export function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
	const out: Buffer[] = [];
	const err: Buffer[] = [];
	child.stdout.on("data", (chunk) => out.push(chunk));
	child.stderr.on("data", (chunk) => err.push(chunk));
	return new Promise((resolve) => {
		child.on("close", (status) =>
			resolve({
				status: status ?? undefined,
				stdout: Buffer.concat(out).toString(),
				stderr: Buffer.concat(err).toString(),
			}),
		);
	});
}

/** Runs the command line to its end. */
export function run(
	args: readonly string[],
	input: string | Buffer = "",
	env: Record<string, string> = {},
): Promise<Ended> {
	const child = start(args, env);
	// A command that ends before it has read its input closes the pipe.
	child.stdin.on("error", () => {});
	child.stdin.end(input);
	return ended(child);
}

export function lines(text: string): string[] {
	return text.split("\n").slice(0, -1);
}

/** A calculator whose `Sum` is the id of the first added node, after the given number of sines, about 15 ns each. */
export function slowCalculator(
	files: { write(name: string, text: string | Buffer): string },
	sines: number,
): string {
	return files.write(
		`slow-${sines}.lua`,
		`return {
			load = function() return {}, { class = "", level = 1, allocated = {} } end,
			stats = function() return { "Sum" } end,
			Calculate = function(_, set)
				local x = 0
				for i = 1, ${sines} do x = x + math.sin(i) end
				return { Sum = set.add[1] + 0 * x }
			end,
		}`,
	);
}

/** A folder for one test file's own files. */
export function scratch(): {
	path(name: string): string;
	write(name: string, text: string | Buffer): string;
} {
	const folder = mkdtempSync(join(tmpdir(), "pobatch-cli-"));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	const path = (name: string) => join(folder, name);
	return {
		path,
		write(name, text) {
			writeFileSync(path(name), text);
			return path(name);
		},
	};
}
