import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as delay } from "node:timers/promises";
import { PobatchError } from "../errors.js";
import { type FullNodeSet, type NodeSetDelta, NodeSets } from "../node-sets.js";
import type { WorkClock } from "./ahead.js";
import { located } from "./fail.js";
import { type RowFailure, readSetLine } from "./set-line.js";
import { nameOf, openInput, unreadable } from "./source.js";

/** Rows and nodes that one batch holds at most: what keeps memory constant however long the file is. */
const maxRows = 4096;
/** The first batch is small and each next one twice as large: a slow calculator's first rows show up early. */
const firstRows = 64;
const maxNodes = 2 ** 20;
/** UTF-16 units; a set of all 65,536 nodes needs half a million. */
const maxLine = 2 ** 25;
/** A pause of the input as long as this lets the rows at hand go, so that a program can talk through a pipe. */
const pauseMs = 5;

/** Consecutive rows of one kind, ready to be evaluated. */
export interface SetGroup {
	sets: NodeSets;
	/** Number of the first row in the whole input, from 0. */
	firstRow: number;
	/** Rows, by place in the group, that are known to fail. */
	failures: ReadonlyMap<number, RowFailure>;
	/** Characters of the input up to the end of the group. */
	position: number;
}

/**
 * Reads node sets, one JSON line each; empty lines do not count.
 *
 * @param source a file, or `-`
 * @param clock begun for each group at its first row; whoever is done with the group ends it
 * @param signal ends the reading, without an error
 * @throws PobatchError SETS_INVALID, FILE_NOT_FOUND, after the rows before the bad line were yielded
 */
export async function* readSetGroups(
	source: string,
	clock: WorkClock,
	signal: AbortSignal,
): AsyncGenerator<SetGroup> {
	const input = openInput(source);
	const stop = () => input.destroy();
	if (signal.aborted) stop();
	signal.addEventListener("abort", stop, { once: true });
	try {
		yield* groups(input, nameOf(source), clock);
	} catch (error) {
		if (signal.aborted) return;
		throw error instanceof PobatchError ? error : unreadable(source, "node sets", error);
	} finally {
		signal.removeEventListener("abort", stop);
		input.destroy();
	}
}

async function* groups(input: Readable, name: string, clock: WorkClock): AsyncGenerator<SetGroup> {
	const chunks = (input as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
	const decoder = new StringDecoder("utf8");
	const collector = new Collector(clock);
	let line = "";
	let number = 0;
	for (;;) {
		const next = chunks.next();
		if (collector.rows > 0 && (await Promise.race([next, delay(pauseMs, "pause")])) === "pause") {
			// Should the input fail meanwhile, the loop below sees it.
			next.catch(() => {});
			yield collector.take();
		}
		let chunk: IteratorResult<Buffer>;
		try {
			chunk = await next;
		} catch (error) {
			if (collector.rows > 0) yield collector.take();
			throw error;
		}
		const text = chunk.done ? decoder.end() : decoder.write(chunk.value);
		let from = 0;
		for (;;) {
			const end = text.indexOf("\n", from);
			if (end < 0 && !chunk.done) break;
			line += end < 0 ? text.slice(from) : text.slice(from, end);
			number++;
			try {
				for (const group of collector.add(number === 1 ? line.replace(/^\uFEFF/, "") : line)) yield group;
			} catch (error) {
				if (collector.rows > 0) yield collector.take();
				throw located(`${name}:${number}`, error);
			}
			line = "";
			if (end < 0) break;
			from = end + 1;
		}
		if (chunk.done) break;
		line += text.slice(from);
		if (line.length > maxLine) {
			if (collector.rows > 0) yield collector.take();
			throw new PobatchError("SETS_INVALID", `${name}:${number + 1}: The line is longer than 32 MB`, {
				hint: "Node sets are JSON lines: one set a line.",
			});
		}
	}
	if (collector.rows > 0) yield collector.take();
}

/** Gathers lines until a batch is full or the kind changes. */
class Collector {
	#kind: "delta" | "full" = "delta";
	#sets: (NodeSetDelta | FullNodeSet)[] = [];
	#failures = new Map<number, RowFailure>();
	#nodes = 0;
	#firstRow = 0;
	#position = 0;
	#limit = firstRows;
	readonly #clock: WorkClock;

	constructor(clock: WorkClock) {
		this.#clock = clock;
	}

	get rows(): number {
		return this.#sets.length;
	}

	/** Yields the batch that the line completes, if it does. */
	*add(line: string): Generator<SetGroup> {
		this.#position += line.length + 1;
		if (line.trim() === "") return;
		const { set, kind, size, failure } = readSetLine(line);
		if (this.rows > 0 && kind !== this.#kind) yield this.take();
		this.#kind = kind;
		if (this.rows === 0) this.#clock.begin();
		if (failure) this.#failures.set(this.rows, failure);
		this.#sets.push(set);
		this.#nodes += size;
		if (this.rows >= this.#limit || this.#nodes >= maxNodes) yield this.take();
	}

	take(): SetGroup {
		const group = {
			sets:
				this.#kind === "full"
					? NodeSets.full(this.#sets as FullNodeSet[])
					: NodeSets.deltas(this.#sets as NodeSetDelta[]),
			firstRow: this.#firstRow,
			failures: this.#failures,
			position: this.#position,
		};
		if (this.rows >= this.#limit) this.#limit = Math.min(this.#limit * 2, maxRows);
		this.#firstRow += this.rows;
		this.#sets = [];
		this.#failures = new Map();
		this.#nodes = 0;
		return group;
	}
}
