import { PobatchError } from "../common/errors.js";
import type { NativeBatchResult, NativeCanonicalSets } from "../native/addon.js";
import { rowStatus } from "../native/row-status.js";
import type { CacheUse } from "../rows/batch-result.js";
import type { RowCache } from "./row-cache.js";
import type { RowGroup } from "./row-group.js";
import { isSliceEnd, runAsync, runSync, Slices, type Steps } from "./store/steps.js";
import type { KnownRows } from "./store/view.js";

/** A batch split into known rows and rows to calculate. */
export interface CachedBatch {
	readonly canonical: NativeCanonicalSets;
	/** The distinct rows to calculate, in ascending order. */
	readonly rows: Uint32Array;
	/**
	 * Merges the known rows into the calculated ones, which are then cached unless they are unproven. Throws
	 * CACHE_MISMATCH if a verified row differs.
	 */
	merge(calculated: NativeBatchResult): Steps<CacheUse>;
}

/** Splits a batch; synchronously if it is small and nothing has to be read from disk. */
export function divideBatch(
	canonical: NativeCanonicalSets,
	cache: RowCache,
	group: RowGroup,
): CachedBatch | Promise<CachedBatch> {
	const known = cache.find(group, canonical.keys, canonical.firstEqual);
	return known instanceof Promise
		? known.then((rows) => runAsync(divide(canonical, rows, cache, group)))
		: runSync(divide(canonical, known, cache, group));
}

/** Like {@link divideBatch}, but blocks the calling thread. */
export function divideBatchSync(
	canonical: NativeCanonicalSets,
	cache: RowCache,
	group: RowGroup,
): CachedBatch {
	const known = cache.findSync(group, canonical.keys, canonical.firstEqual);
	return runSync(divide(canonical, known, cache, group));
}

/** @param known for each row, the cached values; of equal rows, the first one counts */
function* divide(
	canonical: NativeCanonicalSets,
	known: KnownRows,
	cache: RowCache,
	group: RowGroup,
): Steps<CachedBatch> {
	const { keys, firstEqual } = canonical;
	const words = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length);
	const verifyBelow = cache.verify * 2 ** 32;
	const verified = new Map<number, Float64Array>();
	const rows: number[] = [];
	const slices = new Slices();
	for (let row = 0; row < firstEqual.length; row++) {
		if (isSliceEnd(row)) yield* slices.next();
		if (firstEqual[row] !== row) continue;
		const found = known[row];
		if (found && !((words[4 * row] as number) < verifyBelow)) continue;
		if (found) verified.set(row, found);
		known[row] = undefined;
		rows.push(row);
	}
	return {
		canonical,
		rows: Uint32Array.from(rows),
		*merge(calculated) {
			const slices = new Slices();
			if (calculated.unproven !== true) {
				yield* verify(verified, calculated, group.width, slices);
				yield* keep(rows, verified, calculated, canonical, cache, group, slices);
			}
			yield* fillIn(known, firstEqual, calculated, group.width, slices);
			const missed = rows.length - verified.size;
			// Rows that are verified may be known to the calculator, too.
			const memoized = Math.min(calculated.memoized, missed);
			return {
				hits: firstEqual.length - rows.length,
				memoized,
				misses: missed - memoized,
				verified: verified.size,
			};
		},
	};
}

function* verify(
	verified: ReadonlyMap<number, Float64Array>,
	{ results, status }: NativeBatchResult,
	width: number,
	slices: Slices,
): Steps<void> {
	let seen = 0;
	for (const [row, before] of verified) {
		if (isSliceEnd(seen++)) yield* slices.next();
		if (status[row] === rowStatus.ok) compareBits(before, results, row * width, row);
	}
}

function* keep(
	rows: readonly number[],
	verified: ReadonlyMap<number, Float64Array>,
	{ results, status }: NativeBatchResult,
	{ keys }: NativeCanonicalSets,
	cache: RowCache,
	group: RowGroup,
	slices: Slices,
): Steps<void> {
	const { width } = group;
	for (const [i, row] of rows.entries()) {
		if (isSliceEnd(i)) yield* slices.next();
		if (status[row] !== rowStatus.ok || verified.has(row)) continue;
		cache.keep(group, keys, row, results.slice(row * width, (row + 1) * width));
	}
}

function* fillIn(
	known: KnownRows,
	firstEqual: Uint32Array,
	{ results, status }: NativeBatchResult,
	width: number,
	slices: Slices,
): Steps<void> {
	for (let row = 0; row < firstEqual.length; row++) {
		if (isSliceEnd(row)) yield* slices.next();
		const source = known[firstEqual[row] as number];
		if (!source) continue;
		results.set(source, row * width);
		status[row] = rowStatus.ok;
	}
}

function compareBits(before: Float64Array, results: Float64Array, start: number, row: number): void {
	for (let i = 0; i < before.length; i++) {
		const now = results[start + i] as number;
		if (Object.is(before[i], now)) continue;
		throw new PobatchError("CACHE_MISMATCH", `Row ${row} answered ${now} where the cache has ${before[i]}`, {
			value: row,
			hint: "The calculator is not deterministic, or the cache is damaged: clear it and report this.",
		});
	}
}
