import { PobatchError } from "../common/errors.js";
import type { NativeBatchResult } from "../native/addon.js";
import type { CacheUse } from "../rows/batch-result.js";
import type { NodeSets } from "../rows/node-sets.js";
import type { RowCache, RowGroup } from "./row-cache.js";
import type { KnownRows } from "./store/view.js";

/** A batch divided into what is known and what must be calculated. */
export interface CachedBatch {
	/** The distinct rows to calculate. */
	missing: NodeSets;
	/** Puts what `missing` answered between the known rows. Throws CACHE_MISMATCH if a verified row differs. */
	merge(calculated: NativeBatchResult): { result: NativeBatchResult; use: CacheUse };
}

const okStatus = 1;

/**
 * Divides a batch.
 *
 * @param hashes one 128-bit hash a row, as two words; both 0 where the row is no valid set and has to fail
 * @param known per row what the cache has
 */
export function divideBatch(
	sets: NodeSets,
	hashes: BigUint64Array,
	known: KnownRows,
	cache: RowCache,
	group: RowGroup,
): CachedBatch {
	const { width } = group;
	const verifyBelow = cache.verify * 2 ** 32;
	const words = new Uint32Array(hashes.buffer, hashes.byteOffset, 2 * hashes.length);
	const verified = new Map<number, Float64Array>();
	const firstWith = new Map<string, number>();
	// Per row: its place in `missing`, or -1 where it is known.
	const place = new Int32Array(sets.length).fill(-1);
	const rows: number[] = [];
	for (let row = 0; row < sets.length; row++) {
		const found = known[row];
		if (found && !((words[4 * row] as number) < verifyBelow)) continue;
		if (found) known[row] = undefined;
		const key = keyIn(hashes, row);
		const first = key === undefined ? undefined : firstWith.get(key);
		if (first !== undefined) {
			place[row] = place[first] as number;
			continue;
		}
		if (key !== undefined) firstWith.set(key, row);
		if (found) verified.set(row, found);
		place[row] = rows.length;
		rows.push(row);
	}
	return {
		missing: sets.select(rows),
		merge(calculated) {
			const values = new Float64Array(sets.length * width);
			const status = new Uint8Array(sets.length);
			for (let row = 0; row < sets.length; row++) {
				const at = place[row] as number;
				const source = known[row] ?? calculated.results.subarray(at * width, (at + 1) * width);
				values.set(source, row * width);
				status[row] = at < 0 ? okStatus : (calculated.status[at] as number);
			}
			for (const [row, before] of verified) {
				const at = place[row] as number;
				if (calculated.status[at] === okStatus) compareBits(before, calculated.results, at * width, row);
			}
			rows.forEach((row, at) => {
				const isHashed = hashes[2 * row] !== 0n || hashes[2 * row + 1] !== 0n;
				if (!isHashed || verified.has(row) || calculated.status[at] !== okStatus) return;
				cache.keep(group, hashes, row, calculated.results.slice(at * width, (at + 1) * width));
			});
			const missed = rows.length - verified.size;
			// Those that are verified may be known to the calculator, too.
			const alike = Math.min(calculated.alike, missed);
			return {
				result: { ...calculated, results: values, status, ...spreadErrors(place, calculated) },
				use: {
					hits: sets.length - rows.length,
					memoized: alike,
					misses: missed - alike,
					verified: verified.size,
				},
			};
		},
	};
}

function keyIn(hashes: BigUint64Array, row: number): string | undefined {
	const low = hashes[2 * row] as bigint;
	const high = hashes[2 * row + 1] as bigint;
	return low === 0n && high === 0n ? undefined : `${low}.${high}`;
}

// An error of a row of `missing` belongs to every row of the batch that is equal to it.
function spreadErrors(
	place: Int32Array,
	calculated: NativeBatchResult,
): Pick<NativeBatchResult, "errorRows" | "errorTexts"> {
	const textOf = new Map(
		Array.from(calculated.errorRows, (at, i) => [at, calculated.errorTexts[i] as number]),
	);
	const errorRows: number[] = [];
	const errorTexts: number[] = [];
	if (textOf.size > 0) {
		place.forEach((at, row) => {
			const text = textOf.get(at);
			if (text === undefined) return;
			errorRows.push(row);
			errorTexts.push(text);
		});
	}
	return { errorRows: Uint32Array.from(errorRows), errorTexts: Uint32Array.from(errorTexts) };
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
