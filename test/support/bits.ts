import { expect } from "vitest";
import type { BatchResult } from "../../src/index.js";

/** The numbers of one row. */
export function valuesOfRow(result: BatchResult, row: number): Float64Array {
	const width = result.stats.length;
	return result.values.subarray(row * width, (row + 1) * width);
}

/** Numbers as their bits: 0 and -0 differ, and so do two kinds of NaN. */
export function bits(values: ArrayLike<number>): bigint[] {
	// slice() of a typed array copies memory, so it keeps every bit of a NaN.
	const copy = values instanceof Float64Array ? values.slice() : Float64Array.from(values);
	return [...new BigUint64Array(copy.buffer)];
}

/** One row's bits as a text, for sets and keys. */
export function bitsOf(result: BatchResult, row: number): string {
	return bits(valuesOfRow(result, row)).join();
}

/**
 * The only way in which tests compare numbers that must have the same bits.
 *
 * @param what a description for the message
 */
export function expectSameBits(found: ArrayLike<number>, wanted: ArrayLike<number>, what = "values"): void {
	const [a, b] = [bits(found), bits(wanted)];
	const at = a.findIndex((word, i) => word !== b[i]);
	if (a.length === b.length && at < 0) {
		// Uses expect, so that it counts as an assertion.
		expect(a.length).toBe(b.length);
		return;
	}
	const place = at < 0 ? Math.min(a.length, b.length) : at;
	const shown = (values: ArrayLike<number>, words: bigint[]) =>
		place < words.length ? `${values[place]} (${words[place]?.toString(16)})` : "nothing";
	expect.fail(`${what}, number ${place} of ${b.length}: ${shown(found, a)} instead of ${shown(wanted, b)}`);
}
