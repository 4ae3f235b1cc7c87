import type { MemoryLimits, RowMemory } from "./row-memory.js";

/** Share of memory for entries that have not been requested again yet. */
const smallShare = 0.1;
/** Cap on the use count. */
const mostUses = 3;

interface Entry<Value> {
	readonly key: string;
	readonly value: Value;
	readonly bytes: number;
	/** Uses since the entry was added, minus one for each time it was reinserted. */
	uses: number;
	queue: Queue<Value>;
	older: Entry<Value> | undefined;
	newer: Entry<Value> | undefined;
}

/** A FIFO queue. */
class Queue<Value> {
	bytes = 0;
	oldest: Entry<Value> | undefined;
	#newest: Entry<Value> | undefined;

	push(entry: Entry<Value>): void {
		entry.queue = this;
		entry.older = this.#newest;
		entry.newer = undefined;
		if (this.#newest) this.#newest.newer = entry;
		else this.oldest = entry;
		this.#newest = entry;
		this.bytes += entry.bytes;
	}

	remove(entry: Entry<Value>): void {
		const { older, newer } = entry;
		if (older) older.newer = newer;
		else this.oldest = newer;
		if (newer) newer.older = older;
		else this.#newest = older;
		this.bytes -= entry.bytes;
	}

	clear(): void {
		this.oldest = undefined;
		this.#newest = undefined;
		this.bytes = 0;
	}
}

/**
 * S3-FIFO: J. Yang, Y. Zhang, Z. Qiu, Y. Yue, K. V. Rashmi, "FIFO queues are all you need for cache eviction" (SOSP
 * 2023). A new entry goes into a small queue. When it reaches the end, it moves to the main queue if it was requested
 * in the meantime; otherwise it is evicted and its key is remembered, and if it comes back, it goes straight to the
 * main queue. At the end of the main queue, an entry that was used is reinserted. So a scan, such as one node power run
 * over a large tree, does not evict what a search or a server requests repeatedly, and a hit costs no more than the
 * lookup.
 */
export class AdaptiveMemory<Value extends object> implements RowMemory<Value> {
	readonly #limits: MemoryLimits<Value>;
	readonly #entries = new Map<string, Entry<Value>>();
	readonly #small = new Queue<Value>();
	readonly #main = new Queue<Value>();
	readonly #ghosts = new Ghosts();
	#evictions = 0;

	constructor(limits: MemoryLimits<Value>) {
		this.#limits = limits;
	}

	get size(): number {
		return this.#entries.size;
	}

	get bytes(): number {
		return this.#small.bytes + this.#main.bytes;
	}

	get evictions(): number {
		return this.#evictions;
	}

	get(key: string): Value | undefined {
		const entry = this.#entries.get(key);
		if (!entry) return undefined;
		if (entry.uses < mostUses) entry.uses++;
		return entry.value;
	}

	set(key: string, value: Value): void {
		const { maxBytes, maxEntries, sizeOf } = this.#limits;
		const bytes = sizeOf(value);
		const before = this.#entries.get(key);
		if (before) this.#remove(before);
		if (bytes > maxBytes) return;
		const wasHere = before !== undefined || this.#ghosts.delete(key);
		while (this.bytes + bytes > maxBytes || this.#entries.size >= maxEntries) this.#evict();
		const queue = wasHere ? this.#main : this.#small;
		const entry: Entry<Value> = { key, value, bytes, uses: 0, queue, older: undefined, newer: undefined };
		this.#entries.set(key, entry);
		queue.push(entry);
	}

	delete(key: string): void {
		const entry = this.#entries.get(key);
		if (entry) this.#remove(entry);
	}

	*entries(): Iterable<[string, Value]> {
		for (const [key, { value }] of this.#entries) yield [key, value];
	}

	clear(): void {
		this.#entries.clear();
		this.#small.clear();
		this.#main.clear();
		this.#ghosts.clear();
	}

	#remove(entry: Entry<Value>): void {
		this.#entries.delete(entry.key);
		entry.queue.remove(entry);
	}

	/** Takes the oldest entry from the queue that exceeds its share, until one is evicted. */
	#evict(): void {
		for (;;) {
			const { oldest } = this.#main;
			const young = this.#small.oldest;
			if (young && (!oldest || this.#small.bytes > smallShare * this.bytes)) {
				if (young.uses > 0) {
					this.#small.remove(young);
					young.uses = 0;
					this.#main.push(young);
					continue;
				}
				this.#remove(young);
				this.#ghosts.add(young.key, this.#entries.size);
			} else if (oldest) {
				if (oldest.uses > 0) {
					oldest.uses--;
					this.#main.remove(oldest);
					this.#main.push(oldest);
					continue;
				}
				this.#remove(oldest);
			}
			this.#evictions++;
			return;
		}
	}
}

/** The most recent keys evicted from the small queue: as many as there are entries. */
class Ghosts {
	readonly #keys = new Set<string>();
	/**
	 * Kept across calls: a new iterator would have to skip everything that was deleted before the oldest remaining key.
	 */
	#oldest = this.#keys.values();

	add(key: string, most: number): void {
		this.#keys.add(key);
		while (this.#keys.size > Math.max(1, most)) {
			const { value, done } = this.#oldest.next();
			if (done) this.#oldest = this.#keys.values();
			else this.#keys.delete(value);
		}
	}

	/** @returns whether the key was present */
	delete(key: string): boolean {
		return this.#keys.delete(key);
	}

	clear(): void {
		this.#keys.clear();
		this.#oldest = this.#keys.values();
	}
}
