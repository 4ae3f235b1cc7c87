import { invalidArgument } from "../../common/errors.js";
import type { TreeData, TreeNode } from "../tree-data.js";
import { edgePaths } from "./edges.js";
import { heatScale } from "./heat-scale.js";
import { type Box, type LabelRequest, placeLabels } from "./labels.js";
import { type Layout, layOut } from "./layout.js";
import { legend, legendHeight } from "./legend.js";
import { type Marks, nodeShape, radiusOf } from "./nodes.js";
import { escapeXml, style } from "./style.js";

/** The part of a `PassiveTree` that a picture needs. */
export interface DrawnTree {
	readonly version: string;
	readonly data: TreeData;
	/** @throws PobatchError UNKNOWN_NODE */
	node(id: number): TreeNode;
}

export interface TreeSvgOptions {
	/** Allocated nodes, drawn with a gold ring and bold edges between them. */
	highlight?: Iterable<number>;
	/** Nodes of `highlight` that are new, drawn in green. */
	added?: Iterable<number>;
	/** Nodes that were given up, drawn in red. */
	removed?: Iterable<number>;
	/**
	 * A number per node, shown as its colour: for example what each node gains. Without negative numbers the scale runs
	 * from dark violet (0) to yellow; with some, from orange (loss) to blue (gain). Colours follow the square root of the
	 * number. A node whose number is NaN is drawn dashed.
	 */
	heat?: ReadonlyMap<number, number> | Readonly<Record<number, number>>;
	/** What the numbers of `heat` are, with their unit: "Life gained by the path". */
	heatLabel?: string;
	title?: string;
	/** Maximum number of names of marked notables and keystones, highest heat first; 60 by default, none if false. */
	labels?: number | boolean;
	/** `"tree"` (the default): the whole tree; `"marked"`: the part around the nodes of `highlight` and `heat`. */
	view?: "tree" | "marked";
}

/** Width of the unzoomed picture and size of its font, in pixels. */
const screen = { width: 2000, fontSize: 14 };
const defaultLabels = 60;

/**
 * The passive tree as a stand-alone SVG document, laid out as in the game: edges follow their orbits, ascendancies are
 * outside. Names, stat lines and numbers appear when the mouse is over a node.
 *
 * @example
 * const { nodes } = await build.power({ stats: ["Life"] });
 * const heat = new Map(nodes.map(({ id, gains }) => [id, gains.Life]));
 * await writeFile("life.svg", treeToSvg(build.tree, { highlight: build.allocated, heat, heatLabel: "Life" }));
 *
 * @throws PobatchError UNKNOWN_NODE, INVALID_ARGUMENT
 */
export function treeToSvg(tree: DrawnTree, options: TreeSvgOptions = {}): string {
	const { title = `Passive tree ${tree.version}`, labels = true, view = "tree" } = options;
	if (view !== "tree" && view !== "marked") throw invalidArgument('"tree" or "marked"', "view", view);
	if (typeof labels !== "boolean" && !(labels >= 0))
		throw invalidArgument("a count or true or false", "labels", labels);
	const marks = readMarks(tree, options);
	const isMarked = (id: number) => marks.highlight.has(id) || marks.removed.has(id) || marks.heat.has(id);
	const layout = layOut(tree.data, isMarked, view);
	const { area, strip } = layout;
	// In tree units, so that letters have the same size on the screen in every view.
	const fontSize = (area.width / screen.width) * screen.fontSize;
	const titleHeight = fontSize * 3;
	const page = {
		...area,
		y: area.y - titleHeight,
		height: titleHeight + area.height + strip.height + legendHeight(fontSize),
	};
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${screen.width}" height="${Math.round((screen.width * page.height) / page.width)}"`,
		` viewBox="${[page.x, page.y, page.width, page.height].map(Math.round).join(" ")}">`,
		`<title>${escapeXml(title)}</title>`,
		`<style>${style(fontSize)}</style>`,
		rectangle(page, "page"),
		`<clipPath id="area">${rectangle({ ...area, height: area.height + strip.height }, "")}</clipPath>`,
		`<g clip-path="url(#area)">`,
		...treeShapes(layout, marks, fontSize, labels === true ? defaultLabels : Number(labels)),
		"</g>",
		`<text class="title" x="${Math.round(area.x + fontSize)}" y="${Math.round(area.y - fontSize * 0.9)}">${escapeXml(title)}</text>`,
		legend({
			x: area.x + fontSize,
			y: strip.y + strip.height,
			width: area.width - 2 * fontSize,
			fontSize,
			marks,
		}),
		"</svg>\n",
	].join("\n");
}

