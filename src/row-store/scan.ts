import { fingerprint, groupOf, headBytes, magic, readHead } from "./frame.js";
import type { Reader } from "./reader.js";
import type { Steps } from "./steps.js";

/** Bytes that are searched at once. */
const pieceBytes = 2 ** 16;

/** What was found in a part of a segment. */
export interface Found {
	/** Where frames begin, and the fingerprints of their groups. Whether they are sound shows when they are read. */
	frames: { at: number; group: number }[];
	/** Where to go on once the segment is longer. */
	next: number;
	/** Bytes that are no frame, nor what is left of one that was not written to its end. */
	isDamaged: boolean;
}

/**
 * Finds the frames of a segment from `start` to `size` by their heads. A frame whose end is no frame's beginning may be
 * all that a killed process wrote of it, with others' frames behind: the next one is searched from its own beginning on.
 */
export function* scan(reader: Reader, segment: string, start: number, size: number): Steps<Found> {
	const frames: Found["frames"] = [];
	let isDamaged = false;
	let at = start;
	// Where the frame begins that ends at `at`.
	let last: number | undefined;
	while (at < size) {
		const bytes = yield* reader.readAhead(segment, at, Math.min(headBytes, size - at));
		const head = readHead(bytes);
		if (head && at + head.length <= size) {
			frames.push({ at, group: fingerprint(groupOf(bytes)) });
			last = at;
			at += head.length;
			continue;
		}
		const isCut = head !== undefined || (bytes.length < headBytes && beginsLikeHead(bytes));
		const next = yield* search(reader, segment, (isCut ? at : (last ?? at)) + 1, size);
		// Another process may be about to write the rest.
		if (isCut && next === size) break;
		if (!isCut && last !== undefined && next < at) frames.pop();
		else if (!isCut && next - at >= headBytes) isDamaged = true;
		at = next;
		last = undefined;
	}
	return { frames, next: at, isDamaged };
}

function beginsLikeHead(bytes: Buffer): boolean {
	const length = Math.min(bytes.length, magic.length);
	return bytes.subarray(0, length).equals(magic.subarray(0, length));
}

/** @returns `size` where no further frame begins */
function* search(reader: Reader, segment: string, from: number, size: number): Steps<number> {
	for (let at = from; at + magic.length <= size; at += pieceBytes - magic.length + 1) {
		const bytes = yield* reader.readAhead(segment, at, Math.min(pieceBytes, size - at));
		const found = bytes.indexOf(magic);
		if (found >= 0) return at + found;
	}
	return size;
}
