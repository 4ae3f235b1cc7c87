import { limits } from "../protocol/job.js";

/** How long a worker should take for a job, in milliseconds: not so short that the queue shows, nor so long that a death costs much. */
const jobMs = 500;
/** The last jobs of a large batch are at least so long; they are short, so that workers end together. */
const leastMs = 200;
/** Rows of the first job of a build, whose speed nobody knows. */
const firstRows = 32;
/** A job has at most so many times the rows of the largest one that was measured. */
const growth = 16;

/** What is known of how fast a build's rows are calculated, and how many rows are a job. */
export class Speed {
	/** Of one worker. */
	#msPerRow = 0;
	#largest = 0;

	/** How long one worker would take for so many rows, in milliseconds; 0 while that is not known. */
	msOf(rows: number): number {
		return rows * this.#msPerRow;
	}

	/** A job was done. */
	note(rows: number, ms: number): void {
		const msPerRow = Math.max(ms / rows, 1e-5);
		// A job of few rows says less of the next one's.
		const share = this.#largest === 0 ? 1 : Math.min(0.5, rows / this.#largest);
		this.#msPerRow += share * (msPerRow - this.#msPerRow);
		this.#largest = Math.max(this.#largest, rows);
	}

	/**
	 * Rows of the next job.
	 *
	 * @param length rows of the batch
	 * @param left that nobody has taken
	 * @param workers that are there
	 * @param words of a row, on average
	 * @param stats that are asked for
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
		// A small batch is one job for each worker; in a large one what is left is divided again and again.
		if (this.msOf(length) / workers <= jobMs) return Math.min(rows(jobMs), length / workers);
		const count = Math.max(rows(leastMs), Math.min(rows(jobMs), left / (2 * workers)));
		// No rest that is a job of its own, too small.
		return left - count < rows(leastMs) ? left : count;
	}
}
