import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const main = join(root, "dist", "cli", "main.js");
export const demoBuild = join(root, "data", "demo-build.json");
/** Answers the stat `Sum`: the sum of the added ids. It has no tree and its build has no nodes. */
export const sumCalculator = join(root, "bench", "calculators", "sum.lua");

export interface Ended {
	/** Undefined if a signal killed it. */
	status: number | undefined;
	stdout: string;
	stderr: string;
}

export function start(args: readonly string[]): ChildProcessWithoutNullStreams {
	return spawn(process.execPath, [main, ...args], { env: { ...process.env, POBATCH_POB: "" } });
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
export function run(args: readonly string[], input = ""): Promise<Ended> {
	const child = start(args);
	// A command that ends before it has read its input closes the pipe.
	child.stdin.on("error", () => {});
	child.stdin.end(input);
	return ended(child);
}

export function lines(text: string): string[] {
	return text.split("\n").slice(0, -1);
}

/** A folder for one test file's own files. */
export function scratch(): { path(name: string): string; write(name: string, text: string): string } {
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
