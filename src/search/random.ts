import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Random numbers that depend on the seed alone. */
export class Random {
	readonly #generator: ReturnType<typeof xoroshiro128plus>;

	constructor(seed: number) {
		this.#generator = xoroshiro128plus(seed);
	}

	/** From 0 to below 1. */
	next(): number {
		return (this.#generator.next() >>> 0) / 2 ** 32;
	}

	/** From 0 to below `count`, an integer. */
	below(count: number): number {
		return Math.floor(this.next() * count);
	}

	/** An integer of 32 bits. */
	bits(): number {
		return this.#generator.next();
	}
}
