import type { BuildInfo } from "../builds/build-info.js";
import { encodePobCode } from "../builds/code.js";
import { withLevel, withNote } from "../builds/notes.js";
import type { Sheet, SheetGroup, SheetOptions } from "../builds/sheet.js";
import type { BuildWarning } from "../builds/warnings.js";
import { type CachedBatch, divideBatch, divideBatchSync } from "../cache/cached-batch.js";
import type { RowCache } from "../cache/row-cache.js";
import { type GroupFacts, RowGroup } from "../cache/row-group.js";
import { atOnce, runAsync, runSync } from "../cache/store/steps.js";
import { invalidArgument, PobatchError } from "../common/errors.js";
import { nearest } from "../common/suggest.js";
import type { BatchRequest, Executor } from "../executors/executor.js";
import {
	fromNative,
	type NativeAllocatedNodes,
	type NativeBatchResult,
	type NativeCanonicalizer,
	type NativeCanonicalSets,
	type Plain,
} from "../native/addon.js";
import { BatchResult, type CacheUse } from "../rows/batch-result.js";
import type { AsyncBatchOptions, BatchOptions, CalculateOptions, Evaluator } from "../rows/evaluator.js";
import { type FullNodeSet, type NodeSetDelta, NodeSets, readWord } from "../rows/node-sets.js";
import { noteOf } from "../search/note.js";
import { type OrderOptions, type OrderResult, orderTree } from "../search/order.js";
import { type ParetoOptions, type ParetoResult, searchPareto } from "../search/pareto.js";
import { nodePower, type PowerOptions, type PowerResult } from "../search/power.js";
import { type SearchOptions, type SearchResult, searchTree } from "../search/search.js";
import { type TrimOptions, type TrimResult, trimTree } from "../search/trim.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import type { VariantChange } from "../variants/change.js";
import { type VariantRows, variantRows } from "../variants/variant-rows.js";
import { ask } from "./ask.js";
import {
	type ConfigOption,
	type OfVariant,
	type OfVariants,
	readChecks,
	readOptions,
	Variant,
	type VariantCheck,
} from "./variant.js";

type Limits = Pick<BatchRequest, "rowTimeoutMs" | "timeoutMs">;

/** What the engine hands to its builds. @internal */
export interface BuildContext {
	executor: Executor;
	id: number;
	base: NativeAllocatedNodes;
	info: BuildInfo;
	stats: readonly string[];
	defaultStats: readonly string[];
	/** Stats that are 0 for the build as it is, so not listed, but which node sets can have. */
	otherStats: readonly string[];
	tree: PassiveTree | undefined;
	/** Whether the calculator derives variants. */
	derives: boolean;
	/** What the calculator gets of a variant's change. */
	prepareChange: (change: Readonly<Record<string, Plain>>) => Plain;
	rowTimeoutMs: number | undefined;
	cache: RowCache | undefined;
	/** Where there is a cache. */
	canonicalizer: NativeCanonicalizer | undefined;
	/** Everything that a row of this build depends on but its stats and its node set. */
	cacheFacts: Omit<GroupFacts, "stats">;
	/** Throws if the engine is closed. */
	checkOpen: () => void;
	/** Batches of the engine whose rows are still being looked up. */
	submitting: Set<Promise<unknown>>;
	/** Rows were calculated. */
	calculated: (rows: number) => void;
}

/** What a search found; with Path of Building as a build to open there, too. */
export interface BuildSearchResult extends SearchResult {
	readonly code?: string;
	readonly xml?: string;
}

/**
 * One character, loaded into every state of its engine.
 *
 * @example
 * const build = await engine.load(xml);
 * const { Life } = await build.calculate({ add: [4] }, { stats: ["Life"] });
 */
export class Build implements Evaluator {
	/** @internal */
	readonly context: BuildContext;
	#closed = false;

	/** @internal */
	constructor(context: BuildContext) {
		this.context = context;
	}

	get info(): BuildInfo {
		return this.context.info;
	}

	/** Ids of the allocated nodes, ascending. */
	get allocated(): readonly number[] {
		return this.context.info.allocated;
	}

	/** What was left out or changed while the build was read, and what to know of its numbers. */
	get warnings(): readonly BuildWarning[] {
		return this.context.info.warnings;
	}

