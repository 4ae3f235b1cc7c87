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
	/** A change that all rows are on top of, e.g. which skill groups count in Full DPS. */
	readonly around?: VariantChange | undefined;
	/** Changes that lines may name; a line may as well hold one itself, and the first line `{"variants":{...}}`. */
	readonly variants?: NamedVariants | undefined;
	/** So many rows were answered before: they are read over. */
	readonly skip: number;
	/** Begun for each block at its first row; whoever is done with a block ends it. */
	readonly clock: WorkClock;
	/** Ends the reading and the calculation; what is done by then is answered. */
	readonly signal: AbortSignal;
	/** @param position bytes of the input that are done */
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
	const named = new VariantsOfLines(build, request);
	const onVariants = (variants: NamedVariants) => named.define(variants);
	const reading = { clock, pace, skip, signal, takesVariants: true, onVariants };
	const groups = ahead(readSetGroups(input, reading));
	return ahead(evaluateGroups(build, groups, pace, named, request));
}

/** Batches under way at once: the second one keeps the states busy while the rows of the first are used. */
const batchesAtOnce = 2;

async function* evaluateGroups(
	build: Build,
	groups: AsyncIterable<SetGroup>,
	pace: Pace,
	named: VariantsOfLines,
	{ stats, signal, onProgress }: BatchRequest,
): AsyncGenerator<AnsweredRows> {
	/** The group that is answered next: progress is its. */
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
		// Without the time in which the batch before had the states.
		pace.learn(result.length, Math.min(result.elapsedMs, now - lastEnd));
		lastEnd = now;
		report(sets.length);
		first = firstRow + sets.length;
		from = position;
		const failures = new Map<number, RowFailure>(result.errors.map((error) => [error.row, error]));
		for (const [row, failure] of [...unknown, ...known]) failures.set(row, failure);
		// Of a batch that was stopped, what is answered ends at the first row that was not reached: it has no gaps.
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

/** The variants that lines are of. */
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

	/** Changes by name beside those that are known. */
	define(changes: NamedVariants): void {
		this.#changes = { ...this.#changes, ...changes };
	}

	/** One a line; `failures` gets those that are none, by place. */
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
		// Checked before it is merged, which takes any object.
		this.#build.variant(change);
		return this.#build.variant(mergeChanges(this.#around, change));
	}
}
