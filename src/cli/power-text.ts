import type { NodePower, PowerResult } from "../power.js";
import { csvField, exact, jsonNumber } from "./row-writers.js";
import { readable, table } from "./table.js";

/** Node power to read: per stat the gain, and what share of the build's own value that is. */
export function powerTable(
	nodes: readonly NodePower[],
	base: Readonly<Record<string, number>>,
	stats: readonly string[],
	perPoint: boolean,
): string {
	const head = ["Node", "Name", "Type", "Points", ...stats.flatMap((stat) => [stat, "%"])];
	if (perPoint) head.push(`${stats[0]}/point`);
	const rows = nodes.map(({ id, name, type, points, gains }) => {
		const cells = stats.flatMap((stat) => {
			const gain = gains[stat] as number;
			return [signed(gain), percent(gain, base[stat] as number)];
		});
		if (perPoint) cells.push(signed((gains[stats[0] as string] as number) / Math.max(1, Math.abs(points))));
		return [String(id), name, type, String(points), ...cells];
	});
	const own = [
		"",
		"the build itself",
		"",
		"",
		...stats.flatMap((stat) => [readable(base[stat] as number), ""]),
	];
	if (perPoint) own.push("");
	const right = head.map((_, i) => i).filter((i) => i === 0 || i > 2);
	return table(head, [own, ...rows], right);
}

/** All digits; the columns `stat` and `stat %` per stat, and the path's nodes last, by space. */
export function powerCsv(
	nodes: readonly NodePower[],
	base: Readonly<Record<string, number>>,
	stats: readonly string[],
): string {
	const head = ["node", "name", "type", "points", ...stats.flatMap((stat) => [stat, `${stat} %`]), "nodes"];
	const rows = nodes.map(({ id, name, type, points, gains, nodes: changed }) => [
		String(id),
		name,
		type,
		String(points),
		...stats.flatMap((stat) => {
			const gain = gains[stat] as number;
			return [exact(gain), exact((100 * gain) / (base[stat] as number))];
		}),
		changed.join(" "),
	]);
	return [head, ...rows].map((cells) => `${cells.map(csvField).join(",")}\n`).join("");
}

export function powerJson({ base, stopped }: PowerResult, nodes: readonly NodePower[]): string {
	const numbers = (values: Readonly<Record<string, number>>) =>
		`{${Object.entries(values)
			.map(([name, value]) => `${JSON.stringify(name)}:${jsonNumber(value)}`)
			.join(",")}}`;
	const lines = nodes.map(
		({ gains, ...node }) => `${JSON.stringify(node).slice(0, -1)},"gains":${numbers(gains)}}`,
	);
	return `{"base":${numbers(base)},"stopped":${stopped},"nodes":[\n${lines.join(",\n")}\n]}\n`;
}

function signed(value: number): string {
	if (Number.isNaN(value)) return "failed";
	return value > 0 ? `+${readable(value)}` : readable(value);
}

// Of a stat that the build does not have, no gain is a share.
function percent(gain: number, base: number): string {
	const share = (100 * gain) / base;
	if (!Number.isFinite(share)) return "";
	return `${share > 0 ? "+" : ""}${share.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
