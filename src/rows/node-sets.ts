import { invalidArgument, PobatchError } from "../common/errors.js";
import type { SetKind } from "../native/addon.js";
import { MAX_NODE_ID } from "../tree/tree-data.js";

/** The choice at a "+5 to any Attribute" node. */
export type AttributeName = "Str" | "Dex" | "Int";

/**
 * Choices by node id. A node without an entry keeps its choice if it is allocated, and otherwise gets Strength, as in
 * Path of Building's window.
 */
export interface NodeChoices {
	attributes?: Readonly<Record<number, AttributeName>>;
	/** 1 or 2: allocated for that weapon set only. */
	weaponSets?: Readonly<Record<number, 1 | 2>>;
}

/** A change of a build's allocated nodes. A node in both lists ends up allocated, with the choices given here. */
export interface NodeSetDelta extends NodeChoices {
	add?: Iterable<number>;
	remove?: Iterable<number>;
}

/** All allocated nodes of one candidate. */
export interface FullNodeSet extends NodeChoices {
	nodes: Iterable<number>;
}

const attributeNames = ["Str", "Dex", "Int"] as const;

// Bit layout of a word, mirrored in binding/batch/node_set.hpp.
const attributeShift = 16;
const weaponSetShift = 18;
const removeBit = 1 << 20;

/**
 * Many node sets packed into two typed arrays, ready to be evaluated.
 *
 * Row i is `words[offsets[i]]` to `words[offsets[i + 1] - 1]`. A word holds the node id in bits 0-15, the attribute
 * choice in bits 16-17 (0 none, 1 Str, 2 Dex, 3 Int), the weapon set in bits 18-19 (0 both, 1, 2) and, in deltas, bit
 * 20 marks a removed node.
 *
 * The arrays are in shared memory: batches read them in place from other threads, and they cannot be detached in the
 * meantime.
 *
 * @example
 * NodeSets.deltas([{ add: [4, 18], attributes: { 18: "Dex" } }, { remove: [4] }]).length; // 2
 */
export class NodeSets {
	readonly kind: SetKind;
	readonly words: Uint32Array;
	readonly offsets: Uint32Array;

	private constructor(kind: SetKind, words: Uint32Array, offsets: Uint32Array) {
		this.kind = kind;
		this.words = words;
		this.offsets = offsets;
	}

	/** Creates node sets from changes of a build's allocated nodes. */
	static deltas(sets: Iterable<NodeSetDelta>): NodeSets {
		return pack(new SetsBuilder("delta"), sets);
	}

	/** Creates node sets from the complete lists of allocated nodes. */
	static full(sets: Iterable<FullNodeSet>): NodeSets {
		return pack(new SetsBuilder("full"), sets);
	}

	/**
	 * Creates node sets from arrays in the format described at the class. Arrays in shared memory are used as they are;
	 * others are copied once, since they could be transferred away while a batch runs.
	 *
	 * @throws PobatchError INVALID_ARGUMENT if the offsets do not fit the words
	 */
	static from(kind: SetKind, words: Uint32Array, offsets: Uint32Array): NodeSets {
		if (kind !== "full" && kind !== "delta") throw invalidArgument('"full" or "delta"', "kind", kind);
		if (!(words instanceof Uint32Array)) throw invalidArgument("a Uint32Array", "words", words);
		if (!(offsets instanceof Uint32Array)) throw invalidArgument("a Uint32Array", "offsets", offsets);
		if (offsets.length === 0 || offsets[0] !== 0)
			throw invalidArgument("offsets that begin with 0 (were they detached?)", "offsets", offsets);
		for (let i = 1; i < offsets.length; i++) {
			if ((offsets[i] as number) < (offsets[i - 1] as number))
				throw invalidArgument("ascending offsets", `offsets[${i}]`, offsets[i]);
		}
		if (offsets[offsets.length - 1] !== words.length)
			throw invalidArgument(`words.length (${words.length}) as the last offset`, "offsets", offsets.at(-1));
		return new NodeSets(kind, shared(words), shared(offsets));
	}

	/** The number of node sets. */
	get length(): number {
		return this.offsets.length - 1;
	}

