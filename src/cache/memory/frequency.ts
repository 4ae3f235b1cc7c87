import type { MemoryLimits, RowMemory } from "./row-memory.js";

interface Entry<Value> {
	value: Value;
	bytes: number;
	uses: number;
}

/**
 * Evicts the least frequently used entry, and of several the least recently used one: K. Shah, A. Mitra, D. Matani, "An
 * O(1) algorithm for implementing the LFU cache eviction scheme" (2010).
 */
export class FrequencyMemory<Value extends object> implements RowMemory<Value> {
	readonly #limits: MemoryLimits<Value>;
	readonly #entries = new Map<string, Entry<Value>>();
	/** Keys by number of uses; a Set keeps them in insertion order. */
	readonly #byUses = new Map<number, Set<string>>();
	#bytes = 0;
	#evictions = 0;

	constructor(limits: MemoryLimits<Value>) {
		this.#limits = limits;
	}

	get size(): number {
		return this.#entries.size;
	}

	get bytes(): number {
		return this.#bytes;
	}

	get evictions(): number {
		return this.#evictions;
	}

	get(key: string): Value | undefined {
		const entry = this.#entries.get(key);
		if (!entry) return undefined;
		this.#leave(key, entry);
		entry.uses++;
		this.#enter(key, entry);
		return entry.value;
	}

	set(key: string, value: Value): void {
		const { maxBytes, maxEntries, sizeOf } = this.#limits;
		const bytes = sizeOf(value);
		const before = this.#entries.get(key);
		this.delete(key);
		if (bytes > maxBytes) return;
		while (this.#bytes + bytes > maxBytes || this.#entries.size >= maxEntries) this.#evict();
		const entry = { value, bytes, uses: before?.uses ?? 1 };
		this.#entries.set(key, entry);
		this.#bytes += bytes;
		this.#enter(key, entry);
	}

	delete(key: string): void {
		const entry = this.#entries.get(key);
		if (!entry) return;
		this.#leave(key, entry);
		this.#entries.delete(key);
		this.#bytes -= entry.bytes;
	}

	*entries(): Iterable<[string, Value]> {
		for (const [key, { value }] of this.#entries) yield [key, value];
	}

	clear(): void {
		this.#entries.clear();
		this.#byUses.clear();
		this.#bytes = 0;
	}

	#evict(): void {
		// There are few distinct use counts, as most rows are requested once or twice.
		let least = Number.POSITIVE_INFINITY;
		for (const uses of this.#byUses.keys()) {
			if (uses < least) least = uses;
			if (least === 1) break;
		}
		const [key] = this.#byUses.get(least) as Set<string>;
		this.delete(key as string);
		this.#evictions++;
	}

	#enter(key: string, { uses }: Entry<Value>): void {
		const keys = this.#byUses.get(uses);
		if (keys) keys.add(key);
		else this.#byUses.set(uses, new Set([key]));
	}

	#leave(key: string, { uses }: Entry<Value>): void {
		const keys = this.#byUses.get(uses) as Set<string>;
		keys.delete(key);
		if (keys.size === 0) this.#byUses.delete(uses);
	}
}