	/** Stats that Path of Building itself may answer otherwise the next time it is started, by name in order. */
	get unstableStats(): readonly string[] {
		return this.context.info.unstableStats;
	}

	/** The passive tree whose nodes this build's node sets may name. */
	get tree(): PassiveTree | undefined {
		return this.context.tree;
	}

	/** Names of the stats that the calculator can answer for this build, in its order. */
	stats(): readonly string[] {
		return this.context.stats;
	}

	/** The stats that are answered where none are named. */
	get defaultStats(): readonly string[] {
		return this.context.defaultStats;
	}

	/**
	 * Evaluates many node sets, each of the build itself or of one of its variants. A row that fails costs no other row:
	 * see `result.errors`.
	 *
	 * @throws PobatchError UNKNOWN_STAT, INVALID_ARGUMENT, MEMORY, ENGINE_CLOSED; what `onProgress` throws, which stops
	 * the batch
	 */
	async calculateBatch(sets: NodeSets, options: AsyncBatchOptions & OfVariants = {}): Promise<BatchResult> {
		const { signal, onProgress } = options;
		const stats = this.#stats(options);
		const limits = this.#limits(options);
		this.#check(sets);
		const variants = this.#variants(sets, options);
		const start = performance.now();
		let thrown: { error: unknown } | undefined;
		// Where a batch cannot read the canonical form, it must not read what the caller has made of the sets meanwhile.
		const read = !this.context.cache || this.context.executor.readsCanonicalForm ? sets : sets.copy();
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
			const handle = this.context.executor.batch(request, onProgress && report);
			const stop = () => handle.stop();
			// It may have been aborted while its rows were looked up.
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
			this.context.calculated(divided ? divided.rows.length : sets.length);
			return finish(calculated, use, sets, stats, start);
		} finally {
			signal?.removeEventListener("abort", stop);
		}
	}

	/** The same, blocking the calling thread until all rows are done. */
	calculateBatchSync(sets: NodeSets, options: BatchOptions & OfVariants = {}): BatchResult {
		const stats = this.#stats(options);
		const limits = this.#limits(options);
		this.#check(sets);
		const variants = this.#variants(sets, options);
		const start = performance.now();
		const { cache, executor } = this.context;
		const divided = cache && divideBatchSync(this.#canonicalSync(sets, variants), cache, this.#group(stats));
		const calculated = executor.batchSync(this.#request(sets, divided, variants, stats, limits));
		const use = divided && runSync(divided.merge(calculated));
		return finish(calculated, use, sets, stats, start);
	}

	/**
	 * Evaluates one node set: stat -> number.
	 *
	 * @throws RowError if the row fails, e.g. UNKNOWN_NODE
	 */
	async calculate(
		set: NodeSetDelta | FullNodeSet = {},
		{ variant, ...options }: CalculateOptions & OfVariant = {},
	): Promise<Record<string, number>> {
		return single(await this.calculateBatch(setsOf(set), { ...options, variants: [variant] }));
	}

	/** The same, blocking the calling thread. */
	calculateSync(
		set: NodeSetDelta | FullNodeSet = {},
		{ variant, ...options }: CalculateOptions & OfVariant = {},
	): Record<string, number> {
		return single(this.calculateBatchSync(setsOf(set), { ...options, variants: [variant] }));
	}

	/**
	 * The build with a change beside its tree. Whether the calculator takes the change shows when rows are calculated,
	 * or by {@link checkVariants}.
	 *
	 * @throws PobatchError INVALID_ARGUMENT where the change has not the right form; VARIANTS_UNSUPPORTED
	 * @example
	 * const variants = rings.map((ring) => build.variant({ items: { "Ring 1": ring } }));
	 * const result = await build.calculateBatch(NodeSets.deltas(variants.map(() => ({}))), { variants });
	 */
	variant(change: VariantChange): Variant {
		this.#checkDerives();
		return new Variant(this, change, this.context.prepareChange);
	}

	/** Derives variants and answers for each what the calculator says of it. */
	async checkVariants(variants: readonly Variant[]): Promise<readonly VariantCheck[]> {
		if (variants.length === 0) return [];
		return readChecks(
			await this.command(
				"derive",
				variants.map((variant) => this.#own(variant).normal),
			),
		);
	}

	/** The options of Path of Building's configuration. Needs the calculator `pob`. */
	async configOptions(): Promise<readonly ConfigOption[]> {
		return readOptions(await ask(this, "configOptions"));
	}

	/**
	 * 128-bit hashes of node sets in canonical form: sets that leave this build with the same nodes and choices have the
	 * same hash, whether they are given whole or as changes. 0 for a row that is no valid set.
	 */
	hashes(sets: NodeSets): bigint[] {
		this.#check(sets);
		const { keys } = this.#canonicalSync(sets);
		return Array.from(
			{ length: sets.length },
			(_, i) => ((keys[2 * i + 1] as bigint) << 64n) | (keys[2 * i] as bigint),
		);
	}

	/**
	 * Node power: what each node within reach is worth. See {@link nodePower}.
	 */
	power(options: PowerOptions): Promise<PowerResult> {
		return nodePower(this, options);
	}

	/**
	 * The best tree that the points allow. See {@link searchTree}. With Path of Building, the answer has the result as
	 * code and XML, with a note of what changed.
	 */
	async search(options: SearchOptions = {}): Promise<BuildSearchResult> {
		const result = await searchTree(this, { ...options, stats: options.stats ?? this.defaultStats });
		if (this.info.calculator !== "pob") return result;
		const written = withLevel(await this.toXml(result.set), this.info.level);
		const xml = withNote(written, noteOf(result));
		return { ...result, code: encodePobCode(xml), xml };
	}

	/** The trees between two stats. See {@link searchPareto}. */
	searchPareto(options: ParetoOptions): Promise<ParetoResult> {
		return searchPareto(this, options);
	}

	/** The order in which the tree is best allocated while levelling. See {@link orderTree}. */
	order(options: OrderOptions = {}): Promise<OrderResult> {
		return orderTree(this, options);
	}

	/** What is allocated and worth least. See {@link trimTree}. */
	trim(options: TrimOptions = {}): Promise<TrimResult> {
		return trimTree(this, options);
	}

	/**
	 * The build as Path of Building's XML, lossless; with a node set written into it, so that the result of a search
	 * opens in Path of Building. Needs the calculator `pob`.
	 */
	async toXml(set?: NodeSetDelta | FullNodeSet): Promise<string> {
		return (await this.command("toXml", set && { set: this.#canonical(set) })) as string;
	}

	/** The same as the code in which builds are shared. */
	async toCode(set?: NodeSetDelta | FullNodeSet): Promise<string> {
		return encodePobCode(await this.toXml(set));
	}

	/** The sheet of Path of Building's side bar, for the build or a change of it. Needs the calculator `pob`. */
	async sheet(set?: NodeSetDelta | FullNodeSet, { recalculated = false }: SheetOptions = {}): Promise<Sheet> {
		const args = { recalculated, ...(set && { set: this.#canonical(set) }) };
		const { groups, warnings } = (await this.command("sheet", args)) as { groups: Plain; warnings: Plain };
		return {
			groups: (listOf(groups) as { title?: string; rows: Plain }[]).map(({ rows, ...group }) => ({
				...group,
				rows: listOf(rows) as unknown as SheetGroup["rows"],
			})),
			warnings: listOf(warnings) as string[],
		};
	}

	/** Calls one of the calculator's own commands with this build; what it answers is plain data. */
	async command(name: string, args: Plain = {}): Promise<Plain> {
		this.context.checkOpen();
		return this.context.executor.command({ name, build: this.context.id, args });
	}

	/** Lets all states forget the build. It cannot be used afterwards. */
	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		this.context.checkOpen();
		const { submitting } = this.context;
		if (submitting.size > 0) await Promise.allSettled(submitting);
		await this.context.executor.unload(this.context.id);
	}

	// A node set as the contract's `set` table, for commands.
	#canonical(set: NodeSetDelta | FullNodeSet): Plain {
		const sets = setsOf(set);
		this.#check(sets);
		try {
			const [words, remove] = this.context.base.canonical(sets.kind, sets.words, sets.offsets);
			const added = Array.from(words, readWord);
			return {
				add: added.map(({ id }) => id),
				addAttribute: added.map(({ attribute }) => attribute),
				addWeaponSet: added.map(({ weaponSet }) => weaponSet),
				addCount: added.length,
				remove: [...remove],
				removeCount: remove.length,
			};
		} catch (error) {
			throw fromNative(error);
		}
	}

	#stats({ stats = this.defaultStats }: CalculateOptions): readonly string[] {
		if (!Array.isArray(stats) || stats.length === 0)
			throw invalidArgument("a list of stat names", "stats", stats);
		const known = new Set([...this.context.stats, ...this.context.otherStats]);
		for (const stat of stats) {
			if (typeof stat !== "string") throw invalidArgument("a stat name", "stats", stat);
			if (known.has(stat)) continue;
			const close = nearest(stat, this.context.stats);
			throw new PobatchError(
				"UNKNOWN_STAT",
				`The calculator ${this.info.calculator} has no stat ${JSON.stringify(stat)} for this build`,
				{ value: stat, ...(close.length > 0 && { hint: `Did you mean ${close.join(" or ")}?` }) },
			);
		}
		return [...new Set(stats)];
	}

	#check(sets: NodeSets): void {
		this.context.checkOpen();
		if (this.#closed) throw new PobatchError("ENGINE_CLOSED", "The build is closed");
		if (!(sets instanceof NodeSets)) throw invalidArgument("NodeSets", "sets", sets);
	}

	#checkDerives(): void {
		if (this.context.derives) return;
		throw new PobatchError(
			"VARIANTS_UNSUPPORTED",
			`The calculator ${this.info.calculator} derives no variants of a build`,
			{ hint: "A calculator of your own needs a function `derive`: see docs/own-calculator.md." },
		);
	}

	#own(variant: Variant): Variant {
		if (!(variant instanceof Variant)) throw invalidArgument("a variant", "variants", variant);
		if (variant.build === this) return variant;
		throw invalidArgument("variants of this build", "variants", variant.change);
	}

	#variants({ length }: NodeSets, { variants }: OfVariants): VariantRows | undefined {
		if (variants === undefined) return undefined;
		if (!Array.isArray(variants) || variants.length !== length)
			throw invalidArgument(`a list of ${length} variants, one a row`, "variants", variants);
		return variantRows(variants.map((variant) => variant && this.#own(variant)));
	}

	#limits({ rowTimeoutMs = this.context.rowTimeoutMs, timeoutMs }: BatchOptions): Limits {
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
		const { id: build, base } = this.context;
		return { build, base, kind, words, offsets, part, variants, stats, ...limits };
	}

	#lookUp(
		sets: NodeSets,
		variants: VariantRows | undefined,
		stats: readonly string[],
	): CachedBatch | Promise<CachedBatch> | undefined {
		const { cache, canonicalizer, base } = this.context;
		if (!cache || !canonicalizer) return undefined;
		const group = this.#group(stats);
		const { kind, words, offsets } = sets;
		if (sets.length <= atOnce.rows && words.length <= atOnce.words)
			return divideBatch(this.#canonicalSync(sets, variants), cache, group);
		return canonicalizer.run(base, kind, words, offsets, variants).then(
			(canonical) => divideBatch(canonical, cache, group),
			(error) => {
				throw fromNative(error);
			},
		);
	}

	#canonicalSync({ kind, words, offsets }: NodeSets, variants?: VariantRows): NativeCanonicalSets {
		try {
			return this.context.base.canonicalize(kind, words, offsets, variants);
		} catch (error) {
			throw fromNative(error);
		}
	}

	#group(stats: readonly string[]): RowGroup {
		return new RowGroup({ ...this.context.cacheFacts, stats });
	}

	/** Closing waits for it, also that of the engine: what was asked for earlier is answered, or stopped. */
	async #beforeClose<Value>(submitted: Promise<Value>): Promise<Value> {
		this.context.submitting.add(submitted);
		try {
			return await submitted;
		} finally {
			this.context.submitting.delete(submitted);
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

// An empty Lua table arrives as an object.
function listOf(value: Plain): readonly Plain[] {
	return Array.isArray(value) ? value : [];
}

function setsOf(set: NodeSetDelta | FullNodeSet): NodeSets {
	if (typeof set !== "object" || set === null) throw invalidArgument("a node set", "set", set);
	return "nodes" in set ? NodeSets.full([set]) : NodeSets.deltas([set]);
}

function single(result: BatchResult): Record<string, number> {
	const [error] = result.errors;
	if (error) throw error;
	if (result.stopped) throw new PobatchError(result.stopped, "The node set was not evaluated");
	return result.row(0);
}
