import { PobatchError } from "../common/errors.js";
import { gainOf } from "../common/gain.js";
import type { Build } from "../engine/build.js";
import type { CacheUse, RowError } from "../rows/batch-result.js";
import { type NodeSetDelta, NodeSets } from "../rows/node-sets.js";
import { asNodeSetsAnswer } from "../search/power.js";
import type { VariantChange } from "../variants/change.js";
import { mergeChanges } from "../variants/merge.js";
import { adviceOnStats } from "./stat-advice.js";
import { checkedStats } from "./stats.js";

/** What all questions of the kind "which of these changes is worth what" are asked with. */
export interface RankingRequest {
	/** The first one sorts. Those of the calculator's choice if not given: of these the first alone. */
	readonly stats?: readonly string[] | undefined;
	/** A change that everything is compared on top of, e.g. which skill groups count in Full DPS. */
	readonly around?: VariantChange | undefined;
	readonly signal?: AbortSignal;
	readonly onProgress?: (done: number, total: number) => void;
}

/** One alternative: what it is called, by column, and what it changes. */
export interface Alternative {
	readonly label: Readonly<Record<string, string | number>>;
	readonly change?: VariantChange;
	readonly set?: NodeSetDelta;
}

export interface RankedAlternative {
	readonly label: Readonly<Record<string, string | number>>;
	/** By stat; NaN where the row failed. */
	readonly values: Readonly<Record<string, number>>;
	/** The value minus the build's own. */
	readonly gains: Readonly<Record<string, number>>;
	/** Why there are no numbers. */
	readonly error?: RowError;
}

export interface Ranking {
	/** The stats, the one that sorts first. */
	readonly stats: readonly string[];
	/** The build's own, with `around`. */
	readonly base: Readonly<Record<string, number>>;
	/** Best first; those that failed last. */
	readonly rows: readonly RankedAlternative[];
	/** Another build, stat by stat beside this one; of `compareBuilds` alone. */
	readonly beside?: {
		readonly name: string;
		readonly stats: readonly { readonly stat: string; readonly build: number; readonly other: number }[];
	};
	/** What to know of the stats that were asked for, a sentence each; see `adviceOnStats`. */
	readonly advice: readonly string[];
	/** True if the signal stopped it: only what was calculated is there. */
	readonly stopped: boolean;
	readonly elapsedMs: number;
	readonly cache: CacheUse;
}

/**
 * Evaluates alternatives in one batch and sorts them by what the first stat gains. Where no alternative changes that
 * stat, the first one of those asked for that any changes sorts, and `advice` says so.
 *
 * @throws PobatchError UNKNOWN_STAT, VARIANTS_UNSUPPORTED, VARIANT_INVALID where `around` is refused; ABORTED where it was
 * stopped before the build itself was calculated
 */
export async function rankAlternatives(
	build: Build,
	alternatives: readonly Alternative[],
	{ stats: wanted, around, signal, onProgress }: RankingRequest,
): Promise<Ranking> {
	const start = performance.now();
	const stats = await checkedStats(build, wanted ?? build.defaultStats.slice(0, 1));
	const variantOf = (change: VariantChange | undefined) => {
		const whole = around && change ? mergeChanges(around, change) : (change ?? around);
		return whole && build.variant(whole);
	};
	const sets = NodeSets.deltas([{}, ...alternatives.map(({ set }) => set ?? {})]);
	const variants = [variantOf(undefined), ...alternatives.map(({ change }) => variantOf(change))];
	const result = await build.calculateBatch(sets, {
		// With all that advice may name.
		stats: [...new Set([...stats, ...build.defaultStats])],
		variants,
		...(signal && { signal }),
		...(onProgress && { onProgress: (done, total) => onProgress(Math.max(0, done - 1), total - 1) }),
	});
	const failures = new Map(result.errors.map((error) => [error.row, error]));
	const own = failures.get(0);
	if (own) throw own;
	if (!result.ok(0))
		throw new PobatchError("ABORTED", "It was stopped before the build itself was calculated");
	const all = around ? result.row(0) : asNodeSetsAnswer(build, result.row(0));
	const pickOf = (row: Record<string, number>) =>
		Object.fromEntries(stats.map((stat) => [stat, row[stat] as number]));
	const base = pickOf(all);
	const rows = alternatives.flatMap(({ label }, i): RankedAlternative[] => {
		const error = failures.get(i + 1);
		if (!error && !result.ok(i + 1)) return [];
		const values = pickOf(result.row(i + 1));
		const gains = Object.fromEntries(
			stats.map((stat) => [stat, error ? Number.NaN : gainOf(values[stat] as number, base[stat] as number)]),
		);
		return [{ label, values, gains, ...(error && { error }) }];
	});
	const { order, advice } = adviceOnStats(stats, all, rows);
	const worth = ({ gains }: RankedAlternative) => {
		const gain = gains[order[0] as string] as number;
		return Number.isNaN(gain) ? Number.NEGATIVE_INFINITY : gain;
	};
	return {
		stats: order,
		base,
		rows: [...rows].sort((a, b) => worth(b) - worth(a) || 0),
		advice,
		stopped: result.stopped !== undefined,
		elapsedMs: performance.now() - start,
		cache: result.cache,
	};
}
