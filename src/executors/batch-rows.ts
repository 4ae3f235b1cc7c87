import type { NativeBatchResult } from "../native/addon.js";
import { rowStatus } from "../native/row-status.js";
import { type VariantRows, variantsOf } from "../variants/variant-rows.js";
import type { BatchPart, BatchRequest } from "./executor.js";

/** Minimum time between two progress reports, in milliseconds. */
const reportMs = 100;

/** Rows for a receiver that has the build's base. */
export type RowsRequest = Omit<BatchRequest, "base" | "part">;

/**
 * The rows of one batch, for an executor that hands them out in chunks. It knows which rows are left, and puts results
 * in their places. Rows are taken variant by variant, since a state has one variant of a build at a time.
 */
export class BatchRows {
	readonly request: RowsRequest;
	readonly #part: BatchPart | undefined;
	readonly #onProgress: ((rows: number) => void) | undefined;
	/** The rows to evaluate, in order; undefined: all rows in their own order. */
	readonly #order: Uint32Array | undefined;
	/** Number of rows to evaluate. */
	readonly length: number;
	readonly #result: NativeBatchResult;
	readonly #errors: { row: number; text: number }[] = [];
	readonly #textIndex = new Map<string, number>();
	#next = 0;
	#done = 0;
	#reported = 0;
	#lastReport = performance.now();

