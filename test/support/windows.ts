// What tests need to know about Windows, and how Ctrl-C arrives there.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { luaFile } from "./calculators.js";
import { packageUrl } from "./child.js";

export const isWindows = process.platform === "win32";

/** Whether this user may make symbolic links: a right of its own on Windows. Wine says that it made one, and there is none. */
export const canLink = (() => {
	const folder = mkdtempSync(join(tmpdir(), "pobatch-link-"));
	try {
		symlinkSync(folder, join(folder, "link"));
		return existsSync(join(folder, "link"));
	} catch {
		return false;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
})();

/** Environment variables that put a program's data, cache and settings below `folder`, on any system. */
export const userFolders = (folder: string) => ({
	HOME: folder,
	XDG_DATA_HOME: join(folder, "data"),
	XDG_CACHE_HOME: join(folder, "cache"),
	XDG_CONFIG_HOME: join(folder, "config"),
	USERPROFILE: folder,
	APPDATA: join(folder, "roaming"),
	LOCALAPPDATA: join(folder, "local"),
});

/** The variable with the folder of the user's data. */
export const dataVariable = isWindows ? "LOCALAPPDATA" : "XDG_DATA_HOME";

/** Where pobatch keeps its data with the variables of `userFolders(folder)`. */
export const dataFolder = (folder: string) =>
	isWindows ? join(folder, "local", "pobatch", "Data") : join(folder, "data", "pobatch");

/**
 * Presses Ctrl-C in the terminal of `child`. On Windows, the signal of that name would kill it at once; a console event
 * reaches the child and its own children instead. This requires that it has its own console: `spawn` with
 * `windowsHide`.
 */
export async function pressCtrlC(child: ChildProcess): Promise<void> {
	if (!isWindows) {
		child.kill("SIGINT");
		return;
	}
	// In a separate process: to join another console, a process leaves its own.
	const helper = spawn(
		process.execPath,
		[
			"--input-type=module",
			"-e",
			`import { Engine } from ${JSON.stringify(packageUrl)};
			const engine = await Engine.open({ calculator: ${JSON.stringify(consoleEvents())}, threads: 1, sandbox: false });
			await engine.load(${JSON.stringify(String(child.pid))});
			await engine.close();`,
		],
		{ stdio: ["ignore", "ignore", "pipe"], windowsHide: true },
	);
	let said = "";
	helper.stderr.on("data", (chunk) => {
		said += chunk;
	});
	const status = await new Promise((resolve) => helper.once("close", resolve));
	if (status !== 0) throw new Error(`Ctrl-C was not sent: ${said}`);
}

let events: string | undefined;

/** A calculator whose `load` sends Ctrl-C to the console of the process named by its text. */
function consoleEvents(): string {
	events ??= luaFile(`
		local ffi = require("ffi")
		ffi.cdef[[
			int FreeConsole(void);
			int AttachConsole(unsigned long);
			int SetConsoleCtrlHandler(void *, int);
			int GenerateConsoleCtrlEvent(unsigned long, unsigned long);
			unsigned long GetLastError(void);
		]]
		local function check(name, answer)
			if answer == 0 then error(name .. " failed with " .. tonumber(ffi.C.GetLastError()), 0) end
		end
		return {
			load = function(pid)
				ffi.C.FreeConsole()
				check("AttachConsole", ffi.C.AttachConsole(tonumber(pid)))
				-- Not for this process.
				check("SetConsoleCtrlHandler", ffi.C.SetConsoleCtrlHandler(nil, 1))
				check("GenerateConsoleCtrlEvent", ffi.C.GenerateConsoleCtrlEvent(0, 0))
				return {}, { allocated = {} }
			end,
			stats = function() return { "A" } end,
			Calculate = function() return { A = 1 } end,
		}`);
	return events;
}
