import { createReadStream, existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { looksLikeBuild } from "../builds/build-text.js";
import { PobatchError } from "../common/errors.js";
import { type NamedInput, unreadable } from "../operations/named-input.js";

/** Far more than any build has: a wrong file or an endless pipe must not fill the memory. */
const maxTextBytes = 64 * 2 ** 20;

/** Opens a file, or standard input for `-`. */
function openInput(source: string): Readable {
	return source === "-" ? process.stdin : createReadStream(source, { highWaterMark: 2 ** 18 });
}

/** The same, with its name. */
export function namedInput(source: string): NamedInput {
	return { name: nameOf(source), stream: openInput(source) };
}

/** An input's name in messages. */
export function nameOf(source: string): string {
	return source === "-" ? "stdin" : source;
}

/** Description of the argument BUILD in --help. */
export const buildArgument =
	'build: a file with Path of Building XML, a PoB code or JSON, or the code itself; "-" for stdin';

/** The text of a command's argument BUILD. @throws PobatchError FILE_NOT_FOUND */
export async function readBuild(source: string): Promise<string> {
	return isText(source) ? source : readText(source, "build");
}

/** The build's name in messages. */
export function nameOfBuild(source: string): string {
	return isText(source) ? "the given text" : nameOf(source);
}

/** Whether an argument is a build's text instead of a file name. */
function isText(source: string): boolean {
	return source !== "-" && looksLikeBuild(source) && !existsSync(source);
}

/**
 * Reads all of a file or of standard input.
 *
 * @param what a description of the text, for messages
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
		throw unreadable(nameOf(source), what, cause);
	}
	if (size > maxTextBytes) {
		throw new PobatchError("BUILD_INVALID", `${nameOf(source)}: the ${what} is longer than 64 MB`, {
			value: source,
		});
	}
	return Buffer.concat(chunks).toString("utf8");
}