function readMarks(tree: DrawnTree, options: TreeSvgOptions): Marks {
	const { highlight = [], added = [], removed = [], heat = new Map(), heatLabel = "Gain" } = options;
	const idsOf = (list: Iterable<number>, name: string) => {
		if (typeof list !== "object" || typeof list?.[Symbol.iterator] !== "function")
			throw invalidArgument("a list of node ids", name, list);
		return new Set(Array.from(list, (id) => tree.node(id).id));
	};
	if (typeof heat !== "object" || heat === null) throw invalidArgument("numbers by node id", "heat", heat);
	const pairs: Iterable<[number, unknown]> =
		heat instanceof Map ? heat : Object.entries(heat).map(([id, value]) => [Number(id), value]);
	const values = new Map<number, number>();
	for (const [id, value] of pairs) {
		if (typeof value !== "number") throw invalidArgument("a number", `heat[${id}]`, value);
		values.set(tree.node(id).id, value);
	}
	return {
		highlight: idsOf(highlight, "highlight"),
		added: idsOf(added, "added"),
		removed: idsOf(removed, "removed"),
		heat: values,
		heatLabel,
		...(values.size > 0 && { scale: heatScale(values.values()) }),
	};
}

/** From back to front: discs, edges, nodes, names. */
function treeShapes(layout: Layout, marks: Marks, fontSize: number, limit: number): string[] {
	const { data, area, strip, discs } = layout;
	const all = { ...area, height: area.height + strip.height };
	// Nodes of the main tree that lie below the area would be drawn into the strip for ascendancies.
	const visible = data.nodes.filter((node) =>
		contains(node.ascendancy === undefined ? area : all, node, -radiusOf(node, marks)),
	);
	return [
		...discs.map(
			({ x, y, radius, on }) =>
				`<circle class="disc${on ? " on" : ""}" cx="${Math.round(x)}" cy="${Math.round(y)}" r="${Math.round(radius)}"/>`,
		),
		...edges(layout, marks, new Set(visible.map(({ id }) => id))),
		...visible.map((node) => nodeShape(node, marks)),
		...discs.map(
			({ name, x, y, radius, on }) =>
				`<text class="disc-name${on ? " on" : ""}" x="${Math.round(x)}" y="${Math.round(y - radius - fontSize * 0.4)}">${escapeXml(name)}</text>`,
		),
		...names(visible, marks, fontSize, all, limit),
	];
}

/** All edges of the same look become one path: thousands of elements would make a browser slow. */
function edges({ data }: Layout, { highlight }: Marks, visible: ReadonlySet<number>): string[] {
	const off: string[] = [];
	const on: string[] = [];
	const ids = new Set(data.nodes.map(({ id }) => id));
	const drawn = data.edges.filter(([a, b]) => ids.has(a) && ids.has(b) && (visible.has(a) || visible.has(b)));
	for (const { edge, d } of edgePaths({ ...data, edges: drawn })) {
		(highlight.has(edge[0]) && highlight.has(edge[1]) ? on : off).push(d);
	}
	return [
		`<path class="edge" d="${off.join("")}"/>`,
		...(on.length > 0 ? [`<path class="edge on" d="${on.join("")}"/>`] : []),
	];
}

/** Names of the class starts, and of marked notables and keystones. */
function names(
	visible: readonly TreeNode[],
	marks: Marks,
	fontSize: number,
	within: Box,
	limit: number,
): string[] {
	const { highlight, removed, heat } = marks;
	const request = (node: TreeNode, text: string): LabelRequest => ({
		text,
		x: node.x,
		y: node.y,
		radius: radiusOf(node, marks),
	});
	const starts = visible
		.filter(({ type }) => type === "classStart")
		// On the left half of the tree, the name is to the left of its node.
		.map((node) => ({
			...request(node, (node.classesStart ?? []).join(" / ")),
			side: node.x < -1 ? ("left" as const) : ("right" as const),
		}));
	const worth = ({ id }: TreeNode) => Math.abs(heat.get(id) || 0);
	const named = visible
		.filter(({ type }) => type === "notable" || type === "keystone")
		.filter((node) => worth(node) > 0 || highlight.has(node.id) || removed.has(node.id))
		.sort((a, b) => worth(b) - worth(a) || a.id - b.id)
		.map((node) => request(node, node.name));
	const startLabels = placeLabels(starts, { fontSize, within, limit: starts.length });
	const taken = startLabels.map(({ box }) => box);
	return [
		...startLabels.map((label) => ({ ...label, className: "start" })),
		...placeLabels(named, { fontSize, within, taken, limit }).map((label) => ({
			...label,
			className: "name",
		})),
	].map(
		({ className, anchor, x, y, text }) =>
			`<text class="${className}" text-anchor="${anchor}" x="${Math.round(x)}" y="${Math.round(y)}">${escapeXml(text)}</text>`,
	);
}

function contains({ x, y, width, height }: Box, point: { x: number; y: number }, margin: number): boolean {
	return (
		point.x > x + margin &&
		point.x < x + width - margin &&
		point.y > y + margin &&
		point.y < y + height - margin
	);
}

function rectangle({ x, y, width, height }: Box, className: string): string {
	const name = className && ` class="${className}"`;
	return `<rect${name} x="${Math.round(x)}" y="${Math.round(y)}" width="${Math.round(width)}" height="${Math.round(height)}"/>`;
}
