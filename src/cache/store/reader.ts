import { constants } from "node:fs";
import { join } from "node:path";
import type { Files } from "./files.js";
import { type Steps, step } from "./steps.js";

// Only plain files were listed; if one was replaced by a pipe since, opening it must not block.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Bytes per read if the following ones will be needed, too. */
const aheadBytes = 2 ** 16;

/**
 * Reads segments of a folder, and keeps the last one open until `close`. Between two calls of a store, no file is open.
 */
export class Reader {
	readonly #files: Files;
	readonly #folder: string;
	#open: { segment: string; file: number } | undefined;
	/** What was read ahead of the open segment, starting at `#aheadAt`. */
	#ahead: Buffer = Buffer.alloc(0);
	#aheadAt = 0;

	constructor(files: Files, folder: string) {
		this.#files = files;
		this.#folder = folder;
	}

	/** @returns fewer bytes than requested if the segment ends */
	*read(segment: string, at: number, length: number): Steps<Buffer> {
		if (this.#open?.segment !== segment) {
			yield* this.close();
			const file = yield* step(this.#files.open(join(this.#folder, segment), flags));
			this.#open = { segment, file };
		}
		const { file } = this.#open as { file: number };
		const bytes = Buffer.allocUnsafeSlow(length);
		let done = 0;
		while (done < length) {
			const count = yield* step(this.#files.read(file, bytes, done, at + done));
			if (count === 0) break;
			done += count;
		}
		return bytes.subarray(0, done);
	}

	/** Reads more than requested. @returns the bytes from `at` on, fewer than requested if the segment ends */
	*readAhead(segment: string, at: number, length: number): Steps<Buffer> {
		const skipped = at - this.#aheadAt;
		if (this.#open?.segment === segment && skipped >= 0 && skipped + length <= this.#ahead.length)
			return this.#ahead.subarray(skipped);
		const bytes = yield* this.read(segment, at, Math.max(length, aheadBytes));
		this.#ahead = bytes;
		this.#aheadAt = at;
		return bytes;
	}

	*close(): Steps<void> {
		const open = this.#open;
		this.#open = undefined;
		this.#ahead = Buffer.alloc(0);
		if (open) yield* step(this.#files.close(open.file));
	}
}
