import type { Sheet } from "../builds/sheet.js";
import type { Build } from "../engine/build.js";
import { type FullNodeSet, type NodeSetDelta, NodeSets } from "../rows/node-sets.js";
import { asNodeSetsAnswer } from "../search/power.js";
import type { VariantChange } from "../variants/change.js";
import { statsOf } from "./stats.js";

/** With a node set, calculates its change; without one, the build itself. */
export interface CalculateRequest {
	/** `all`, or names. Default: the calculator's default stats. */
	readonly stats?: readonly string[] | undefined;
	readonly set?: NodeSetDelta | FullNodeSet | undefined;
	/** A change on which both are based, e.g. which skill groups count in Full DPS. */
	readonly around?: VariantChange | undefined;
}

/** `base`: the build without the node set, if there is one. */
export interface Compared<Answer> {
	readonly answer: Answer;
	readonly base?: Answer;
}

/** Stats by name. @throws PobatchError UNKNOWN_STAT; RowError */
export async function calculateStats(
	build: Build,
	{ stats: wanted, set, around }: CalculateRequest,
): Promise<Compared<Readonly<Record<string, number>>>> {
	const stats = statsOf(build, wanted);
	const variant = around && build.variant(around);
	const answer = await build.calculate(set ?? {}, { stats, variant });
	if (!set) return { answer };
	const base = await build.calculate({}, { stats, variant });
	return { answer, base: changes(build, set) && !variant ? asNodeSetsAnswer(build, base) : base };
}

/** Path of Building's side bar. */
export async function calculateSheet(
	build: Build,
	{ set, around }: Pick<CalculateRequest, "set" | "around">,
): Promise<Compared<Sheet>> {
	const variant = around && build.variant(around);
	const answer = await build.sheet(set, { variant });
	if (!set) return { answer };
	return { answer, base: await build.sheet(undefined, { recalculated: changes(build, set), variant }) };
}

/** Whether a set changes the build's nodes or choices. If not, the result is that of the build as loaded. */
function changes(build: Build, set: NodeSetDelta | FullNodeSet): boolean {
	const sets = "nodes" in set ? NodeSets.full([set]) : NodeSets.deltas([set]);
	return build.hashes(sets)[0] !== build.hashes(NodeSets.deltas([{}]))[0];
}
