/** Slots of the smallest index. */
const minSlots = 64;
/** Words a slot: two of the key, and the place plus one, which is 0 where the slot is free. */
const slotWords = 3;

/**
 * Where rows are, by their keys: open addressing, at most half full, 24 to 48 bytes a row. Only 64 of a key's 128 bits
 * count here; who reads the row compares the rest.
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

	/** Puts the row at `place`, wherever it was before. @returns whether it is new */
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

	/** @returns -1 if there is none */
	get(first: number, second: number): number {
		return (this.#slots[this.#slotOf(first, second) + 2] as number) - 1;
	}

	clear(): void {
		this.#slots = new Uint32Array(slotWords * minSlots);
		this.#mask = minSlots - 1;
		this.#size = 0;
	}

	/** The key's slot, or the free one where it would go: keys are hashes already. */
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
