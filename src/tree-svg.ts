import { invalidArgument } from "./errors.js";
import type { PassiveTree } from "./passive-tree.js";
import type { TreeNode, TreeNodeType } from "./tree-data.js";
import { edgePaths } from "./tree-svg/edges.js";
import { type HeatScale, heatScale } from "./tree-svg/heat-scale.js";
import { type Box, placeLabels } from "./tree-svg/labels.js";
import { legend, legendHeight, type Mark, number } from "./tree-svg/legend.js";
import { escapeXml, style } from "./tree-svg/style.js";

export interface TreeSvgOptions {
	/** Allocated nodes: ringed in gold, the edges between them bold. */
	highlight?: Iterable<number>;
	/**
	 * A number per node, shown as colour: what each node gains, for instance. From 0 on dark violet to yellow; where
	 * some are negative, orange (loss) to blue (gain). A node whose number is NaN is crossed out.
	 */
	heat?: ReadonlyMap<number, number> | Readonly<Record<number, number>>;
	/** What the numbers of `heat` are, with their unit: "Life gained by the path". */
	heatLabel?: string;
	title?: string;
	/** At most so many names of marked notables and keystones, highest heat first; 60 by default, false: none. */
	labels?: number | boolean;
	/** `"tree"` (the default): all of it; `"marked"`: the part around the nodes of `highlight` and `heat`. */
	view?: "tree" | "marked";
}

/** In tree units. In the game, the smallest distance between two nodes is about 80. */
const radii: Readonly<Record<TreeNodeType, number>> = {
	normal: 31,
	attribute: 24,
	notable: 50,
	keystone: 74,
	jewelSocket: 50,
	classStart: 120,
	ascendancyStart: 56,
	mastery: 0,
};

/** Width of the picture on the screen before it is zoomed. */
const screenWidth = 1600;

/**
 * The passive tree as a stand-alone SVG document, as the game lays it out: nodes at their places, edges along their
 * orbits, ascendancies outside. Names, stat lines and numbers show when the mouse is over a node.
 *
 * @example
 * const { nodes } = await build.power({ stats: ["Life"] });
 * const heat = new Map(nodes.map(({ id, gains }) => [id, gains.Life]));
 * await writeFile("life.svg", treeToSvg(build.tree, { highlight: build.allocated, heat, heatLabel: "Life" }));
 *
 * @throws PobatchError UNKNOWN_NODE, INVALID_ARGUMENT
 */
export function treeToSvg(tree: PassiveTree, options: TreeSvgOptions = {}): string {
	const {
		title = `Passive tree ${tree.version}`,
		heatLabel = "Gain",
		labels = true,
		view = "tree",
	} = options;
	if (view !== "tree" && view !== "marked") throw invalidArgument('"tree" or "marked"', "view", view);
	const marks = readMarks(tree, options);
	const drawn = tree.nodes.filter((node) => node.group !== undefined && node.type !== "mastery");
	const marked = drawn.filter(({ id }) => marks.highlight.has(id) || marks.heat.has(id));
	const area = frame(view === "marked" && marked.length > 0 ? marked : drawn, view);
	// A letter's height in tree units, so that it is as high on the screen in every view.
	const fontSize = (area.width / screenWidth) * 13;
	const bars = { title: fontSize * 3, legend: legendHeight(fontSize) };
	const page = {
		...area,
		y: area.y - bars.title,
		height: area.height + bars.title + bars.legend,
	};
	const inside = (node: TreeNode) => contains(area, node, radii[node.type]);
	const visible = drawn.filter(inside);
	const screenHeight = Math.round((screenWidth * page.height) / page.width);
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${screenWidth}" height="${screenHeight}"`,
		` viewBox="${[page.x, page.y, page.width, page.height].map(Math.round).join(" ")}">`,
		`<title>${escapeXml(title)}</title>`,
		`<style>${style(fontSize)}</style>`,
		rectangle(page, "page"),
		`<clipPath id="area">${rectangle(area, "")}</clipPath>`,
		`<g clip-path="url(#area)">`,
		...ascendancies(drawn, fontSize, marks),
		...edges(tree, marks, new Set(visible.map(({ id }) => id))),
		...visible.map((node) => nodeShape(node, marks, heatLabel)),
		...names(visible, marks, { labels, fontSize, area }),
		"</g>",
		`<text class="title" x="${Math.round(area.x + fontSize)}" y="${Math.round(area.y - fontSize * 0.9)}">${escapeXml(title)}</text>`,
		legend({
			x: area.x + fontSize,
			y: area.y + area.height,
			width: area.width - 2 * fontSize,
			fontSize,
			scale: marks.scale,
			heatLabel,
			marks: legendMarks(marks),
		}),
		"</svg>\n",
	].join("\n");
}

