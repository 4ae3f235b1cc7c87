import type { HeatScale } from "./heat-scale.js";
import { escapeXml } from "./style.js";

/** What one mark of the picture means. */
export interface Mark {
	readonly shape: "circle" | "diamond" | "square";
	readonly name: string;
	/** On the tree, in tree units; in the legend they are as large against each other. */
	readonly radius: number;
	readonly className?: string;
}

export interface LegendOptions {
	/** The upper left corner, in tree units. */
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly fontSize: number;
	readonly scale: HeatScale | undefined;
	readonly heatLabel: string;
	readonly marks: readonly Mark[];
}

const steps = 24;

export function legendHeight(fontSize: number): number {
	return fontSize * 5;
}

/** A line of marks and, right of them, the colours with their numbers. */
export function legend(options: LegendOptions): string {
	const { x, y, width, fontSize, scale, marks } = options;
	const parts: string[] = [];
	let left = x;
	const middle = y + fontSize * 2.2;
	for (const mark of marks) {
		const radius = fontSize * 0.75 * (mark.radius / 74);
		parts.push(
			`<g transform="translate(${Math.round(left + fontSize)} ${Math.round(middle)}) scale(${(radius / mark.radius).toFixed(3)})">` +
				`<g class="node ${mark.className ?? ""}">${shape(mark)}</g></g>`,
			text(left + fontSize * 2.1, middle + fontSize * 0.35, "start", mark.name),
		);
		left += fontSize * (3.2 + mark.name.length * 0.56);
	}
	if (scale) parts.push(colours(options, scale, Math.max(left + fontSize, x + width - fontSize * 32)));
	return `<g class="legend">${parts.join("")}</g>`;
}

function colours({ y, fontSize, heatLabel }: LegendOptions, scale: HeatScale, x: number): string {
	const [from, to] = [scale.ticks[0] as number, scale.ticks.at(-1) as number];
	const width = fontSize * 28;
	const top = y + fontSize * 1.9;
	const step = width / steps;
	const boxes = Array.from({ length: steps }, (_, i) => {
		const value = from + ((i + 0.5) / steps) * (to - from);
		// One unit wider than its share: neighbours leave no gap at any zoom.
		return `<rect x="${Math.round(x + i * step)}" y="${Math.round(top)}" width="${Math.ceil(step) + 1}" height="${Math.round(fontSize * 0.9)}" fill="${scale.color(value)}"/>`;
	});
	const ticks = scale.ticks.map((tick) =>
		text(x + ((tick - from) / (to - from)) * width, top + fontSize * 2.1, "middle", number(tick)),
	);
	return `${text(x, top - fontSize * 0.5, "start", heatLabel)}${boxes.join("")}${ticks.join("")}`;
}

function shape({ shape, radius }: Mark): string {
	if (shape === "circle") return `<circle r="${radius}"/>`;
	if (shape === "diamond")
		return `<path d="M0 ${-radius}l${radius} ${radius}l${-radius} ${radius}l${-radius} ${-radius}z"/>`;
	return `<rect x="${-radius}" y="${-radius}" width="${2 * radius}" height="${2 * radius}" rx="${Math.round(radius / 4)}"/>`;
}

function text(x: number, y: number, anchor: string, content: string): string {
	return `<text x="${Math.round(x)}" y="${Math.round(y)}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

const format = new Intl.NumberFormat("en", { maximumSignificantDigits: 4, signDisplay: "negative" });

/** Four digits, thousands apart: 1,234 or 0.0123. */
export function number(value: number): string {
	return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : format.format(value);
}
