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
