import type { TreeCurve, TreeData, TreeEdge, TreeNode } from "../tree-data.js";

/** How one edge of the tree is drawn. */
export interface EdgePath {
	readonly edge: TreeEdge;
	/** The `d` of an SVG path, in tree units. */
	readonly d: string;
}

/**
 * The path of each edge: with the file's curve if it has one, otherwise an arc around the group if both nodes are on
 * one orbit, otherwise straight.
 */
export function edgePaths(data: TreeData): EdgePath[] {
	const nodes = new Map(data.nodes.map((node) => [node.id, node]));
	const groups = new Map(data.groups.map((group) => [group.id, group]));
	const curves = new Map(data.curves?.map((curve) => [pairKey(curve.from, curve.to), curve]));
	return data.edges.map((edge) => {
		const [a, b] = edge.map((id) => nodes.get(id)) as [TreeNode, TreeNode];
		const curve = curves.get(pairKey(a.id, b.id));
		if (curve) return { edge, d: curve.from === a.id ? bent(a, b, curve) : bent(b, a, curve) };
		const group = groups.get(a.group ?? Number.NaN);
		const around = group && a.group === b.group && a.orbit === b.orbit;
		return { edge, d: around ? orbiting(a, b, group) : line(a, b) };
	});
}

interface Point {
	readonly x: number;
	readonly y: number;
}

function pairKey(a: number, b: number): string {
	return a < b ? `${a},${b}` : `${b},${a}`;
}

function line(a: Point, b: Point): string {
	return `M${at(a)}L${at(b)}`;
}

/** The shorter arc around the centre of both nodes' group. */
function orbiting(a: Point, b: Point, centre: Point): string {
	const radius = Math.hypot(a.x - centre.x, a.y - centre.y);
	const cross = (a.x - centre.x) * (b.y - centre.y) - (a.y - centre.y) * (b.x - centre.x);
	return arc(a, b, radius, cross > 0);
}

function bent(a: Point, b: Point, { radius }: TreeCurve): string {
	const reaches = Math.hypot(b.x - a.x, b.y - a.y) < 2 * Math.abs(radius);
	// If the centre is to the left of the direction from a to b (y points down), the arc goes counter-clockwise.
	return reaches ? arc(a, b, Math.abs(radius), radius < 0) : line(a, b);
}

function arc(a: Point, b: Point, radius: number, clockwise: boolean): string {
	const r = Math.round(radius);
	return `M${at(a)}A${r} ${r} 0 0 ${clockwise ? 1 : 0} ${at(b)}`;
}

function at({ x, y }: Point): string {
	return `${Math.round(x)} ${Math.round(y)}`;
}
