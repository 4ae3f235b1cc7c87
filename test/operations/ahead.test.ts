import { describe, expect, it } from "vitest";
import { overlapped } from "../../src/operations/ahead.js";

/** A promise that the test settles. */
function later<Value>() {
	let resolve!: (value: Value) => void;
	let reject!: (error: Error) => void;
	const promise = new Promise<Value>((done, failed) => {
		resolve = done;
		reject = failed;
	});
	return { promise, resolve, reject };
}

/** Lets everything run that is not waiting for something. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function* from<Item>(...items: Item[]) {
	yield* items;
}

describe("work on several items at once", () => {
	it("answers in the order of the items, with no more at once than it may", async () => {
		const works = [later<string>(), later<string>(), later<string>()];
		const begun: number[] = [];
		const answers = overlapped(
			from(0, 1, 2),
			(item) => {
				begun.push(item);
				return (works[item] as (typeof works)[number]).promise;
			},
			2,
		);
		const first = answers.next();
		await settled();
		expect(begun).toEqual([0, 1]);
		works[1]?.resolve("second");
		await settled();
		expect(begun).toEqual([0, 1]);
		works[0]?.resolve("first");
		expect(await first).toEqual({ done: false, value: "first" });
		const second = answers.next();
		await settled();
		expect(begun).toEqual([0, 1, 2]);
		expect(await second).toEqual({ done: false, value: "second" });
		works[2]?.resolve("third");
		expect(await answers.next()).toEqual({ done: false, value: "third" });
		expect(await answers.next()).toEqual({ done: true, value: undefined });
	});

	it("hazard: whoever makes the items waits for an answer before the next one", async () => {
		const answered = later<void>();
		async function* items() {
			yield 1;
			await answered.promise;
			yield 2;
		}
		const answers = overlapped(items(), async (item) => 10 * item, 2);
		expect((await answers.next()).value).toBe(10);
		answered.resolve();
		expect((await answers.next()).value).toBe(20);
		expect((await answers.next()).done).toBe(true);
	});

	it("an error of the items comes after the answers before it", async () => {
		async function* items() {
			yield 1;
			throw new Error("torn");
		}
		const answers = overlapped(items(), async (item) => item, 2);
		expect((await answers.next()).value).toBe(1);
		await expect(answers.next()).rejects.toThrow("torn");
	});

	it("an error of the work comes in its place, after what runs beside it has ended", async () => {
		const works = [later<number>(), later<number>()];
		const begun: number[] = [];
		let hasEnded = false;
		const work = (item: number) => {
			begun.push(item);
			return (works[item] as (typeof works)[number]).promise;
		};
		const failed = overlapped(from(0, 1), work, 2)
			.next()
			.catch((error: Error) => {
				hasEnded = true;
				return error.message;
			});
		await settled();
		expect(begun).toEqual([0, 1]);
		works[0]?.reject(new Error("broken"));
		await settled();
		expect(hasEnded).toBe(false);
		works[1]?.resolve(2);
		expect(await failed).toBe("broken");
	});

	it("whoever takes no more answers ends the items, and waits for what runs", async () => {
		let isOver = false;
		const second = later<number>();
		async function* items() {
			try {
				yield 1;
				yield 2;
				yield 3;
			} finally {
				isOver = true;
			}
		}
		const answers = overlapped(items(), (item) => (item === 2 ? second.promise : Promise.resolve(item)), 2);
		expect((await answers.next()).value).toBe(1);
		const ended = answers.return(undefined);
		await settled();
		second.resolve(2);
		await ended;
		expect(isOver).toBe(true);
	});
});
