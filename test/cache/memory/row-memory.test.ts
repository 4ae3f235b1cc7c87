import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openMemory } from "../../../src/cache/memory/open-memory.js";
import { cachePolicies, type RowMemory } from "../../../src/cache/memory/row-memory.js";

interface Value {
	bytes: number;
	/** What tells it from others of the same key. */
	stamp: number;
}

const limits = {
	maxBytes: 1000,
	maxEntries: 20,
	ttlMs: 0,
	sizeOf: ({ bytes }: Value) => bytes,
};

const keys = Array.from({ length: 60 }, (_, i) => `row ${i}`);
const value = (bytes: number, stamp = 0): Value => ({ bytes, stamp });

function present(memory: RowMemory<Value>): string[] {
	return [...memory.entries()].map(([key]) => key).sort();
}

/** Requests like a batch: a missing value is calculated and stored. @returns whether it was there */
function ask(memory: RowMemory<Value>, key: string, bytes = 50): boolean {
	const found = memory.get(key) !== undefined;
	if (!found) memory.set(key, value(bytes));
	return found;
}

describe.each(cachePolicies)("memory by the policy %s", (policy) => {
	const open = (some: Partial<typeof limits> = {}) =>
		openMemory<Value>(policy, { ...limits, ttlMs: policy === "ttl" ? 60_000 : 0, ...some });

	const operation = fc.oneof(
		fc.record({
			kind: fc.constant("set"),
			key: fc.constantFrom(...keys),
			bytes: fc.integer({ min: 1, max: 1200 }),
		}),
		fc.record({ kind: fc.constant("get"), key: fc.constantFrom(...keys) }),
		fc.record({ kind: fc.constant("get"), key: fc.constantFrom(...keys.slice(0, 8)) }),
		fc.record({ kind: fc.constant("delete"), key: fc.constantFrom(...keys) }),
		fc.record({ kind: fc.constant("clear"), key: fc.constant("") }, { noNullPrototype: true }),
	);

	it("returns the newest value or none, within its limits, and counts what it has", () => {
		fc.assert(
			fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
				const memory = open();
				const newest = new Map<string, Value>();
				operations.forEach((step, stamp) => {
					const { kind, key } = step;
					if (kind === "clear") {
						memory.clear();
						newest.clear();
					} else if (kind === "delete") {
						memory.delete(key);
						newest.delete(key);
					} else if (kind === "set") {
						const fresh = value((step as { bytes: number }).bytes, stamp);
						memory.set(key, fresh);
						newest.set(key, fresh);
					} else {
						const found = memory.get(key);
						if (found) expect(found).toBe(newest.get(key));
					}
					const entries = [...memory.entries()];
					expect(memory.size).toBe(entries.length);
					expect(memory.bytes).toBe(entries.reduce((sum, [, { bytes }]) => sum + bytes, 0));
					expect(memory.bytes).toBeLessThanOrEqual(limits.maxBytes);
					expect(memory.size).toBeLessThanOrEqual(limits.maxEntries);
					for (const [at, kept] of entries) expect(kept).toBe(newest.get(at));
				});
			}),
			{ numRuns: 60 },
		);
	});

	it("loses nothing while there is room", () => {
		const memory = open();
		for (const key of keys.slice(0, 20)) memory.set(key, value(50));
		expect(present(memory)).toEqual(keys.slice(0, 20).sort());
		expect(memory.evictions).toBe(0);
		memory.set("one more", value(50));
		expect(memory.size).toBe(20);
		expect(memory.evictions).toBe(1);
		expect(memory.get("one more")).toBeDefined();
	});

	it("does not keep a value larger than its limit, nor an earlier value of that key", () => {
		const memory = open();
		memory.set("a", value(10));
		memory.set("b", value(10));
		memory.set("a", value(1001));
		expect(memory.get("a")).toBeUndefined();
		expect(memory.get("b")).toBeDefined();
	});

	it("has only a limit on bytes if no number is given", () => {
		const memory = open({ maxEntries: Number.POSITIVE_INFINITY });
		for (const key of keys) memory.set(key, value(10));
		expect(memory.size).toBe(60);
		for (let i = 0; i < 100; i++) memory.set(`${i}`, value(10));
		expect(memory.size).toBe(100);
		expect(memory.evictions).toBe(60);
	});
});

