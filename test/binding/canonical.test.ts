import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addon } from "../../src/native/addon.js";
import { type FullNodeSet, type NodeSetDelta, NodeSets } from "../../src/rows/node-sets.js";

const attributeFlag = 2;
const { AllocatedNodes, Tree } = addon();

/** The canonical form of a delta or a full set, given as words, against allocated nodes. */
function canonical(base: number[], sets: NodeSets, tree: InstanceType<typeof Tree> | null = null) {
	const [added, removed] = new AllocatedNodes(tree, Uint32Array.from(base)).canonical(
		sets.kind,
		sets.words,
		sets.offsets,
	);
	return { add: [...added], remove: [...removed] };
}

const delta = (set: NodeSetDelta) => NodeSets.deltas([set]);
const full = (set: FullNodeSet) => NodeSets.full([set]);
const words = (...values: number[]) =>
	NodeSets.from("delta", Uint32Array.from(values), Uint32Array.of(0, values.length));

const str = 1 << 16;
const dex = 2 << 16;
const weapon1 = 1 << 18;
const weapon2 = 2 << 18;
const removed = 1 << 20;

describe("canonical form of a delta", () => {
	it("is sorted and unique", () => {
		expect(canonical([1, 2, 3], words(9, 7, 9, removed | 3, removed | 1, removed | 3))).toEqual({
			add: [7, 9],
			remove: [1, 3],
		});
	});

	it("a node that the build names twice counts once, as it was named last", () => {
		const base = [4 | str, 4 | dex, 7, 7];
		expect(canonical(base, full({ nodes: [] }))).toEqual({ add: [], remove: [4, 7] });
		expect(canonical(base, full({ nodes: [4, 7], attributes: { 4: "Dex" } }))).toEqual({
			add: [],
			remove: [],
		});
		expect(canonical(base, delta({ add: [4], attributes: { 4: "Str" } }))).toEqual({
			add: [4 | str],
			remove: [4],
		});
	});

	it("drops what changes nothing: adding what is allocated, removing what is not", () => {
		expect(canonical([4, 5], delta({ add: [4, 6], remove: [7] }))).toEqual({ add: [6], remove: [] });
		expect(canonical([4], delta({}))).toEqual({ add: [], remove: [] });
	});

	it("a node in both lists ends up allocated", () => {
		expect(canonical([], delta({ add: [4], remove: [4] }))).toEqual({ add: [4], remove: [] });
		expect(canonical([4], delta({ add: [4], remove: [4] }))).toEqual({ add: [], remove: [] });
	});

	it("an allocated node whose choice changes is removed and added", () => {
		expect(canonical([4 | str], delta({ add: [4], attributes: { 4: "Dex" } }))).toEqual({
			add: [4 | dex],
			remove: [4],
		});
	});

	it("an allocated node keeps the choices that the delta leaves open", () => {
		const base = [4 | str | weapon1];
		expect(canonical(base, delta({ add: [4] }))).toEqual({ add: [], remove: [] });
		expect(canonical(base, delta({ add: [4], weaponSets: { 4: 2 } }))).toEqual({
			add: [4 | str | weapon2],
			remove: [4],
		});
	});

	it("a node that is removed and added again gets the delta's choices alone", () => {
		expect(canonical([4 | str], delta({ add: [4], remove: [4] }))).toEqual({ add: [4], remove: [4] });
	});
});

describe("canonical form of a full set", () => {
	it("is the difference to what is allocated", () => {
		expect(canonical([1, 2, 3], full({ nodes: [9, 2, 8] }))).toEqual({ add: [8, 9], remove: [1, 3] });
		expect(canonical([1, 2], full({ nodes: [] }))).toEqual({ add: [], remove: [1, 2] });
		expect(canonical([1, 2], full({ nodes: [2, 1] }))).toEqual({ add: [], remove: [] });
	});

	it("keeps the choices of allocated nodes unless it makes its own", () => {
		expect(canonical([4 | str, 5 | dex], full({ nodes: [4, 5], attributes: { 5: "Str" } }))).toEqual({
			add: [5 | str],
			remove: [5],
		});
	});
});

