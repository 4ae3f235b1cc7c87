import type { NativeBatchResult } from "../../native/addon.js";
import { rowStatus } from "../../native/row-status.js";
import { type VariantRows, variantsOf } from "../../variants/variant-rows.js";
import { ChildDied, type ChildHandle, type RunningRows } from "./child-handle.js";
import type { ChunkRequest } from "./protocol.js";

/** How long one chunk should take: a crash costs it, and progress comes in its steps. */
const chunkMs = 50;
const reportMs = 100;

/** Which rows of a batch are evaluated; those that are equal to one of them get its answer. */
export interface PartRows {
	rows: Uint32Array;
	firstEqual: Uint32Array;
}

interface Chunk {
	rows: number[];
	/** How many children these rows ended. */
	deaths: number;
}

/**
 * One batch over child processes: chunks are handed out as children become free. The rows of a child that died are
 * tried again one by one; a row that ends two children is failed and named. Rows that a child could not evaluate any
 * more are tried again, too, and the child is replaced. Where no child can be had, the rows that are left fail.
 */
export class ProcessBatch {
	readonly #request: ChunkRequest;
	readonly #part: PartRows | undefined;
	readonly #child: (slot: number) => Promise<ChildHandle>;
	readonly #slots: number;
	readonly #onProgress: ((rows: number) => void) | undefined;
	/** How many are to be evaluated. */
	readonly #rows: number;
	/** Those that are evaluated, in order, variant by variant; undefined: all as they come. */
	readonly #order: Uint32Array | undefined;
	readonly #result: NativeBatchResult;
	readonly #errors: { row: number; text: number }[] = [];
	readonly #textIndex = new Map<string, number>();
	readonly #retries: Chunk[] = [];
	readonly #running = new Set<RunningRows>();
	#next = 0;
	#done = 0;
	#msPerRow = 0;
	#lastReport = performance.now();

