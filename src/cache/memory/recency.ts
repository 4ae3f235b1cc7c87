import { LRUCache } from "lru-cache";
import type { MemoryLimits, RowMemory } from "./row-memory.js";

/** Evicts the least recently used entry, or the oldest. */
export class RecencyMemory<Value extends object> implements RowMemory<Value> {
	readonly #cache: LRUCache<string, Value>;
	/** Whether a use resets an entry's age. */
	readonly #byUse: boolean;
	#evictions = 0;

	constructor({ maxBytes, maxEntries, ttlMs, sizeOf }: MemoryLimits<Value>, byUse: boolean) {
		this.#byUse = byUse;
		this.#cache = new LRUCache({
			...(Number.isFinite(maxEntries) && { max: maxEntries }),
			maxSize: maxBytes,
			sizeCalculation: sizeOf,
			ttl: ttlMs,
			// The library would capture the clock at import time, which tests cannot replace.
			perf: { now: () => performance.now() },
			dispose: (_value, _key, reason) => {
				if (reason === "evict") this.#evictions++;
			},
		});
	}

	get size(): number {
		return this.#cache.size;
	}

	get bytes(): number {
		return this.#cache.calculatedSize;
	}

	get evictions(): number {
		return this.#evictions;
	}

	get(key: string): Value | undefined {
		return this.#byUse ? this.#cache.get(key) : this.#cache.peek(key);
	}

	set(key: string, value: Value): void {
		this.#cache.set(key, value);
	}

	delete(key: string): void {
		this.#cache.delete(key);
	}

	entries(): Iterable<[string, Value]> {
		return this.#cache.entries();
	}

	clear(): void {
		this.#cache.clear();
	}
}
