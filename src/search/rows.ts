import { PobatchError } from "../common/errors.js";
import type { BatchResult } from "../rows/batch-result.js";
import type { Evaluator } from "../rows/evaluator.js";
import { type NodeSetDelta, NodeSets } from "../rows/node-sets.js";
import { asNodeSetsAnswer } from "./power.js";

/** Limits that end a search before it runs out of things to try. */
export interface SearchLimits {
	/** Milliseconds. Default: 60,000 if neither this nor `maxEvaluations` is given. */
	readonly timeLimitMs?: number;
	/** Maximum number of rows to request, not counting those for the steps of the result. */
	readonly maxEvaluations?: number;
	readonly rowTimeoutMs?: number;
	readonly signal?: AbortSignal;
}

/** What a row is requested for: the words of a full node set, and a key that identifies it. */
export interface Candidate {
	readonly key: number;
	words(): readonly number[];
}

/** How many rows a search requested, and how many of them did not have to be calculated. */
export interface Evidence {
	/** Rows requested from the evaluator. */
	evaluations: number;
	/** Of these, rows answered by the row cache. */
	cached: number;
	/** Of these, rows that the calculator answered as equivalent to another row. */
	memoized: number;
	/** Rows that failed. */
	failed: number;
	/** Rows that the search already had and so did not request again. */
	repeated: number;
}

export type Ended = "time" | "evaluations" | "signal";

function single(result: BatchResult): Record<string, number> {
	const [error] = result.errors;
	if (error) throw error;
	if (result.stopped) throw new PobatchError(result.stopped, "The build's own row was not calculated");
	return result.row(0);
}

/** The exact numbers behind a search: requests rows, counts and caches them, and enforces the limits. */
export class Rows {
	readonly evidence: Evidence;
	start: number;
	/** Set once a limit is reached. */
	ended: Ended | undefined;
	/** Called after each batch. */
	onBatch: (() => void) | undefined;
	readonly #evaluator: Evaluator;
	readonly #limits: SearchLimits;
	#stats: readonly string[] = [];
	readonly #known = new Map<number, Float64Array>();

	/** @param before rows that share their limits and evidence with this instance */
	constructor(evaluator: Evaluator, limits: SearchLimits, before?: Rows) {
		this.#evaluator = evaluator;
		this.#limits = limits;
		this.evidence = before?.evidence ?? { evaluations: 0, cached: 0, memoized: 0, failed: 0, repeated: 0 };
		this.start = before?.start ?? performance.now();
		this.ended = before?.ended;
		this.onBatch = before?.onBatch;
	}