interface Marks {
	highlight: ReadonlySet<number>;
	heat: ReadonlyMap<number, number>;
	scale: HeatScale | undefined;
}

function readMarks(tree: PassiveTree, { highlight = [], heat = new Map() }: TreeSvgOptions): Marks {
	if (typeof highlight !== "object" || typeof highlight?.[Symbol.iterator] !== "function")
		throw invalidArgument("a list of node ids", "highlight", highlight);
	if (typeof heat !== "object" || heat === null) throw invalidArgument("numbers by node id", "heat", heat);
	const pairs =
		heat instanceof Map ? [...heat] : Object.entries(heat).map(([id, value]) => [Number(id), value]);
	const values = new Map<number, number>();
	for (const [id, value] of pairs as [number, unknown][]) {
		if (typeof value !== "number") throw invalidArgument("a number", `heat[${id}]`, value);
		values.set(tree.node(id).id, value);
	}
	const ids = new Set<number>();
	for (const id of highlight) ids.add(tree.node(id).id);
	return { highlight: ids, heat: values, scale: values.size > 0 ? heatScale(values.values()) : undefined };
}

function legendMarks({ highlight, heat }: Marks): Mark[] {
	return [
		{ shape: "circle", name: "passive", radius: radii.normal },
		{ shape: "circle", name: "notable", radius: radii.notable, className: "notable" },
		{ shape: "diamond", name: "keystone", radius: radii.keystone },
		{ shape: "square", name: "jewel socket", radius: radii.jewelSocket },
		...(highlight.size > 0
			? [{ shape: "circle", name: "allocated", radius: radii.notable, className: "on" } as const]
			: []),
		...([...heat.values()].some(Number.isNaN)
			? [{ shape: "circle", name: "no number", radius: radii.notable, className: "failed" } as const]
			: []),
	];
}

/** The box around nodes with a margin; a view of few nodes does not get closer than their labels need. */
function frame(nodes: readonly TreeNode[], view: "tree" | "marked"): Box {
	const margin = view === "tree" ? 900 : 700;
	const least = view === "tree" ? 0 : 6000;
	let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
	for (const { x, y } of nodes) {
		left = Math.min(left, x);
		right = Math.max(right, x);
		top = Math.min(top, y);
		bottom = Math.max(bottom, y);
	}
	const width = Math.max(right - left + 2 * margin, least);
	const height = Math.max(bottom - top + 2 * margin, least / 2);
	return { x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height };
}

function contains({ x, y, width, height }: Box, node: TreeNode, radius: number): boolean {
	return (
		node.x > x - radius && node.x < x + width + radius && node.y > y - radius && node.y < y + height + radius
	);
}

function rectangle({ x, y, width, height }: Box, className: string): string {
	const name = className && ` class="${className}"`;
	return `<rect${name} x="${Math.round(x)}" y="${Math.round(y)}" width="${Math.round(width)}" height="${Math.round(height)}"/>`;
}

/** All edges of one look as one path: thousands of elements would make a browser slow. */
function edges(tree: PassiveTree, { highlight }: Marks, visible: ReadonlySet<number>): string[] {
	const off: string[] = [];
	const on: string[] = [];
	for (const { edge, d } of edgePaths(tree.data)) {
		const [a, b] = edge;
		if (!visible.has(a) && !visible.has(b)) continue;
		(highlight.has(a) && highlight.has(b) ? on : off).push(d);
	}
	return [
		`<path class="edge" d="${off.join("")}"/>`,
		...(on.length > 0 ? [`<path class="edge on" d="${on.join("")}"/>`] : []),
	];
}

