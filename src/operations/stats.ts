import type { Build } from "../engine/build.js";
import { NodeSets } from "../rows/node-sets.js";

/** The stats of a build that `wanted` means: those of the calculator's choice where it is undefined, all of them for `all`. */
export function statsOf(
	build: Pick<Build, "stats" | "defaultStats">,
	wanted: readonly string[] | undefined,
): readonly string[] {
	if (wanted === undefined) return build.defaultStats;
	return wanted.length === 1 && wanted[0] === "all" ? build.stats() : [...new Set(wanted)];
}

/** The same, with their names checked before any row is calculated. @throws PobatchError UNKNOWN_STAT */
export async function checkedStats(
	build: Build,
	wanted: readonly string[] | undefined,
): Promise<readonly string[]> {
	const stats = statsOf(build, wanted);
	await build.calculateBatch(NodeSets.deltas([]), { stats });
	return stats;
}
