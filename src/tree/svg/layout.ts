import type { TreeData, TreeNode } from "../tree-data.js";
import type { Box } from "./labels.js";

/** The disc on which an ascendancy is drawn. */
export interface Disc {
	readonly name: string;
	readonly x: number;
	readonly y: number;
	readonly radius: number;
	/** Whether some of its nodes are marked. */
	readonly on: boolean;
}

export interface Layout {
	/** The tree, with nodes and groups at the positions where they are drawn. */
	readonly data: TreeData;
	/** The visible part of the tree. */
	readonly area: Box;
	/** The strip below it for ascendancies that lie elsewhere; its height is 0 if there are none. */
	readonly strip: Box;
	readonly discs: readonly Disc[];
}

/** Space around the whole tree, and around its marked part. */
const margins = { tree: 1100, marked: 700 } as const;
/** Minimum width, so that a picture of few nodes is not magnified further. */
const leastWidth = 6000;
const discMargin = 160;

/**
 * Where everything is drawn. The whole tree is drawn as it is. With only the marked part, ascendancies are moved into a
 * strip below it, since they lie far outside.
 */
export function layOut(data: TreeData, isMarked: (id: number) => boolean, view: "tree" | "marked"): Layout {
	const drawn = data.nodes.filter((node) => node.group !== undefined && node.type !== "mastery");
	const discs = ascendancyDiscs(drawn, isMarked);
	const marked = drawn.filter(({ id, ascendancy }) => ascendancy === undefined && isMarked(id));
	if (view === "tree" || marked.length === 0) {
		const area = around(drawn, margins.tree);
		return { data: { ...data, nodes: drawn }, area, strip: below(area, 0), discs };
	}
	const area = atLeast(around(marked, margins.marked));
	const chosen = discs.filter(({ on }) => on);
	const strip = below(area, Math.max(0, ...chosen.map(({ radius }) => 2 * radius + 900)));
	// Next to each other, each in the middle of an equal share of the strip.
	const moved = chosen.map((disc, i) => ({
		...disc,
		x: strip.x + ((i + 0.5) / chosen.length) * strip.width,
		y: strip.y + strip.height / 2 + 200,
	}));
	const shifts = new Map(
		moved.map(({ name, x, y }, i) => {
			const { x: fromX, y: fromY } = chosen[i] as Disc;
			return [name, { dx: x - fromX, dy: y - fromY }];
		}),
	);
	const groupShifts = new Map(
		drawn.map(({ group, ascendancy }) => [group as number, shifts.get(ascendancy ?? "")]),
	);
	const shift = <Place extends { x: number; y: number }>(
		place: Place,
		by: { dx: number; dy: number } | undefined,
	): Place => (by ? { ...place, x: place.x + by.dx, y: place.y + by.dy } : place);
	return {
		data: {
			...data,
			nodes: drawn
				.filter(({ ascendancy }) => ascendancy === undefined || shifts.has(ascendancy))
				.map((node) => shift(node, shifts.get(node.ascendancy ?? ""))),
			groups: data.groups.map((group) => shift(group, groupShifts.get(group.id))),
		},
		area,
		strip,
		discs: moved,
	};
}

function ascendancyDiscs(nodes: readonly TreeNode[], isMarked: (id: number) => boolean): Disc[] {
	const byName = new Map<string, TreeNode[]>();
	for (const node of nodes) {
		if (node.ascendancy === undefined) continue;
		const own = byName.get(node.ascendancy);
		if (own) own.push(node);
		else byName.set(node.ascendancy, [node]);
	}
	return [...byName].map(([name, own]) => {
		const box = around(own, 0);
		const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
		const radius = Math.max(...own.map((node) => Math.hypot(node.x - x, node.y - y))) + discMargin;
		return { name, x, y, radius, on: own.some(({ id }) => isMarked(id)) };
	});
}

function around(nodes: readonly TreeNode[], margin: number): Box {
	let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
	for (const { x, y } of nodes) {
		left = Math.min(left, x);
		right = Math.max(right, x);
		top = Math.min(top, y);
		bottom = Math.max(bottom, y);
	}
	return {
		x: left - margin,
		y: top - margin,
		width: right - left + 2 * margin,
		height: bottom - top + 2 * margin,
	};
}

function atLeast(box: Box): Box {
	const width = Math.max(box.width, leastWidth);
	const height = Math.max(box.height, leastWidth / 2);
	return { x: box.x - (width - box.width) / 2, y: box.y - (height - box.height) / 2, width, height };
}

function below({ x, y, width, height }: Box, stripHeight: number): Box {
	return { x, y: y + height, width, height: stripHeight };
}
