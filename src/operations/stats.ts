import type { Build } from "../engine/build.js";
import { NodeSets } from "../rows/node-sets.js";

/** The stats selected by `wanted`: the calculator's default stats if undefined, all of the build's stats for `all`. */
export function statsOf(
	build: Pick<Build, "stats" | "defaultStats">,
	wanted: readonly string[] | undefined,
): readonly string[] {
	if (wanted === undefined) return build.defaultStats;
	return wanted.length === 1 && wanted[0] === "all" ? build.stats() : [...new Set(wanted)];
}

/** The same, after checking the names, before any row is calculated. @throws PobatchError UNKNOWN_STAT */
export async function checkedStats(
	build: Build,
	wanted: readonly string[] | undefined,
): Promise<readonly string[]> {
	const stats = statsOf(build, wanted);
	await build.calculateBatch(NodeSets.deltas([]), { stats });
	return stats;
}
