import { inspect } from "node:util";
import { oneLine, PobatchError, type PobatchErrorCode } from "../common/errors.js";

/** Errors that the input did not cause: status 1. All other codes mean bad input: status 2. */
const internal: ReadonlySet<PobatchErrorCode> = new Set([
	"ADDON_NOT_FOUND",
	"LUA_ERROR",
	"CRASH",
	"MEMORY",
	"ENGINE_CLOSED",
]);

/** 2 for bad input, 1 for what failed despite good input. */
export function exitStatus(error: unknown): number {
	return error instanceof PobatchError && !internal.has(error.code) ? 2 : 1;
}

/** An error as shown to the user: one line with what, where and what to do; with `debug`, everything known. */
export function report(error: unknown, debug: boolean): string {
	if (debug) return `${inspect(error)}\n`;
	if (error instanceof PobatchError) {
		const hint = error.hint === undefined ? "" : ` (${error.hint})`;
		return `error: ${error.message}${oneLine(hint)}\n`;
	}
	return `error: ${oneLine(String(error))} (This is unexpected: run it again with --debug to see where.)\n`;
}

/** Whether the reader of our output is gone. */
export function isBrokenPipe(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "EPIPE";
}
