import { PobatchError } from "../common/errors.js";
import type { Build } from "../engine/build.js";
import type { Variant } from "../engine/variant.js";
import type { RowFailure } from "../rows/set-line.js";
import type { VariantChange } from "../variants/change.js";
import { mergeChanges } from "../variants/merge.js";
import { ahead, overlapped, type WorkClock } from "./ahead.js";
import type { NamedInput } from "./named-input.js";
import type { NamedVariants } from "./named-variants.js";
import { Pace, readSetGroups, type SetGroup } from "./set-groups.js";

export interface BatchRequest {
	/** Node sets as JSON lines. */
	readonly input: NamedInput;
	readonly stats: readonly string[];
	/** A change on which all rows are based, e.g. which skill groups count in Full DPS. */
	readonly around?: VariantChange | undefined;
	/**
	 * Changes that lines may refer to by name. A line may also contain a change itself, and the first line may be
	 * `{"variants":{...}}`.
	 */
	readonly variants?: NamedVariants | undefined;
	/** How many rows were answered in an earlier run and are skipped. */
	readonly skip: number;
	/** Started for each block at its first row; the consumer stops it when done with the block. */
	readonly clock: WorkClock;
	/** Stops reading and calculating; finished rows are still yielded. */
	readonly signal: AbortSignal;
	/** @param position how many bytes of the input are done */
	readonly onProgress?: (rows: number, position: number) => void;
}

/** Consecutive rows, in the order of the input. */
export interface AnsweredRows {
	/** Index of the first row in the whole input, counted from 0. */
	readonly firstRow: number;
	/** Number of rows; all of them were reached. */
	readonly length: number;
	readonly stats: readonly string[];
	/** rows x stats, row after row; NaN if a row failed. It may contain more than `length` rows. */
	readonly values: Float64Array;
	/** Why rows have no numbers, by index in the block. */
	readonly failures: ReadonlyMap<number, RowFailure>;
}

/**
 * Evaluates node sets as they arrive, in constant memory. The next block is calculated while the consumer uses the
 * current one.
 *
 * @throws PobatchError SETS_INVALID, FILE_NOT_FOUND, after yielding the rows before the bad line
 */
export function evaluateLines(build: Build, request: BatchRequest): AsyncGenerator<AnsweredRows> {
	const { input, clock, skip, signal } = request;
	const pace = new Pace();
	const named = new VariantsOfLines(build, request);
	const onVariants = (variants: NamedVariants) => named.define(variants);
	const reading = { clock, pace, skip, signal, takesVariants: true, onVariants };
	const groups = ahead(readSetGroups(input, reading));
	return ahead(evaluateGroups(build, groups, pace, named, request));
}

/** Batches that run at the same time: the second one keeps the states busy while the rows of the first are consumed. */
const batchesAtOnce = 2;

async function* evaluateGroups(
	build: Build,
	groups: AsyncIterable<SetGroup>,
	pace: Pace,
	named: VariantsOfLines,
	{ stats, signal, onProgress }: BatchRequest,
): AsyncGenerator<AnsweredRows> {
	/** The group that is answered next; progress is about this one. */
	let first = 0;
	let from = 0;
	let lastEnd = 0;

	const evaluate = async ({ sets, variants, firstRow, position, failures: known }: SetGroup) => {
		const report = (done: number) => {
			if (firstRow === first) onProgress?.(firstRow + done, from + (position - from) * (done / sets.length));
		};
		const unknown = new Map<number, RowFailure>();
		const ofRows = named.of(variants ?? new Array(sets.length).fill(undefined), unknown);
		const result = await build.calculateBatch(sets, {
			stats,
			signal,
			onProgress: report,
			...(ofRows.some((variant) => variant !== undefined) && { variants: ofRows }),
		});
		const now = performance.now();
		// Excludes the time in which the states worked on the previous batch.
		pace.learn(result.length, Math.min(result.elapsedMs, now - lastEnd));
		lastEnd = now;
		report(sets.length);
		first = firstRow + sets.length;
		from = position;
		const failures = new Map<number, RowFailure>(result.errors.map((error) => [error.row, error]));
		for (const [row, failure] of [...unknown, ...known]) failures.set(row, failure);
		// A stopped batch is cut at the first row that was not reached, so that it has no gaps.
		let length = 0;
		while (length < result.length && (failures.has(length) || result.ok(length))) length++;
		const rows: AnsweredRows = { firstRow, length, stats, values: result.values, failures };
		return { rows, stopped: result.stopped !== undefined };
	};

	for await (const { rows, stopped } of overlapped(groups, evaluate, batchesAtOnce)) {
		yield rows;
		if (stopped) return;
	}
}

/** Finds the variant of each line. */
class VariantsOfLines {
	readonly #build: Build;
	readonly #around: VariantChange;
	readonly #plain: Variant | undefined;
	#changes: NamedVariants;
	readonly #known = new Map<string, Variant>();

	constructor(build: Build, { around, variants = {} }: BatchRequest) {
		this.#build = build;
		this.#around = around ?? {};
		this.#plain = around && build.variant(around);
		this.#changes = variants;
	}

	/** Adds named changes. */
	define(changes: NamedVariants): void {
		this.#changes = { ...this.#changes, ...changes };
	}

	/** One variant per line; adds lines without a valid one to `failures`, by index. */
	of(
		lines: readonly (string | object | undefined)[],
		failures: Map<number, RowFailure>,
	): (Variant | undefined)[] {
		return lines.map((line, place) => {
			if (line === undefined) return this.#plain;
			try {
				return typeof line === "string" ? this.#named(line) : this.#variant(line);
			} catch (error) {
				if (!(error instanceof PobatchError) || error.code === "VARIANTS_UNSUPPORTED") throw error;
				failures.set(place, { code: "VARIANT_INVALID", message: error.message });
				return this.#plain;
			}
		});
	}

	#named(name: string): Variant {
		const known = this.#known.get(name);
		if (known) return known;
		if (!Object.hasOwn(this.#changes, name))
			throw new PobatchError("VARIANT_INVALID", `There is no variant called ${JSON.stringify(name)}`, {
				value: name,
			});
		const variant = this.#variant(this.#changes[name] as VariantChange);
		this.#known.set(name, variant);
		return variant;
	}

	#variant(change: VariantChange): Variant {
		// Checked before merging, which accepts any object.
		this.#build.variant(change);
		return this.#build.variant(mergeChanges(this.#around, change));
	}
}
