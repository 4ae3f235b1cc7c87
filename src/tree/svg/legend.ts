import type { TreeNodeType } from "../tree-data.js";
import type { HeatScale } from "./heat-scale.js";
import { type Marks, radii, shape } from "./nodes.js";
import { number } from "./number.js";
import { escapeXml } from "./style.js";

export interface LegendOptions {
	/** The upper left corner, in tree units. */
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly fontSize: number;
	readonly marks: Marks;
}

interface Entry {
	readonly type: TreeNodeType;
	readonly name: string;
	readonly className?: string;
}

/** Number of boxes in the colour bar. */
const steps = 24;

export function legendHeight(fontSize: number): number {
	return fontSize * 5;
}

/** One line: the node shapes and, to their right, the colour bar with its numbers. */
export function legend(options: LegendOptions): string {
	const { x, y, width, fontSize, marks } = options;
	const parts: string[] = [];
	const middle = y + fontSize * 2.2;
	let left = x;
	for (const { type, name, className = "" } of entries(marks)) {
		// The shapes keep the proportions that they have in the tree.
		const factor = ((fontSize * 0.75) / radii.keystone).toFixed(3);
		parts.push(
			`<g transform="translate(${Math.round(left + fontSize)} ${Math.round(middle)}) scale(${factor})">` +
				`<g class="node ${type} ${className}">${shape(type, radii[type], { x: 0, y: 0 })}</g></g>`,
			text(left + fontSize * 2.1, middle + fontSize * 0.35, "start", name),
		);
		left += fontSize * (3.2 + name.length * 0.56);
	}
	if (marks.scale) parts.push(colours(options, marks.scale, Math.max(left, x + width - fontSize * 32)));
	return `<g class="legend">${parts.join("")}</g>`;
}

function entries({ highlight, added, removed, heat }: Marks): Entry[] {
	return [
		{ type: "normal", name: "passive" },
		{ type: "notable", name: "notable" },
		{ type: "keystone", name: "keystone" },
		{ type: "jewelSocket", name: "jewel socket" },
		...(highlight.size > 0 ? [{ type: "notable", name: "allocated", className: "on" } as const] : []),
		...(added.size > 0 ? [{ type: "notable", name: "added", className: "on added" } as const] : []),
		...(removed.size > 0 ? [{ type: "notable", name: "given up", className: "removed" } as const] : []),
		...([...heat.values()].some(Number.isNaN)
			? [{ type: "notable", name: "no number", className: "failed" } as const]
			: []),
	];
}

function colours({ y, fontSize, marks }: LegendOptions, scale: HeatScale, x: number): string {
	const [from, to] = [scale.position(scale.min), scale.position(scale.max)];
	const width = fontSize * 28;
	const top = y + fontSize * 1.9;
	const step = width / steps;
	const boxes = Array.from({ length: steps }, (_, i) => {
		const value = scale.valueAt(from + ((i + 0.5) / steps) * (to - from));
		// One unit wider than its share, so that no gap shows between neighbours at any zoom.
		return `<rect x="${Math.round(x + i * step)}" y="${Math.round(top)}" width="${Math.ceil(step) + 1}" height="${Math.round(fontSize * 0.9)}" fill="${scale.color(value)}"/>`;
	});
	const ticks = ticksOf(scale).map((tick) =>
		text(
			x + ((scale.position(tick) - from) / (to - from)) * width,
			top + fontSize * 2.1,
			"middle",
			number(tick),
		),
	);
	const isInfinite = (value: number) => !Number.isFinite(value) && !Number.isNaN(value);
	const label = marks.heatLabel + ([...marks.heat.values()].some(isInfinite) ? ", infinite at the end" : "");
	return `${text(x, top - fontSize * 0.5, "start", label)}${boxes.join("")}${ticks.join("")}`;
}

/** Both ends, 0 and the midpoints, as far as their numbers fit next to each other. */
function ticksOf(scale: HeatScale): number[] {
	const { min, max, position } = scale;
	const room = 0.17 * (position(max) - position(min));
	const ticks: number[] = [];
	for (const tick of [max, min, 0, scale.valueAt(position(max) / 2), scale.valueAt(position(min) / 2)]) {
		if (ticks.every((other) => Math.abs(position(tick) - position(other)) >= room)) ticks.push(tick);
	}
	return ticks;
}

function text(x: number, y: number, anchor: string, content: string): string {
	return `<text x="${Math.round(x)}" y="${Math.round(y)}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}
