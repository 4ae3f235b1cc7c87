/** Slots of the smallest index. */
const minSlots = 64;
/** Words per slot: two of the key, and the place plus one; 0 if the slot is free. */
const slotWords = 3;

/**
 * Maps keys to places: a hash table with open addressing, at most half full, 24 to 48 bytes per row. It compares only
 * 64 of a key's 128 bits; whoever reads the row compares the rest.
 */
export class RowIndex {
	#slots = new Uint32Array(slotWords * minSlots);
	#mask = minSlots - 1;
	#size = 0;

	get size(): number {
		return this.#size;
	}

	get bytes(): number {
		return this.#slots.byteLength;
	}

	/** Sets the row's place, replacing an earlier one. @returns whether the row is new */
	set(first: number, second: number, place: number): boolean {
		if (2 * (this.#size + 1) > this.#mask + 1) this.#grow();
		const at = this.#slotOf(first, second);
		const isNew = this.#slots[at + 2] === 0;
		if (isNew) this.#size++;
		this.#slots[at] = first;
		this.#slots[at + 1] = second;
		this.#slots[at + 2] = place + 1;
		return isNew;
	}

	/** @returns -1 if the row is not in the index */
	get(first: number, second: number): number {
		return (this.#slots[this.#slotOf(first, second) + 2] as number) - 1;
	}

	clear(): void {
		this.#slots = new Uint32Array(slotWords * minSlots);
		this.#mask = minSlots - 1;
		this.#size = 0;
	}

	/** The key's slot, or the free one for it. Keys are not hashed, since they are hashes. */
	#slotOf(first: number, second: number): number {
		const slots = this.#slots;
		for (let slot = first & this.#mask; ; slot = (slot + 1) & this.#mask) {
			const at = slotWords * slot;
			if (slots[at + 2] === 0 || (slots[at] === first && slots[at + 1] === second)) return at;
		}
	}

	#grow(): void {
		const before = this.#slots;
		this.#mask = 2 * this.#mask + 1;
		this.#slots = new Uint32Array(slotWords * (this.#mask + 1));
		for (let at = 0; at < before.length; at += slotWords) {
			if (before[at + 2] === 0) continue;
			const [first, second] = [before[at] as number, before[at + 1] as number];
			this.#slots.set([first, second, before[at + 2] as number], this.#slotOf(first, second));
		}
	}
}
