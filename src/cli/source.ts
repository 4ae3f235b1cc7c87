import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { PobatchError } from "../errors.js";
import { reason } from "./fail.js";

/** Far above any build; a wrong file or an endless pipe must not fill the memory. */
const maxTextBytes = 64 * 2 ** 20;

/** A file, or standard input for `-`. */
export function openInput(source: string): Readable {
	return source === "-" ? process.stdin : createReadStream(source, { highWaterMark: 2 ** 18 });
}

/** How messages name an input. */
export function nameOf(source: string): string {
	return source === "-" ? "stdin" : source;
}

/**
 * The whole text of a file or of standard input.
 *
 * @param what what the text is, for messages
 * @throws PobatchError FILE_NOT_FOUND
 */
export async function readText(source: string, what: string): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	try {
		for await (const chunk of openInput(source) as AsyncIterable<Buffer>) {
			size += chunk.length;
			if (size > maxTextBytes) break;
			chunks.push(chunk);
		}
	} catch (cause) {
		throw unreadable(source, what, cause);
	}
	if (size > maxTextBytes) {
		throw new PobatchError("BUILD_INVALID", `${nameOf(source)}: the ${what} is longer than 64 MB`, {
			value: source,
		});
	}
	return Buffer.concat(chunks).toString("utf8");
}

export function unreadable(source: string, what: string, cause: unknown): PobatchError {
	return new PobatchError("FILE_NOT_FOUND", `${nameOf(source)}: cannot read the ${what}: ${reason(cause)}`, {
		cause,
		value: source,
	});
}
