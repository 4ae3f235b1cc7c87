import { setTimeout as delay } from "node:timers/promises";
import { located, PobatchError } from "../common/errors.js";
import { type NodeSets, SetsBuilder } from "../rows/node-sets.js";
import { type RowFailure, readSetLine } from "../rows/set-line.js";
import { SetScanner } from "../rows/set-scanner.js";
import type { WorkClock } from "./ahead.js";
import { type NamedInput, unreadable } from "./named-input.js";
import { type NamedVariants, readVariantsLine } from "./named-variants.js";

/** Rows and nodes that one batch holds at most: what keeps memory constant however long the file is. */
const maxRows = 2048;
const firstRows = 64;
/**
 * How long a batch should take. Its rows are written together: so much work is lost at most when the process is killed,
 * and a slow calculator's rows show up that soon.
 */
const batchMs = 400;
const maxNodes = 2 ** 20;
/** Bytes; a set of all 65,536 nodes needs half a million. */
const maxLine = 2 ** 25;
const newline = 0x0a;
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
	/** Bytes of the input up to the end of the group. */
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
		this.#rows = Math.round(Math.min(Math.max(wanted, firstRows), 4 * this.#rows, maxRows));
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
	/** Gets the changes by name that the first line may hold in place of a row: `{"variants":{"ring":{...}}}`. */
	onVariants?: (variants: NamedVariants) => void;
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
	const collector = new Collector(reading);
	/** Of a line whose end has not come yet. */
	let begun: Buffer[] = [];
	let begunBytes = 0;
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

/** Without the byte order mark that some programs begin a file with. */
function withoutMark(line: Buffer): Buffer {
	return line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line;
}

/** Gathers lines until a batch is full or the kind changes. */
class Collector {
	readonly #scanner = new SetScanner();
	readonly #builders = { delta: new SetsBuilder("delta"), full: new SetsBuilder("full") };
	#builder = this.#builders.delta;
	/** By place; shorter where the last rows have none. */
	#variants: (string | object | undefined)[] = [];
	#failures = new Map<number, RowFailure>();
	#firstRow: number;
	#position = 0;
	/** Rows that are still to be read over. */
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

	/** Yields the batches that the line completes, if it does. */
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

	/** Whether the line is the first one and holds changes by name. @throws PobatchError INVALID_ARGUMENT */
	#takesVariantsOf(line: Buffer): boolean {
		const take = this.#onVariants;
		if (!take || !/\S/.test(line.toString("latin1", 0, 1000))) return false;
		this.#onVariants = undefined;
		if (!/^\s*\{\s*"variants"\s*:/.test(line.toString("latin1", 0, 1000))) return false;
		take(readVariantsLine(line.toString()));
		return true;
	}

	/** A row of this kind. */
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
