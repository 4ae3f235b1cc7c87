import type { NativeBatchResult } from "../../native/addon.js";
import { BatchRows } from "../batch-rows.js";
import type { BatchRequest } from "../executor.js";
import { ChildDied, type ChildHandle, type RunningRows } from "./child-handle.js";

/** Target duration of a chunk: a crash loses one, and progress is reported in these steps. */
const chunkMs = 50;
/**
 * Chunks get smaller towards the end, so that children finish together, but not below this, since messages take time.
 */
const leastChunkMs = 2;
/** Chunk size until the time per row is known. */
const firstRows = 16;

/** How the message of a row begins that fails because no child process is left. */
export const noChildLeft = "no child process is left";

/** How fast a build's rows are, measured on its last chunk; passed on from batch to batch. */
export interface Speed {
	/** 0: unknown. */
	msPerRow: number;
}

interface Chunk {
	rows: Uint32Array;
	/** How many children died while evaluating these rows. */
	deaths: number;
}

/**
 * One batch over child processes: chunks are handed out as children become free. If a child dies, its rows are tried
 * again one by one; a row that ends two children fails with an error that names it. Rows that a child could not
 * evaluate because it lost its state are also tried again, and the child is replaced. If no child is left, the
 * remaining rows fail.
 */
export class ProcessBatch {
	readonly #rows: BatchRows;
	readonly #child: (slot: number) => Promise<ChildHandle>;
	readonly #slots: number;
	readonly #retries: Chunk[] = [];
	readonly #running = new Set<RunningRows>();
	readonly #speed: Speed;

	constructor(
		request: BatchRequest,
		speed: Speed,
		child: (slot: number) => Promise<ChildHandle>,
		slots: number,
		onProgress: ((rows: number) => void) | undefined,
	) {
		this.#rows = new BatchRows(request, onProgress);
		this.#speed = speed;
		this.#child = child;
		this.#slots = slots;
	}

	/** Ends running rows now; the result contains what is done. */
	stop(reason: "ABORTED" | "TIMEOUT"): void {
		this.#rows.stop(reason);
		for (const rows of this.#running) rows.stop();
	}

	async run(): Promise<NativeBatchResult> {
		const { timeoutMs } = this.#rows.request;
		const deadline = timeoutMs === undefined ? undefined : setTimeout(() => this.stop("TIMEOUT"), timeoutMs);
		try {
			let slots = Array.from({ length: this.#slots }, (_, slot) => slot);
			// Rows of a slot without a child go to the others, which may have run out of work by then.
			while (slots.length > 0 && this.#hasRows() && !this.#rows.stopped) {
				const problems = await Promise.all(slots.map((slot) => this.#work(slot)));
				slots = slots.filter((_, i) => problems[i] === undefined);
				if (slots.length === 0) this.#failRest(problems[0] as Error);
			}
		} finally {
			clearTimeout(deadline);
		}
		return this.#rows.finish();
	}

	/** Works until no rows are left. @returns why the slot has no child any more, if so */
	async #work(slot: number): Promise<Error | undefined> {
		for (let chunk = this.#take(); chunk && !this.#rows.stopped; chunk = this.#take()) {
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
					if (this.#rows.stopped) return undefined;
					throw error;
				}
				this.#afterDeath(chunk, error);
			}
		}
		return undefined;
	}

	#hasRows(): boolean {
		return this.#retries.length > 0 || this.#rows.left > 0;
	}

	#failRest({ message }: Error): void {
		for (let chunk = this.#take(); chunk && !this.#rows.stopped; chunk = this.#take()) {
			for (const row of chunk.rows) this.#rows.crash(row, `${noChildLeft}: ${message}`);
		}
	}

	#take(): Chunk | undefined {
		const retry = this.#retries.shift();
		if (retry) return retry;
		const { left } = this.#rows;
		if (left === 0) return undefined;
		const { msPerRow } = this.#speed;
		const rowsIn = (ms: number) => (msPerRow > 0 ? Math.floor(ms / msPerRow) : firstRows);
		const share =
			this.#slots === 1 ? left : Math.max(Math.ceil(left / (2 * this.#slots)), rowsIn(leastChunkMs));
		const count = Math.max(1, Math.min(rowsIn(chunkMs), share, 10_000));
		return { rows: this.#rows.take(count), deaths: 0 };
	}

	async #evaluate(child: ChildHandle, { rows, deaths }: Chunk): Promise<void> {
		const running = child.rows(this.#rows.requestOf(rows));
		this.#running.add(running);
		try {
			const answer = await running.answer;
			this.#speed.msPerRow = Math.max(running.workedMs() / rows.length, 1e-4);
			const undone = this.#rows.merge(rows, answer);
			if (undone.length > 0) {
				this.#retries.push({ rows: undone, deaths });
				child.kill("its state could not be opened anew");
			}
		} finally {
			this.#running.delete(running);
		}
	}

	#afterDeath({ rows, deaths }: Chunk, { message, atWork, fromOutside }: ChildDied): void {
		if (!atWork) {
			this.#retries.push({ rows, deaths });
		} else if (rows.length > 1) {
			// Trying each row alone shows which one it was; a kill from outside is unlikely to concern a single row.
			for (const row of rows)
				this.#retries.push({ rows: Uint32Array.of(row), deaths: deaths + (fromOutside ? 0 : 1) });
		} else if (deaths + 1 < 2) {
			this.#retries.push({ rows, deaths: deaths + 1 });
		} else {
			const [row] = rows as unknown as [number];
			this.#rows.crash(row, `the row ended its process twice: ${message}`);
		}
	}
}
