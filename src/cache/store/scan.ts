import {
	fingerprint,
	groupOf,
	type Head,
	headBytes,
	headIsSound,
	keyBytes,
	magic,
	readHead,
} from "./frame.js";
import type { Reader } from "./reader.js";
import type { Steps } from "./steps.js";

/** Result of scanning a part of a segment. */
export interface Found {
	/** Where frames with undamaged heads begin, and the fingerprints of their groups. */
	frames: { at: number; group: number }[];
	/** Where to continue once the segment has grown. */
	next: number;
	/** Whether some bytes are neither a frame nor the start of one that was not completely written. */
	isDamaged: boolean;
}

/**
 * Finds the frames of a segment from `start` to `size`. Every place with a frame's first eight bytes is examined, not
 * only the ends of other frames: a killed process may leave any part of its last frame, directly followed by frames of
 * other processes.
 */
export function* scan(reader: Reader, segment: string, start: number, size: number): Steps<Found> {
	const frames: Found["frames"] = [];
	let isDamaged = false;
	// Where the last frame ends according to its head.
	let end = start;
	// The last place that looks like a frame but has no undamaged head.
	let open: { at: number; head: Head | undefined } | undefined;
	/** Classifies the bytes after `end` as damaged or cut off. @returns where they begin */
	const account = (upTo: number) => {
		if (upTo <= end) return upTo;
		const from = open?.at ?? end;
		if (upTo - from >= (open?.head?.length ?? headBytes)) {
			isDamaged = true;
			return upTo;
		}
		// It began within the last frame, so that one was cut off, too.
		if (from < end) frames.pop();
		return from;
	};
	for (let from = start; ; ) {
		const at = yield* search(reader, segment, from, size);
		if (at >= size) break;
		const bytes = yield* reader.readAhead(segment, at, Math.min(headBytes, size - at));
		const head = readHead(bytes);
		const keysEnd = headBytes + (head?.rows ?? 0) * keyBytes;
		if (head && at + keysEnd <= size && headIsSound(yield* reader.readAhead(segment, at, keysEnd), head)) {
			account(at);
			// A completely written frame contains no other frame.
			if (at < end) frames.pop();
			frames.push({ at, group: fingerprint(groupOf(bytes)) });
			end = at + head.length;
			open = undefined;
			from = at + keysEnd;
		} else {
			account(at);
			end = Math.max(end, at);
			open = { at, head };
			from = at + 1;
		}
	}
	if (end <= size) return { next: account(size), frames, isDamaged };
	// The rest may still be being written.
	const last = frames.pop();
	return { next: last?.at ?? size, frames, isDamaged };
}

/** @returns where the next frame's first bytes are, or `size` */
function* search(reader: Reader, segment: string, from: number, size: number): Steps<number> {
	for (let at = from; at + magic.length <= size; ) {
		const bytes = yield* reader.readAhead(segment, at, magic.length);
		const found = bytes.indexOf(magic);
		if (found >= 0 && at + found < size) return at + found;
		// The file may have been shortened.
		if (bytes.length < magic.length) break;
		at += bytes.length - magic.length + 1;
	}
	return size;
}
