/**
 * Fetches one item ahead: while the consumer is busy with an item, the source already makes the next one. An error of
 * the source comes in its place, after the items before it.
 */
export async function* ahead<Item>(source: AsyncIterable<Item>): AsyncGenerator<Item> {
	const iterator = source[Symbol.asyncIterator]();
	const fetch = () => {
		const next = iterator.next();
		// Seen when awaited below; until then it must not count as unhandled.
		next.catch(() => {});
		return next;
	};
	let next = fetch();
	try {
		for (;;) {
			const { done, value } = await next;
			if (done) return;
			next = fetch();
			yield value;
		}
	} finally {
		await iterator.return?.();
	}
}

/** Counts the time in which there is work: what an input lets wait between its rows is not work. */
export class WorkClock {
	#open = 0;
	#since = 0;
	#total = 0;

	begin(): void {
		if (this.#open++ === 0) this.#since = performance.now();
	}

	end(): void {
		if (--this.#open === 0) this.#total += performance.now() - this.#since;
	}

	get milliseconds(): number {
		return this.#total + (this.#open > 0 ? performance.now() - this.#since : 0);
	}
}
