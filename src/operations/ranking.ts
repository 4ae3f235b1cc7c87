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

/** Options of all operations that ask which of several changes is worth how much. */
export interface RankingRequest {
	/** The first one sorts. Default: of the calculator's default stats, only the first. */
	readonly stats?: readonly string[] | undefined;
	/** A change on which all alternatives are based, e.g. which skill groups count in Full DPS. */
	readonly around?: VariantChange | undefined;
	readonly signal?: AbortSignal;
	readonly onProgress?: (done: number, total: number) => void;
}

/** One alternative: its name, by column, and what it changes. */
export interface Alternative {
	readonly label: Readonly<Record<string, string | number>>;
	readonly change?: VariantChange;
	readonly set?: NodeSetDelta;
}

export interface RankedAlternative {
	readonly label: Readonly<Record<string, string | number>>;
	/** By stat; NaN if the row failed. */
	readonly values: Readonly<Record<string, number>>;
	/** The values minus the build's own. */
	readonly gains: Readonly<Record<string, number>>;
	/** Why there are no numbers. */
	readonly error?: RowError;
}

export interface Ranking {
	/** The stats; the one that sorts is first. */
	readonly stats: readonly string[];
	/** The build's own stats, with `around`. */
	readonly base: Readonly<Record<string, number>>;
	/** Best first; failed ones last. */
	readonly rows: readonly RankedAlternative[];
	/** The stats of another build next to this one's; only for `compareBuilds`. */
	readonly beside?: {
		readonly name: string;
		readonly stats: readonly { readonly stat: string; readonly build: number; readonly other: number }[];
	};
	/** Advice about the requested stats, one sentence each; see `adviceOnStats`. */
	readonly advice: readonly string[];
	/** Whether the signal stopped it: then only finished rows are included. */
	readonly stopped: boolean;
	readonly elapsedMs: number;
	readonly cache: CacheUse;
}

/**
 * Evaluates alternatives in one batch and sorts them by their gain in the first stat. If no alternative changes that
 * stat, the first requested stat that changes is used instead, and `advice` says so.
 *
 * @throws PobatchError UNKNOWN_STAT, VARIANTS_UNSUPPORTED, VARIANT_INVALID if `around` is refused; ABORTED if it was
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
		// The advice may name any of the default stats.
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
