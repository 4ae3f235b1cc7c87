import { join } from "node:path";
import { type GroupFilter, isMeant } from "../row-group.js";
import { hex, readDescriptions } from "./descriptions.js";
import type { Files } from "./files.js";
import { append, type Limits, listFolder, removeFile } from "./folder.js";
import { groupOf, headBytes, headIsSound, keyBytes, readHead } from "./frame.js";
import { Reader } from "./reader.js";
import { scan } from "./scan.js";
import type { Steps } from "./steps.js";

/** Bytes of frames per write. */
const writeBytes = 2 ** 20;

/**
 * Deletes the rows of some groups. Each segment that has any of them is copied without them and then deleted. If the
 * process is killed in between, rows exist twice, which is harmless. What other processes append to that segment in the
 * meantime may be lost, and is calculated again.
 *
 * @returns rows that were deleted
 */
export function* forgetGroups(
	files: Files,
	folder: string,
	filter: GroupFilter,
	limits: Limits,
): Steps<number> {
	const descriptions = yield* readDescriptions(files, folder);
	const isWanted = (frame: Buffer) => {
		const facts = descriptions.get(hex(groupOf(frame)));
		return facts !== undefined && !isMeant(facts, filter);
	};
	let deleted = 0;
	const { segments } = yield* listFolder(files, folder);
	for (const { name, size } of segments) {
		const reader = new Reader(files, folder);
		try {
			const { frames } = yield* scan(reader, name, 0, size);
			const wanted: { at: number; length: number }[] = [];
			let rows = 0;
			for (const { at } of frames) {
				const head = readHead(yield* reader.readAhead(name, at, headBytes));
				if (!head) continue;
				const bytes = yield* reader.readAhead(name, at, headBytes + head.rows * keyBytes);
				if (!headIsSound(bytes, head)) continue;
				if (isWanted(bytes)) wanted.push({ at, length: head.length });
				else rows += head.rows;
			}
			if (rows === 0) continue;
			yield* copy(files, folder, reader, name, wanted, limits);
			yield* reader.close();
			yield* removeFile(files, join(folder, name));
			deleted += rows;
		} finally {
			yield* reader.close();
		}
	}
	return deleted;
}

function* copy(
	files: Files,
	folder: string,
	reader: Reader,
	name: string,
	frames: readonly { at: number; length: number }[],
	limits: Limits,
): Steps<void> {
	let waiting: Buffer[] = [];
	let bytes = 0;
	const write = function* () {
		if (bytes === 0) return;
		// Not into the segment that is about to be deleted.
		yield* append(files, folder, Buffer.concat(waiting), limits, name);
		waiting = [];
		bytes = 0;
	};
	for (const { at, length } of frames) {
		waiting.push(yield* reader.read(name, at, length));
		bytes += length;
		if (bytes >= Math.min(writeBytes, limits.segment / 2)) yield* write();
	}
	yield* write();
}
