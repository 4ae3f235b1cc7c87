import { RowIndex } from "./row-index.js";
import { isSliceEnd, type Slices, type Steps } from "./steps.js";

/** Maximum number of indexed rows per group, 100 MB of index; beyond that the index is started again. */
const maxIndexed = 2 ** 22;

/** Frames smaller than this, in bytes, are read together with their neighbours. */
const smallFrame = 2 ** 14;

/** A frame whose rows can be found by their keys. */
export interface IndexedFrame {
	/** The segment's number, and the offset of the frame's first byte in it. */
	segment: number;
	at: number;
	/** In bytes. */
	length: number;
	/** The index of its first row among all rows of the group. */
	firstRow: number;
}

/** A requested row: its index in the request, and in the frame that may have it. */
export interface Wanted {
	row: number;
	place: number;
}

/** The rows of one group, in the frames that have been looked at so far. */
export class Group {
	readonly #index = new RowIndex();
	readonly #frames: IndexedFrame[] = [];
	#rows = 0;
	/** How many of the folder's frames have been looked at. */
	seen = 0;

	get bytes(): number {
		return this.#index.bytes + 100 * this.#frames.length;
	}

	/**
	 * If a row is already known, the later frame counts: the row was calculated again because the earlier one could not
	 * be read.
	 */
	add(segment: number, at: number, length: number, keys: Uint32Array): void {
		const rows = keys.length / 4;
		if (this.#index.size + rows > maxIndexed) this.#index.clear();
		this.#frames.push({ segment, at, length, firstRow: this.#rows });
		for (let i = 0; i < rows; i++)
			this.#index.set(keys[4 * i] as number, keys[4 * i + 1] as number, this.#rows + i);
		this.#rows += rows;
	}

	/**
	 * @param keys four words per row
	 * @param wanted which of these rows are requested
	 * @returns the frames that may have them, in the order on disk
	 */
	*framesOf(
		keys: Uint32Array,
		wanted: readonly number[],
		slices: Slices,
	): Steps<[frame: IndexedFrame, wanted: Wanted[]][]> {
		const byFrame = new Map<number, Wanted[]>();
		for (const [i, row] of wanted.entries()) {
			if (isSliceEnd(i)) yield* slices.next();
			const place = this.#index.get(keys[4 * row] as number, keys[4 * row + 1] as number);
			if (place < 0) continue;
			const number = this.#frameWith(place);
			const found = { row, place: place - (this.#frames[number] as IndexedFrame).firstRow };
			const others = byFrame.get(number);
			if (others) others.push(found);
			else byFrame.set(number, [found]);
		}
		return [...byFrame]
			.sort(([a], [b]) => a - b)
			.map(([number, found]) => [this.#frames[number] as IndexedFrame, found]);
	}

	#frameWith(row: number): number {
		let [low, high] = [0, this.#frames.length - 1];
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((this.#frames[middle] as IndexedFrame).firstRow <= row) low = middle;
			else high = middle - 1;
		}
		return low;
	}
}

/** All frames of a folder, in twelve bytes each: there may be millions. */
export class FrameList {
	#words = new Uint32Array(3 * 256);
	length = 0;

	push(fingerprint: number, segment: number, at: number): void {
		if (3 * this.length === this.#words.length) {
			const before = this.#words;
			this.#words = new Uint32Array(2 * before.length);
			this.#words.set(before);
		}
		this.#words.set([fingerprint, segment, at], 3 * this.length++);
	}

	/** @returns the index of the first frame at or after `from` whose group has that fingerprint, otherwise `length` */
	next(fingerprint: number, from: number): number {
		let i = from;
		while (i < this.length && this.#words[3 * i] !== fingerprint) i++;
		return i;
	}

	/** Whether the next frame begins so soon that both should be read together. */
	isSmall(i: number): boolean {
		const [segment, at, after] = [this.segment(i), this.at(i), i + 1];
		return after < this.length && this.segment(after) === segment && this.at(after) - at < smallFrame;
	}

	segment(i: number): number {
		return this.#words[3 * i + 1] as number;
	}

	at(i: number): number {
		return this.#words[3 * i + 2] as number;
	}
}
