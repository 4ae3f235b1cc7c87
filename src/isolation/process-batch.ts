import type { NativeBatchResult } from "../addon.js";
import { ChildDied, type ChildHandle } from "./child-handle.js";
import type { ChunkRequest } from "./protocol.js";

/** RowStatus of binding/calculator.hpp for a row that ended its process twice. */
const crashStatus = 8;
/** How long one chunk should take: a crash costs it, and progress comes in its steps. */
const chunkMs = 50;
/** What a child may take beyond its rows' own time limits before it counts as wedged. */
const graceMs = 2000;
const reportMs = 100;

interface Chunk {
	rows: number[];
	/** How many children these rows ended. */
	deaths: number;
}

/**
 * One batch over child processes: chunks are handed out as children become free. The rows of a child that died are
 * tried again one by one; a row that ends two children is failed and named.
 */
export class ProcessBatch {
	readonly #request: ChunkRequest;
	readonly #child: (slot: number) => Promise<ChildHandle>;
	readonly #slots: number;
	readonly #onProgress: ((rows: number) => void) | undefined;
	readonly #rows: number;
	readonly #result: NativeBatchResult;
	readonly #errors: { row: number; text: number }[] = [];
	readonly #textIndex = new Map<string, number>();
	readonly #retries: Chunk[] = [];
	readonly #working = new Set<ChildHandle>();
	#next = 0;
	#done = 0;
	#msPerRow = 0;
	#lastReport = performance.now();

	constructor(
		request: ChunkRequest,
		child: (slot: number) => Promise<ChildHandle>,
		slots: number,
		onProgress: ((rows: number) => void) | undefined,
	) {
		this.#request = request;
		this.#child = child;
		this.#slots = slots;
		this.#onProgress = onProgress;
		this.#rows = request.offsets.length - 1;
		this.#result = {
			results: new Float64Array(this.#rows * request.stats.length).fill(Number.NaN),
			status: new Uint8Array(this.#rows),
			errorRows: new Uint32Array(),
			errorTexts: new Uint32Array(),
			texts: [],
			reloads: 0,
			stopped: "",
		};
	}

	/** Rows at work end now; what is done is answered. */
	stop(reason: "ABORTED" | "TIMEOUT"): void {
		this.#result.stopped ||= reason;
		for (const child of this.#working) child.stopRows();
	}

	async run(): Promise<NativeBatchResult> {
		const { timeoutMs } = this.#request;
		const deadline = timeoutMs === undefined ? undefined : setTimeout(() => this.stop("TIMEOUT"), timeoutMs);
		try {
			await Promise.all(Array.from({ length: this.#slots }, (_, slot) => this.#work(slot)));
		} finally {
			clearTimeout(deadline);
		}
		this.#errors.sort((a, b) => a.row - b.row);
		this.#result.errorRows = Uint32Array.from(this.#errors, ({ row }) => row);
		this.#result.errorTexts = Uint32Array.from(this.#errors, ({ text }) => text);
		return this.#result;
	}

	async #work(slot: number): Promise<void> {
		for (let chunk = this.#take(); chunk && !this.#result.stopped; chunk = this.#take()) {
			let child: ChildHandle;
			try {
				child = await this.#child(slot);
			} catch (error) {
				this.#retries.push(chunk);
				if (this.#result.stopped) return;
				throw error;
			}
			try {
				await this.#evaluate(child, chunk);
			} catch (error) {
				if (!(error instanceof ChildDied)) {
					if (this.#result.stopped) return;
					throw error;
				}
				this.#afterDeath(chunk, error);
			}
		}
	}

	#take(): Chunk | undefined {
		const retry = this.#retries.shift();
		if (retry) return retry;
		const left = this.#rows - this.#next;
		if (left === 0) return undefined;
		const fitting = this.#msPerRow > 0 ? Math.floor(chunkMs / this.#msPerRow) : 16;
		const count = Math.max(1, Math.min(fitting, Math.ceil(left / (2 * this.#slots)), 10_000));
		const rows = Array.from({ length: count }, (_, i) => this.#next + i);
		this.#next += count;
		return { rows, deaths: 0 };
	}

	async #evaluate(child: ChildHandle, { rows }: Chunk): Promise<void> {
		const { words, offsets, rowTimeoutMs } = this.#request;
		const chunkOffsets = new Uint32Array(rows.length + 1);
		const parts = rows.map((row, i) => {
			const part = words.subarray(offsets[row], offsets[row + 1]);
			chunkOffsets[i + 1] = (chunkOffsets[i] as number) + part.length;
			return part;
		});
		const chunkWords = new Uint32Array(chunkOffsets[rows.length] as number);
		for (const [i, part] of parts.entries()) chunkWords.set(part, chunkOffsets[i]);
		const chunk = { ...this.#request, words: chunkWords, offsets: chunkOffsets, timeoutMs: undefined };

		// Its own watchdog stops a row; only a long C call outlives that.
		const wedged =
			rowTimeoutMs === undefined
				? undefined
				: setTimeout(() => child.kill(), rowTimeoutMs * rows.length + graceMs);
		const start = performance.now();
		this.#working.add(child);
		try {
			const answer = await child.request<NativeBatchResult>({ type: "rows", chunk });
			this.#msPerRow = Math.max((performance.now() - start) / rows.length, 1e-4);
			this.#merge(rows, answer);
		} finally {
			clearTimeout(wedged);
			this.#working.delete(child);
		}
	}

	#merge(rows: readonly number[], answer: NativeBatchResult): void {
		const width = this.#request.stats.length;
		rows.forEach((row, i) => {
			this.#result.results.set(answer.results.subarray(i * width, (i + 1) * width), row * width);
			this.#result.status[row] = answer.status[i] as number;
		});
		this.#result.reloads += answer.reloads;
		answer.errorRows.forEach((row, i) => {
			const text = answer.texts[answer.errorTexts[i] as number];
			if (text) this.#addError(rows[row] as number, text.message, text.traceback);
		});
		this.#advance(rows.length);
	}

	#afterDeath({ rows, deaths }: Chunk, { message }: ChildDied): void {
		if (rows.length > 1) {
			// Which of them it was is found by trying each alone.
			for (const row of rows) this.#retries.push({ rows: [row], deaths: deaths + 1 });
		} else if (deaths + 1 < 2) {
			this.#retries.push({ rows, deaths: deaths + 1 });
		} else {
			const [row] = rows as [number];
			this.#result.status[row] = crashStatus;
			this.#addError(row, `the row ended its process twice: ${message}`, "");
			this.#advance(1);
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
