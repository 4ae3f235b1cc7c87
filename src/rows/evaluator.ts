import type { BuildInfo } from "../builds/build-info.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import type { BatchResult } from "./batch-result.js";
import type { NodeSets } from "./node-sets.js";

export interface CalculateOptions {
	/** Stats to return. Default: the calculator's default stats. See `build.stats()`. */
	stats?: readonly string[];
	/** Milliseconds that one row may take; rows that take longer fail with TIMEOUT. No limit by default. */
	rowTimeoutMs?: number;
}

export interface BatchOptions extends CalculateOptions {
	/** Milliseconds for the whole batch. After that, the rows done so far are returned and `result.stopped` is set. */
	timeoutMs?: number;
}

export interface AsyncBatchOptions extends BatchOptions {
	/** Stops the batch: the rows done so far are returned and `result.stopped` is set. */
	signal?: AbortSignal;
	/** Called with the number of rows done, at most every 100 ms. */
	onProgress?: (done: number, total: number) => void;
}

/**
 * Evaluates node sets of one build: the interface that searches such as {@link nodePower} need. `Build` implements it;
 * other implementations may wrap a build (to count, to cache, to delegate to another machine) or replace it in a test.
 *
 * @example
 * const counted: Evaluator = {
 *   info: build.info,
 *   tree: build.tree,
 *   stats: () => build.stats(),
 *   calculateBatch: (sets, options) => build.calculateBatch(sets, { ...options, stats: ["Life"] }),
 * };
 */
export interface Evaluator {
	/** The build whose changes are evaluated. A delta is a change of `info.allocated`. */
	readonly info: BuildInfo;
	/** The passive tree whose nodes node sets may contain; undefined if the calculator has none. */
	readonly tree: PassiveTree | undefined;
	/** Names of the available stats. */
	stats(): readonly string[];
	/**
	 * One row of stats per node set, in the order of `sets`. A failed row does not affect the others: see
	 * `result.errors`.
	 *
	 * @throws PobatchError UNKNOWN_STAT, INVALID_ARGUMENT, MEMORY, ENGINE_CLOSED
	 */
	calculateBatch(sets: NodeSets, options?: AsyncBatchOptions): Promise<BatchResult>;
}
