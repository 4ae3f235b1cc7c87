import type { Sheet } from "../builds/sheet.js";
import type { Build } from "../engine/build.js";
import { type FullNodeSet, type NodeSetDelta, NodeSets } from "../rows/node-sets.js";
import { asNodeSetsAnswer } from "../search/power.js";
import { statsOf } from "./stats.js";

/** With a node set what it changes, without one the build itself. */
export interface CalculateRequest {
	/** `all`, or names; those of the calculator's choice if not given. */
	readonly stats?: readonly string[] | undefined;
	readonly set?: NodeSetDelta | FullNodeSet | undefined;
}

/** `base`: the build without the node set, where there is one. */
export interface Compared<Answer> {
	readonly answer: Answer;
	readonly base?: Answer;
}

/** Stats by name. @throws PobatchError UNKNOWN_STAT; RowError */
export async function calculateStats(
	build: Build,
	{ stats: wanted, set }: CalculateRequest,
): Promise<Compared<Readonly<Record<string, number>>>> {
	const stats = statsOf(build, wanted);
	const answer = await build.calculate(set ?? {}, { stats });
	if (!set) return { answer };
	const base = await build.calculate({}, { stats });
	return { answer, base: changes(build, set) ? asNodeSetsAnswer(build, base) : base };
}

/** Path of Building's side bar. */
export async function calculateSheet(
	build: Build,
	{ set }: Pick<CalculateRequest, "set">,
): Promise<Compared<Sheet>> {
	const answer = await build.sheet(set);
	if (!set) return { answer };
	return { answer, base: await build.sheet(undefined, { recalculated: changes(build, set) }) };
}

/** Whether a set leaves the build with other nodes or choices. One that does not answers as the build was loaded. */
function changes(build: Build, set: NodeSetDelta | FullNodeSet): boolean {
	const sets = "nodes" in set ? NodeSets.full([set]) : NodeSets.deltas([set]);
	return build.hashes(sets)[0] !== build.hashes(NodeSets.deltas([{}]))[0];
}
