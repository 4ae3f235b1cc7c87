/** Something that can be done while the thread waits, or while it does not. */
export interface Operation<T> {
	sync(): T;
	async(): Promise<T>;
}

/** Work on files, written once for both ways: a generator that hands out its operations and gets their answers. */
export type Steps<T> = Generator<Operation<unknown>, T, unknown>;

/** `const answer = yield* step(operation)`: a plain `yield` would lose the type. */
export function* step<T>(operation: Operation<T>): Steps<T> {
	return (yield operation) as T;
}

/** Milliseconds for which one piece of work may keep the event loop from turning. */
const sliceMs = 2;

const turn: Operation<void> = {
	sync: () => {},
	async: () => new Promise((done) => setImmediate(done)),
};

/** Cuts work on many rows into slices; where it is run asynchronously, the event loop turns between two of them. */
export class Slices {
	#start = performance.now();

	/** To be asked often, but not for each row: looking at the clock takes as long as some rows. */
	*next(): Steps<void> {
		if (performance.now() - this.#start < sliceMs) return;
		yield turn;
		this.#start = performance.now();
	}
}

/** Batches of so many rows, and of so many words of node sets, are looked up at once: it takes less than a millisecond. */
export const atOnce = { rows: 1000, words: 100_000 } as const;

/** Whether to ask for the next slice; rows are counted from 0. */
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
