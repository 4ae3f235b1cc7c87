import type { Build } from "../engine/build.js";
import type { RowFailure } from "../rows/set-line.js";
import { ahead, type WorkClock } from "./ahead.js";
import type { NamedInput } from "./named-input.js";
import { Pace, readSetGroups, type SetGroup } from "./set-groups.js";

export interface BatchRequest {
	/** Node sets as JSON lines. */
	readonly input: NamedInput;
	readonly stats: readonly string[];
	/** So many rows were answered before: they are read over. */
	readonly skip: number;
	/** Begun for each block at its first row; whoever is done with a block ends it. */
	readonly clock: WorkClock;
	/** Ends the reading and the calculation; what is done by then is answered. */
	readonly signal: AbortSignal;
	/** @param position characters of the input that are done */
	readonly onProgress?: (rows: number, position: number) => void;
}

/** Consecutive rows, in the order of the input. */
export interface AnsweredRows {
	/** Number of the first row in the whole input, from 0. */
	readonly firstRow: number;
	/** Rows; all of them were reached. */
	readonly length: number;
	readonly stats: readonly string[];
	/** rows x stats, row after row; NaN where a row failed. There may be more than `length` rows of them. */
	readonly values: Float64Array;
	/** Why rows have no numbers, by place in the block. */
	readonly failures: ReadonlyMap<number, RowFailure>;
}

/**
 * Evaluates node sets as they come, in memory that does not grow with their count. The next block is calculated while
 * the one before is used.
 *
 * @throws PobatchError SETS_INVALID, FILE_NOT_FOUND, after the rows before the bad line were answered
 */
export function evaluateLines(build: Build, request: BatchRequest): AsyncGenerator<AnsweredRows> {
	const { input, clock, skip, signal } = request;
	const pace = new Pace();
	const groups = ahead(readSetGroups(input, { clock, pace, skip, signal }));
	return ahead(evaluateGroups(build, groups, pace, request));
}

async function* evaluateGroups(
	build: Build,
	groups: AsyncIterable<SetGroup>,
	pace: Pace,
	{ stats, signal, onProgress }: BatchRequest,
): AsyncGenerator<AnsweredRows> {
	let from = 0;
	for await (const { sets, firstRow, position, failures: known } of groups) {
		const report = (done: number) =>
			onProgress?.(firstRow + done, from + (position - from) * (done / sets.length));
		const result = await build.calculateBatch(sets, { stats, signal, onProgress: report });
		pace.learn(result.length, result.elapsedMs);
		report(sets.length);
		from = position;
		const failures = new Map<number, RowFailure>(result.errors.map((error) => [error.row, error]));
		for (const [row, failure] of known) failures.set(row, failure);
		// Of a batch that was stopped, what is answered ends at the first row that was not reached: it has no gaps.
		let length = 0;
		while (length < result.length && (failures.has(length) || result.ok(length))) length++;
		yield { firstRow, length, stats, values: result.values, failures };
		if (result.stopped) return;
	}
}
