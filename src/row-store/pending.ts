import { encodeFrame, keyBytes, maxRows } from "./frame.js";

interface Rows {
	group: Uint8Array;
	width: number;
	/** Four words a row. */
	keys: number[];
	values: Float64Array[];
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
			rows = { group, width: values.length, keys: [], values: [] };
			this.#groups.set(name, rows);
		}
		for (let i = 4 * row; i < 4 * row + 4; i++) rows.keys.push(keys[i] as number);
		rows.values.push(values);
		this.bytes += keyBytes + values.byteLength;
	}

	/** Frames of about so many bytes, whose rows wait no longer. @returns nothing once none wait */
	take(bytes: number): Buffer | undefined {
		const frames: Buffer[] = [];
		let taken = 0;
		for (const [name, { group, width, keys, values }] of this.#groups) {
			let from = 0;
			while (from < values.length && taken < bytes) {
				const count = Math.min(maxRows(width), values.length - from);
				const frame = encodeFrame(group, width, keys, values, from, count);
				frames.push(frame);
				taken += frame.length;
				from += count;
			}
			this.bytes -= from * (keyBytes + 8 * width);
			if (from === values.length) this.#groups.delete(name);
			else {
				keys.splice(0, 4 * from);
				values.splice(0, from);
			}
			if (taken >= bytes) break;
		}
		return frames.length === 0 ? undefined : Buffer.concat(frames);
	}

	clear(): void {
		this.#groups.clear();
		this.bytes = 0;
	}
}
