import type { BuildInfo } from "../builds/build-info.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import type { BatchResult } from "./batch-result.js";
import type { NodeSets } from "./node-sets.js";

export interface CalculateOptions {
	/** Stats to answer; the calculator's default ones if not given. See `build.stats()`. */
	stats?: readonly string[];
	/** Milliseconds that one row may take: longer ones fail with TIMEOUT. No limit by default. */
	rowTimeoutMs?: number;
}

export interface BatchOptions extends CalculateOptions {
	/** Milliseconds for the whole batch; what is done by then is answered, `result.stopped` says so. */
	timeoutMs?: number;
}

export interface AsyncBatchOptions extends BatchOptions {
	/** Stops the batch; what is done by then is answered, `result.stopped` says so. */
	signal?: AbortSignal;
	/** Called with the count of rows done, at most every 100 ms. */
	onProgress?: (done: number, total: number) => void;
}

/**
 * Something that answers node sets of one build: what a search, {@link nodePower} for one, needs to know. `Build` is
 * one; another may stand in front of it (to count, to remember, to ask another machine) or in its place in a test.
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
	/** The build whose changes are evaluated: `info.allocated` is what a delta is a change of. */
	readonly info: BuildInfo;
	/** The passive tree whose nodes node sets may name; undefined where the calculator has none. */
	readonly tree: PassiveTree | undefined;
	/** Names of the stats that can be asked for. */
	stats(): readonly string[];
	/**
	 * One row of stats a node set, in the order of `sets`. A row that fails costs no other row: see `result.errors`.
	 *
	 * @throws PobatchError UNKNOWN_STAT, INVALID_ARGUMENT, MEMORY, ENGINE_CLOSED
	 */
	calculateBatch(sets: NodeSets, options?: AsyncBatchOptions): Promise<BatchResult>;
}
