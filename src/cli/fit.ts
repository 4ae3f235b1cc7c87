import { table } from "./table.js";

/** A column of a table that has to fit a terminal. */
export interface Column {
	readonly head: string;
	readonly cells: readonly string[];
	/** Whether it contains numbers, which are right-aligned. */
	readonly right?: boolean;
	/** If there is no room, columns with a rank are left out, all of the lowest rank together first. */
	readonly optional?: number;
	/** Cells may be cut: to `fair` characters before any column is left out, and to `least` when no more can be. */
	readonly cut?: { readonly side: "start" | "end"; readonly fair: number; readonly least: number };
}

export interface Fitted {
	readonly text: string;
	/** Heads of the columns that were left out, without repetitions. */
	readonly leftOut: readonly string[];
}

const usualWidth = 80;
const gap = 2;

/** Width of standard output. If it is not a terminal, a default, since one may show it later. */
export function terminalWidth(): number {
	const { stdout } = process;
	return (stdout.isTTY && stdout.columns) || usualWidth;
}

/** Fits the table into the width if possible: by folding heads, leaving columns out and cutting cells. */
export function fittedTable(columns: readonly Column[], width = terminalWidth()): Fitted {
	let kept = columns;
	const leftOut = new Set<string>();
	for (;;) {
		const ranks = kept.flatMap(({ optional }) => (optional === undefined ? [] : [optional]));
		const limit = ranks.length === 0 ? "least" : "fair";
		const folded = kept.map(withFoldedHead);
		const fitted = fitting(kept, width, limit) ?? fitting(folded, width, limit);
		if (fitted) return { text: textOf(fitted), leftOut: [...leftOut] };
		if (ranks.length === 0) return { text: textOf(cutTo(folded, limit)), leftOut: [...leftOut] };
		const lowest = Math.min(...ranks);
		for (const { head, optional } of kept) if (optional === lowest) leftOut.add(head);
		kept = kept.filter(({ optional }) => optional !== lowest);
	}
}

function textOf(columns: readonly Column[]): string {
	const rows = (columns[0]?.cells ?? []).map((_, row) => columns.map(({ cells }) => cells[row] as string));
	const right = columns.flatMap(({ right }, i) => (right ? [i] : []));
	return table(
		columns.map(({ head }) => head),
		rows,
		right,
	);
}

/** The columns with cells cut as far as needed, the widest first; undefined if that is not enough. */
function fitting(columns: readonly Column[], width: number, limit: "fair" | "least"): Column[] | undefined {
	const widths = columns.map(widthOf);
	let over = widths.reduce((sum, each) => sum + each, gap * (columns.length - 1)) - width;
	while (over > 0) {
		let widest: number | undefined;
		for (const [i, { cut }] of columns.entries()) {
			if (!cut || (widths[i] as number) <= cut[limit]) continue;
			if (widest === undefined || (widths[i] as number) > (widths[widest] as number)) widest = i;
		}
		if (widest === undefined) return undefined;
		widths[widest] = (widths[widest] as number) - 1;
		over--;
	}
	return columns.map((column, i) => cutColumn(column, widths[i] as number));
}

function cutTo(columns: readonly Column[], limit: "fair" | "least"): Column[] {
	return columns.map((column) => (column.cut ? cutColumn(column, column.cut[limit]) : column));
}

function cutColumn(column: Column, width: number): Column {
	const { cut, cells } = column;
	if (!cut) return column;
	const short = (text: string) => {
		if (text.length <= width) return text;
		return cut.side === "end"
			? `${text.slice(0, width - 1).trimEnd()}…`
			: `…${text.slice(text.length - width + 1)}`;
	};
	return { ...column, cells: cells.map(short) };
}

function widthOf({ head, cells }: Column): number {
	return Math.max(...head.split("\n").map(({ length }) => length), ...cells.map(({ length }) => length));
}

/** Folds a head that is wider than its cells, between its words: `Cold`, `Maximum`, `HitTaken`. */
function withFoldedHead(column: Column): Column {
	const words = column.head.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+/g) ?? [column.head];
	const width = Math.max(...column.cells.map(({ length }) => length), ...words.map(({ length }) => length));
	const lines: string[] = [];
	for (const word of words) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + word.length <= width) lines[lines.length - 1] = last + word;
		else lines.push(word);
	}
	return { ...column, head: lines.join("\n") };
}