	/** Rows of another evaluator with the same stats and limits. */
	of(evaluator: Evaluator): Rows {
		const rows = new Rows(evaluator, this.#limits, this);
		rows.ask(this.#stats);
		return rows;
	}

	/** Sets the stats of all further rows. */
	ask(stats: readonly string[]): void {
		this.#stats = stats;
		this.#known.clear();
	}

	/** Counts what an earlier search used up. */
	spend({ evaluations = 0, elapsedMs = 0 }: { evaluations?: number; elapsedMs?: number }): void {
		this.evidence.evaluations += evaluations;
		this.start -= elapsedMs;
	}

	get elapsedMs(): number {
		return performance.now() - this.start;
	}

	/** Milliseconds left; undefined if there is no time limit. */
	get leftMs(): number | undefined {
		const { timeLimitMs } = this.#limits;
		return timeLimitMs === undefined ? undefined : Math.max(0, timeLimitMs - this.elapsedMs);
	}

	/** The share of the limits that is used up, 0 to 1. */
	get used(): number {
		const { timeLimitMs = Number.POSITIVE_INFINITY, maxEvaluations = Number.POSITIVE_INFINITY } =
			this.#limits;
		return Math.min(1, Math.max(this.elapsedMs / timeLimitMs, this.evidence.evaluations / maxEvaluations));
	}

	remember(key: number, values: Float64Array): void {
		this.#known.set(key, values);
	}

	/** The build's own stats, as evaluated through a node set. @throws RowError if its own row fails */
	async own(stats: readonly string[]): Promise<Record<string, number>> {
		const result = await this.#evaluator.calculateBatch(NodeSets.deltas([{}]), {
			stats,
			...this.#batchOptions(true),
		});
		this.#count(result, 1);
		return asNodeSetsAnswer(this.#evaluator, single(result));
	}

	/** Stats of one node set, for the result: limits do not apply. @throws RowError if the row fails */
	async one(set: NodeSetDelta, stats: readonly string[]): Promise<Record<string, number>> {
		const result = await this.#evaluator.calculateBatch(NodeSets.deltas([set]), {
			stats,
			...this.#batchOptions(true),
		});
		this.#count(result, 1);
		return single(result);
	}

	/**
	 * The stats of each plan; NaN if a row failed or was not reached.
	 *
	 * @param isAnswer rows of the result itself, which are calculated regardless of limits
	 */
	async values(plans: readonly Candidate[], isAnswer = false): Promise<readonly Float64Array[]> {
		const missing = new Map<number, readonly number[]>();
		for (const plan of plans) {
			if (this.#known.has(plan.key) || missing.has(plan.key)) this.evidence.repeated++;
			else missing.set(plan.key, plan.words());
		}
		const { maxEvaluations = Number.POSITIVE_INFINITY } = this.#limits;
		const room = isAnswer ? missing.size : Math.min(missing.size, maxEvaluations - this.evidence.evaluations);
		if (room < missing.size) this.ended ??= "evaluations";
		if (!isAnswer) this.look();
		if (room > 0 && (isAnswer || this.ended === undefined || this.ended === "evaluations"))
			await this.#calculate([...missing].slice(0, room), isAnswer);
		const none = new Float64Array(this.#stats.length).fill(Number.NaN);
		return plans.map(({ key }) => this.#known.get(key) ?? none);
	}

	async #calculate(
		rows: readonly (readonly [number, readonly number[]])[],
		isAnswer: boolean,
	): Promise<void> {
		const offsets = new Uint32Array(rows.length + 1);
		rows.forEach(([, words], i) => {
			offsets[i + 1] = (offsets[i] as number) + words.length;
		});
		const words = Uint32Array.from(rows.flatMap(([, list]) => list));
		const result = await this.#evaluator.calculateBatch(NodeSets.from("full", words, offsets), {
			stats: this.#stats,
			...this.#batchOptions(isAnswer),
		});
		const width = this.#stats.length;
		let reached = 0;
		rows.forEach(([key], i) => {
			if (!result.ok(i)) return;
			reached++;
			this.#known.set(key, result.values.slice(i * width, (i + 1) * width));
		});
		// Failed rows are remembered as useless; rows that were not reached are not remembered.
		const failed = new Float64Array(width).fill(Number.NaN);
		for (const { row } of result.errors)
			this.#known.set((rows[row] as readonly [number, unknown])[0], failed);
		this.#count(result, reached + result.errors.length);
		if (!isAnswer) this.look();
		this.onBatch?.();
	}

	#count(
		{ cache, errors }: { cache: { hits: number; memoized: number }; errors: readonly unknown[] },
		rows: number,
	): void {
		this.evidence.evaluations += rows;
		this.evidence.cached += cache.hits;
		this.evidence.memoized += cache.memoized;
		this.evidence.failed += errors.length;
	}

	/** Checks the limits and returns the one that is reached, if any. */
	look(): Ended | undefined {
		if (this.#limits.signal?.aborted) this.ended ??= "signal";
		if (this.leftMs === 0) this.ended ??= "time";
		const { maxEvaluations = Number.POSITIVE_INFINITY } = this.#limits;
		if (this.evidence.evaluations >= maxEvaluations) this.ended ??= "evaluations";
		return this.ended;
	}

	#batchOptions(isAnswer: boolean) {
		const { rowTimeoutMs, signal } = this.#limits;
		const { leftMs } = this;
		return {
			...(rowTimeoutMs !== undefined && { rowTimeoutMs }),
			...(!isAnswer && signal && { signal }),
			...(!isAnswer && leftMs !== undefined && { timeoutMs: Math.max(1, leftMs) }),
		};
	}
}
