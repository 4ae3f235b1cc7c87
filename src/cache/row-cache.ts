import { join } from "node:path";
import envPaths from "env-paths";
import { LRUCache } from "lru-cache";
import { type EngineWarning, emitWarning } from "../common/engine-warning.js";
import { invalidArgument } from "../common/errors.js";
import type { Files } from "./store/files.js";
import { RowStore } from "./store/row-store.js";
import { atOnce, isSliceEnd, runAsync, runSync, Slices, type Steps } from "./store/steps.js";
import type { FrameMemory, FrameRows, KnownRows } from "./store/view.js";

export interface RowCacheOptions {
	/** Megabytes (2^20 bytes) of rows kept in memory; the least recently used go first. 64 by default. */
	maxMB?: number;
	/** Milliseconds after which a row in memory is forgotten. Never by default: rows do not age. */
	ttlMs?: number;
	/**
	 * A folder that keeps rows on disk, too; processes may share it. Where it cannot be used, rows are calculated, and
	 * the engine warns once (`onWarning`).
	 */
	dir?: string;
	/** Megabytes (2^20 bytes) of rows kept in `dir`, at least 1; the oldest go first. 1024 by default. */
	maxDiskMB?: number;
	/**
	 * Share of the rows found in the cache that is calculated all the same, 0 to 1; a difference of one bit raises
	 * CACHE_MISMATCH. 0 by default.
	 */
	verify?: number;
}

export interface RowCacheStatistics {
	/** Rows answered from the cache, and rows looked up in vain, since the engine was opened. */
	hits: number;
	misses: number;
	/** Rows in memory, and what they take. */
	entries: number;
	bytes: number;
}

/** All that some rows depend on but their node sets: the calculator and its files, the build, the stats. */
export class RowGroup {
	readonly bytes: Uint8Array;
	readonly units: Uint16Array;

	/** @param digest of all of that, in hexadecimal */
	constructor(
		digest: string,
		/** Numbers a row. */
		readonly width: number,
	) {
		this.bytes = Uint8Array.from(Buffer.from(digest.slice(0, 32), "hex"));
		this.units = new Uint16Array(this.bytes.buffer);
	}
}

// A map entry, its key and a typed array's own fields, besides the numbers: measured to the next power of two.
const overheadBytes = 256;
const megabyte = 2 ** 20;

type Memory = LRUCache<string, Float64Array | FrameRows>;

function isFrame(entry: Float64Array | FrameRows): entry is FrameRows {
	return !(entry instanceof Float64Array);
}

/** Rows that were calculated before, by group and 128-bit hash of the canonical node set. */
export class RowCache {
	readonly verify: number;
	/** Rows that were calculated, by `keyOf`, and frames of rows that were read, by names that are longer. */
	readonly #memory: Memory;
	readonly #store: RowStore | undefined;
	#hits = 0;
	#misses = 0;

	private constructor(verify: number, memory: Memory, store: RowStore | undefined) {
		this.verify = verify;
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
		const { maxMB = 64, ttlMs = 0, verify = 0, dir, maxDiskMB = 1024 } = options;
		if (!(Number.isFinite(maxMB) && maxMB > 0))
			throw invalidArgument("a positive number", "cache.maxMB", maxMB);
		if (!(Number.isFinite(maxDiskMB) && maxDiskMB >= 1))
			throw invalidArgument("a number of at least 1", "cache.maxDiskMB", maxDiskMB);
		if (!(Number.isFinite(ttlMs) && ttlMs >= 0))
			throw invalidArgument("a number of ms", "cache.ttlMs", ttlMs);
		if (!(verify >= 0 && verify <= 1)) throw invalidArgument("a share from 0 to 1", "cache.verify", verify);
		if (dir !== undefined && (typeof dir !== "string" || dir === ""))
			throw invalidArgument("a folder's path", "cache.dir", dir);
		const memory: Memory = new LRUCache({
			maxSize: Math.round(maxMB * megabyte),
			sizeCalculation: (entry) =>
				overheadBytes + (isFrame(entry) ? entry.keys.byteLength + entry.values.byteLength : entry.byteLength),
			ttl: ttlMs,
		});
		const store =
			dir === undefined
				? undefined
				: await RowStore.open({
						folder: dir,
						maxBytes: Math.round(maxDiskMB * megabyte),
						memory: memory as FrameMemory,
						onWarning,
						...(files && { files }),
					});
		return new RowCache(verify, memory, store);
	}

	/**
	 * Looks rows up; at once where they are few and memory has them all, or there is no folder.
	 *
	 * @param hashes two words a row; both 0 where the row is no valid set
	 * @param firstEqual per row the first one with the same hash, which alone is looked up
	 */
	find(group: RowGroup, hashes: BigUint64Array, firstEqual?: Uint32Array): KnownRows | Promise<KnownRows> {
		const sought = { group, hashes, firstEqual };
		if (hashes.length > 2 * atOnce.rows)
			return runAsync(this.#findInMemory(sought)).then((found) => this.#findOnDisk(sought, found));
		return this.#findOnDisk(sought, runSync(this.#findInMemory(sought)));
	}

	/** The same, blocking the calling thread. */
	findSync(group: RowGroup, hashes: BigUint64Array, firstEqual?: Uint32Array): KnownRows {
		this.#store?.relieve();
		const sought = { group, hashes, firstEqual };
		const { known, absent } = runSync(this.#findInMemory(sought));
		if (absent.length > 0) this.#store?.findSync(group, wordsOf(hashes), absent, known);
		return this.#counted(sought, known);
	}

	/** Keeps a row, which must not change any more. */
	keep(group: RowGroup, hashes: BigUint64Array, row: number, values: Float64Array): void {
		this.#memory.set(keyOf(group, unitsOf(hashes), row), values);
		this.#store?.add(group.bytes, wordsOf(hashes), row, values);
	}

	statistics(): RowCacheStatistics {
		let entries = 0;
		for (const entry of this.#memory.values()) entries += isFrame(entry) ? entry.keys.length / 4 : 1;
		return {
			hits: this.#hits,
			misses: this.#misses,
			entries,
			bytes: this.#memory.calculatedSize,
		};
	}

	/** Waits for what is still being written. */
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
		for (let row = 0; row < rows; row++) {
			if (isSliceEnd(row)) yield* slices.next();
			if (!isValid(words, row) || (firstEqual && firstEqual[row] !== row)) continue;
			known[row] = this.#memory.get(keyOf(group, units, row)) as Float64Array | undefined;
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
	/** Rows that memory does not have. */
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

/** Group and row as one text of 8 units: a short key is what a Map finds fastest. Both are hashes of 128 bits. */
function keyOf({ units: g }: RowGroup, units: Uint16Array, row: number): string {
	const at = 8 * row;
	return String.fromCharCode(
		(units[at] as number) ^ (g[0] as number),
		(units[at + 1] as number) ^ (g[1] as number),
		(units[at + 2] as number) ^ (g[2] as number),
		(units[at + 3] as number) ^ (g[3] as number),
		(units[at + 4] as number) ^ (g[4] as number),
		(units[at + 5] as number) ^ (g[5] as number),
		(units[at + 6] as number) ^ (g[6] as number),
		(units[at + 7] as number) ^ (g[7] as number),
	);
}

/** Where rows are kept on disk if no folder is named: `~/.cache/pobatch/rows` by the XDG rules, the like elsewhere. */
export function cacheFolder(): string {
	return join(envPaths("pobatch", { suffix: "" }).cache, "rows");
}
