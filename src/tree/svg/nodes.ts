import type { TreeNode, TreeNodeType } from "../tree-data.js";
import type { HeatScale } from "./heat-scale.js";
import { number } from "./number.js";
import { escapeXml } from "./style.js";

/** What the caller marked. */
export interface Marks {
	readonly highlight: ReadonlySet<number>;
	/** Those of `highlight` that are new. */
	readonly added: ReadonlySet<number>;
	/** Nodes that were given up. */
	readonly removed: ReadonlySet<number>;
	readonly heat: ReadonlyMap<number, number>;
	/** Absent if there is no heat. */
	readonly scale?: HeatScale;
	readonly heatLabel: string;
}

/** In tree units. In the game, neighbours are at least 80 apart. */
export const radii: Readonly<Record<TreeNodeType, number>> = {
	normal: 31,
	attribute: 24,
	notable: 50,
	keystone: 74,
	jewelSocket: 50,
	classStart: 120,
	ascendancyStart: 56,
	mastery: 0,
};

/** Marked nodes are larger, so that they show on the whole tree, where a small node is 3 pixels wide. */
export function radiusOf({ id, type }: TreeNode, { highlight, removed, heat }: Marks): number {
	return Math.round(radii[type] * (heat.has(id) || highlight.has(id) || removed.has(id) ? 1.3 : 1));
}

/** A node, with the text that appears when the mouse is over it. */
export function nodeShape(node: TreeNode, marks: Marks): string {
	const { highlight, added, removed, heat, scale, heatLabel } = marks;
	const value = heat.get(node.id);
	const failed = value !== undefined && Number.isNaN(value);
	const colour = value !== undefined && !failed && scale ? ` style="fill:${scale.color(value)}"` : "";
	const classes = [
		"node",
		node.type,
		...(highlight.has(node.id) ? ["on"] : []),
		...(added.has(node.id) ? ["added"] : []),
		...(removed.has(node.id) ? ["removed"] : []),
		...(value === undefined ? [] : ["hot"]),
		...(failed ? ["failed"] : []),
	];
	const text = [
		node.name,
		...(value === undefined ? [] : [`${heatLabel}: ${number(value)}`]),
		...node.stats,
	].join("\n");
	return `<g class="${classes.join(" ")}"${colour}><title>${escapeXml(text)}</title>${shape(node.type, radiusOf(node, marks), node)}</g>`;
}

/** Keystones are diamonds, jewel sockets squares, all others circles. */
export function shape(type: TreeNodeType, radius: number, centre: { x: number; y: number }): string {
	const [x, y, r] = [Math.round(centre.x), Math.round(centre.y), radius];
	if (type === "keystone") return `<path d="M${x} ${y - r}l${r} ${r}l${-r} ${r}l${-r} ${-r}z"/>`;
	if (type === "jewelSocket")
		return `<rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}" rx="${Math.round(r / 4)}"/>`;
	return `<circle cx="${x}" cy="${y}" r="${r}"/>`;
}
