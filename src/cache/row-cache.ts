import { LRUCache } from "lru-cache";
import { type EngineWarning, emitWarning } from "../common/engine-warning.js";
import { checkCacheOptions, type RowCacheOptions } from "./cache-options.js";
import { openMemory } from "./memory/open-memory.js";
import type { CachePolicy, RowMemory } from "./memory/row-memory.js";
import { type GroupFilter, isMeant, type RowGroup } from "./row-group.js";
import type { Files } from "./store/files.js";
import { RowStore } from "./store/row-store.js";
import { atOnce, isSliceEnd, runAsync, runSync, Slices, type Steps } from "./store/steps.js";
import type { FrameMemory, FrameRows, KnownRows } from "./store/view.js";

export interface RowCacheStatistics {
	/** Cache hits and misses since the engine was opened. */
	hits: number;
	misses: number;
	/** Rows in memory, and their size. */
	entries: number;
	bytes: number;
	/** Rows, and chunks of row files, evicted from memory for lack of room. */
	evictions: number;
	policy: CachePolicy;
}

// A map entry, its key and a typed array's own fields, in addition to the numbers: measured, rounded to a power of two.
const overheadBytes = 256;
/**
 * Maximum number of groups with rows in memory. Rows of other groups can no longer be found, and are evicted
 * eventually.
 */
const maxGroups = 4096;

type Memory = RowMemory<Float64Array | FrameRows>;

function isFrame(entry: Float64Array | FrameRows): entry is FrameRows {
	return !(entry instanceof Float64Array);
}

/** Previously calculated rows, by group and 128-bit hash of the canonical node set. */
export class RowCache {
	readonly verify: number;
	readonly #policy: CachePolicy;
	/** Calculated rows, by `keyOf`, and frames that were read from disk, by longer names. */
	readonly #memory: Memory;
	/** Groups by number, which starts the keys of their rows; and by their bytes, to find that number. */
	readonly #groups = new LRUCache<string, { number: number; group: RowGroup }>({ max: maxGroups });
	#lastGroup: { number: number; group: RowGroup } | undefined;
	#groupCount = 0;
	readonly #store: RowStore | undefined;
	#hits = 0;
	#misses = 0;

	private constructor(verify: number, policy: CachePolicy, memory: Memory, store: RowStore | undefined) {
		this.verify = verify;
		this.#policy = policy;
		this.#memory = memory;
		this.#store = store;
	}

	/**
	 * @param files where the folder is; tests put failures in its place
	 * @throws PobatchError INVALID_ARGUMENT
	 */
	static async open(
		options: RowCacheOptions,
		onWarning: (warning: EngineWarning) => void = emitWarning,
		files?: Files,
	): Promise<RowCache> {
		const { policy, maxBytes, maxEntries, ttlMs, dir, maxDiskBytes, verify } = checkCacheOptions(options);
		const memory: Memory = openMemory(policy, {
			maxBytes,
			maxEntries,
			ttlMs,
			sizeOf: (entry) =>
				overheadBytes + (isFrame(entry) ? entry.keys.byteLength + entry.values.byteLength : entry.byteLength),
		});
		const store =
			dir === undefined
				? undefined
				: await RowStore.open({
						folder: dir,
						maxBytes: maxDiskBytes,
						memory: memory as FrameMemory,
						onWarning,
						...(files && { files }),
					});
		return new RowCache(verify, policy, memory, store);
	}

