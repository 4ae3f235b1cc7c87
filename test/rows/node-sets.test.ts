import { describe, expect, it } from "vitest";
import { NodeSets, nodeWord } from "../../src/rows/node-sets.js";

describe("NodeSets: the bits of a word", () => {
	it("holds the id in bits 0-15, the attribute in 16-17, the weapon set in 18-19, removal in 20", () => {
		const sets = NodeSets.deltas([
			{ add: [1, 65_535], attributes: { 1: "Str", 65535: "Int" }, weaponSets: { 1: 2 }, remove: [3] },
		]);
		expect([...sets.words]).toEqual([0x9_0001, 0x3_ffff, 0x10_0003]);
		expect([...sets.offsets]).toEqual([0, 3]);
	});

	it("numbers Str 1, Dex 2, Int 3, and none 0", () => {
		const attributes = { 1: "Str", 2: "Dex", 3: "Int" } as const;
		expect([...NodeSets.full([{ nodes: [1, 2, 3, 4], attributes }]).words]).toEqual([
			0x1_0001, 0x2_0002, 0x3_0003, 4,
		]);
	});

	it("joins a word from numbers", () => {
		expect(nodeWord(7)).toBe(7);
		expect(nodeWord(7, 3, 1)).toBe(0x7_0007);
	});
});

describe("NodeSets: rows", () => {
	it("sorts each row, removed nodes last", () => {
		const sets = NodeSets.deltas([{ remove: [9, 2], add: [30, 4] }]);
		expect([...sets.words]).toEqual([4, 30, 0x10_0002, 0x10_0009]);
	});

	it("takes any iterable, and ids more than once", () => {
		function* rows() {
			yield { add: new Set([4, 2]) };
			yield { add: [2, 2] };
		}
		const sets = NodeSets.deltas(rows());
		expect(sets.length).toBe(2);
		expect([...sets.words]).toEqual([2, 4, 2, 2]);
	});

	it("has no rows, and rows without nodes", () => {
		expect(NodeSets.deltas([]).length).toBe(0);
		expect(NodeSets.full([{ nodes: [] }, { nodes: [] }]).length).toBe(2);
		expect(NodeSets.deltas([{}]).words.length).toBe(0);
	});

	it("reads a row back as it was given", () => {
		const delta = {
			add: [4, 18],
			remove: [2],
			attributes: { 18: "Dex" as const },
			weaponSets: { 4: 1 as const },
		};
		expect(NodeSets.deltas([{ add: [1] }, delta]).row(1)).toEqual(delta);
		expect(NodeSets.full([{ nodes: [5, 6] }]).row(0)).toEqual({ nodes: [5, 6] });
	});

	it("cuts out rows", () => {
		const sets = NodeSets.full([{ nodes: [1] }, { nodes: [2, 3] }, { nodes: [4] }]).slice(1, 3);
		expect(sets.length).toBe(2);
		expect(sets.kind).toBe("full");
		expect(sets.row(0)).toEqual({ nodes: [2, 3] });
		expect(sets.row(1)).toEqual({ nodes: [4] });
		expect(sets.slice(2, 2).length).toBe(0);
	});

	it("refuses rows that it does not have", () => {
		const sets = NodeSets.full([{ nodes: [1] }]);
		expect(() => sets.row(1)).toThrow("Expected a row within 0..0 for row but received 1");
		expect(() => sets.row(-1)).toThrow("Expected a row within 0..0 for row but received -1");
		expect(() => sets.slice(0, 2)).toThrow("Expected rows within 0..1 for slice");
		expect(() => sets.slice(1, 0)).toThrow("Expected rows within 0..1 for slice");
	});
});

describe("NodeSets: bad input names what is wrong and where", () => {
	const wrong: [string, () => unknown, string][] = [
		["no list", () => NodeSets.deltas(5 as never), "Expected a list of node sets for sets but received 5"],
		[
			"no set",
			() => NodeSets.deltas([{}, null as never]),
			"Expected a node set for sets[1] but received null",
		],
		["ids that are no list", () => NodeSets.deltas([{ add: 4 as never }]), "for sets[0].add but received 4"],
		[
			"a string of ids",
			() => NodeSets.full([{ nodes: "12" as never }]),
			'for sets[0].nodes but received "12"',
		],
		[
			"a negative id",
			() => NodeSets.full([{ nodes: [-1] }]),
			"Expected a node id (0 to 65535) for sets[0].nodes",
		],
		["an id of 17 bits", () => NodeSets.full([{ nodes: [65_536] }]), "but received 65536 of type number"],
		["a fraction", () => NodeSets.deltas([{ remove: [1.5] }]), "for sets[0].remove but received 1.5"],
		["NaN", () => NodeSets.deltas([{ add: [Number.NaN] }]), "but received NaN of type number"],
		["a numeral", () => NodeSets.deltas([{ add: ["4" as never] }]), 'but received "4" of type string'],
		[
			"an unknown attribute",
			() => NodeSets.deltas([{ add: [4], attributes: { 4: "Luck" as never } }]),
			'Expected "Str", "Dex" or "Int" for sets[0].attributes[4] but received "Luck"',
		],
		[
			"a third weapon set",
			() => NodeSets.full([{ nodes: [4], weaponSets: { 4: 3 as never } }]),
			"Expected 1 or 2 for sets[0].weaponSets[4] but received 3",
		],
	];
	it.each(wrong)("%s", (_, build, message) => {
		expect(build).toThrow(message);
		expect(build).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
	});
});

describe("NodeSets.from: whose memory it is", () => {
	it("takes shared memory as it is", () => {
		const words = new Uint32Array(new SharedArrayBuffer(4));
		const offsets = new Uint32Array(new SharedArrayBuffer(8));
		offsets[1] = 1;
		const sets = NodeSets.from("full", words, offsets);
		expect(sets.words).toBe(words);
		expect(sets.offsets).toBe(offsets);
	});

	it("copies other memory: a transfer could take it away while a batch runs", () => {
		const words = Uint32Array.of(4, 5);
		const sets = NodeSets.from("full", words, Uint32Array.of(0, 2));
		structuredClone(words, { transfer: [words.buffer] });
		expect(words.length).toBe(0);
		expect(sets.row(0)).toEqual({ nodes: [4, 5] });
	});

	it("refuses arrays that were detached before", () => {
		const offsets = Uint32Array.of(0, 0);
		structuredClone(offsets, { transfer: [offsets.buffer] });
		expect(() => NodeSets.from("full", new Uint32Array(), offsets)).toThrow("were they detached?");
	});

	it("refuses offsets that do not fit the words", () => {
		const words = Uint32Array.of(1, 2, 3);
		const from = (...offsets: number[]) => NodeSets.from("full", words, Uint32Array.from(offsets));
		expect(() => from()).toThrow("offsets that begin with 0");
		expect(() => from(1, 3)).toThrow("offsets that begin with 0");
		expect(() => from(0, 2, 1, 3)).toThrow("Expected ascending offsets for offsets[2] but received 1");
		expect(() => from(0, 2)).toThrow("Expected words.length (3) as the last offset");
		expect(() => from(0, 4)).toThrow("Expected words.length (3) as the last offset");
	});

	it("refuses other types", () => {
		expect(() => NodeSets.from("all" as never, new Uint32Array(), new Uint32Array(1))).toThrow(
			'Expected "full" or "delta" for kind',
		);
		expect(() => NodeSets.from("full", [1] as never, new Uint32Array(1))).toThrow("a Uint32Array for words");
		expect(() => NodeSets.from("full", new Uint32Array(), [0] as never)).toThrow("a Uint32Array for offsets");
	});
});