describe("which rows are evicted", () => {
	const open = (policy: (typeof cachePolicies)[number], ttlMs = 0) =>
		openMemory<Value>(policy, { ...limits, ttlMs, maxEntries: Number.POSITIVE_INFINITY });

	it("lru: the least recently used", () => {
		const memory = open("lru");
		for (const key of keys.slice(0, 20)) memory.set(key, value(50));
		memory.get(keys[0] as string);
		for (const key of keys.slice(20, 39)) memory.set(key, value(50));
		expect(present(memory)).toEqual([keys[0], ...keys.slice(20, 39)].sort());
	});

	it("lfu: the least frequently used, of these the least recently used", () => {
		const memory = open("lfu");
		for (const key of keys.slice(0, 20)) memory.set(key, value(50));
		for (const key of keys.slice(0, 10)) for (let i = 0; i < 3; i++) memory.get(key);
		for (const key of keys.slice(10, 15)) memory.get(key);
		for (const key of keys.slice(20, 26)) memory.set(key, value(50));
		// Five were never asked for again; of the five asked for once, the first one goes after them.
		expect(present(memory)).toEqual(
			[...keys.slice(0, 10), ...keys.slice(10, 15), ...keys.slice(21, 26)].sort(),
		);
	});

	it("adaptive: a scan does not evict what is requested repeatedly", () => {
		const hits = (policy: "adaptive" | "lru", some: Partial<typeof limits>) => {
			const memory = openMemory<Value>(policy, { ...limits, ...some });
			const hot = keys.slice(0, 8);
			for (let round = 0; round < 3; round++) for (const key of hot) ask(memory, key);
			for (let i = 0; i < 200; i++) ask(memory, `scan ${i}`);
			return hot.filter((key) => ask(memory, key)).length;
		};
		for (const some of [
			{ maxEntries: Number.POSITIVE_INFINITY },
			{ maxBytes: Number.MAX_SAFE_INTEGER },
			{ maxBytes: 2000 },
		]) {
			expect(hits("lru", some)).toBe(0);
			expect(hits("adaptive", some)).toBe(8);
		}
	});

	it("adaptive: what returns soon after its eviction stays", () => {
		const memory = open("adaptive");
		ask(memory, "again");
		for (let i = 0; i < 21; i++) ask(memory, `first ${i}`);
		expect(ask(memory, "again")).toBe(false);
		for (let i = 0; i < 100; i++) ask(memory, `second ${i}`);
		expect(ask(memory, "again")).toBe(true);
	});

	it("adaptive: what was requested often is evicted once it no longer is", () => {
		const memory = open("adaptive");
		const old = keys.slice(0, 10);
		for (let round = 0; round < 20; round++) for (const key of old) ask(memory, key);
		for (let round = 0; round < 12; round++) for (const key of keys.slice(20, 40)) ask(memory, key);
		for (const key of keys.slice(20, 38)) expect(ask(memory, key), key).toBe(true);
	});

	describe("by time", () => {
		afterEach(() => {
			vi.useRealTimers();
		});

		it("ttl: each when its time is over, used or not; the oldest first if there is no room", () => {
			vi.useFakeTimers();
			// The library treats a time of 0 as none.
			vi.advanceTimersByTime(1);
			const memory = open("ttl", 1000);
			memory.set("old", value(50));
			vi.advanceTimersByTime(600);
			for (const key of keys.slice(0, 10)) memory.set(key, value(50));
			expect(memory.get("old")).toBeDefined();
			vi.advanceTimersByTime(500);
			expect(memory.get("old")).toBeUndefined();
			expect(memory.get(keys[0] as string)).toBeDefined();
			for (const key of keys.slice(20, 33)) memory.set(key, value(50));
			expect(present(memory)).toEqual([...keys.slice(3, 10), ...keys.slice(20, 33)].sort());
		});
	});
});