	/**
	 * Looks rows up; synchronously if they are few and all in memory, or if there is no folder.
	 *
	 * @param hashes two words per row; both 0 if the row is not a valid set
	 * @param firstEqual for each row, the first one with the same hash; only that one is looked up
	 */
	find(group: RowGroup, hashes: BigUint64Array, firstEqual?: Uint32Array): KnownRows | Promise<KnownRows> {
		const sought = { group, hashes, firstEqual };
		if (hashes.length > 2 * atOnce.rows)
			return runAsync(this.#findInMemory(sought)).then((found) => this.#findOnDisk(sought, found));
		return this.#findOnDisk(sought, runSync(this.#findInMemory(sought)));
	}

	/** Like {@link find}, but blocks the calling thread. */
	findSync(group: RowGroup, hashes: BigUint64Array, firstEqual?: Uint32Array): KnownRows {
		this.#store?.relieve();
		const sought = { group, hashes, firstEqual };
		const { known, absent } = runSync(this.#findInMemory(sought));
		if (absent.length > 0) this.#store?.findSync(group, wordsOf(hashes), absent, known);
		return this.#counted(sought, known);
	}

	/** Stores a row, which must not be modified any more. */
	keep(group: RowGroup, hashes: BigUint64Array, row: number, values: Float64Array): void {
		this.#memory.set(keyOf(this.#numberOf(group), unitsOf(hashes), row), values);
		this.#store?.add(group, wordsOf(hashes), row, values);
	}

	/** Removes rows from memory and disk. @returns how many were on disk */
	async forget(filter: GroupFilter): Promise<number> {
		const meant = [...this.#groups.values()].filter(({ group }) => isMeant(group.facts, filter));
		const numbers = new Set(meant.map(({ number }) => number));
		// Cached frames go as well, whatever their group; reading them again is fast.
		for (const [key, entry] of [...this.#memory.entries()])
			if (isFrame(entry) || numbers.has(numberOfKey(key))) this.#memory.delete(key);
		return (await this.#store?.forget(filter)) ?? 0;
	}

	statistics(): RowCacheStatistics {
		let entries = 0;
		for (const [, entry] of this.#memory.entries()) entries += isFrame(entry) ? entry.keys.length / 4 : 1;
		return {
			hits: this.#hits,
			misses: this.#misses,
			entries,
			bytes: this.#memory.bytes,
			evictions: this.#memory.evictions,
			policy: this.#policy,
		};
	}

	/** Waits for pending writes. */
	async close(): Promise<void> {
		this.#memory.clear();
		await this.#store?.close();
	}

	*#findInMemory({ group, hashes, firstEqual }: Sought): Steps<Found> {
		const rows = hashes.length / 2;
		const known: KnownRows = new Array(rows).fill(undefined);
		const absent: number[] = [];
		const [words, units] = [wordsOf(hashes), unitsOf(hashes)];
		const slices = new Slices();
		const number = this.#numberOf(group);
		for (let row = 0; row < rows; row++) {
			if (isSliceEnd(row)) yield* slices.next();
			if (!isValid(words, row) || (firstEqual && firstEqual[row] !== row)) continue;
			known[row] = this.#memory.get(keyOf(number, units, row)) as Float64Array | undefined;
			if (!known[row]) absent.push(row);
		}
		return { known, absent };
	}

	#findOnDisk(sought: Sought, { known, absent }: Found): KnownRows | Promise<KnownRows> {
		if (!this.#store || absent.length === 0) return this.#counted(sought, known);
		return this.#store
			.find(sought.group, wordsOf(sought.hashes), absent, known)
			.then(() => this.#counted(sought, known));
	}

	#numberOf(group: RowGroup): number {
		if (this.#lastGroup?.group === group) return this.#lastGroup.number;
		const name = Buffer.from(group.bytes).toString("latin1");
		const known = this.#groups.get(name) ?? { number: this.#groupCount++, group };
		this.#groups.set(name, known);
		this.#lastGroup = { number: known.number, group };
		return known.number;
	}

	#counted({ hashes, firstEqual }: Sought, known: KnownRows): KnownRows {
		const words = wordsOf(hashes);
		for (let row = 0; row < known.length; row++) {
			if (!isValid(words, row)) continue;
			if (known[firstEqual?.[row] ?? row]) this.#hits++;
			else this.#misses++;
		}
		return known;
	}
}

interface Sought {
	group: RowGroup;
	hashes: BigUint64Array;
	firstEqual: Uint32Array | undefined;
}

interface Found {
	known: KnownRows;
	/** Rows that are not in memory. */
	absent: number[];
}

function wordsOf(hashes: BigUint64Array): Uint32Array {
	return new Uint32Array(hashes.buffer, hashes.byteOffset, 2 * hashes.length);
}

function unitsOf(hashes: BigUint64Array): Uint16Array {
	return new Uint16Array(hashes.buffer, hashes.byteOffset, 4 * hashes.length);
}

function isValid(words: Uint32Array, row: number): boolean {
	const at = 4 * row;
	return (words[at] || words[at + 1] || words[at + 2] || words[at + 3]) !== 0;
}

/** Group and row as a string of 10 UTF-16 units: a Map finds short keys fastest. */
function keyOf(group: number, units: Uint16Array, row: number): string {
	const at = 8 * row;
	return String.fromCharCode(
		group & 0xffff,
		group >>> 16,
		units[at] as number,
		units[at + 1] as number,
		units[at + 2] as number,
		units[at + 3] as number,
		units[at + 4] as number,
		units[at + 5] as number,
		units[at + 6] as number,
		units[at + 7] as number,
	);
}

function numberOfKey(key: string): number {
	return key.charCodeAt(0) + 0x10000 * key.charCodeAt(1);
}
