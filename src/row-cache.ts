import { stat } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";
import { LRUCache } from "lru-cache";
import { invalidArgument, PobatchError } from "./errors.js";

export interface RowCacheOptions {
	/** Megabytes (2^20 bytes) of rows kept in memory; the least recently used go first. 64 by default. */
	maxMB?: number;
	/** Milliseconds after which a row in memory is forgotten. Never by default: rows do not age. */
	ttlMs?: number;
	/** A folder that keeps rows on disk, too; processes may share it. */
	dir?: string;
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

/** What this needs of the package `lmdb`. */
interface Store {
	get(key: string): Buffer | undefined;
	put(key: string, value: Buffer): Promise<boolean>;
	clearAsync(): Promise<void>;
	getStats(): StoreStatistics;
	close(): Promise<void>;
}

interface StoreStatistics {
	entryCount: number;
	pageSize: number;
	treeBranchPageCount: number;
	treeLeafPageCount: number;
	overflowPages: number;
}

/** What a folder of rows holds. */
export interface DiskCacheStatistics {
	entries: number;
	/** What the rows take; the file itself does not shrink, but reuses what was freed. */
	bytes: number;
}

// A map entry, its key and a typed array's own fields, besides the numbers: measured to the next power of two.
const overheadBytes = 256;

/**
 * Rows that were calculated before, by a key that names everything they depend on: the calculator and its files, the
 * build, the stats and the canonical node set.
 */
export class RowCache {
	readonly verify: number;
	readonly #memory: LRUCache<string, Float64Array>;
	readonly #store: Store | undefined;
	#hits = 0;
	#misses = 0;

	private constructor(options: RowCacheOptions, store: Store | undefined) {
		this.verify = options.verify ?? 0;
		this.#memory = new LRUCache({
			maxSize: Math.round((options.maxMB ?? 64) * 2 ** 20),
			sizeCalculation: (row, key) => row.byteLength + key.length + overheadBytes,
			ttl: options.ttlMs ?? 0,
		});
		this.#store = store;
	}

	/** @throws PobatchError INVALID_ARGUMENT; FILE_NOT_WRITABLE if the folder cannot be used */
	static async open(options: RowCacheOptions): Promise<RowCache> {
		const { maxMB = 64, ttlMs = 0, verify = 0, dir } = options;
		if (!(Number.isFinite(maxMB) && maxMB > 0))
			throw invalidArgument("a positive number", "cache.maxMB", maxMB);
		if (!(Number.isFinite(ttlMs) && ttlMs >= 0))
			throw invalidArgument("a number of ms", "cache.ttlMs", ttlMs);
		if (!(verify >= 0 && verify <= 1)) throw invalidArgument("a share from 0 to 1", "cache.verify", verify);
		return new RowCache(options, dir === undefined ? undefined : await openStore(dir));
	}

	get(key: string): Float64Array | undefined {
		let row = this.#memory.get(key);
		if (!row && this.#store) {
			const stored = this.#store.get(key);
			if (stored) {
				// A copy: the store's buffer is valid until its next read only.
				row = new Float64Array(new Uint8Array(stored).buffer);
				this.#memory.set(key, row);
			}
		}
		if (row) this.#hits++;
		else this.#misses++;
		return row;
	}

	/** Keeps the row; the store writes it behind the caller's back, whole or not at all. */
	set(key: string, row: Float64Array): void {
		this.#memory.set(key, row);
		// A full disk costs the next run time, never this one its rows.
		this.#store?.put(key, Buffer.from(row.buffer, row.byteOffset, row.byteLength)).catch(() => {});
	}

	statistics(): RowCacheStatistics {
		return {
			hits: this.#hits,
			misses: this.#misses,
			entries: this.#memory.size,
			bytes: this.#memory.calculatedSize,
		};
	}

	/** Waits for what is still being written. */
	async close(): Promise<void> {
		this.#memory.clear();
		await this.#store?.close();
	}
}

/** Where rows are kept on disk if no folder is named: `~/.cache/pobatch/rows` by the XDG rules, the like elsewhere. */
export function cacheFolder(): string {
	return join(envPaths("pobatch", { suffix: "" }).cache, "rows");
}

/** @returns undefined if the folder holds no rows @throws PobatchError FILE_NOT_WRITABLE */
export async function diskCacheStatistics(dir: string): Promise<DiskCacheStatistics | undefined> {
	return withStore(dir, async (store) => {
		const { entryCount, pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages } = store.getStats();
		const pages = treeBranchPageCount + treeLeafPageCount + overflowPages;
		return { entries: entryCount, bytes: pages * pageSize };
	});
}

/**
 * Forgets all rows; safe while other processes use the folder.
 *
 * @returns what was there, undefined if the folder holds no rows @throws PobatchError FILE_NOT_WRITABLE
 */
export async function clearDiskCache(dir: string): Promise<DiskCacheStatistics | undefined> {
	const before = await diskCacheStatistics(dir);
	await withStore(dir, (store) => store.clearAsync());
	return before;
}

// Opening would make the folder.
async function withStore<Answer>(
	dir: string,
	body: (store: Store) => Promise<Answer>,
): Promise<Answer | undefined> {
	const exists = await stat(join(dir, "data.mdb")).then(
		() => true,
		() => false,
	);
	if (!exists) return undefined;
	const store = await openStore(dir);
	try {
		return await body(store);
	} finally {
		await store.close();
	}
}

async function openStore(dir: string): Promise<Store> {
	try {
		// Loaded only where a folder is named: a native module of its own.
		const { open } = await import("lmdb");
		return open({ path: dir, encoding: "binary", noSubdir: false, mapSize: 2 ** 30 }) as unknown as Store;
	} catch (cause) {
		throw new PobatchError("FILE_NOT_WRITABLE", `The cache folder ${dir} cannot be used`, {
			cause,
			value: dir,
		});
	}
}
