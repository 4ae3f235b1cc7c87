import { invalidArgument } from "../common/errors.js";
import type { Evaluator } from "../rows/evaluator.js";
import { type Pool, pools } from "./graph.js";

/** Points that a search may spend, per pool, and points that it may refund and spend again. */
export interface Budgets {
	/** Passive points. Default: what the level leaves unspent, if the calculator reports how many are spent. */
	readonly points?: number;
	/** Points for weapon set 1 and 2 only. Default: 0. */
	readonly weaponSet1?: number;
	readonly weaponSet2?: number;
	/** Ascendancy points. Default: 0. */
	readonly ascendancy?: number;
	/** Allocated nodes that may be given up or have their attribute changed; their points are spent again. Default: 0. */
	readonly respec?: number;
}

/** Validated budgets. `free`: per pool, in the order of {@link pools}. */
export interface CheckedBudgets {
	readonly free: Int32Array;
	readonly respec: number;
}

const names = {
	normal: "points",
	weaponSet1: "weaponSet1",
	weaponSet2: "weaponSet2",
	ascendancy: "ascendancy",
} as const;

/** @throws PobatchError INVALID_ARGUMENT if one is not a count, or if nothing can be changed */
export function checkBudgets(budgets: Budgets, info: Evaluator["info"]): CheckedBudgets {
	const count = (value: unknown, name: string) => {
		if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 500)
			throw invalidArgument("a number of points from 0 to 500", name, value);
		return value as number;
	};
	const given = (pool: Pool) => budgets[names[pool]];
	const free = Int32Array.from(pools, (pool) =>
		count(given(pool) ?? (pool === "normal" ? unspent(info) : 0), names[pool]),
	);
	return { free, respec: count(budgets.respec ?? 0, "respec") };
}

/** What the calculator reports about points. */
interface PointsInfo {
	readonly normal?: number;
	readonly weaponSet1?: number;
	readonly weaponSet2?: number;
	/** Passive points that the build has at its level, spent or not. */
	readonly available?: number;
}

/**
 * Passive points that the level leaves unspent: one per level from the second on, unless the calculator reports how
 * many there are. A pair of weapon set points counts as one passive point.
 */
export function unspent({ level, points, allocated }: Evaluator["info"]): number {
	const {
		normal = allocated.length,
		weaponSet1 = 0,
		weaponSet2 = 0,
		available,
	} = (points ?? {}) as PointsInfo;
	return Math.max(0, (available ?? level - 1) - (normal - Math.min(weaponSet1, weaponSet2)));
}
