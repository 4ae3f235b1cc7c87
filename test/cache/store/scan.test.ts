/** Segments made byte by byte: what is found in them, whatever is cut, missing or flipped. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { RowCache } from "../../../src/cache/row-cache.js";
import { RowGroup } from "../../../src/cache/row-group.js";
import { encodeFrame, magic } from "../../../src/cache/store/frame.js";
import { diskCacheStatistics } from "../../../src/cache/store/statistics.js";

const dir = mkdtempSync(join(tmpdir(), "pobatch-scan-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const group = new RowGroup({ calculator: "c", name: "c 1", build: "b", stats: ["A", "B"] });
const hashes = BigUint64Array.from({ length: 20 }, (_, i) => BigInt(i + 1) * 0x9e3779b97f4a7c15n);
const words = new Uint32Array(hashes.buffer);
const valuesOf = (row: number) => [row + 0.5, -row];

/** A frame with these rows of `hashes`: 64 bytes, plus 32 per row. */
function frame(...rows: number[]): Buffer {
	const keys = rows.flatMap((row) => [...words.subarray(4 * row, 4 * row + 4)]);
	return encodeFrame(
		group.bytes,
		2,
		keys,
		rows.map((row) => Float64Array.from(valuesOf(row))),
		0,
		rows.length,
	);
}

/** The rows found in a segment with these bytes, each of which must be right, and the warnings. */
async function found(...parts: Buffer[]): Promise<{ rows: number[]; warnings: string[] }> {
	writeFileSync(join(dir, "rows-00000001-00000000.log"), Buffer.concat(parts));
	const warnings: string[] = [];
	const cache = await RowCache.open({ dir }, ({ code }) => warnings.push(code));
	const known = await cache.find(group, hashes);
	await cache.close();
	const rows: number[] = [];
	known.forEach((values, row) => {
		if (!values) return;
		expect([...values]).toEqual(valuesOf(row));
		rows.push(row);
	});
	return { rows, warnings };
}

const first = frame(0, 1);
const second = frame(2, 3, 4);
const third = frame(5);

it("a frame is 64 bytes, 16 per key and 8 per number", () => {
	expect(second).toHaveLength(64 + 3 * (16 + 16));
});

it("whole frames answer all their rows", async () => {
	expect(await found(first, second, third)).toEqual({ rows: [0, 1, 2, 3, 4, 5], warnings: [] });
});

describe("an append that was cut off", () => {
	it("at the end of the file costs its own rows, wherever it is cut", async () => {
		for (let length = 0; length < second.length; length++)
			expect(await found(first, second.subarray(0, length))).toEqual({ rows: [0, 1], warnings: [] });
	});

	it("with other processes' frames behind it costs its own rows, wherever it is cut", async () => {
		for (let length = 0; length < second.length; length++) {
			const expected = { rows: [0, 1, 5], warnings: [] };
			expect(await found(first, second.subarray(0, length), third)).toEqual(expected);
			expect(await found(second.subarray(0, length), first, third)).toEqual(expected);
		}
	});

	it("twice in a row", async () => {
		for (let length = 0; length < second.length; length += 7)
			expect(await found(second.subarray(0, length), second.subarray(0, 90), first)).toEqual({
				rows: [0, 1],
				warnings: [],
			});
	});
});

it("one flipped bit costs no more than the frame it is in, and is noticed unless it looks like a cut", async () => {
	const whole = Buffer.concat([first, second, third]);
	const frames: [number, number[]][] = [
		[first.length, [0, 1]],
		[first.length + second.length, [2, 3, 4]],
		[whole.length, [5]],
	];
	let unnoticed = 0;
	for (let bit = 0; bit < 8 * whole.length; bit += 3) {
		const bytes = Buffer.from(whole);
		bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
		const hit = frames.find(([end]) => bit >> 3 < end)?.[1] ?? [];
		const { rows, warnings } = await found(bytes);
		expect(rows).toEqual([0, 1, 2, 3, 4, 5].filter((row) => !hit.includes(row)));
		expect(warnings.length).toBeLessThanOrEqual(1);
		if (warnings.length === 0) unnoticed++;
	}
	// Bits that make a frame seem longer, or part of another group.
	expect(unnoticed).toBeLessThan(whole.length / 4);
}, 60_000);

it("bytes that look like the beginning of a frame, in the middle of one, do no harm", async () => {
	const fake = new Float64Array(new Uint8Array([...magic, ...new Uint8Array(8)]).buffer);
	const keys = [...words.subarray(0, 4)];
	const holder = encodeFrame(group.bytes, 2, keys, [fake], 0, 1);
	writeFileSync(join(dir, "rows-00000001-00000000.log"), Buffer.concat([holder, second]));
	const cache = await RowCache.open({ dir }, ({ text }) => expect.fail(text));
	const known = await cache.find(group, hashes);
	expect(known[0]).toEqual(fake);
	expect([...(known[3] as Float64Array)]).toEqual(valuesOf(3));
});

it("a row that exists twice comes from the later undamaged frame", async () => {
	const damaged = frame(2, 3, 4);
	damaged[damaged.length - 1] = 1;
	expect((await found(damaged, frame(2, 3, 4))).rows).toEqual([2, 3, 4]);
});

it("statistics tell readable rows from unreadable bytes", async () => {
	await found(first, second.subarray(0, 100), frame(1, 5));
	expect(await diskCacheStatistics(dir)).toEqual({
		entries: 3,
		bytes: first.length + 100 + 128,
		unreadableBytes: 100,
	});
});
