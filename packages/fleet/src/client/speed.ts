import { limits } from "../protocol/job.js";

/**
 * Target duration of a job, in milliseconds: long compared with the queue's overhead, but short enough that a death
 * costs little.
 */
const jobMs = 500;
/** The last jobs of a large batch are at least so long; they are short, so that workers end together. */
const leastMs = 200;
/** Rows of the first job of a build, whose speed nobody knows. */
const firstRows = 32;
/** A job has at most this many times the rows of the largest measured job. */
const growth = 16;

/** Estimates how fast a build's rows are calculated, and how many rows a job should have. */
export class Speed {
	/** For one worker. */
	#msPerRow = 0;
	#largest = 0;

	/** How long one worker would take for the rows, in milliseconds; 0 while unknown. */
	msOf(rows: number): number {
		return rows * this.#msPerRow;
	}

	/** Records a finished job. */
	note(rows: number, ms: number): void {
		const msPerRow = Math.max(ms / rows, 1e-5);
		// A job with few rows says less about the next one.
		const share = this.#largest === 0 ? 1 : Math.min(0.5, rows / this.#largest);
		this.#msPerRow += share * (msPerRow - this.#msPerRow);
		this.#largest = Math.max(this.#largest, rows);
	}

	/**
	 * Number of rows for the next job.
	 *
	 * @param length rows of the batch
	 * @param left rows that no job has taken
	 * @param workers present workers
	 * @param words per row, on average
	 * @param stats number of requested stats
	 */
	rowsOf({
		length,
		left,
		workers,
		words,
		stats,
	}: {
		length: number;
		left: number;
		workers: number;
		words: number;
		stats: number;
	}): number {
		const most = Math.max(
			1,
			Math.min(limits.rows, limits.words / Math.max(words, 1) / 2, limits.results / stats),
		);
		return Math.ceil(Math.min(left, most, this.#fitting(length, left, workers)));
	}

	#fitting(length: number, left: number, workers: number): number {
		if (this.#largest === 0) return firstRows;
		const rows = (ms: number) => Math.min(ms / this.#msPerRow, growth * this.#largest);
		// A small batch becomes one job per worker; in a large one, the rest is divided repeatedly.
		if (this.msOf(length) / workers <= jobMs) return Math.min(rows(jobMs), length / workers);
		const count = Math.max(rows(leastMs), Math.min(rows(jobMs), left / (2 * workers)));
		// No rest that is a job of its own, too small.
		return left - count < rows(leastMs) ? left : count;
	}
}
