/**
 * Which rows leave when memory is full:
 * - `adaptive`: those that were asked for once and not again, by S3-FIFO;
 * - `lru`: those used least recently;
 * - `lfu`: those used least often, of them the least recently used;
 * - `ttl`: the oldest; and each row when its time is over, used or not.
 */
export type CachePolicy = "adaptive" | "lru" | "lfu" | "ttl";

export const cachePolicies: readonly CachePolicy[] = ["adaptive", "lru", "lfu", "ttl"];

export interface MemoryLimits<Value> {
	/** Bytes of all entries, by `sizeOf`. */
	maxBytes: number;
	maxEntries: number;
	/** Milliseconds after which an entry is forgotten; 0 for never. Policies `lru` and `ttl` alone know it. */
	ttlMs: number;
	/** Bytes that a value takes, with its key. */
	sizeOf: (value: Value) => number;
}

/** Values in memory by key, within limits; a policy chooses which of them leave. */
export interface RowMemory<Value> {
	readonly size: number;
	/** Of all values, by `sizeOf`. */
	readonly bytes: number;
	/** Entries that left because there was no room. */
	readonly evictions: number;
	/** Counts as a use. */
	get(key: string): Value | undefined;
	/** A value that takes more than all memory is not kept. */
	set(key: string, value: Value): void;
	delete(key: string): void;
	entries(): Iterable<[string, Value]>;
	clear(): void;
}