	/** Rows `from` to `to - 1`, as a view of the same words. */
	slice(from: number, to: number): NodeSets {
		const start = this.offsets[from];
		const end = this.offsets[to];
		if (start === undefined || end === undefined || to < from)
			throw invalidArgument(`rows within 0..${this.length}`, "slice", [from, to]);
		const offsets = sharedWords(to - from + 1);
		for (let i = from; i <= to; i++) offsets[i - from] = (this.offsets[i] as number) - start;
		return new NodeSets(this.kind, this.words.subarray(start, end), offsets);
	}

	/** Copies of the given rows, in that order. */
	select(rows: readonly number[]): NodeSets {
		const offsets = sharedWords(rows.length + 1);
		rows.forEach((row, i) => {
			const start = this.offsets[row];
			const end = this.offsets[row + 1];
			if (start === undefined || end === undefined)
				throw invalidArgument(`a row within 0..${this.length - 1}`, "rows", row);
			offsets[i + 1] = (offsets[i] as number) + end - start;
		});
		const words = sharedWords(offsets[rows.length] as number);
		rows.forEach((row, i) => {
			words.set(this.words.subarray(this.offsets[row], this.offsets[row + 1]), offsets[i]);
		});
		return new NodeSets(this.kind, words, offsets);
	}

	/** The same rows, copied to memory of their own. @internal */
	copy(): NodeSets {
		return new NodeSets(this.kind, shared(this.words.slice()), shared(this.offsets.slice()));
	}

	/** One row in readable form. */
	row(index: number): NodeSetDelta & { nodes?: number[] } {
		const start = this.offsets[index];
		const end = this.offsets[index + 1];
		if (start === undefined || end === undefined)
			throw invalidArgument(`a row within 0..${this.length - 1}`, "row", index);
		const added: number[] = [];
		const removed: number[] = [];
		const attributes: Record<number, AttributeName> = {};
		const weaponSets: Record<number, 1 | 2> = {};
		for (const word of this.words.subarray(start, end)) {
			const id = word & MAX_NODE_ID;
			if (word & removeBit) {
				removed.push(id);
				continue;
			}
			added.push(id);
			const { attribute, weaponSet } = readWord(word);
			const name = attributeNames[attribute - 1];
			if (name) attributes[id] = name;
			if (weaponSet === 1 || weaponSet === 2) weaponSets[id] = weaponSet;
		}
		return {
			...(this.kind === "full" ? { nodes: added } : { add: added, remove: removed }),
			...(Object.keys(attributes).length > 0 && { attributes }),
			...(Object.keys(weaponSets).length > 0 && { weaponSets }),
		};
	}
}

/** Encodes a node that a delta removes. */
export function removedWord(id: number): number {
	return id | removeBit;
}

/** Encodes one allocated node. Choices are numbers, as in a build's info; 0 for none. */
export function nodeWord(id: number, attribute = 0, weaponSet = 0): number {
	return id | (attribute << attributeShift) | (weaponSet << weaponSetShift);
}

/** Decodes a word. Choices are numbers; 0 for none. */
export function readWord(word: number): { id: number; attribute: number; weaponSet: number } {
	return {
		id: word & MAX_NODE_ID,
		attribute: (word >>> attributeShift) & 3,
		weaponSet: (word >>> weaponSetShift) & 3,
	};
}

function pack(builder: SetsBuilder, sets: Iterable<NodeSetDelta | FullNodeSet>): NodeSets {
	if (typeof sets?.[Symbol.iterator] !== "function")
		throw invalidArgument("a list of node sets", "sets", sets);
	for (const set of sets) builder.add(set);
	return builder.take();
}

/** Sort key of a word: bit 20 puts removed nodes after added ones. */
const orderBits = removeBit | MAX_NODE_ID;

/** Builds node sets of one kind, row by row. */
export class SetsBuilder {
	readonly kind: SetKind;
	#words = new Uint32Array(4096);
	#length = 0;
	#ends: number[] = [0];

	constructor(kind: SetKind) {
		this.kind = kind;
	}

