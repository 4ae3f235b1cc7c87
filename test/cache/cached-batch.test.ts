import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { RowCache } from "../../src/cache/row-cache.js";
import { RowGroup } from "../../src/cache/row-group.js";
import { type BatchResult, Engine, NodeSets, PassiveTree } from "../../src/index.js";
import { addon } from "../../src/native/addon.js";
import { calculatorWith } from "../support/calculators.js";

const folder = await mkdtemp(join(tmpdir(), "pobatch-cached-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const tree = await PassiveTree.embedded();
const ids = tree.nodes.map(({ id }) => id);
const [failing, ...others] = ids as [number, ...number[]];
const unknown = Array.from({ length: 65_536 }, (_, id) => id).find((id) => !ids.includes(id)) as number;

const dividing = calculatorWith({
	stats: 'function() return { "Sum", "Part" } end',
	Calculate: `function(_, set)
		local sum = 0
		for i = 1, set.addCount do
			if set.add[i] == ${failing} then error("on purpose") end
			sum = sum + set.add[i]
		end
		return { Sum = sum, Part = sum / 7 }
	end`,
});

/** A few thousand rows, more than are looked up at once, including equal, failing and invalid ones. */
const sets = NodeSets.deltas(
	Array.from({ length: 4000 }, (_, row) => {
		if (row % 97 === 5) return { add: [others[row % 11] as number, failing] };
		if (row % 101 === 7) return { add: [unknown] };
		const first = others[row % others.length] as number;
		const second = others[(row * row) % others.length] as number;
		return { add: row % 2 === 0 ? [first, second] : [second, first, second] };
	}),
);

function seenBy(result: BatchResult) {
	return {
		bits: Buffer.from(result.values.slice().buffer).toString("hex"),
		errors: result.errors.map(({ row, code, message, set }) => ({ row, code, message, set })),
		ok: Array.from({ length: result.length }, (_, row) => result.ok(row)),
		stopped: result.stopped,
		notReached: result.notReached,
	};
}

describe("a large batch with a cache", () => {
	it.each([
		["thread", "memory"],
		["thread", "disk"],
		["process", "memory"],
	] as const)("answers as one without, row by row (%s, %s)", async (isolation, where) => {
		const open = (cache: boolean | { dir: string }) =>
			Engine.open({ calculator: dividing, tree, threads: 2, isolation, cache });
		await using plain = await open(false);
		const expected = await (await plain.load("a")).calculateBatch(sets);
		const codes = new Set(expected.errors.map(({ code }) => code));
		expect(codes).toEqual(new Set(["CALCULATOR_ERROR", "UNKNOWN_NODE"]));
		const dir = join(folder, isolation);
		const misses: number[] = [];
		for (let round = 0; round < 3; round++) {
			await using engine = await open(where === "disk" ? { dir } : true);
			const build = await engine.load("a");
			for (let again = 0; again < 2; again++) {
				const result = await build.calculateBatch(sets);
				expect(seenBy(result)).toEqual(seenBy(expected));
				misses.push(result.cache.misses);
			}
		}
		// Rows that fail are calculated each time.
		const failed = misses[1] as number;
		expect(failed).toBeGreaterThan(0);
		expect(misses[0]).toBeGreaterThan(failed);
		expect(misses.slice(2)).toEqual(
			where === "disk" ? [failed, failed, failed, failed] : [misses[0], failed, misses[0], failed],
		);
	});

	it("answers the same when it blocks", async () => {
		const open = (cache: boolean) => Engine.open({ calculator: dividing, tree, threads: 2, cache });
		await using plain = await open(false);
		await using cached = await open(true);
		const expected = (await plain.load("a")).calculateBatchSync(sets);
		const build = await cached.load("a");
		for (let round = 0; round < 2; round++)
			expect(seenBy(build.calculateBatchSync(sets))).toEqual(seenBy(expected));
		expect(seenBy(await build.calculateBatch(sets))).toEqual(seenBy(expected));
	});

	it.each([
		"thread",
		"process",
	] as const)("keeps what belongs to each set while the caller changes the sets (%s)", async (isolation) => {
		await using engine = await Engine.open({
			calculator: dividing,
			tree,
			threads: 2,
			isolation,
			cache: true,
		});
		const build = await engine.load("a");
		const changing = NodeSets.deltas(Array.from({ length: 20_000 }, (_, row) => ({ add: [other(row)] })));
		const batch = build.calculateBatch(changing);
		changing.words.reverse();
		await batch;
		const fresh = NodeSets.deltas(others.map((id) => ({ add: [id] })));
		const result = await build.calculateBatch(fresh);
		expect([...result.column("Sum")]).toEqual(others);
	});

	it("that is aborted while rows are looked up answers as one that is aborted", async () => {
		await using engine = await Engine.open({ calculator: dividing, tree, threads: 1, cache: true });
		const build = await engine.load("a");
		const abort = new AbortController();
		const batch = build.calculateBatch(sets, { signal: abort.signal });
		abort.abort();
		const result = await batch;
		expect(result.stopped).toBe("ABORTED");
		const whole = await build.calculateBatch(sets);
		expect(whole.stopped).toBeUndefined();
		// Rows finished before the stop, possibly all of them on a busy machine, are right.
		const [some, all] = [result.column("Sum"), whole.column("Sum")];
		for (let row = 0; row < result.length; row++) if (result.ok(row)) expect(some[row]).toBe(all[row]);
	});

	it("is answered before its build is closed, and stopped where the engine is", async () => {
		const engine = await Engine.open({ calculator: dividing, tree, threads: 1, cache: true });
		const [first, second] = [await engine.load("a"), await engine.load("b")];
		const answered = first.calculateBatch(sets);
		await first.close();
		// Row 0 has the same node twice.
		expect((await answered).row(0).Sum).toBe(other(0));
		// Nothing is calculated yet: the rows are being looked up on a thread.
		const stopped = second.calculateBatch(sets);
		await engine.close();
		const result = await stopped;
		expect(result.length).toBe(sets.length);
		// As much as was finished by then.
		expect(result.stopped).toBe(result.notReached > 0 ? "ABORTED" : undefined);
		await expect(second.calculateBatch(sets)).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
	});
});

function other(row: number): number {
	return others[row % others.length] as number;
}

test("rows are looked up while the event loop turns", async () => {
	const cache = await RowCache.open({});
	const keys = BigUint64Array.from({ length: 400_000 }, (_, i) => BigInt(i + 1));
	let turns = 0;
	let isDone = false;
	const count = () => {
		turns++;
		if (!isDone) setImmediate(count);
	};
	setImmediate(count);
	const known = await cache.find(
		new RowGroup({ calculator: "c", name: "c 1", build: "b", stats: ["A"] }),
		keys,
	);
	isDone = true;
	expect(known.length).toBe(200_000);
	expect(turns).toBeGreaterThan(2);
});

describe("node sets in canonical form", () => {
	const rows = NodeSets.deltas([
		{ add: [4, 5] },
		{ add: [unknown] },
		{ add: [5, 4] },
		{},
		{ add: [unknown] },
		{ remove: [7] },
	]);

	test("are the same from a thread of their own as from the caller's", async () => {
		const { AllocatedNodes, Canonicalizer, Tree } = addon();
		const base = new AllocatedNodes(
			new Tree(Uint32Array.of(4, 5, 7), Uint32Array.of(), new Uint8Array(3)),
			Uint32Array.of(7),
		);
		const canonicalizer = new Canonicalizer();
		const { kind, words, offsets } = rows;
		const [there, here] = [
			await canonicalizer.run(base, kind, words, offsets),
			base.canonicalize(kind, words, offsets),
		];
		canonicalizer.close();
		expect(there.keys).toEqual(here.keys);
		expect([...there.firstEqual]).toEqual([0, 1, 0, 3, 4, 5]);
		expect(here.firstEqual).toEqual(there.firstEqual);
		expect([2, 3, 8, 9].map((i) => there.keys[i])).toEqual([0n, 0n, 0n, 0n]);
		expect(there.keys.slice(0, 2)).toEqual(there.keys.slice(4, 6));
	});

	test("are refused by a thread that is closed, also while it works", async () => {
		const { AllocatedNodes, Canonicalizer } = addon();
		const base = new AllocatedNodes(null, Uint32Array.of());
		const canonicalizer = new Canonicalizer();
		const many = NodeSets.full(Array.from({ length: 200_000 }, () => ({ nodes: [1, 2, 3] })));
		const refused = canonicalizer.run(base, many.kind, many.words, many.offsets);
		canonicalizer.close();
		await expect(refused).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
		expect(() => canonicalizer.run(base, many.kind, many.words, many.offsets)).toThrow(
			"the engine is closed",
		);
	});
});
