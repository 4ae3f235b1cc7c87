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

type Taken<Item> = { isEnd: false; item: Item } | { isEnd: true; error?: unknown };

/**
 * Works on several items at once, and answers in their order. An answer is not kept back until further items come: whoever
 * makes them may wait for it. An error comes in its place, too; what runs by then is waited for.
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
					// Seen when awaited below; until then it must not count as unhandled.
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
