import { hash } from "node:crypto";

/**
 * A frame: rows of one group, with checksums (docs/row-cache.md). It is self-contained, so a reader can trust a frame
 * wherever it finds one.
 *
 * | bytes | what |
 * | --- | --- |
 * | 0-7 | `pobrows1` |
 * | 8-23 | checksum of the bytes from 24 to the end of the keys |
 * | 24-39 | group |
 * | 40-43 | number of rows, little-endian |
 * | 44-47 | numbers per row, little-endian |
 * | 48-63 | checksum of the rows |
 * | 64-  | the keys, 16 bytes per row |
 * | then | the rows, 8 bytes per number |
 *
 * Checksums are the first 16 bytes of SHA-256: a wrong number would cost more than the time that a weaker checksum
 * saves. Keys and rows have the machine's byte order, since a group belongs to one platform.
 */
export interface Head {
	rows: number;
	width: number;
	/** Of the whole frame, in bytes. */
	length: number;
}

export const magic = Buffer.from("pobrows1", "latin1");
export const headBytes = 64;
export const keyBytes = 16;
const checkedFrom = 24;
const groupAt = 24;
const rowsAt = 40;
const widthAt = 44;
const rowSumAt = 48;

/** Limit on the bytes of a frame's keys and rows, unless one row alone is larger: what one damaged bit can cost. */
const frameBytes = 2 ** 16;
/** Limit on the numbers per row: one megabyte. */
export const maxWidth = 2 ** 17;

const magicLow = magic.readUInt32LE(0);
const magicHigh = magic.readUInt32LE(4);

/** Maximum number of rows per frame. */
export function maxRows(width: number): number {
	return Math.max(1, Math.floor(frameBytes / (keyBytes + 8 * width)));
}

export function frameLength(rows: number, width: number): number {
	return headBytes + rows * (keyBytes + 8 * width);
}

/** @returns undefined if no frame begins there; the head may still be damaged */
export function readHead(bytes: Buffer, at = 0): Head | undefined {
	if (bytes.length - at < headBytes) return undefined;
	if (bytes.readUInt32LE(at) !== magicLow || bytes.readUInt32LE(at + 4) !== magicHigh) return undefined;
	const rows = bytes.readUInt32LE(at + rowsAt);
	const width = bytes.readUInt32LE(at + widthAt);
	if (width < 1 || width > maxWidth || rows < 1 || rows > maxRows(width)) return undefined;
	return { rows, width, length: frameLength(rows, width) };
}

/** The first 4 bytes of the group, for fast comparisons. */
export function fingerprint(group: Uint8Array): number {
	return (
		((group[0] as number) |
			((group[1] as number) << 8) |
			((group[2] as number) << 16) |
			((group[3] as number) << 24)) >>>
		0
	);
}

export function groupOf(frame: Buffer): Buffer {
	return frame.subarray(groupAt, groupAt + 16);
}

/** Whether the head and the keys are undamaged. */
export function headIsSound(frame: Buffer, { rows }: Head): boolean {
	const end = headBytes + rows * keyBytes;
	return (
		frame.length >= end && checksum(frame.subarray(checkedFrom, end)).equals(frame.subarray(8, checkedFrom))
	);
}

/** Whether the rows are undamaged, given that the head is. */
export function rowsAreSound(frame: Buffer, { rows, length }: Head): boolean {
	if (frame.length < length) return false;
	const values = frame.subarray(headBytes + rows * keyBytes, length);
	return checksum(values).equals(frame.subarray(rowSumAt, headBytes));
}

/** The keys of a sound head, four words each. */
export function keysOf(frame: Buffer, { rows }: Head): Uint32Array {
	const at = frame.byteOffset + headBytes;
	// After a frame that was cut off, the next one may begin at any byte.
	const bytes = at % 4 === 0 ? frame.buffer : frame.buffer.slice(at, at + rows * keyBytes);
	return new Uint32Array(bytes, at % 4 === 0 ? at : 0, rows * 4);
}

/** The rows of a sound frame that begins its buffer, one after the other. */
export function valuesOf(frame: Buffer, { rows, width }: Head): Float64Array {
	return new Float64Array(frame.buffer, frame.byteOffset + headBytes + rows * keyBytes, rows * width);
}

/**
 * @param keys four words per row
 * @param from the first of `count` rows, in both lists
 */
export function encodeFrame(
	group: Uint8Array,
	width: number,
	keys: readonly number[],
	values: readonly Float64Array[],
	from: number,
	count: number,
): Buffer {
	const head = { rows: count, width, length: frameLength(count, width) };
	const frame = Buffer.allocUnsafeSlow(head.length);
	magic.copy(frame);
	frame.set(group, groupAt);
	frame.writeUInt32LE(count, rowsAt);
	frame.writeUInt32LE(width, widthAt);
	const [ownKeys, ownValues] = [keysOf(frame, head), valuesOf(frame, head)];
	for (let i = 0; i < 4 * count; i++) ownKeys[i] = keys[4 * from + i] as number;
	for (let i = 0; i < count; i++) ownValues.set(values[from + i] as Float64Array, i * width);
	const end = headBytes + count * keyBytes;
	checksum(frame.subarray(end)).copy(frame, rowSumAt);
	checksum(frame.subarray(checkedFrom, end)).copy(frame, 8);
	return frame;
}

function checksum(bytes: Buffer): Buffer {
	return hash("sha256", bytes, "buffer").subarray(0, 16);
}
