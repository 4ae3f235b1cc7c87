import { type CachedBatch, divideBatch, divideBatchSync } from "../cache/cached-batch.js";
import { RowGroup } from "../cache/row-group.js";
import { atOnce, runAsync, runSync } from "../cache/store/steps.js";
import { invalidArgument, PobatchError } from "../common/errors.js";
import { nearest } from "../common/suggest.js";
import type { BatchRequest } from "../executors/executor.js";
import { fromNative, type NativeBatchResult, type NativeCanonicalSets } from "../native/addon.js";
import { BatchResult, type CacheUse } from "../rows/batch-result.js";
import type { AsyncBatchOptions, BatchOptions, CalculateOptions } from "../rows/evaluator.js";
import type { NodeSets } from "../rows/node-sets.js";
import type { VariantRows } from "../variants/variant-rows.js";
import type { BuildContext } from "./build-context.js";

type Limits = Pick<BatchRequest, "rowTimeoutMs" | "timeoutMs">;

/** Runs the batches of one build: through the row cache, if there is one, to the Lua states and back. */
export class Batches {
	readonly #context: BuildContext;

	constructor(context: BuildContext) {
		this.#context = context;
	}

	async run(
		sets: NodeSets,
		variants: VariantRows | undefined,
		options: AsyncBatchOptions,
	): Promise<BatchResult> {
		const { signal, onProgress } = options;
		const stats = this.#stats(options);
		const limits = this.#limits(options);
		const start = performance.now();
		let thrown: { error: unknown } | undefined;
		// If the executor does not read the canonical form, copy the sets: the caller may modify them in the meantime.
		const read = !this.#context.cache || this.#context.executor.readsCanonicalForm ? sets : sets.copy();
		const submit = (divided: CachedBatch | undefined) => {
			const known = divided ? sets.length - divided.rows.length : 0;
			const report = (rows: number) => {
				if (thrown) return;
				try {
					onProgress?.(known + rows, sets.length);
				} catch (error) {
					thrown = { error };
					handle.stop();
				}
			};
			const request = this.#request(read, divided, variants, stats, limits);
			const handle = this.#context.executor.batch(request, onProgress && report);
			const stop = () => handle.stop();
			// The signal may have been aborted while the rows were being looked up.
			if (signal?.aborted) stop();
			signal?.addEventListener("abort", stop, { once: true });
			return { divided, handle, stop };
		};
		const looked = this.#lookUp(read, variants, stats);
		const { divided, handle, stop } =
			looked instanceof Promise ? await this.#beforeClose(looked.then(submit)) : submit(looked);
		try {
			const calculated = await handle.promise;
			if (thrown) throw thrown.error;
			const use = divided && (await runAsync(divided.merge(calculated)));
			this.#context.calculated(divided ? divided.rows.length : sets.length);
			return finish(calculated, use, sets, stats, start);
		} finally {
			signal?.removeEventListener("abort", stop);
		}
	}

	/** Like {@link run}, but blocks the calling thread until all rows are done. */
	runSync(sets: NodeSets, variants: VariantRows | undefined, options: BatchOptions): BatchResult {
		const stats = this.#stats(options);
		const limits = this.#limits(options);
		const start = performance.now();
		const { cache, executor } = this.#context;
		const divided = cache && divideBatchSync(this.canonical(sets, variants), cache, this.#group(stats));
		const calculated = executor.batchSync(this.#request(sets, divided, variants, stats, limits));
		const use = divided && runSync(divided.merge(calculated));
		return finish(calculated, use, sets, stats, start);
	}

	#stats({ stats = this.#context.defaultStats }: CalculateOptions): readonly string[] {
		if (!Array.isArray(stats) || stats.length === 0)
			throw invalidArgument("a list of stat names", "stats", stats);
		const known = new Set([...this.#context.stats, ...this.#context.otherStats]);
		for (const stat of stats) {
			if (typeof stat !== "string") throw invalidArgument("a stat name", "stats", stat);
			if (known.has(stat)) continue;
			const close = nearest(stat, this.#context.stats);
			throw new PobatchError(
				"UNKNOWN_STAT",
				`The calculator ${this.#context.info.calculator} has no stat ${JSON.stringify(stat)} for this build`,
				{ value: stat, ...(close.length > 0 && { hint: `Did you mean ${close.join(" or ")}?` }) },
			);
		}
		return [...new Set(stats)];
	}

	#limits({ rowTimeoutMs = this.#context.rowTimeoutMs, timeoutMs }: BatchOptions): Limits {
		for (const [name, value] of Object.entries({ rowTimeoutMs, timeoutMs })) {
			if (value !== undefined && !(Number.isFinite(value) && value > 0))
				throw invalidArgument("a positive number of milliseconds", name, value);
		}
		return { rowTimeoutMs, timeoutMs };
	}

	#request(
		sets: NodeSets,
		part: CachedBatch | undefined,
		variants: VariantRows | undefined,
		stats: readonly string[],
		limits: Limits,
	): BatchRequest {
		const { kind, words, offsets } = sets;
		const { id: build, base } = this.#context;
		return { build, base, kind, words, offsets, part, variants, stats, ...limits };
	}

	#lookUp(
		sets: NodeSets,
		variants: VariantRows | undefined,
		stats: readonly string[],
	): CachedBatch | Promise<CachedBatch> | undefined {
		const { cache, canonicalizer, base } = this.#context;
		if (!cache || !canonicalizer) return undefined;
		const group = this.#group(stats);
		const { kind, words, offsets } = sets;
		if (sets.length <= atOnce.rows && words.length <= atOnce.words)
			return divideBatch(this.canonical(sets, variants), cache, group);
		return canonicalizer.run(base, kind, words, offsets, variants).then(
			(canonical) => divideBatch(canonical, cache, group),
			(error) => {
				throw fromNative(error);
			},
		);
	}

	/** @throws PobatchError INVALID_ARGUMENT */
	canonical({ kind, words, offsets }: NodeSets, variants?: VariantRows): NativeCanonicalSets {
		try {
			return this.#context.base.canonicalize(kind, words, offsets, variants);
		} catch (error) {
			throw fromNative(error);
		}
	}

	#group(stats: readonly string[]): RowGroup {
		return new RowGroup({ ...this.#context.cacheFacts, stats });
	}

	/** Closing the build or the engine waits for this, so work requested earlier is either finished or stopped. */
	async #beforeClose<Value>(submitted: Promise<Value>): Promise<Value> {
		this.#context.submitting.add(submitted);
		try {
			return await submitted;
		} finally {
			this.#context.submitting.delete(submitted);
		}
	}
}

function finish(
	calculated: NativeBatchResult,
	use: CacheUse | undefined,
	sets: NodeSets,
	stats: readonly string[],
	start: number,
): BatchResult {
	const memoized = calculated.memoized;
	const uncached = { hits: 0, memoized, misses: sets.length - memoized, verified: 0 };
	return new BatchResult(calculated, sets, stats, performance.now() - start, use ?? uncached);
}
