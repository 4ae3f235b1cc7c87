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

/** An option of Path of Building's configuration tab, see `build.configOptions()`. */
export interface ConfigOption {
	/** Its name in `VariantChange.config`. */
	readonly name: string;
	readonly label: string;
	readonly section?: string;
	readonly type: "boolean" | "number" | "list" | "text";
	/** The choices, for a list. */
	readonly values?: readonly { readonly value: string | number | boolean; readonly label?: string }[];
	/** The build's value; absent if not set. */
	readonly value?: string | number | boolean;
	/** The value in effect if none is set. */
	readonly placeholder?: string | number;
	/**
	 * Whether Path of Building's window shows the option for the build. Hidden options usually do not affect its numbers.
	 */
	readonly shown: boolean;
}

/** Selects which variant of the build each row evaluates. */
export interface OfVariants {
	/** One per row of the batch; undefined for a row of the build itself. Default: the build itself for all rows. */
	variants?: readonly (Variant | undefined)[];
}

/** Selects which variant of the build the node set applies to. */
export interface OfVariant {
	/** Default: the build itself. */
	variant?: Variant | undefined;
}

/** Whether the calculator accepts a variant. */
export type VariantCheck =
	| {
			readonly refused?: undefined;
			readonly warnings: readonly BuildWarning[];
			/** Like `build.unstableStats`, for the variant. */
			readonly unstableStats: readonly string[];
	  }
	/** Why not: the reason, and where in the change. */
	| { readonly refused: string };

/** The part of a build that a variant needs. */
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
 * A build with a change other than to its tree: other items, gems, configuration, level. Creating one is free; it is
 * derived where its rows are calculated. It evaluates node sets like a build, so it works wherever an `Evaluator` does.
 *
 * @example
 * const variant = build.variant({ items: { "Ring 1": ringText } });
 * const { Life } = await variant.calculate({ add: [4] });
 */
export class Variant implements Evaluator {
	/** The build: the engine's `Build`. */
	readonly build: VariantBuild;
	readonly change: VariantChange;
	/** @internal */
	readonly normal: Plain;
	/** Equal for changes with the same meaning. */
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

	/** The info of the unchanged build: node sets are changes of the same nodes. */
	get info(): BuildInfo {
		return this.build.info;
	}

	get tree(): PassiveTree | undefined {
		return this.build.tree;
	}

	stats(): readonly string[] {
		return this.build.stats();
	}

	/**
	 * Like `build.calculateBatch`. All rows fail with VARIANT_INVALID if Path of Building's window would reject the
	 * change.
	 */
	calculateBatch(sets: NodeSets, options: AsyncBatchOptions = {}): Promise<BatchResult> {
		return this.build.calculateBatch(sets, { ...options, variants: new Array(sets.length).fill(this) });
	}

	/** Like `build.calculate`. */
	calculate(
		set: NodeSetDelta | FullNodeSet = {},
		options: CalculateOptions = {},
	): Promise<Record<string, number>> {
		return this.build.calculate(set, { ...options, variant: this });
	}

	/**
	 * The changed build as Path of Building's XML, with a node set written into it. Loading it again gives the same
	 * results as the variant. Needs the calculator `pob`.
	 *
	 * @throws PobatchError VARIANT_INVALID
	 */
	toXml(set?: NodeSetDelta | FullNodeSet): Promise<string> {
		return this.build.toXml(set, { variant: this });
	}

	/** Like {@link toXml}, as the code in which builds are shared. */
	toCode(set?: NodeSetDelta | FullNodeSet): Promise<string> {
		return this.build.toCode(set, { variant: this });
	}

	/** The stats of Path of Building's sidebar, like `build.sheet`. @throws PobatchError VARIANT_INVALID */
	sheet(set?: NodeSetDelta | FullNodeSet): Promise<Sheet> {
		return this.build.sheet(set, { variant: this });
	}

	/**
	 * Derives the variant once and returns its warnings: item lines that Path of Building does not support, items that
	 * are unequipped.
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

/** SHA-256 of a change in the form that `normalChange` returns. @internal */
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
