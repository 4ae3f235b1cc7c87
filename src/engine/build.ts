import type { BuildInfo } from "../builds/build-info.js";
import { encodePobCode } from "../builds/code.js";
import { withLevel, withNote } from "../builds/notes.js";
import type { Sheet, SheetGroup, SheetOptions } from "../builds/sheet.js";
import type { BuildWarning } from "../builds/warnings.js";
import { invalidArgument, PobatchError } from "../common/errors.js";
import { fromNative, type Plain } from "../native/addon.js";
import type { BatchResult } from "../rows/batch-result.js";
import type { AsyncBatchOptions, BatchOptions, CalculateOptions, Evaluator } from "../rows/evaluator.js";
import { type FullNodeSet, type NodeSetDelta, NodeSets, readWord } from "../rows/node-sets.js";
import type { Jewels } from "../search/jewels.js";
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
import { Batches } from "./batches.js";
import type { BuildContext } from "./build-context.js";
import {
	type ConfigOption,
	type OfVariant,
	type OfVariants,
	readChecks,
	readOptions,
	Variant,
	type VariantCheck,
} from "./variant.js";

/** The result of a search. With Path of Building, it also includes the resulting build, ready to be opened there. */
export interface BuildSearchResult extends SearchResult {
	readonly code?: string;
	readonly xml?: string;
}

/**
 * One character, loaded into every Lua state of its engine.
 *
 * @example
 * const build = await engine.load(xml);
 * const { Life } = await build.calculate({ add: [4] }, { stats: ["Life"] });
 */
export class Build implements Evaluator {
	/** @internal */
	readonly context: BuildContext;
	readonly #batches: Batches;
	#closed = false;

	/** @internal */
	constructor(context: BuildContext) {
		this.context = context;
		this.#batches = new Batches(context);
	}

	get info(): BuildInfo {
		return this.context.info;
	}

	/** Ids of the allocated nodes, in ascending order. */
	get allocated(): readonly number[] {
		return this.context.info.allocated;
	}

	/** What was left out or changed while the build was read, and caveats about its numbers. */
	get warnings(): readonly BuildWarning[] {
		return this.context.info.warnings;
	}

	/**
	 * Stats for which Path of Building itself may report a different value the next time it is started, sorted by name.
	 */
	get unstableStats(): readonly string[] {
		return this.context.info.unstableStats;
	}

	/** The passive tree whose nodes this build's node sets may contain. */
	get tree(): PassiveTree | undefined {
		return this.context.tree;
	}

	/** Names of the stats that the calculator can compute for this build, in the calculator's order. */
	stats(): readonly string[] {
		return this.context.stats;
	}

	/** The stats that are returned if none are named. */
	get defaultStats(): readonly string[] {
		return this.context.defaultStats;
	}

	/**
	 * Evaluates many node sets, each of the build itself or of one of its variants. A failed row does not affect the
	 * others: see `result.errors`.
	 *
	 * @throws PobatchError UNKNOWN_STAT, INVALID_ARGUMENT, MEMORY, ENGINE_CLOSED; whatever `onProgress` throws, which
	 * stops the batch
	 */
	async calculateBatch(sets: NodeSets, options: AsyncBatchOptions & OfVariants = {}): Promise<BatchResult> {
		this.#check(sets);
		return this.#batches.run(sets, this.#variants(sets, options), options);
	}

	/** Like {@link calculateBatch}, but blocks the calling thread until all rows are done. */
	calculateBatchSync(sets: NodeSets, options: BatchOptions & OfVariants = {}): BatchResult {
		this.#check(sets);
		return this.#batches.runSync(sets, this.#variants(sets, options), options);
	}

	/**
	 * Evaluates one node set. Returns a number per stat.
	 *
	 * @throws RowError if the row fails, e.g. UNKNOWN_NODE
	 */
	async calculate(
		set: NodeSetDelta | FullNodeSet = {},
		{ variant, ...options }: CalculateOptions & OfVariant = {},
	): Promise<Record<string, number>> {
		return single(await this.calculateBatch(setsOf(set), { ...options, variants: [variant] }));
	}

	/** Like {@link calculate}, but blocks the calling thread. */
	calculateSync(
		set: NodeSetDelta | FullNodeSet = {},
		{ variant, ...options }: CalculateOptions & OfVariant = {},
	): Record<string, number> {
		return single(this.calculateBatchSync(setsOf(set), { ...options, variants: [variant] }));
	}

	/**
	 * The build with a change other than to its tree. Whether the calculator accepts the change is known only once rows
	 * are calculated, or after {@link checkVariants}.
	 *
	 * @throws PobatchError INVALID_ARGUMENT if the change is malformed; VARIANTS_UNSUPPORTED
	 * @example
	 * const variants = rings.map((ring) => build.variant({ items: { "Ring 1": ring } }));
	 * const result = await build.calculateBatch(NodeSets.deltas(variants.map(() => ({}))), { variants });
	 */
	variant(change: VariantChange): Variant {
		this.#checkDerives();
		return new Variant(this, change, this.context.prepareChange);
	}

