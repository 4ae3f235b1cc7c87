import { setTimeout as delay } from "node:timers/promises";
import { located, PobatchError } from "../common/errors.js";
import { type NodeSets, SetsBuilder } from "../rows/node-sets.js";
import { type RowFailure, readSetLine } from "../rows/set-line.js";
import { SetScanner } from "../rows/set-scanner.js";
import type { WorkClock } from "./ahead.js";
import { type NamedInput, unreadable } from "./named-input.js";
import { type NamedVariants, readVariantsLine } from "./named-variants.js";

/** Limits on rows and nodes per batch, which keep memory constant for any file size. */
const maxRows = 2048;
const firstRows = 64;
/**
 * Target duration of a batch. Its rows are written together, so this much work is lost if the process is killed, and
 * this is how soon a slow calculator's rows appear.
 */
const batchMs = 400;
const maxNodes = 2 ** 20;
/** Bytes; a set of all 65,536 nodes needs half a million. */
const maxLine = 2 ** 25;
const newline = 0x0a;
/**
 * After a pause of the input this long, the rows read so far are evaluated, so that a program can hold a dialogue
 * through a pipe.
 */
const pauseMs = 5;

/** Consecutive rows of one kind, ready to be evaluated. */
export interface SetGroup {
	sets: NodeSets;
	/** For each row the variant that its line names; absent if no line does. */
	variants?: readonly (string | object | undefined)[];
	/** Index of the first row in the whole input, counted from 0. */
	firstRow: number;
	/** Rows already known to fail, by index in the group. */
	failures: ReadonlyMap<number, RowFailure>;
	/** Bytes of the input up to the end of the group. */
	position: number;
}

/** How many rows a batch should have: few at first, then as many as the calculator manages in the target duration. */
export class Pace {
	#rows = firstRows;

	get rows(): number {
		return this.#rows;
	}

	/** At most doubles the size: one batch of cheap rows says little about the next. */
	learn(rows: number, milliseconds: number): void {
		const wanted = (rows * batchMs) / Math.max(milliseconds, 1);
		this.#rows = Math.round(Math.min(Math.max(wanted, firstRows), 4 * this.#rows, maxRows));
	}
}

/** What to read, and how. */
export interface Reading {
	/** Started for each group at its first row; the consumer stops it when done with the group. */
	clock: WorkClock;
	pace: Pace;
	/** How many rows were answered in an earlier run and are skipped. */
	skip: number;
	/** Ends the reading, without an error. */
	signal: AbortSignal;
	/** Whether lines may name variants. */
	takesVariants?: boolean;
	/** Receives the named changes that the first line may contain instead of a row: `{"variants":{"ring":{...}}}`. */
	onVariants?: (variants: NamedVariants) => void;
}

/**
 * Reads node sets, one JSON line each; ignores empty lines.
 *
 * @param input is destroyed at the end
 * @throws PobatchError SETS_INVALID, FILE_NOT_FOUND, after yielding the rows before the bad line
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
	const collector = new Collector(reading);
	/** Pieces of a line that is not complete yet. */
	let begun: Buffer[] = [];
	let begunBytes = 0;
	let number = 0;
	for (;;) {
		const next = chunks.next();
		if (collector.rows > 0 && (await Promise.race([next, delay(pauseMs, "pause")])) === "pause") {
			// If the input fails meanwhile, the loop below gets the error.
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
		const bytes = chunk.done ? Buffer.alloc(0) : chunk.value;
		let from = 0;
		for (;;) {
			const end = bytes.indexOf(newline, from);
			if (end < 0 && !chunk.done) break;
			const rest = bytes.subarray(from, end < 0 ? bytes.length : end);
			const line = begun.length > 0 ? Buffer.concat([...begun, rest]) : rest;
			begun = [];
			begunBytes = 0;
			number++;
			try {
				for (const group of collector.add(number === 1 ? withoutMark(line) : line)) yield group;
			} catch (error) {
				if (collector.rows > 0) yield collector.take();
				throw located(`${name}:${number}`, error);
			}
			if (end < 0) break;
			from = end + 1;
		}
		if (chunk.done) break;
		if (from < bytes.length) begun.push(bytes.subarray(from));
		begunBytes += bytes.length - from;
		if (begunBytes > maxLine) {
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

/** Removes the byte order mark that some programs write at the start of a file. */
function withoutMark(line: Buffer): Buffer {
	return line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line;
}

/** Collects lines until a batch is full or the kind changes. */
class Collector {
	readonly #scanner = new SetScanner();
	readonly #builders = { delta: new SetsBuilder("delta"), full: new SetsBuilder("full") };
	#builder = this.#builders.delta;
	/** By index; shorter if the last rows have none. */
	#variants: (string | object | undefined)[] = [];
	#failures = new Map<number, RowFailure>();
	#firstRow: number;
	#position = 0;
	/** Rows that still have to be skipped. */
	toSkip: number;
	readonly #clock: WorkClock;
	readonly #pace: Pace;
	readonly #takesVariants: boolean;
	#onVariants: Reading["onVariants"];

	constructor({ clock, pace, skip, takesVariants = false, onVariants }: Reading) {
		this.#clock = clock;
		this.#pace = pace;
		this.#takesVariants = takesVariants;
		this.#onVariants = onVariants;
		this.#firstRow = skip;
		this.toSkip = skip;
	}

	get rows(): number {
		return this.#builder.rows;
	}

	/** Yields the batches that the line completes, if any. */
	*add(line: Buffer): Generator<SetGroup> {
		this.#position += line.length + 1;
		if (this.#takesVariantsOf(line)) return;
		if (this.toSkip > 0) {
			if (line.toString().trim() !== "") this.toSkip--;
			return;
		}
		const kind = this.#scanner.scan(line, 0, line.length);
		if (kind) {
			yield* this.#begin(kind);
			this.#builder.addWords(this.#scanner.words);
		} else {
			const text = line.toString();
			if (text.trim() === "") return;
			const { set, kind, variant, failure } = readSetLine(text, this.#takesVariants);
			yield* this.#begin(kind);
			if (failure) this.#failures.set(this.rows, failure);
			if (variant !== undefined) this.#variants[this.rows] = variant;
			this.#builder.add(set);
		}
		if (this.rows >= this.#pace.rows || this.#builder.nodes >= maxNodes) yield this.take();
	}

	/** Whether the line is the first one and contains named changes. @throws PobatchError INVALID_ARGUMENT */
	#takesVariantsOf(line: Buffer): boolean {
		const take = this.#onVariants;
		if (!take || !/\S/.test(line.toString("latin1", 0, 1000))) return false;
		this.#onVariants = undefined;
		if (!/^\s*\{\s*"variants"\s*:/.test(line.toString("latin1", 0, 1000))) return false;
		take(readVariantsLine(line.toString()));
		return true;
	}

	/** Prepares for a row of this kind. */
	*#begin(kind: "delta" | "full"): Generator<SetGroup> {
		if (this.rows > 0 && kind !== this.#builder.kind) yield this.take();
		this.#builder = this.#builders[kind];
		if (this.rows === 0) this.#clock.begin();
	}

	take(): SetGroup {
		const sets = this.#builder.take();
		const variants = this.#variants;
		const group = {
			sets,
			...(variants.length > 0 && {
				variants: Array.from({ length: sets.length }, (_, row) => variants[row]),
			}),
			firstRow: this.#firstRow,
			failures: this.#failures,
			position: this.#position,
		};
		this.#firstRow += sets.length;
		this.#variants = [];
		this.#failures = new Map();
		return group;
	}
}
