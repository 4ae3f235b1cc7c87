import { describe, expect, it } from "vitest";
import { Speed } from "../../src/client/speed.js";

const asked = { length: 10_000, workers: 2, words: 8, stats: 3 };

describe("rows of a job", () => {
	it("are few while nobody knows how fast they are", () => {
		expect(new Speed().rowsOf({ ...asked, left: 10_000 })).toBe(32);
		expect(new Speed().rowsOf({ ...asked, left: 5 })).toBe(5);
	});

	it("take half a second of a worker in a large batch, the last ones less, so that workers end together", () => {
		const speed = new Speed();
		for (let i = 0; i < 20; i++) speed.note(1000, 2000);
		expect(speed.rowsOf({ ...asked, left: 10_000 })).toBe(250);
		expect(speed.rowsOf({ ...asked, left: 600 })).toBe(150);
		expect(speed.rowsOf({ ...asked, left: 420 })).toBe(105);
		// A fifth of a second at least, while there is so much.
		expect(speed.rowsOf({ ...asked, left: 300 })).toBe(100);
		// Also the last one.
		expect(speed.rowsOf({ ...asked, left: 199 })).toBe(199);
		expect(speed.rowsOf({ ...asked, left: 110 })).toBe(110);
		expect(speed.rowsOf({ ...asked, left: 20 })).toBe(20);
	});

	it("are the same share of a small batch for each worker", () => {
		const speed = new Speed();
		for (let i = 0; i < 20; i++) speed.note(1000, 2000);
		const small = { ...asked, length: 301 };
		expect(speed.rowsOf({ ...small, left: 301 })).toBe(151);
		expect(speed.rowsOf({ ...small, left: 150 })).toBe(150);
		expect(speed.rowsOf({ ...asked, length: 3, left: 3 })).toBe(2);
	});

	it("grow step by step, whatever the first ones seemed to take", () => {
		const speed = new Speed();
		speed.note(32, 0.001);
		expect(speed.rowsOf({ ...asked, length: 1e6, left: 1e6 })).toBe(512);
	});

	it("are no more than a job may have, of rows, words and numbers", () => {
		const speed = new Speed();
		for (let i = 0; i < 20; i++) speed.note(100_000, 1);
		expect(speed.rowsOf({ ...asked, length: 1e7, left: 1e7 })).toBe(100_000);
		expect(speed.rowsOf({ ...asked, length: 1e7, left: 1e7, words: 100 })).toBe(10_486);
		expect(speed.rowsOf({ ...asked, length: 1e7, left: 1e7, stats: 1000 })).toBe(8389);
	});
});
