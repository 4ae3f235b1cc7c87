import { RowIndex } from "./row-index.js";
import { isSliceEnd, type Slices, type Steps } from "./steps.js";

/** Rows of one group that are found again, 100 MB of index; beyond that it begins anew. */
const maxIndexed = 2 ** 22;

/** Bytes of a frame that is read together with its neighbours. */
const smallFrame = 2 ** 14;

/** A frame whose rows are known by their keys. */
export interface IndexedFrame {
	/** The number of its segment, and its first byte there. */
	segment: number;
	at: number;
	/** Bytes. */
	length: number;
	/** The number of its first row among all rows of the group. */
	firstRow: number;
}

/** A row that is looked for, by its number there and in the frame that may have it. */
export interface Wanted {
	row: number;
	place: number;
}

/** The rows of one group, as far as frames were looked at. */
export class Group {
	readonly #index = new RowIndex();
	readonly #frames: IndexedFrame[] = [];
	#rows = 0;
	/** How many of all frames were looked at. */
	seen = 0;

	get bytes(): number {
		return this.#index.bytes + 100 * this.#frames.length;
	}

	/** A row that is known goes to the later frame: it was calculated again since the earlier one could not be read. */
	add(segment: number, at: number, length: number, keys: Uint32Array): void {
		const rows = keys.length / 4;
		if (this.#index.size + rows > maxIndexed) this.#index.clear();
		this.#frames.push({ segment, at, length, firstRow: this.#rows });
		for (let i = 0; i < rows; i++)
			this.#index.set(keys[4 * i] as number, keys[4 * i + 1] as number, this.#rows + i);
		this.#rows += rows;
	}

	/**
	 * @param keys four words a row
	 * @param wanted which of these rows are looked for
	 * @returns the frames that may have them, as they lie on disk
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

	/** @returns the number of the first frame from `from` on whose group has that fingerprint, else `length` */
	next(fingerprint: number, from: number): number {
		let i = from;
		while (i < this.length && this.#words[3 * i] !== fingerprint) i++;
		return i;
	}

	/** Whether others follow it so soon that they had better be read together. */
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
