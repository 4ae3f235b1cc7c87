/**
 * Which rows are evicted when memory is full:
 * - `adaptive`: those that were requested once and not again, by S3-FIFO;
 * - `lru`: the least recently used;
 * - `lfu`: the least frequently used, of several the least recently used one;
 * - `ttl`: the oldest; and each row when its time is over, used or not.
 */
export type CachePolicy = "adaptive" | "lru" | "lfu" | "ttl";

export const cachePolicies: readonly CachePolicy[] = ["adaptive", "lru", "lfu", "ttl"];

export interface MemoryLimits<Value> {
	/** Limit on the bytes of all entries, as computed by `sizeOf`. */
	maxBytes: number;
	maxEntries: number;
	/** Milliseconds after which an entry is dropped; 0 for never. Only used by the policies `lru` and `ttl`. */
	ttlMs: number;
	/** Size of a value in bytes, including its key. */
	sizeOf: (value: Value) => number;
}

/** An in-memory key-value store with limits; a policy chooses what is evicted. */
export interface RowMemory<Value> {
	readonly size: number;
	/** Bytes of all values, as computed by `sizeOf`. */
	readonly bytes: number;
	/** Entries evicted for lack of room. */
	readonly evictions: number;
	/** Counts as a use. */
	get(key: string): Value | undefined;
	/** A value larger than the whole memory limit is not kept. */
	set(key: string, value: Value): void;
	delete(key: string): void;
	entries(): Iterable<[string, Value]>;
	clear(): void;
}
