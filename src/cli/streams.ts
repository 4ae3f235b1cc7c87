import { writeSync } from "node:fs";
import { PobatchError } from "../common/errors.js";
import { reason } from "../common/system-error.js";
import { exitStatus, isBrokenPipe, report } from "./fail.js";

/**
 * What happens where the command's own streams break, and with what nobody caught: one line and the right status, as
 * for every other error.
 *
 * @param debug whether `--debug` was given, asked when it is needed
 */
export function guardStreams(debug: () => boolean): void {
	process.stdout.on("error", (error) => {
		// Broken by its reader (`| head`): the normal end of a pipe, and nobody is left to tell.
		if (isBrokenPipe(error)) process.exit(process.exitCode ?? 0);
		endWith(
			new PobatchError("FILE_NOT_WRITABLE", `stdout: cannot write: ${reason(error)}`, { cause: error }),
			debug(),
		);
	});
	// What is said there is lost. The rows on standard output need not be.
	process.stderr.on("error", () => {});
	process.on("uncaughtException", (error) => endWith(error, debug()));
}

function endWith(error: unknown, debug: boolean): never {
	try {
		// Not by the stream, which on some systems writes only after this.
		writeSync(2, report(error, debug));
	} catch {
		// Standard error is broken, too.
	}
	process.exit(exitStatus(error));
}
