import { PobatchError } from "../common/errors.js";
import type { Build } from "../engine/build.js";
import { type NodePower, nodePower, type PowerOptions, type PowerResult } from "../search/power.js";
import { treeToSvg } from "../tree/svg/tree-svg.js";
import type { VariantChange } from "../variants/change.js";
import { adviceOnStats } from "./stat-advice.js";

/** As for `nodePower`. Without stats, the first default stat that matters counts. */
export type PowerRequest = Omit<PowerOptions, "stats"> & {
	readonly stats?: readonly string[] | undefined;
	/** A change of the build on which everything is based, e.g. which skill groups count in Full DPS. */
	readonly around?: VariantChange | undefined;
};

/** What each node within reach is worth, sorted by the first stat that any row changes. */
export interface PowerAnswer extends PowerResult {
	/** In the order of the request. */
	readonly stats: readonly string[];
	/** Whether it was stopped before the build's own row was calculated, with which all others are compared. */
	readonly empty: boolean;
	/** Advice about the requested stats, one sentence each; see `adviceOnStats`. */
	readonly advice: readonly string[];
}

/** @throws PobatchError like `nodePower` */
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
	// The advice may name any of the default stats.
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

/** Sorted by the first stat, as by `nodePower`. */
function sortedBy(nodes: readonly NodePower[], stat: string, perPoint = false): NodePower[] {
	const worth = ({ gains, points }: NodePower) => {
		const gain = gains[stat] as number;
		const value = perPoint ? gain / Math.max(1, Math.abs(points)) : gain;
		return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
	};
	return [...nodes].sort((a, b) => worth(b) - worth(a) || a.points - b.points || a.id - b.id);
}

/** The passive tree as SVG, coloured by the gain of the first stat. */
export function drawPower(build: Build, { nodes, stats }: PowerAnswer, title: string): string {
	const [stat] = stats as [string];
	return treeToSvg(build.tree as NonNullable<Build["tree"]>, {
		highlight: build.allocated,
		heat: new Map(nodes.map(({ id, gains }) => [id, gains[stat] as number])),
		heatLabel: `${stat} gained by the path`,
		title: `${title}: ${stat}`,
	});
}