	get rows(): number {
		return this.#ends.length - 1;
	}

	/** Number of words in all rows together. */
	get nodes(): number {
		return this.#length;
	}

	/** @throws PobatchError INVALID_ARGUMENT */
	add(set: NodeSetDelta | FullNodeSet): void {
		if (typeof set !== "object" || set === null) throw invalidArgument("a node set", this.#name, set);
		if (this.kind === "full") {
			this.#ids((set as FullNodeSet).nodes, "nodes", 0, set);
		} else {
			const { add = [], remove = [] } = set as NodeSetDelta;
			this.#ids(add, "add", 0, set);
			this.#ids(remove, "remove", removeBit);
		}
		this.#endRow();
	}

	/** Adds a row in the format of {@link NodeSets}, whose words are known to be valid. */
	addWords(words: Uint32Array): void {
		while (this.#length + words.length > this.#words.length) this.#grow();
		this.#words.set(words, this.#length);
		this.#length += words.length;
		this.#endRow();
	}

	/** Returns the rows and starts over. */
	take(): NodeSets {
		const sets = NodeSets.from(this.kind, shared(this.#words.subarray(0, this.#length)), shared(this.#ends));
		this.#length = 0;
		this.#ends = [0];
		return sets;
	}

	/** The current row, for error messages. */
	get #name(): string {
		return `sets[${this.rows}]`;
	}

	/** @param given the nodes' choices, if they can have any */
	#ids(list: Iterable<number>, member: string, bit: number, given?: NodeChoices): void {
		if (typeof list !== "object" || typeof list?.[Symbol.iterator] !== "function")
			throw invalidArgument("a list of node ids", `${this.#name}.${member}`, list);
		const chosen = given?.attributes || given?.weaponSets ? given : undefined;
		for (const id of list) {
			if (!Number.isInteger(id) || id < 0 || id > MAX_NODE_ID)
				throw invalidArgument(`a node id (0 to ${MAX_NODE_ID})`, `${this.#name}.${member}`, id);
			if (this.#length === this.#words.length) this.#grow();
			this.#words[this.#length++] = id | bit | (chosen ? choices(chosen, id, this.#name) : 0);
		}
	}

	/** Sorts the row once, so that no batch has to sort it. */
	#endRow(): void {
		const words = this.#words;
		const start = this.#ends[this.#ends.length - 1] as number;
		for (let i = start + 1; i < this.#length; i++) {
			if (((words[i - 1] as number) & orderBits) <= ((words[i] as number) & orderBits)) continue;
			words.subarray(start, this.#length).sort((a, b) => (a & orderBits) - (b & orderBits));
			break;
		}
		this.#ends.push(this.#length);
	}

	#grow(): void {
		const words = new Uint32Array(2 * this.#words.length);
		words.set(this.#words);
		this.#words = words;
	}
}

function choices(set: NodeChoices, id: number, name: string): number {
	const attribute = set.attributes?.[id];
	const weaponSet = set.weaponSets?.[id];
	if (attribute !== undefined && !attributeNames.includes(attribute))
		throw invalidArgument('"Str", "Dex" or "Int"', `${name}.attributes[${id}]`, attribute);
	if (weaponSet !== undefined && weaponSet !== 1 && weaponSet !== 2)
		throw invalidArgument("1 or 2", `${name}.weaponSets[${id}]`, weaponSet);
	return nodeWord(0, attribute ? attributeNames.indexOf(attribute) + 1 : 0, weaponSet ?? 0);
}

function sharedWords(length: number): Uint32Array {
	return new Uint32Array(new SharedArrayBuffer(length * Uint32Array.BYTES_PER_ELEMENT));
}

function shared(values: Uint32Array | readonly number[]): Uint32Array {
	if (values instanceof Uint32Array && values.buffer instanceof SharedArrayBuffer) return values;
	try {
		const copy = sharedWords(values.length);
		copy.set(values);
		return copy;
	} catch (cause) {
		throw new PobatchError("MEMORY", `No shared memory for ${values.length} words of node sets`, {
			cause,
			hint: "Evaluate fewer node sets per batch.",
		});
	}
}