function nodeShape(node: TreeNode, { highlight, heat, scale }: Marks, heatLabel: string): string {
	const value = heat.get(node.id);
	const failed = value !== undefined && Number.isNaN(value);
	const on = highlight.has(node.id);
	const colour = value !== undefined && !failed && scale ? ` style="fill:${scale.color(value)}"` : "";
	const classes = [
		"node",
		node.type,
		on ? "on" : "",
		value === undefined ? "" : "hot",
		failed ? "failed" : "",
	].filter(Boolean);
	// Marked nodes are seen on the whole tree, too, where a small one is 3 pixels wide.
	const radius = Math.round(radii[node.type] * (value !== undefined || on ? 1.3 : 1));
	const text = [
		node.name,
		...(value === undefined ? [] : [`${heatLabel}: ${failed ? "no number" : number(value)}`]),
		...node.stats,
	].join("\n");
	return `<g class="${classes.join(" ")}"${colour}><title>${escapeXml(text)}</title>${shapeOf(node, radius)}</g>`;
}

function shapeOf({ type, x, y }: TreeNode, radius: number): string {
	const [cx, cy] = [Math.round(x), Math.round(y)];
	if (type === "keystone")
		return `<path d="M${cx} ${cy - radius}l${radius} ${radius}l${-radius} ${radius}l${-radius} ${-radius}z"/>`;
	if (type === "jewelSocket")
		return `<rect x="${cx - radius}" y="${cy - radius}" width="${2 * radius}" height="${2 * radius}" rx="${Math.round(radius / 4)}"/>`;
	return `<circle cx="${cx}" cy="${cy}" r="${radius}"/>`;
}

/** A disc under each ascendancy with its name above, bright where some of its nodes are marked. */
function ascendancies(nodes: readonly TreeNode[], fontSize: number, { highlight, heat }: Marks): string[] {
	const byName = new Map<string, TreeNode[]>();
	for (const node of nodes) {
		if (node.ascendancy === undefined) continue;
		const list = byName.get(node.ascendancy);
		if (list) list.push(node);
		else byName.set(node.ascendancy, [node]);
	}
	return [...byName].map(([name, own]) => {
		const { x, y, width, height } = frame(own, "tree");
		const centre = { x: x + width / 2, y: y + height / 2 };
		const radius = Math.max(...own.map((node) => Math.hypot(node.x - centre.x, node.y - centre.y))) + 160;
		const on = own.some(({ id }) => highlight.has(id) || heat.has(id));
		return (
			`<g class="ascendancy${on ? " on" : ""}"><circle cx="${Math.round(centre.x)}" cy="${Math.round(centre.y)}" r="${Math.round(radius)}"/>` +
			`<text x="${Math.round(centre.x)}" y="${Math.round(centre.y - radius - fontSize * 0.4)}">${escapeXml(name)}</text></g>`
		);
	});
}

/** Names of the class starts, and of the marked notables and keystones. */
function names(
	visible: readonly TreeNode[],
	{ highlight, heat }: Marks,
	{ labels, fontSize, area }: { labels: number | boolean; fontSize: number; area: Box },
): string[] {
	const starts = visible
		.filter(({ type }) => type === "classStart")
		.map(({ x, y, classesStart = [] }) => ({
			x: Math.round(x),
			y: Math.round(y + radii.classStart + fontSize),
			text: classesStart.join(" / "),
		}));
	const limit = labels === true ? 60 : Number(labels);
	const heatOf = ({ id }: TreeNode) => Math.abs(heat.get(id) || 0);
	const named = visible
		.filter(
			({ id, type }) => (type === "notable" || type === "keystone") && (heat.has(id) || highlight.has(id)),
		)
		.sort((a, b) => heatOf(b) - heatOf(a) || a.id - b.id)
		.map((node) => ({ text: node.name, x: node.x, y: node.y, radius: radii[node.type] * 1.3 }));
	const taken = starts.map(({ x, y, text }) => ({
		x: x - text.length * fontSize * 0.3,
		y: y - fontSize,
		width: text.length * fontSize * 0.6,
		height: fontSize * 1.3,
	}));
	return [
		...starts.map(({ x, y, text }) => `<text class="start" x="${x}" y="${y}">${escapeXml(text)}</text>`),
		...placeLabels(named, { fontSize, within: area, taken, limit }).map(
			({ x, y, anchor, text }) =>
				`<text class="name" text-anchor="${anchor}" x="${Math.round(x)}" y="${Math.round(y)}">${escapeXml(text)}</text>`,
		),
	];
}
