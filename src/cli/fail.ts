import { inspect } from "node:util";
import { oneLine, PobatchError, type PobatchErrorCode } from "../common/errors.js";

/** Not the fault of what the user gave: status 1. All other codes are bad input: status 2. */
const internal: ReadonlySet<PobatchErrorCode> = new Set([
	"ADDON_NOT_FOUND",
	"LUA_ERROR",
	"CRASH",
	"MEMORY",
	"ENGINE_CLOSED",
]);

/** 2 for bad input, 1 for what went wrong in spite of good input. */
export function exitStatus(error: unknown): number {
	return error instanceof PobatchError && !internal.has(error.code) ? 2 : 1;
}

/** An error as the user sees it: one line with what, where and what to do; with `debug` all that is known. */
export function report(error: unknown, debug: boolean): string {
	if (debug) return `${inspect(error)}\n`;
	if (error instanceof PobatchError) {
		const hint = error.hint === undefined ? "" : ` (${error.hint})`;
		return `error: ${error.message}${oneLine(hint)}\n`;
	}
	return `error: ${oneLine(String(error))} (This is unexpected: run it again with --debug for the place.)\n`;
}

/** The reader of our output is gone. */
export function isBrokenPipe(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "EPIPE";
}
