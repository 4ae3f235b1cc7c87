/**
 * Fetches one item ahead: the source makes the next item while the consumer is busy with the current one. An error of
 * the source is thrown in its place, after all items before it.
 */
export async function* ahead<Item>(source: AsyncIterable<Item>): AsyncGenerator<Item> {
	const iterator = source[Symbol.asyncIterator]();
	const fetch = () => {
		const next = iterator.next();
		// Handled when awaited below; until then it must not count as unhandled.
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

type Taken<Item> = { isEnd: false; item: Item } | { isEnd: true; error?: unknown };

/**
 * Works on several items at once and yields the results in order. A finished result is yielded without waiting for
 * further items, because whoever makes them may be waiting for it. An error is also thrown in its place, after waiting
 * for what is running.
 */
export async function* overlapped<Item, Answer>(
	source: AsyncIterable<Item>,
	work: (item: Item) => Promise<Answer>,
	atOnce: number,
): AsyncGenerator<Answer> {
	const iterator = source[Symbol.asyncIterator]();
	const running: Promise<Answer>[] = [];
	const nothing = () => undefined;
	const take = () =>
		iterator.next().then(
			({ done, value }): Taken<Item> => (done ? { isEnd: true } : { isEnd: false, item: value }),
			(error: unknown): Taken<Item> => ({ isEnd: true, error }),
		);
	let coming = take();
	let end: Extract<Taken<Item>, { isEnd: true }> | undefined;
	try {
		for (;;) {
			const [first] = running;
			if (!end && running.length < atOnce) {
				const taken = await (first ? Promise.race([coming, first.then(nothing, nothing)]) : coming);
				if (taken?.isEnd) {
					end = taken;
				} else if (taken) {
					const answer = work(taken.item);
					// Handled when awaited below; until then it must not count as unhandled.
					answer.catch(nothing);
					running.push(answer);
					coming = take();
				}
				if (taken) continue;
			}
			if (first) {
				yield await first;
				running.shift();
				continue;
			}
			if (end?.error !== undefined) throw end.error;
			return;
		}
	} finally {
		await Promise.allSettled(running);
		await iterator.return?.();
	}
}

/** Measures the time in which there is work; waiting for the input's next rows does not count. */
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
