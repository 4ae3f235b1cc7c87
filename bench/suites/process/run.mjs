// Runs processes and measures their time.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Runs `body` with a new folder, and removes it afterwards. */
export async function withFolder(body) {
	const folder = mkdtempSync(join(tmpdir(), "pobatch-bench-process-"));
	try {
		return await body(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/**
 * Runs the command line.
 *
 * @param home folder for what pobatch keeps between processes
 * @returns { wall, processor } in milliseconds, including the process's start and end, and its output
 */
export function pobatch(args, home) {
	mkdirSync(home, { recursive: true });
	const timeFile = join(home, "time");
	const start = performance.now();
	const found = spawnSync(
		process.execPath,
		["--import", file("at-exit.mjs"), file("../../../dist/cli/main.js"), ...args],
		{
			encoding: "utf8",
			maxBuffer: 2 ** 30,
			env: {
				...process.env,
				POBATCH_BENCH_TIME: timeFile,
				XDG_CACHE_HOME: home,
				XDG_DATA_HOME: home,
				LOCALAPPDATA: home,
			},
		},
	);
	const wall = performance.now() - start;
	if (found.status !== 0) throw new Error(`pobatch ${args.join(" ")}: ${found.stderr}`);
	return { wall, processor: Number(readFileSync(timeFile, "utf8")), output: found.stdout };
}
