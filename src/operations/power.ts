import { PobatchError } from "../common/errors.js";
import type { Build } from "../engine/build.js";
import { type NodePower, nodePower, type PowerOptions, type PowerResult } from "../search/power.js";
import { treeToSvg } from "../tree/svg/tree-svg.js";
import type { VariantChange } from "../variants/change.js";
import { adviceOnStats } from "./stat-advice.js";

/** As of `nodePower`; without stats, the first of the calculator's choice counts. */
export type PowerRequest = Omit<PowerOptions, "stats"> & {
	readonly stats?: readonly string[] | undefined;
	/** A change of the build that all of it is about, e.g. which skill groups count in Full DPS. */
	readonly around?: VariantChange | undefined;
};

/** What each node within reach is worth; sorted by the first stat that a row changes. */
export interface PowerAnswer extends PowerResult {
	/** In the order in which they were asked for. */
	readonly stats: readonly string[];
	/** True if it was stopped before the build's own row, which everything is compared with, was calculated. */
	readonly empty: boolean;
	/** What to know of the stats that were asked for, a sentence each; see `adviceOnStats`. */
	readonly advice: readonly string[];
}

/** @throws PobatchError as `nodePower` */
export async function rankNodes(
	build: Build,
	{ stats, around, ...options }: PowerRequest,
): Promise<PowerAnswer> {
	if (!build.tree)
		throw new PobatchError("TREE_INVALID", "Node power needs a passive tree", {
			hint: "Give one with --tree.",
		});
	const variant = around && build.variant(around);
	const asked = stats ?? build.defaultStats.slice(0, 1);
	const result = await nodePower(variant ?? build, { ...options, stats: asked });
	const names = Object.keys(result.base);
	const empty = result.stopped && names.every((name) => Number.isNaN(result.base[name]));
	const isIdle = (stat: string) => result.nodes.every(({ gains }) => !gains[stat]);
	// With all that advice may name.
	const more =
		!result.stopped && names.some(isIdle)
			? await (variant ?? build).calculate({}, { stats: build.defaultStats })
			: {};
	const { order, advice } = adviceOnStats(names, { ...more, ...result.base }, result.nodes);
	const [first] = order;
	const isSorted = first === undefined || first === names[0];
	const nodes = isSorted ? result.nodes : sortedBy(result.nodes, first, options.perPoint);
	return { ...result, nodes, stats: names, empty, advice };
}

/** As `nodePower` sorts them by the first stat. */
function sortedBy(nodes: readonly NodePower[], stat: string, perPoint = false): NodePower[] {
	const worth = ({ gains, points }: NodePower) => {
		const gain = gains[stat] as number;
		const value = perPoint ? gain / Math.max(1, Math.abs(points)) : gain;
		return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
	};
	return [...nodes].sort((a, b) => worth(b) - worth(a) || a.points - b.points || a.id - b.id);
}

/** The passive tree as SVG, with the gain of the first stat as colour. */
export function drawPower(build: Build, { nodes, stats }: PowerAnswer, title: string): string {
	const [stat] = stats as [string];
	return treeToSvg(build.tree as NonNullable<Build["tree"]>, {
		highlight: build.allocated,
		heat: new Map(nodes.map(({ id, gains }) => [id, gains[stat] as number])),
		heatLabel: `${stat} gained by the path`,
		title: `${title}: ${stat}`,
	});
}
