import type { Readable } from "node:stream";
import { PobatchError } from "../common/errors.js";
import { reason } from "../common/system-error.js";

/** A text read as a stream, and its name for messages. */
export interface NamedInput {
	readonly name: string;
	readonly stream: Readable;
}

/** @param what a description of the text */
export function unreadable(name: string, what: string, cause: unknown): PobatchError {
	return new PobatchError("FILE_NOT_FOUND", `${name}: cannot read the ${what}: ${reason(cause)}`, {
		cause,
		value: name,
	});
}
