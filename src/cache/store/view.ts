import { LRUCache } from "lru-cache";
import { type Files, isCode } from "./files.js";
import type { Listing } from "./folder.js";
import {
	fingerprint,
	groupOf,
	type Head,
	headBytes,
	headIsSound,
	keyBytes,
	keysOf,
	maxRows,
	readHead,
	rowsAreSound,
	valuesOf,
} from "./frame.js";
import { FrameList, Group } from "./group.js";
import { Reader } from "./reader.js";
import { scan } from "./scan.js";
import { Slices, type Steps } from "./steps.js";

/** Bytes of all groups' indexes; the least recently used groups are dropped and read again when needed. */
const maxIndexBytes = 2 ** 27;
/** A larger segment was not written by pobatch. */
const maxSegment = 2 ** 30;

/** Called with the error if a segment cannot be read, and without one if its contents are damaged. */
export type OnTrouble = (segment: string, error?: unknown) => void;

interface Segment {
	name: string;
	/** Size when last listed, and how far it has been scanned for frames. */
	size: number;
	scanned: number;
}

/** An undamaged frame: four words of key per row, and the rows one after the other. */
export interface FrameRows {
	group: Uint8Array;
	width: number;
	keys: Uint32Array;
	values: Float64Array;
}

/** Identifies the rows that belong together, and how many numbers each has. */
export interface GroupName {
	readonly bytes: Uint8Array;
	readonly width: number;
}

/** For each row its numbers, which must not be modified; undefined if the row is not known. */
export type KnownRows = (Float64Array | undefined)[];

/** Frames that have been read, by name. */
export interface FrameMemory {
	get(name: string): FrameRows | undefined;
	set(name: string, frame: FrameRows): unknown;
}

/**
 * What is known of a folder: where its frames are and, for the groups requested so far, where each row is. It only
 * grows; if files were deleted from the folder, a new view replaces it.
 *
 * Steps of several calls may interleave, and a synchronous call may come between two of them. So fields change only
 * between two steps, and only if no other call has made the same change in the meantime.
 */
export class View {
	readonly #files: Files;
	readonly #folder: string;
	readonly #onTrouble: OnTrouble;
	readonly #segments: Segment[] = [];
	readonly #numbers = new Map<string, number>();
	readonly #frames = new FrameList();
	readonly #groups = new LRUCache<string, Group>({ maxSize: maxIndexBytes });

	constructor(files: Files, folder: string, onTrouble: OnTrouble) {
		this.#files = files;
		this.#folder = folder;
		this.#onTrouble = onTrouble;
	}

	/** Whether everything known is still in the folder. */
	fits({ segments }: Listing): boolean {
		const sizes = new Map(segments.map(({ name, size }) => [name, size]));
		return this.#segments.every(({ name, size }) => (sizes.get(name) ?? -1) >= size);
	}

	/** Scans what was appended since the last listing. */
	*update({ segments }: Listing): Steps<void> {
		const reader = new Reader(this.#files, this.#folder);
		try {
			for (const { name, size } of segments) {
				const number = this.#numbers.get(name) ?? this.#segments.length;
				this.#numbers.set(name, number);
				this.#segments[number] ??= { name, size, scanned: 0 };
				const segment = this.#segments[number];
				segment.size = Math.max(segment.size, size);
				if (size > maxSegment) this.#onTrouble(name);
				else if (size > segment.scanned) yield* this.#scan(reader, number, segment, size);
			}
		} finally {
			yield* reader.close();
		}
	}

	*#scan(reader: Reader, number: number, segment: Segment, size: number): Steps<void> {
		const from = segment.scanned;
		const found = yield* this.#tried(segment.name, scan(reader, segment.name, from, size));
		if (!found || segment.scanned !== from) return;
		segment.scanned = found.next;
		for (const { at, group } of found.frames) this.#frames.push(group, number, at);
		if (found.isDamaged) this.#onTrouble(segment.name);
	}

