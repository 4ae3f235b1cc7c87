import type { Readable } from "node:stream";
import { PobatchError } from "../common/errors.js";
import { reason } from "../common/system-error.js";

/** A text that is read as it comes, with what messages call it. */
export interface NamedInput {
	readonly name: string;
	readonly stream: Readable;
}

/** @param what what the text is */
export function unreadable(name: string, what: string, cause: unknown): PobatchError {
	return new PobatchError("FILE_NOT_FOUND", `${name}: cannot read the ${what}: ${reason(cause)}`, {
		cause,
		value: name,
	});
}
