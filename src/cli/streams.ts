import { writeSync } from "node:fs";
import { PobatchError } from "../common/errors.js";
import { reason } from "../common/system-error.js";
import { exitStatus, isBrokenPipe, report } from "./fail.js";

/**
 * Handles failures of the command's own streams and uncaught errors like all other errors: one line and the right
 * status.
 *
 * @param debug whether `--debug` was given; called when needed
 */
export function guardStreams(debug: () => boolean): void {
	process.stdout.on("error", (error) => {
		// The reader closed the pipe (`| head`): a normal end, with nobody left to inform.
		if (isBrokenPipe(error)) process.exit(process.exitCode ?? 0);
		endWith(
			new PobatchError("FILE_NOT_WRITABLE", `stdout: cannot write: ${reason(error)}`, { cause: error }),
			debug(),
		);
	});
	// Messages are lost, but the rows on standard output need not be.
	process.stderr.on("error", () => {});
	process.on("uncaughtException", (error) => endWith(error, debug()));
}

function endWith(error: unknown, debug: boolean): never {
	try {
		// Written synchronously: on some systems the stream would only write after process.exit.
		writeSync(2, report(error, debug));
	} catch {
		// Standard error is broken, too.
	}
	process.exit(exitStatus(error));
}
