import type { MemoryLimits, RowMemory } from "./row-memory.js";

/** Share of memory for entries that were not asked for again yet. */
const smallShare = 0.1;
/** More uses count as many. */
const mostUses = 3;

interface Entry<Value> {
	readonly key: string;
	readonly value: Value;
	readonly bytes: number;
	/** Since the entry came, less one for each time it went round. */
	uses: number;
	queue: Queue<Value>;
	older: Entry<Value> | undefined;
	newer: Entry<Value> | undefined;
}

/** First in, first out. */
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
 * 2023). An entry comes into a small queue. At its end it moves to the main queue if it was asked for meanwhile; else
 * it leaves and its key is remembered, and if it comes again, it goes to the main queue at once. At the end of the main
 * queue an entry that was used goes round again. So a scan, such as one node power of a large tree, does not push out
 * what a search or a server asks for again and again, and a use costs no more than finding the entry.
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

	/** Takes the oldest of the queue that has more than its share, until one leaves. */
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

/** Keys that left the small queue, the newest of them: as many as there are entries. */
class Ghosts {
	readonly #keys = new Set<string>();
	/** Goes on behind the oldest key that is left, where a new one would pass all that were deleted before. */
	#oldest = this.#keys.values();

	add(key: string, most: number): void {
		this.#keys.add(key);
		while (this.#keys.size > Math.max(1, most)) {
			const { value, done } = this.#oldest.next();
			if (done) this.#oldest = this.#keys.values();
			else this.#keys.delete(value);
		}
	}

	/** @returns whether it was there */
	delete(key: string): boolean {
		return this.#keys.delete(key);
	}

	clear(): void {
		this.#keys.clear();
		this.#oldest = this.#keys.values();
	}
}
