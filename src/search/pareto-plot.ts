import { escapeXml } from "../tree/svg/style.js";
import type { ParetoResult } from "./pareto.js";

const page = { width: 900, height: 600, left: 110, right: 30, top: 60, bottom: 70 };

/**
 * A front as a stand-alone SVG plot: the first stat on the x axis, the second on the y axis, the build itself as a
 * ring.
 */
export function paretoPlot({ of, front, before }: ParetoResult, title: string): string {
	const [first, second] = of;
	const points = front.map(({ stats, isBuild }) => ({
		x: stats[first] as number,
		y: stats[second] as number,
		isBuild,
	}));
	const own = { x: before[first] as number, y: before[second] as number };
	const all = [...points, own].filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
	const right = axis(
		all.map(({ x }) => x),
		page.left,
		page.width - page.right,
	);
	const up = axis(
		all.map(({ y }) => y),
		page.height - page.bottom,
		page.top,
	);
	const place = ({ x, y }: { x: number; y: number }) => `${right.at(x).toFixed(1)} ${up.at(y).toFixed(1)}`;
	const line = points.map((point, i) => `${i === 0 ? "M" : "L"}${place(point)}`).join("");
	const bottom = page.height - page.bottom;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${page.width}" height="${page.height}" viewBox="0 0 ${page.width} ${page.height}" font-family="sans-serif" font-size="13" fill="#d8d4c8">`,
		`<title>${escapeXml(title)}</title>`,
		`<rect width="100%" height="100%" fill="#0c0e12"/>`,
		`<text x="${page.left}" y="32" font-size="17" font-weight="600">${escapeXml(title)}</text>`,
		...right.ticks.map(
			(tick) =>
				`<path d="M${right.at(tick).toFixed(1)} ${page.top}V${bottom}" stroke="#33353b"/>` +
				`<text x="${right.at(tick).toFixed(1)}" y="${bottom + 20}" text-anchor="middle">${words(tick)}</text>`,
		),
		...up.ticks.map(
			(tick) =>
				`<path d="M${page.left} ${up.at(tick).toFixed(1)}H${page.width - page.right}" stroke="#33353b"/>` +
				`<text x="${page.left - 8}" y="${(up.at(tick) + 4).toFixed(1)}" text-anchor="end">${words(tick)}</text>`,
		),
		`<text x="${(page.left + page.width - page.right) / 2}" y="${page.height - 18}" text-anchor="middle">${escapeXml(first)}</text>`,
		`<text transform="translate(22 ${(page.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(second)}</text>`,
		`<path d="${line}" fill="none" stroke="#e8c66a" stroke-width="2"/>`,
		...points.map(
			(point) =>
				`<circle cx="${right.at(point.x).toFixed(1)}" cy="${up.at(point.y).toFixed(1)}" r="5" fill="#7fe08a"><title>${escapeXml(`${first} ${words(point.x)}, ${second} ${words(point.y)}`)}</title></circle>`,
		),
		`<circle cx="${right.at(own.x).toFixed(1)}" cy="${up.at(own.y).toFixed(1)}" r="7" fill="none" stroke="#f0665c" stroke-width="3"><title>the build itself</title></circle>`,
		"</svg>\n",
	].join("\n");
}

function words(value: number): string {
	return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}

/** An axis from the minimum to the maximum of some values, with round ticks. */
function axis(
	values: readonly number[],
	from: number,
	to: number,
): { at(value: number): number; ticks: number[] } {
	const [least, most] = [Math.min(...values), Math.max(...values)];
	const range = most > least ? most - least : Math.max(Math.abs(most), 1) * 0.1;
	const [low, high] = [least - range * 0.06, most + range * 0.06];
	const rough = (high - low) / 6;
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) as number) * power;
	const ticks: number[] = [];
	for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) ticks.push(tick);
	return { at: (value) => from + ((value - low) / (high - low)) * (to - from), ticks };
}
