import { oneLine } from "../common/errors.js";
import { percentOf } from "../common/gain.js";
import type { RowError } from "../rows/batch-result.js";
import { csvField, exact, jsonNumber } from "../rows/row-writers.js";
import type { NodePower, PowerResult } from "../search/power.js";
import { type Column, type Fitted, fittedTable } from "./fit.js";
import { readable, signed } from "./table.js";

/** Node power for people: for each stat the gain and its share of the build's own value, as far as there is room. */
export function powerTable(
	nodes: readonly NodePower[],
	base: Readonly<Record<string, number>>,
	stats: readonly string[],
	perPoint: boolean,
): Fitted {
	const column = (head: string, own: string, cell: (node: NodePower) => string, more: Partial<Column>) => ({
		head,
		cells: [own, ...nodes.map(cell)],
		...more,
	});
	const number = { right: true };
	const gains = stats.flatMap((stat, i) => [
		column(stat, readable(base[stat] as number), (node) => gainCell(node, stat), {
			...number,
			// The last stats are left out first; the one that sorts the nodes stays.
			...(i > 0 && { optional: rank.stat - i }),
		}),
		column("%", "", (node) => percent(node.gains[stat] as number, base[stat] as number), {
			...number,
			optional: rank.percent,
		}),
	]);
	const first = stats[0] as string;
	const ofAPoint = (node: NodePower) => gainCell(node, first, Math.max(1, Math.abs(node.points)));
	return fittedTable([
		column("Node", "", ({ id }) => String(id), number),
		column("Name", "the build itself", ({ name }) => name, { cut: { side: "end", fair: 20, least: 12 } }),
		column("Type", "", ({ type }) => type, { optional: rank.type }),
		column("Points", "", ({ points }) => String(points), number),
		...gains,
		...(perPoint ? [column(`${first}/point`, "", ofAPoint, number)] : []),
	]);
}

/** Which columns a narrow table leaves out, the lowest first. */
const rank = { type: 0, percent: 1, stat: 1_000_000 };

function gainCell({ gains, error }: NodePower, stat: string, points = 1): string {
	return error ? "failed" : signed((gains[stat] as number) / points);
}

/**
 * All digits; for each stat the columns `stat` and `stat %`, and last the path's nodes, separated by spaces. Cells are
 * empty for the gains of a failed row, and for shares of 0 or infinity.
 */
export function powerCsv(
	nodes: readonly NodePower[],
	base: Readonly<Record<string, number>>,
	stats: readonly string[],
): string {
	const head = ["node", "name", "type", "points", ...stats.flatMap((stat) => [stat, `${stat} %`]), "nodes"];
	const rows = nodes.map(({ id, name, type, points, gains, error, nodes: changed }) => [
		String(id),
		name,
		type,
		String(points),
		...stats.flatMap((stat) => {
			const gain = gains[stat] as number;
			const share = percentOf(gain, base[stat] as number);
			return error ? ["", ""] : [exact(gain), share === undefined ? "" : exact(share)];
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
		({ gains, error, ...node }) =>
			`${JSON.stringify(node).slice(0, -1)},"gains":${numbers(gains)}${error ? `,"error":${failure(error)}` : ""}}`,
	);
	return `{"base":${numbers(base)},"stopped":${stopped},"nodes":[\n${lines.join(",\n")}\n]}\n`;
}

function failure({ code, message }: RowError): string {
	return JSON.stringify({ code, message: oneLine(message) });
}

// If the build does not have the stat, a gain is not a share of anything.
function percent(gain: number, base: number): string {
	const share = percentOf(gain, base);
	if (share === undefined) return "";
	const text =
		Math.abs(share) < 1e9
			? share.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
			: share.toExponential(2);
	return share > 0 ? `+${text}` : text;
}