	constructor(
		request: ChunkRequest,
		part: PartRows | undefined,
		child: (slot: number) => Promise<ChildHandle>,
		slots: number,
		onProgress: ((rows: number) => void) | undefined,
	) {
		this.#request = request;
		this.#part = part;
		this.#child = child;
		this.#slots = slots;
		this.#onProgress = onProgress;
		const all = request.offsets.length - 1;
		this.#rows = part ? part.rows.length : all;
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

	/** Rows at work end now; what is done is answered. */
	stop(reason: "ABORTED" | "TIMEOUT"): void {
		this.#result.stopped ||= reason;
		for (const rows of this.#running) rows.stop();
	}

	async run(): Promise<NativeBatchResult> {
		const { timeoutMs } = this.#request;
		const deadline = timeoutMs === undefined ? undefined : setTimeout(() => this.stop("TIMEOUT"), timeoutMs);
		try {
			let slots = Array.from({ length: this.#slots }, (_, slot) => slot);
			// A slot without a child leaves its rows to the others, which may have found nothing to do by then.
			while (slots.length > 0 && this.#hasRows() && !this.#result.stopped) {
				const problems = await Promise.all(slots.map((slot) => this.#work(slot)));
				slots = slots.filter((_, i) => problems[i] === undefined);
				if (slots.length === 0) this.#failRest(problems[0] as Error);
			}
		} finally {
			clearTimeout(deadline);
		}
		if (this.#part) this.#answerEqualRows(this.#part);
		this.#errors.sort((a, b) => a.row - b.row);
		this.#result.errorRows = Uint32Array.from(this.#errors, ({ row }) => row);
		this.#result.errorTexts = Uint32Array.from(this.#errors, ({ text }) => text);
		return this.#result;
	}

	/** Works until there are no rows; answers why the slot has no child any more if that is so. */
	async #work(slot: number): Promise<Error | undefined> {
		for (let chunk = this.#take(); chunk && !this.#result.stopped; chunk = this.#take()) {
			let child: ChildHandle;
			try {
				child = await this.#child(slot);
			} catch (error) {
				this.#retries.push(chunk);
				return error as Error;
			}
			try {
				await this.#evaluate(child, chunk);
			} catch (error) {
				if (!(error instanceof ChildDied)) {
					if (this.#result.stopped) return undefined;
					throw error;
				}
				this.#afterDeath(chunk, error);
			}
		}
		return undefined;
	}

	#hasRows(): boolean {
		return this.#retries.length > 0 || this.#next < this.#rows;
	}

	#failRest({ message }: Error): void {
		for (let chunk = this.#take(); chunk && !this.#result.stopped; chunk = this.#take()) {
			for (const row of chunk.rows) this.#crash(row, `no child process is left: ${message}`);
		}
	}

	#crash(row: number, message: string): void {
		this.#result.status[row] = rowStatus.crash;
		this.#addError(row, message, "");
		this.#advance(1);
	}

	#take(): Chunk | undefined {
		const retry = this.#retries.shift();
		if (retry) return retry;
		const left = this.#rows - this.#next;
		if (left === 0) return undefined;
		const fitting = this.#msPerRow > 0 ? Math.floor(chunkMs / this.#msPerRow) : 16;
		const count = Math.max(1, Math.min(fitting, Math.ceil(left / (2 * this.#slots)), 10_000));
		const rows = Array.from({ length: count }, (_, i) => {
			const next = this.#next + i;
			return this.#order ? (this.#order[next] as number) : next;
		});
		this.#next += count;
		return { rows, deaths: 0 };
	}

	async #evaluate(child: ChildHandle, { rows, deaths }: Chunk): Promise<void> {
		const { words, offsets } = this.#request;
		const chunkOffsets = new Uint32Array(rows.length + 1);
		const parts = rows.map((row, i) => {
			const part = words.subarray(offsets[row], offsets[row + 1]);
			chunkOffsets[i + 1] = (chunkOffsets[i] as number) + part.length;
			return part;
		});
		const chunkWords = new Uint32Array(chunkOffsets[rows.length] as number);
		for (const [i, part] of parts.entries()) chunkWords.set(part, chunkOffsets[i]);
		const { variants } = this.#request;
		const chunk = {
			...this.#request,
			words: chunkWords,
			offsets: chunkOffsets,
			timeoutMs: undefined,
			variants: variants && variantsOf(rows, variants),
		};

		const running = child.rows(chunk);
		this.#running.add(running);
		try {
			const answer = await running.answer;
			this.#msPerRow = Math.max(running.workedMs() / rows.length, 1e-4);
			const left = rows.filter((_, i) => answer.status[i] === rowStatus.noState);
			this.#merge(rows, answer);
			if (left.length > 0) {
				this.#retries.push({ rows: left, deaths });
				child.kill("its state could not be opened anew");
			}
		} finally {
			this.#running.delete(running);
		}
	}

	#merge(rows: readonly number[], answer: NativeBatchResult): void {
		const width = this.#request.stats.length;
		let done = 0;
		rows.forEach((row, i) => {
			if (answer.status[i] === rowStatus.noState) return;
			done++;
			this.#result.results.set(answer.results.subarray(i * width, (i + 1) * width), row * width);
			this.#result.status[row] = answer.status[i] as number;
		});
		this.#result.reloads += answer.reloads;
		this.#result.memoized += answer.memoized;
		answer.errorRows.forEach((row, i) => {
			const text = answer.texts[answer.errorTexts[i] as number];
			if (text && answer.status[row] !== rowStatus.noState)
				this.#addError(rows[row] as number, text.message, text.traceback);
		});
		this.#advance(done);
	}

	#answerEqualRows({ firstEqual }: PartRows): void {
		const { results, status } = this.#result;
		const width = this.#request.stats.length;
		const textOf = new Map(this.#errors.map(({ row, text }) => [row, text]));
		for (const [row, first] of firstEqual.entries()) {
			if (first === row) continue;
			status[row] = status[first] as number;
			results.copyWithin(row * width, first * width, (first + 1) * width);
			const text = textOf.get(first);
			if (text !== undefined) this.#errors.push({ row, text });
		}
	}

	#afterDeath({ rows, deaths }: Chunk, { message, atWork, fromOutside }: ChildDied): void {
		if (!atWork) {
			this.#retries.push({ rows, deaths });
		} else if (rows.length > 1) {
			// Which of them it was is found by trying each alone; a kill from outside was hardly for one of many.
			for (const row of rows) this.#retries.push({ rows: [row], deaths: deaths + (fromOutside ? 0 : 1) });
		} else if (deaths + 1 < 2) {
			this.#retries.push({ rows, deaths: deaths + 1 });
		} else {
			const [row] = rows as [number];
			this.#crash(row, `the row ended its process twice: ${message}`);
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
		const now = performance.now();
		if (!this.#onProgress || now - this.#lastReport < reportMs) return;
		this.#lastReport = now;
		this.#onProgress(this.#done);
	}
}

/** Rows variant by variant: a state has one variant of a build at a time. */
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
