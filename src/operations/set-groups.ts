import { StringDecoder } from "node:string_decoder";
import { setTimeout as delay } from "node:timers/promises";
import { located, PobatchError } from "../common/errors.js";
import { type FullNodeSet, type NodeSetDelta, NodeSets } from "../rows/node-sets.js";
import { type RowFailure, readSetLine } from "../rows/set-line.js";
import type { WorkClock } from "./ahead.js";
import { type NamedInput, unreadable } from "./named-input.js";

/** Rows and nodes that one batch holds at most: what keeps memory constant however long the file is. */
const maxRows = 4096;
const firstRows = 64;
/**
 * How long a batch should take. Its rows are written together: so much work is lost at most when the process is killed,
 * and a slow calculator's rows show up that soon.
 */
const batchMs = 400;
const maxNodes = 2 ** 20;
/** UTF-16 units; a set of all 65,536 nodes needs half a million. */
const maxLine = 2 ** 25;
/** A pause of the input as long as this lets the rows at hand go, so that a program can talk through a pipe. */
const pauseMs = 5;

/** Consecutive rows of one kind, ready to be evaluated. */
export interface SetGroup {
	sets: NodeSets;
	/** Of which variant each row is, as its line names it; absent where no line does. */
	variants?: readonly (string | object | undefined)[];
	/** Number of the first row in the whole input, from 0. */
	firstRow: number;
	/** Rows, by place in the group, that are known to fail. */
	failures: ReadonlyMap<number, RowFailure>;
	/** Characters of the input up to the end of the group. */
	position: number;
}

/** How many rows a batch should have: few at first, then as many as the calculator manages in a short while. */
export class Pace {
	#rows = firstRows;

	get rows(): number {
		return this.#rows;
	}

	/** At most twice as many as before: one batch of cheap rows says little about the next. */
	learn(rows: number, milliseconds: number): void {
		const wanted = (rows * batchMs) / Math.max(milliseconds, 1);
		this.#rows = Math.round(Math.min(Math.max(wanted, firstRows), 2 * this.#rows, maxRows));
	}
}

/** Of what is read, and how. */
export interface Reading {
	/** Begun for each group at its first row; whoever is done with the group ends it. */
	clock: WorkClock;
	pace: Pace;
	/** So many rows were answered before: they are read over. */
	skip: number;
	/** Ends the reading, without an error. */
	signal: AbortSignal;
	/** Whether lines may name variants. */
	takesVariants?: boolean;
}

/**
 * Reads node sets, one JSON line each; empty lines do not count.
 *
 * @param input is destroyed at the end
 * @throws PobatchError SETS_INVALID, FILE_NOT_FOUND, after the rows before the bad line were yielded
 */
export async function* readSetGroups(input: NamedInput, reading: Reading): AsyncGenerator<SetGroup> {
	const { signal } = reading;
	const { name, stream } = input;
	const stop = () => stream.destroy();
	if (signal.aborted) stop();
	signal.addEventListener("abort", stop, { once: true });
	try {
		yield* groups(input, reading);
	} catch (error) {
		if (signal.aborted) return;
		throw error instanceof PobatchError ? error : unreadable(name, "node sets", error);
	} finally {
		signal.removeEventListener("abort", stop);
		stream.destroy();
	}
}

async function* groups({ name, stream }: NamedInput, reading: Reading): AsyncGenerator<SetGroup> {
	const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
	const decoder = new StringDecoder("utf8");
	const collector = new Collector(reading);
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
	if (collector.toSkip > 0) {
		throw new PobatchError(
			"SETS_INVALID",
			`${name}: has only ${reading.skip - collector.toSkip} rows, but ${reading.skip} were answered before`,
			{ hint: "--resume needs the same node sets as the run before." },
		);
	}
}

/** Gathers lines until a batch is full or the kind changes. */
class Collector {
	#kind: "delta" | "full" = "delta";
	#sets: (NodeSetDelta | FullNodeSet)[] = [];
	#variants: (string | object | undefined)[] = [];
	#failures = new Map<number, RowFailure>();
	#nodes = 0;
	#firstRow: number;
	#position = 0;
	/** Rows that are still to be read over. */
	toSkip: number;
	readonly #clock: WorkClock;
	readonly #pace: Pace;
	readonly #takesVariants: boolean;

	constructor({ clock, pace, skip, takesVariants = false }: Reading) {
		this.#clock = clock;
		this.#pace = pace;
		this.#takesVariants = takesVariants;
		this.#firstRow = skip;
		this.toSkip = skip;
	}

	get rows(): number {
		return this.#sets.length;
	}

	/** Yields the batch that the line completes, if it does. */
	*add(line: string): Generator<SetGroup> {
		this.#position += line.length + 1;
		if (line.trim() === "") return;
		if (this.toSkip > 0) {
			this.toSkip--;
			return;
		}
		const { set, kind, size, variant, failure } = readSetLine(line, this.#takesVariants);
		if (this.rows > 0 && kind !== this.#kind) yield this.take();
		this.#kind = kind;
		if (this.rows === 0) this.#clock.begin();
		if (failure) this.#failures.set(this.rows, failure);
		this.#sets.push(set);
		this.#variants.push(variant);
		this.#nodes += size;
		if (this.rows >= this.#pace.rows || this.#nodes >= maxNodes) yield this.take();
	}

	take(): SetGroup {
		const group = {
			sets:
				this.#kind === "full"
					? NodeSets.full(this.#sets as FullNodeSet[])
					: NodeSets.deltas(this.#sets as NodeSetDelta[]),
			...(this.#variants.some((variant) => variant !== undefined) && { variants: this.#variants }),
			firstRow: this.#firstRow,
			failures: this.#failures,
			position: this.#position,
		};
		this.#firstRow += this.rows;
		this.#sets = [];
		this.#variants = [];
		this.#failures = new Map();
		this.#nodes = 0;
		return group;
	}
}
