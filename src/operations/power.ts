import { PobatchError } from "../common/errors.js";
import type { Build } from "../engine/build.js";
import type { PowerOptions, PowerResult } from "../search/power.js";
import { treeToSvg } from "../tree/svg/tree-svg.js";

/** As of `nodePower`; without stats, the first of the calculator's choice counts. */
export type PowerRequest = Omit<PowerOptions, "stats"> & { readonly stats?: readonly string[] | undefined };

/** What each node within reach is worth, and the stats that count, the first one first. */
export interface PowerAnswer extends PowerResult {
	readonly stats: readonly string[];
	/** True if it was stopped before the build's own row, which everything is compared with, was calculated. */
	readonly empty: boolean;
}

/** @throws PobatchError as `nodePower` */
export async function rankNodes(build: Build, { stats, ...options }: PowerRequest): Promise<PowerAnswer> {
	if (!build.tree)
		throw new PobatchError("TREE_INVALID", "Node power needs a passive tree", {
			hint: "Give one with --tree.",
		});
	const result = await build.power({ ...options, stats: stats ?? build.defaultStats.slice(0, 1) });
	const names = Object.keys(result.base);
	return {
		...result,
		stats: names,
		empty: result.stopped && names.every((name) => Number.isNaN(result.base[name])),
	};
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