describe("sets that are refused", () => {
	it("a node that is given twice with different choices", () => {
		expect(() => canonical([], words(4 | str, 4 | dex))).toThrow(
			expect.objectContaining({
				code: "INVALID_NODE_SET",
				message: "node 4 is given twice with different choices",
			}),
		);
	});

	it("the same after a failed row: no bits are left over", () => {
		const base = new AllocatedNodes(null, new Uint32Array());
		const bad = words(9, 4 | str, 4 | dex);
		expect(() => base.canonical(bad.kind, bad.words, bad.offsets)).toThrow();
		const good = words(3, 2);
		expect(base.canonical(good.kind, good.words, good.offsets)[0]).toEqual(Uint32Array.of(2, 3));
	});

	it("words with bits that mean nothing, and removal in a full set", () => {
		expect(() => canonical([], words(1 << 21))).toThrow("word 2097152 is no node");
		expect(() => canonical([], words(0xffff_ffff))).toThrow("word 4294967295 is no node");
		const set = NodeSets.from("full", Uint32Array.of(removed | 4), Uint32Array.of(0, 1));
		expect(() => canonical([4], set)).toThrow("word 1048580 is no node");
	});

	const tree = new Tree(
		Uint32Array.of(1, 2, 3),
		Uint32Array.of(1, 2),
		Uint8Array.of(1, 1 | attributeFlag, 1),
	);
	it("nodes that are not in the tree, by id", () => {
		expect(() => canonical([], delta({ add: [1, 9], remove: [2] }), tree)).toThrow(
			expect.objectContaining({ code: "UNKNOWN_NODE", message: "node 9 is not in the tree" }),
		);
		expect(() => canonical([], delta({ remove: [8, 9] }), tree)).toThrow("nodes 8, 9 are not in the tree");
		const many = Array.from({ length: 25 }, (_, i) => 100 + i);
		expect(() => canonical([], delta({ add: many }), tree)).toThrow(
			/^nodes 100, .*, 109 and 15 more are not/,
		);
	});

	it("an attribute choice for a node that takes none", () => {
		expect(canonical([], delta({ add: [2], attributes: { 2: "Dex" } }), tree).add).toEqual([2 | dex]);
		expect(() => canonical([], delta({ add: [3], attributes: { 3: "Dex" } }), tree)).toThrow(
			"node 3 takes no attribute choice",
		);
	});
});

describe("hashes", () => {
	const hashes = (base: number[], sets: NodeSets) => {
		const parts = new AllocatedNodes(null, Uint32Array.from(base)).canonicalize(
			sets.kind,
			sets.words,
			sets.offsets,
		).keys;
		return Array.from({ length: sets.length }, (_, i) => `${parts[2 * i]}.${parts[2 * i + 1]}`);
	};

	it("is 0 only for a row that is no valid set: the unchanged build has one of its own", () => {
		const [nothing, bad] = hashes(
			[1],
			NodeSets.from("delta", Uint32Array.of(4 | str, 4 | dex), Uint32Array.of(0, 0, 2)),
		);
		expect(bad).toBe("0.0");
		expect(nothing).not.toBe("0.0");
	});

	it("adding and removing the same ids are different", () => {
		const [adding, removing] = [hashes([], delta({ add: [4] })), hashes([4], delta({ remove: [4] }))];
		expect(adding).not.toEqual(removing);
	});

	it("of 20,000 different sets are all different", () => {
		const sets = NodeSets.deltas(
			Array.from({ length: 20_000 }, (_, i) => ({ add: [i % 200, 1000 + Math.floor(i / 200)] })),
		);
		expect(new Set(hashes([], sets)).size).toBe(20_000);
	});

	const ids = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 12 });
	it("a full set and the delta that means the same are one set", () => {
		fc.assert(
			fc.property(ids, ids, (base, wanted) => {
				const add = wanted.filter((id) => !base.includes(id));
				const remove = base.filter((id) => !wanted.includes(id));
				const asDelta = delta({ add: [...add].reverse(), remove });
				const asFull = full({ nodes: wanted });
				expect(canonical(base, asFull)).toEqual({
					add: add.sort((a, b) => a - b),
					remove: remove.sort((a, b) => a - b),
				});
				expect(canonical(base, asDelta)).toEqual(canonical(base, asFull));
				expect(hashes(base, asDelta)).toEqual(hashes(base, asFull));
			}),
			{ numRuns: 500 },
		);
	});

	it("canonical form does not depend on the order and repetition of words", () => {
		fc.assert(
			fc.property(ids, ids, ids, fc.infiniteStream(fc.nat()), (base, add, remove, noise) => {
				const list = [...add, ...remove.map((id) => id | removed)];
				const shuffled = [...list, ...list.slice(0, 3)]
					.map((word) => ({ word, key: noise.next().value as number }))
					.sort((a, b) => a.key - b.key)
					.map(({ word }) => word);
				expect(canonical(base, words(...shuffled))).toEqual(canonical(base, words(...list)));
			}),
			{ numRuns: 500 },
		);
	});
});
