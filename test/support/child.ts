import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built package, as a program imports it. */
export const packageUrl = new URL("../../dist/index.js", import.meta.url).href;

export interface ChildEnd {
	code: number | null;
	signal: NodeJS.Signals | null;
	stdout: string;
	stderr: string;
}

/** Runs an ES module's text in a Node process of its own, with `pobatch` as the built package. */
export function runChild(module: string, nodeOptions: readonly string[] = []): Promise<ChildEnd> {
	const text = `import * as pobatch from ${JSON.stringify(packageUrl)};\n${module}`;
	const child = spawn(process.execPath, [...nodeOptions, "--input-type=module", "-e", text], {
		cwd: fileURLToPath(new URL("../..", import.meta.url)),
		stdio: ["ignore", "pipe", "pipe"],
	});
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (chunk) => {
		stdout += chunk;
	});
	child.stderr.on("data", (chunk) => {
		stderr += chunk;
	});
	return new Promise((resolve) => {
		// Only stops a child that hangs.
		const timer = setTimeout(() => child.kill("SIGKILL"), 25_000);
		child.on("close", (code, signal) => {
			clearTimeout(timer);
			resolve({ code, signal, stdout, stderr });
		});
	});
}
