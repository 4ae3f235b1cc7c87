import type { RowGroup } from "../row-group.js";
import { encodeFrame, frameLength, keyBytes, maxRows } from "./frame.js";

interface Rows {
	group: RowGroup;
	/** Four words per row. */
	keys: number[];
	values: Float64Array[];
	/** How many of them are written. */
	written: number;
}

/** Rows that wait to be written. */
export class Pending {
	readonly #groups = new Map<string, Rows>();
	/** Approximate size on disk. */
	bytes = 0;

	add(group: RowGroup, keys: Uint32Array, row: number, values: Float64Array): void {
		const name = Buffer.from(group.bytes).toString("latin1");
		let rows = this.#groups.get(name);
		if (!rows) {
			rows = { group, keys: [], values: [], written: 0 };
			this.#groups.set(name, rows);
		}
		for (let i = 4 * row; i < 4 * row + 4; i++) rows.keys.push(keys[i] as number);
		rows.values.push(values);
		this.bytes += keyBytes + values.byteLength;
	}

	/**
	 * Takes rows out, as frames of at most `bytes` bytes but at least one frame. @returns undefined if no rows are left
	 */
	take(bytes: number): Buffer | undefined {
		const frames: Buffer[] = [];
		let taken = 0;
		for (const [name, rows] of this.#groups) {
			const { group, keys, values } = rows;
			const { width } = group;
			while (rows.written < values.length) {
				const count = Math.min(maxRows(width), values.length - rows.written);
				const length = frameLength(count, width);
				if (taken > 0 && taken + length > bytes) return Buffer.concat(frames);
				frames.push(encodeFrame(group.bytes, width, keys, values, rows.written, count));
				taken += length;
				rows.written += count;
				this.bytes -= count * (keyBytes + 8 * width);
			}
			this.#groups.delete(name);
		}
		return frames.length === 0 ? undefined : Buffer.concat(frames);
	}

	/** The groups of the pending rows. */
	groups(): RowGroup[] {
		return [...this.#groups.values()].map(({ group }) => group);
	}

	clear(): void {
		this.#groups.clear();
		this.bytes = 0;
	}
}
