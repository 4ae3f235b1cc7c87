import {
	invalidArgument,
	memoryHint,
	PobatchError,
	type PobatchErrorCode,
	type PobatchErrorDetails,
} from "../common/errors.js";
import type { NativeBatchResult } from "../native/addon.js";
import { type RowStatusName, rowStatus, rowStatuses } from "../native/row-status.js";
import type { NodeSetDelta, NodeSets } from "./node-sets.js";

const failureCodes: Readonly<Partial<Record<RowStatusName, PobatchErrorCode>>> = {
	failed: "CALCULATOR_ERROR",
	badResult: "BAD_RESULT",
	unknownNode: "UNKNOWN_NODE",
	invalidSet: "INVALID_NODE_SET",
	timeout: "TIMEOUT",
	memory: "MEMORY",
	crash: "CRASH",
	noState: "CALCULATOR_ERROR",
	badVariant: "VARIANT_INVALID",
};

/** Why one row has no numbers. The other rows of its batch are not affected. */
export class RowError extends PobatchError {
	override readonly name = "RowError";
	/** The row's index in the batch, from 0. */
	readonly row: number;
	/** The row's node set, as passed in. */
	readonly set: NodeSetDelta & { nodes?: number[] };

	constructor(
		code: PobatchErrorCode,
		message: string,
		row: number,
		set: NodeSetDelta & { nodes?: number[] },
		details: PobatchErrorDetails,
	) {
		super(code, message, { ...details, value: set });
		this.row = row;
		this.set = set;
	}
}

/** How many rows of a batch did not have to be calculated. */
export interface CacheUse {
	/** Rows answered without calling the calculator: found in the cache, or equal to another row of the batch. */
	hits: number;
	/**
	 * Rows that the calculator answered without a full calculation, because they are equivalent to one it already knows.
	 * Path of Building does this when both rows' nodes contribute the same to everything the calculation looks at (see
	 * docs/performance.md).
	 */
	memoized: number;
	/** Rows calculated. */
	misses: number;
	/** Rows found in the cache that were calculated anyway, with bit-identical results. */
	verified: number;
}

/**
 * The result of a batch: one number per row and stat.
 *
 * @example
 * const result = await build.calculateBatch(sets, { stats: ["Life"] });
 * result.column("Life")[0]; // Life of the first node set; NaN if that row failed
 */
export class BatchResult {
	/** The stats, in column order. */
	readonly stats: readonly string[];
	/** The number of rows. */
	readonly length: number;
	/** rows x stats, in row-major order; NaN if a row failed or was not reached. */
	readonly values: Float64Array;
	/** What ended the batch before all rows were done: an AbortSignal or the batch's time limit. */
	readonly stopped: "ABORTED" | "TIMEOUT" | undefined;
	/** Milliseconds from the call to completion of the last row. */
	readonly elapsedMs: number;
	/**
	 * How often a state was reopened because a row (an error, a time-out, out of memory) left it in doubt; see `recover`
	 * in the calculator contract.
	 */
	readonly reloads: number;
	/**
	 * Why the batch was calculated a second time, without the optimizations that a certificate had allowed: a verified
	 * row differed. Undefined if that did not happen. See `trust` in docs/path-of-building.md.
	 */
	readonly recalculated: string | undefined;
	/** How many rows did not have to be calculated. */
	readonly cache: CacheUse;
	readonly #native: NativeBatchResult;
	readonly #sets: NodeSets;
	#errors: RowError[] | undefined;

	/** @internal */
	constructor(
		native: NativeBatchResult,
		sets: NodeSets,
		stats: readonly string[],
		elapsedMs: number,
		cache: CacheUse,
	) {
		this.#native = native;
		this.#sets = sets;
		this.stats = stats;
		this.length = sets.length;
		this.values = native.results;
		this.stopped = native.stopped || undefined;
		this.elapsedMs = elapsedMs;
		this.reloads = native.reloads;
		this.recalculated = native.recalculated;
		this.cache = cache;
	}

	/** One stat for all rows. @throws PobatchError UNKNOWN_STAT */
	column(stat: string): Float64Array {
		const width = this.stats.length;
		const at = this.stats.indexOf(stat);
		if (at < 0) {
			throw new PobatchError("UNKNOWN_STAT", `The batch was not asked for ${JSON.stringify(stat)}`, {
				value: stat,
				hint: `It has ${this.stats.join(", ")}.`,
			});
		}
		const column = new Float64Array(this.length);
		for (let row = 0; row < this.length; row++) column[row] = this.values[row * width + at] as number;
		return column;
	}

	/** All stats of one row, by name; NaN if the row failed or was not reached. */
	row(index: number): Record<string, number> {
		this.#check(index);
		const start = index * this.stats.length;
		return Object.fromEntries(this.stats.map((stat, i) => [stat, this.values[start + i] as number]));
	}

	/** Whether the row has numbers. */
	ok(index: number): boolean {
		this.#check(index);
		return this.#native.status[index] === rowStatus.ok;
	}

	/** The number of rows that a stopped batch did not reach. */
	get notReached(): number {
		let count = 0;
		for (const status of this.#native.status) if (status === rowStatus.pending) count++;
		return count;
	}

	/** One error per failed row, in row order. */
	get errors(): readonly RowError[] {
		this.#errors ??= Array.from(this.#native.errorRows, (row, i) => this.#error(row, i));
		return this.#errors;
	}

	#error(row: number, index: number): RowError {
		const text = this.#native.texts[this.#native.errorTexts[index] as number];
		const status = rowStatuses[this.#native.status[row] as number] as RowStatusName;
		const code = failureCodes[status] ?? "LUA_ERROR";
		return new RowError(code, text?.message ?? "the row failed", row, this.#sets.row(row), {
			traceback: text?.traceback ?? "",
			...(code === "MEMORY" && { hint: memoryHint }),
		});
	}

	#check(index: number): void {
		if (!Number.isInteger(index) || index < 0 || index >= this.length)
			throw invalidArgument(`a row within 0..${this.length - 1}`, "row", index);
	}
}
