import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A random number generator that depends only on the seed. */
export class Random {
	readonly #generator: ReturnType<typeof xoroshiro128plus>;

	constructor(seed: number) {
		this.#generator = xoroshiro128plus(seed);
	}

	/** A number in [0, 1). */
	next(): number {
		return (this.#generator.next() >>> 0) / 2 ** 32;
	}

	/** An integer in [0, count). */
	below(count: number): number {
		return Math.floor(this.next() * count);
	}

	/** A 32-bit integer. */
	bits(): number {
		return this.#generator.next();
	}
}