	/** Derives variants and returns the calculator's verdict on each. */
	async checkVariants(variants: readonly Variant[]): Promise<readonly VariantCheck[]> {
		if (variants.length === 0) return [];
		return readChecks(
			await this.command(
				"derive",
				variants.map((variant) => this.#own(variant).normal),
			),
		);
	}

	/** The options of Path of Building's configuration tab. Needs the calculator `pob`. */
	async configOptions(): Promise<readonly ConfigOption[]> {
		return readOptions(await ask(this, "configOptions"));
	}

	/**
	 * 128-bit hashes of node sets in canonical form: sets that result in the same nodes and choices for this build have
	 * the same hash, whether they are full sets or deltas. 0 for a row that is not a valid set.
	 */
	hashes(sets: NodeSets): bigint[] {
		this.#check(sets);
		const { keys } = this.#batches.canonical(sets);
		return Array.from(
			{ length: sets.length },
			(_, i) => ((keys[2 * i + 1] as bigint) << 64n) | (keys[2 * i] as bigint),
		);
	}

	/** Node power: what each node within reach is worth. See {@link nodePower}. */
	power(options: PowerOptions): Promise<PowerResult> {
		return nodePower(this, options);
	}

	/**
	 * Finds the best tree that the points allow. See {@link searchTree}. With Path of Building, the result also includes
	 * the build as a code and as XML, with a note of what changed.
	 */
	async search(options: SearchOptions = {}): Promise<BuildSearchResult> {
		const isPob = this.info.calculator === "pob";
		const jewels = options.jewels ?? (isPob && (await this.#jewels()));
		const result = await searchTree(this, { ...options, jewels, stats: options.stats ?? this.defaultStats });
		if (!isPob) return result;
		const variant = result.jewels && this.variant({ jewels: result.jewels });
		const written = withLevel(await this.toXml(result.set, { variant }), this.info.level);
		const xml = withNote(written, noteOf(result));
		return { ...result, code: encodePobCode(xml), xml };
	}

	// The jewels in the tree that a search may move.
	async #jewels(): Promise<Jewels> {
		const { jewels, names } = (await this.command("contents")) as Record<string, Record<string, string>>;
		const worn = Object.entries(jewels ?? {}).map(([id, text]) => {
			const name = names?.[text] ?? "jewel";
			return [Number(id), { name, text, isLocal: /\bradius\b/i.test(text) }] as const;
		});
		return { worn: new Map(worn), with: (change) => this.variant({ jewels: change }) };
	}

	/** The trade-off front between two stats. See {@link searchPareto}. */
	searchPareto(options: ParetoOptions): Promise<ParetoResult> {
		return searchPareto(this, options);
	}

	/** The best order in which to allocate the tree while levelling. See {@link orderTree}. */
	order(options: OrderOptions = {}): Promise<OrderResult> {
		return orderTree(this, options);
	}

	/** The allocated nodes that are worth least. See {@link trimTree}. */
	trim(options: TrimOptions = {}): Promise<TrimResult> {
		return trimTree(this, options);
	}

	/**
	 * The build as Path of Building's XML, lossless. If a node set is given, it is written into the XML, so that the
	 * result of a search can be opened in Path of Building. Needs the calculator `pob`.
	 */
	async toXml(set?: NodeSetDelta | FullNodeSet, { variant }: OfVariant = {}): Promise<string> {
		return (await this.command("toXml", await this.#changed(set, variant))) as string;
	}

	/** Like {@link toXml}, as the code in which builds are shared. */
	async toCode(set?: NodeSetDelta | FullNodeSet, options: OfVariant = {}): Promise<string> {
		return encodePobCode(await this.toXml(set, options));
	}

	/** The stats of Path of Building's sidebar, for the build or for a change of it. Needs the calculator `pob`. */
	async sheet(
		set?: NodeSetDelta | FullNodeSet,
		{ recalculated = false, variant }: SheetOptions & OfVariant = {},
	): Promise<Sheet> {
		const args = { recalculated, ...(await this.#changed(set, variant)) };
		const { groups, warnings } = (await this.command("sheet", args)) as { groups: Plain; warnings: Plain };
		return {
			groups: (listOf(groups) as { title?: string; rows: Plain }[]).map(({ rows, ...group }) => ({
				...group,
				rows: listOf(rows) as unknown as SheetGroup["rows"],
			})),
			warnings: listOf(warnings) as string[],
		};
	}

	/** Calls one of the calculator's own commands with this build. Returns plain data. */
	async command(name: string, args: Plain = {}): Promise<Plain> {
		this.context.checkOpen();
		return this.context.executor.command({ name, build: this.context.id, args });
	}

	/** Unloads the build from all states. It cannot be used afterwards. */
	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		this.context.checkOpen();
		const { submitting } = this.context;
		if (submitting.size > 0) await Promise.allSettled(submitting);
		await this.context.executor.unload(this.context.id);
	}

	// Command arguments for a node set, a variant, or both.
	async #changed(
		set: NodeSetDelta | FullNodeSet | undefined,
		variant: Variant | undefined,
	): Promise<Record<string, Plain>> {
		// Rejected here with the position in the change, as its rows would be.
		await (variant && this.#own(variant).check());
		return {
			...(set && { set: this.#canonical(set) }),
			...(variant && { variant: variant.normal }),
		};
	}

	// A node set in the form of the calculator contract's `set` table, for commands.
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
