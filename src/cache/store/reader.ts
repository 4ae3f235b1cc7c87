import { constants } from "node:fs";
import { join } from "node:path";
import type { Files } from "./files.js";
import { type Steps, step } from "./steps.js";

// What is no plain file was left out of the listing; a pipe put in its place since must not make anyone wait.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Bytes that are read at once where the next ones will be wanted, too. */
const aheadBytes = 2 ** 16;

/** Reads segments of a folder, the one that was read last being open. Nothing is open between two calls of a store. */
export class Reader {
	readonly #files: Files;
	readonly #folder: string;
	#open: { segment: string; file: number } | undefined;
	/** What was read ahead of the open segment, from `#aheadAt` on. */
	#ahead: Buffer = Buffer.alloc(0);
	#aheadAt = 0;

	constructor(files: Files, folder: string) {
		this.#files = files;
		this.#folder = folder;
	}

	/** @returns fewer bytes than asked for where the segment ends */
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

	/** Reads on beyond what is asked for. @returns the bytes from `at` on, fewer than asked for where the segment ends */
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
