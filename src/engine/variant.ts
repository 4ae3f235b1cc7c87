import { type BuildInfo, texts } from "../builds/build-info.js";
import type { Sheet } from "../builds/sheet.js";
import { type BuildWarning, readWarnings } from "../builds/warnings.js";
import { digest } from "../common/digest.js";
import { PobatchError } from "../common/errors.js";
import type { Plain } from "../native/addon.js";
import type { BatchResult } from "../rows/batch-result.js";
import type { AsyncBatchOptions, CalculateOptions, Evaluator } from "../rows/evaluator.js";
import type { FullNodeSet, NodeSetDelta, NodeSets } from "../rows/node-sets.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import type { VariantChange } from "../variants/change.js";
import { normalChange } from "../variants/normal-change.js";

/** An option of the configuration, see `build.configOptions()`. */
export interface ConfigOption {
	/** What `VariantChange.config` calls it. */
	readonly name: string;
	readonly label: string;
	readonly section?: string;
	readonly type: "boolean" | "number" | "list" | "text";
	/** Of a list. */
	readonly values?: readonly { readonly value: string | number | boolean; readonly label?: string }[];
	/** What the build has; absent where nothing is set. */
	readonly value?: string | number | boolean;
	/** What counts where nothing is set. */
	readonly placeholder?: string | number;
	/** Whether the window shows it for the build: others do not show in its numbers, as a rule. */
	readonly shown: boolean;
}

/** Of which variant of the build each row is. */
export interface OfVariants {
	/** One a row of the batch; undefined where the row is of the build itself. The build itself by default. */
	variants?: readonly (Variant | undefined)[];
}

/** Of which variant of the build the node set is. */
export interface OfVariant {
	/** The build itself by default. */
	variant?: Variant | undefined;
}

/** Whether the calculator takes a variant. */
export type VariantCheck =
	| {
			readonly refused?: undefined;
			readonly warnings: readonly BuildWarning[];
			/** As `build.unstableStats`, for the variant. */
			readonly unstableStats: readonly string[];
	  }
	/** Why not: what, and where in the change. */
	| { readonly refused: string };

/** What a variant needs of its build. */
export interface VariantBuild extends Evaluator {
	calculateBatch(sets: NodeSets, options?: AsyncBatchOptions & OfVariants): Promise<BatchResult>;
	calculate(
		set?: NodeSetDelta | FullNodeSet,
		options?: CalculateOptions & OfVariant,
	): Promise<Record<string, number>>;
	checkVariants(variants: readonly Variant[]): Promise<readonly VariantCheck[]>;
	toXml(set?: NodeSetDelta | FullNodeSet, options?: OfVariant): Promise<string>;
	toCode(set?: NodeSetDelta | FullNodeSet, options?: OfVariant): Promise<string>;
	sheet(set?: NodeSetDelta | FullNodeSet, options?: OfVariant): Promise<Sheet>;
}

/**
 * A build with a change beside its tree: other items, gems, configuration, level. Describing one costs nothing; it is
 * derived where its rows are calculated. It answers node sets as a build does, so that whatever takes an `Evaluator`
 * takes it.
 *
 * @example
 * const variant = build.variant({ items: { "Ring 1": ringText } });
 * const { Life } = await variant.calculate({ add: [4] });
 */
export class Variant implements Evaluator {
	/** The build, `Build` of the engine. */
	readonly build: VariantBuild;
	readonly change: VariantChange;
	/** @internal */
	readonly normal: Plain;
	/** The same for changes that mean the same. */
	readonly digest: string;

	/** @internal */
	constructor(
		build: VariantBuild,
		change: VariantChange,
		prepare: (change: Readonly<Record<string, Plain>>) => Plain,
	) {
		const normal = normalChange(change);
		this.build = build;
		this.change = change;
		this.normal = prepare(normal);
		this.digest = changeDigest(normal);
	}

	/** Of the build without the change: node sets are changes of the same nodes. */
	get info(): BuildInfo {
		return this.build.info;
	}

	get tree(): PassiveTree | undefined {
		return this.build.tree;
	}

	stats(): readonly string[] {
		return this.build.stats();
	}

	/** As `build.calculateBatch`. All rows fail with VARIANT_INVALID where the window would refuse the change. */
	calculateBatch(sets: NodeSets, options: AsyncBatchOptions = {}): Promise<BatchResult> {
		return this.build.calculateBatch(sets, { ...options, variants: new Array(sets.length).fill(this) });
	}

	/** As `build.calculate`. */
	calculate(
		set: NodeSetDelta | FullNodeSet = {},
		options: CalculateOptions = {},
	): Promise<Record<string, number>> {
		return this.build.calculate(set, { ...options, variant: this });
	}

	/**
	 * The changed build as Path of Building's XML, with a node set written into it; loaded again it answers what the variant
	 * does. Needs the calculator `pob`.
	 *
	 * @throws PobatchError VARIANT_INVALID
	 */
	toXml(set?: NodeSetDelta | FullNodeSet): Promise<string> {
		return this.build.toXml(set, { variant: this });
	}

	/** The same as the code in which builds are shared. */
	toCode(set?: NodeSetDelta | FullNodeSet): Promise<string> {
		return this.build.toCode(set, { variant: this });
	}

	/** The sheet of Path of Building's side bar, as `build.sheet`. @throws PobatchError VARIANT_INVALID */
	sheet(set?: NodeSetDelta | FullNodeSet): Promise<Sheet> {
		return this.build.sheet(set, { variant: this });
	}

	/**
	 * Derives the variant once and answers its warnings: item lines that Path of Building does not support, items that
	 * are put down.
	 *
	 * @throws PobatchError VARIANT_INVALID
	 */
	async check(): Promise<readonly BuildWarning[]> {
		const [found] = await this.build.checkVariants([this]);
		if (found?.refused !== undefined)
			throw new PobatchError("VARIANT_INVALID", found.refused, { value: this.change });
		return found?.warnings ?? [];
	}
}

/** A SHA-256 that stands for a change; of what `normalChange` answers. @internal */
export function changeDigest(normal: Readonly<Record<string, Plain>>): string {
	return digest("variant", JSON.stringify(normal));
}

/** @internal */
export function readChecks(answer: Plain): VariantCheck[] {
	return (Array.isArray(answer) ? answer : []).map(({ refused, warnings, unstableStats }) =>
		typeof refused === "string"
			? { refused }
			: { warnings: readWarnings(warnings), unstableStats: texts(unstableStats, []) },
	);
}

/** @internal */
export function readOptions(answer: Plain): ConfigOption[] {
	const list = (Array.isArray(answer) ? answer : []) as unknown as ConfigOption[];
	return list.map(({ values, ...option }) => (Array.isArray(values) ? { ...option, values } : option));
}