	/**
	 * Fills `known` with the folder's rows of a group.
	 *
	 * @param keys four words per row
	 * @param wanted which of these rows are requested
	 * @param memory frames in it are not read from disk
	 */
	*read(
		group: GroupName,
		keys: Uint32Array,
		wanted: readonly number[],
		known: KnownRows,
		memory: FrameMemory,
	): Steps<void> {
		const { width } = group;
		const reader = new Reader(this.#files, this.#folder);
		try {
			const indexed = yield* this.#indexed(reader, group);
			const slices = new Slices();
			for (const [{ segment, at, length }, found] of yield* indexed.framesOf(keys, wanted, slices)) {
				yield* slices.next();
				const name = this.#name(segment);
				const frame = memory.get(`${name} ${at}`) ?? (yield* this.#frame(reader, name, at, length));
				if (!frame || frame.width !== width || !isSame(frame.group, group.bytes)) continue;
				memory.set(`${name} ${at}`, frame);
				for (const { row, place } of found)
					if (isSameKey(keys, row, frame.keys, place))
						known[row] = frame.values.subarray(place * width, (place + 1) * width);
			}
		} finally {
			yield* reader.close();
		}
	}

	/** All undamaged frames, whatever their group; for statistics. */
	*all(take: (frame: FrameRows, bytes: number) => void): Steps<void> {
		const reader = new Reader(this.#files, this.#folder);
		try {
			for (let i = 0; i < this.#frames.length; i++) {
				const [name, at] = [this.#name(this.#frames.segment(i)), this.#frames.at(i)];
				const start = yield* this.#tried(name, reader.read(name, at, headBytes));
				const head = start && readHead(start);
				const frame = head && (yield* this.#frame(reader, name, at, head.length));
				if (frame) take(frame, head.length);
			}
		} finally {
			yield* reader.close();
		}
	}

	/** The group, with the keys of all its frames. */
	*#indexed(reader: Reader, { bytes: group, width }: GroupName): Steps<Group> {
		const key = Buffer.from(group).toString("latin1");
		const known = this.#groups.get(key) ?? new Group();
		this.#groups.set(key, known, { size: known.bytes });
		const most = headBytes + maxRows(width) * keyBytes;
		const print = fingerprint(group);
		const start = known.seen;
		const slices = new Slices();
		for (;;) {
			yield* slices.next();
			const next = this.#frames.next(print, known.seen);
			known.seen = next;
			if (next === this.#frames.length) break;
			const [segment, at] = [this.#frames.segment(next), this.#frames.at(next)];
			const name = this.#name(segment);
			const bytes = yield* this.#tried(
				name,
				this.#frames.isSmall(next) ? reader.readAhead(name, at, most) : reader.read(name, at, most),
			);
			// Another call may have read it first.
			if (known.seen !== next) continue;
			known.seen = next + 1;
			const head = bytes && this.#soundHead(bytes, name);
			if (!bytes || !head || head.width !== width || !groupOf(bytes).equals(group)) continue;
			known.add(segment, at, head.length, keysOf(bytes, head));
		}
		if (known.seen !== start) this.#groups.set(key, known, { size: known.bytes });
		return known;
	}

	*#frame(reader: Reader, name: string, at: number, length: number): Steps<FrameRows | undefined> {
		const bytes = yield* this.#tried(name, reader.read(name, at, length));
		const head = bytes && this.#soundHead(bytes, name);
		if (!bytes || !head) return undefined;
		if (!rowsAreSound(bytes, head)) {
			this.#onTrouble(name);
			return undefined;
		}
		return {
			group: groupOf(bytes),
			width: head.width,
			keys: keysOf(bytes, head),
			values: valuesOf(bytes, head),
		};
	}

	#soundHead(bytes: Buffer, name: string): Head | undefined {
		const head = readHead(bytes);
		if (head && headIsSound(bytes, head)) return head;
		this.#onTrouble(name);
		return undefined;
	}

	#name(segment: number): string {
		return (this.#segments[segment] as Segment).name;
	}

	/**
	 * @returns undefined if the segment was deleted or cannot be read; running out of file handles is an error, since it
	 * affects all segments
	 */
	*#tried<T>(name: string, steps: Steps<T>): Steps<T | undefined> {
		try {
			return yield* steps;
		} catch (error) {
			if (isCode(error, "EMFILE", "ENFILE")) throw error;
			if (!isCode(error, "ENOENT")) this.#onTrouble(name, error);
			return undefined;
		}
	}
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
	return a.every((byte, i) => byte === b[i]);
}

function isSameKey(a: Uint32Array, i: number, b: Uint32Array, k: number): boolean {
	for (let word = 0; word < 4; word++) if (a[4 * i + word] !== b[4 * k + word]) return false;
	return true;
}
