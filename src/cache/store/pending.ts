import { encodeFrame, frameLength, keyBytes, maxRows } from "./frame.js";

interface Rows {
	group: Uint8Array;
	width: number;
	/** Four words a row. */
	keys: number[];
	values: Float64Array[];
	/** So many of them are written. */
	written: number;
}

/** Rows that wait to be written. */
export class Pending {
	readonly #groups = new Map<string, Rows>();
	/** What they take on disk, roughly. */
	bytes = 0;

	add(group: Uint8Array, keys: Uint32Array, row: number, values: Float64Array): void {
		const name = Buffer.from(group).toString("latin1");
		let rows = this.#groups.get(name);
		if (!rows) {
			rows = { group, width: values.length, keys: [], values: [], written: 0 };
			this.#groups.set(name, rows);
		}
		for (let i = 4 * row; i < 4 * row + 4; i++) rows.keys.push(keys[i] as number);
		rows.values.push(values);
		this.bytes += keyBytes + values.byteLength;
	}

	/** Frames of at most so many bytes, but at least one; their rows wait no longer. @returns nothing once none wait */
	take(bytes: number): Buffer | undefined {
		const frames: Buffer[] = [];
		let taken = 0;
		for (const [name, rows] of this.#groups) {
			const { group, width, keys, values } = rows;
			while (rows.written < values.length) {
				const count = Math.min(maxRows(width), values.length - rows.written);
				const length = frameLength(count, width);
				if (taken > 0 && taken + length > bytes) return Buffer.concat(frames);
				frames.push(encodeFrame(group, width, keys, values, rows.written, count));
				taken += length;
				rows.written += count;
				this.bytes -= count * (keyBytes + 8 * width);
			}
			this.#groups.delete(name);
		}
		return frames.length === 0 ? undefined : Buffer.concat(frames);
	}

	clear(): void {
		this.#groups.clear();
		this.bytes = 0;
	}
}
