/** An operation with a blocking and an asynchronous form. */
export interface Operation<T> {
	sync(): T;
	async(): Promise<T>;
}

/** Work on files, written once for both forms: a generator that yields operations and receives their results. */
export type Steps<T> = Generator<Operation<unknown>, T, unknown>;

/** `const answer = yield* step(operation)`: a plain `yield` would lose the type. */
export function* step<T>(operation: Operation<T>): Steps<T> {
	return (yield operation) as T;
}

/** How many milliseconds a piece of work may block the event loop. */
const sliceMs = 2;

const turn: Operation<void> = {
	sync: () => {},
	async: () => new Promise((done) => setImmediate(done)),
};

/** Divides work on many rows into slices; when run asynchronously, the event loop turns between them. */
export class Slices {
	#start = performance.now();

	/** Call it often, but not for each row: reading the clock takes as long as handling some rows. */
	*next(): Steps<void> {
		if (performance.now() - this.#start < sliceMs) return;
		yield turn;
		this.#start = performance.now();
	}
}

/** Batches up to this many rows, and words of node sets, are looked up at once: that takes less than a millisecond. */
export const atOnce = { rows: 1000, words: 100_000 } as const;

/** Whether to call {@link Slices.next}; rows are counted from 0. */
export function isSliceEnd(row: number): boolean {
	return (row & 63) === 63;
}

export function runSync<T>(steps: Steps<T>): T {
	let next = steps.next();
	while (!next.done) {
		let answer: unknown;
		try {
			answer = next.value.sync();
		} catch (error) {
			next = steps.throw(error);
			continue;
		}
		next = steps.next(answer);
	}
	return next.value;
}

export async function runAsync<T>(steps: Steps<T>): Promise<T> {
	let next = steps.next();
	while (!next.done) {
		let answer: unknown;
		try {
			answer = await next.value.async();
		} catch (error) {
			next = steps.throw(error);
			continue;
		}
		next = steps.next(answer);
	}
	return next.value;
}