	/** @param onProgress receives the number of finished rows, at most every 100 ms */
	constructor({ base: _, part, ...request }: BatchRequest, onProgress?: (rows: number) => void) {
		this.request = request;
		this.#part = part;
		this.#onProgress = onProgress;
		const all = request.offsets.length - 1;
		this.length = part ? part.rows.length : all;
		this.#order = byVariant(part?.rows, request.variants, all);
		this.#result = {
			results: new Float64Array(all * request.stats.length).fill(Number.NaN),
			status: new Uint8Array(all),
			errorRows: new Uint32Array(),
			errorTexts: new Uint32Array(),
			texts: [],
			reloads: 0,
			memoized: 0,
			stopped: "",
		};
	}

	/** Number of rows that have not been taken yet. */
	get left(): number {
		return this.length - this.#next;
	}

	/** What ended the batch early; empty if nothing did. */
	get stopped(): NativeBatchResult["stopped"] {
		return this.#result.stopped;
	}

	/** Stops handing out rows; the result contains what is done. The first reason counts. */
	stop(reason: "ABORTED" | "TIMEOUT"): void {
		this.#result.stopped ||= reason;
	}

	/** Takes the next rows, at most `count`. */
	take(count: number): Uint32Array {
		const from = this.#next;
		this.#next = Math.min(from + count, this.length);
		return this.#order
			? this.#order.slice(from, this.#next)
			: Uint32Array.from({ length: this.#next - from }, (_, i) => from + i);
	}

	/** Some of the rows as a request of their own, without the batch's time limit. */
	requestOf(rows: Uint32Array): RowsRequest {
		const { words, offsets, variants } = this.request;
		const ownOffsets = new Uint32Array(rows.length + 1);
		for (let i = 0; i < rows.length; i++) {
			const row = rows[i] as number;
			ownOffsets[i + 1] = (ownOffsets[i] as number) + (offsets[row + 1] as number) - (offsets[row] as number);
		}
		let ownWords: Uint32Array;
		if (areConsecutive(rows)) {
			const [first, last] = [rows[0] as number, rows[rows.length - 1] as number];
			ownWords = words.slice(offsets[first], offsets[last + 1]);
		} else {
			ownWords = new Uint32Array(ownOffsets[rows.length] as number);
			for (let i = 0; i < rows.length; i++) {
				const row = rows[i] as number;
				let to = ownOffsets[i] as number;
				for (let from = offsets[row] as number; from < (offsets[row + 1] as number); from++)
					ownWords[to++] = words[from] as number;
			}
		}
		return {
			...this.request,
			words: ownWords,
			offsets: ownOffsets,
			timeoutMs: undefined,
			variants: variants && variantsOf(rows, variants),
		};
	}

	/**
	 * Merges the result of {@link requestOf}.
	 *
	 * @returns rows whose state could not be reopened: they still have to be evaluated
	 */
	merge(rows: Uint32Array, answer: NativeBatchResult): Uint32Array {
		const width = this.request.stats.length;
		const { results, status } = this.#result;
		const undone = rows.filter((_, i) => answer.status[i] === rowStatus.noState);
		if (undone.length === 0 && areConsecutive(rows)) {
			const [first] = rows as unknown as [number];
			results.set(answer.results, first * width);
			status.set(answer.status, first);
		} else {
			for (let i = 0; i < rows.length; i++) {
				if (answer.status[i] === rowStatus.noState) continue;
				const row = rows[i] as number;
				results.set(answer.results.subarray(i * width, (i + 1) * width), row * width);
				status[row] = answer.status[i] as number;
			}
		}
		this.#result.reloads += answer.reloads;
		this.#result.memoized += answer.memoized;
		if (answer.unproven) this.#result.unproven = true;
		if (answer.recalculated !== undefined) this.#result.recalculated = answer.recalculated;
		answer.errorRows.forEach((row, i) => {
			const text = answer.texts[answer.errorTexts[i] as number];
			if (text && answer.status[row] !== rowStatus.noState)
				this.#addError(rows[row] as number, text.message, text.traceback);
		});
		this.#advance(rows.length - undone.length);
		return undone;
	}

	/** Fails a row that ended the process evaluating it, or that nobody is left to evaluate. */
	crash(row: number, message: string): void {
		this.#result.status[row] = rowStatus.crash;
		this.#addError(row, message, "");
		this.#advance(1);
	}

	/** @param more rows that are done but not merged yet */
	report(more = 0): void {
		const done = Math.max(this.#reported, Math.min(this.#done + more, this.length));
		const now = performance.now();
		if (!this.#onProgress || now - this.#lastReport < reportMs) return;
		this.#lastReport = now;
		this.#reported = done;
		this.#onProgress(done);
	}

	/** The complete result; call it once. */
	finish(): NativeBatchResult {
		if (this.#part) this.#answerEqualRows(this.#part.canonical.firstEqual);
		this.#errors.sort((a, b) => a.row - b.row);
		this.#result.errorRows = Uint32Array.from(this.#errors, ({ row }) => row);
		this.#result.errorTexts = Uint32Array.from(this.#errors, ({ text }) => text);
		return this.#result;
	}

	#answerEqualRows(firstEqual: Uint32Array): void {
		const { results, status } = this.#result;
		const width = this.request.stats.length;
		const textOf = new Map(this.#errors.map(({ row, text }) => [row, text]));
		for (const [row, first] of firstEqual.entries()) {
			if (first === row) continue;
			status[row] = status[first] as number;
			results.copyWithin(row * width, first * width, (first + 1) * width);
			const text = textOf.get(first);
			if (text !== undefined) this.#errors.push({ row, text });
		}
	}

	#addError(row: number, message: string, traceback: string): void {
		const key = `${message}\n${traceback}`;
		let text = this.#textIndex.get(key);
		if (text === undefined) {
			text = this.#result.texts.push({ message, traceback }) - 1;
			this.#textIndex.set(key, text);
		}
		this.#errors.push({ row, text });
	}

	#advance(rows: number): void {
		this.#done += rows;
		this.report();
	}
}

function areConsecutive(rows: Uint32Array): boolean {
	if (rows.length === 0) return false;
	const [first] = rows as unknown as [number];
	for (let i = 1; i < rows.length; i++) if (rows[i] !== first + i) return false;
	return true;
}

/** Rows variant by variant; as they come where there are none. */
function byVariant(
	rows: Uint32Array | undefined,
	variants: VariantRows | undefined,
	count: number,
): Uint32Array | undefined {
	if (!variants) return rows;
	const order = rows ? rows.slice() : Uint32Array.from({ length: count }, (_, row) => row);
	const of = (row: number) => variants.rows[row] as number;
	return order.sort((a, b) => of(a) - of(b) || a - b);
}
