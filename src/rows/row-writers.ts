import type { RowFailure } from "./set-line.js";

/** Turns answered rows into text. */
export interface RowWriter {
	/** What comes before the first row. */
	header(stats: readonly string[]): string;
	/** One row of `values`, which begins at `offset`. */
	row(row: number, stats: readonly string[], values: Float64Array, offset: number): string;
	failed(row: number, stats: readonly string[], failure: RowFailure): string;
	/** The number of the row that a line (without its end) holds; undefined if it is none of these stats. */
	read(line: string, stats: readonly string[]): number | undefined;
}

/** `{"row":0,"stats":{"Life":1059}}` or `{"row":0,"error":{"code":"UNKNOWN_NODE","message":"..."}}` per row. */
export function jsonLines(): RowWriter {
	let keys: string[] = [];
	return {
		header(stats) {
			keys = stats.map((stat, i) => `${i === 0 ? "" : ","}${JSON.stringify(stat)}:`);
			return "";
		},
		row(row, _stats, values, offset) {
			let text = `{"row":${row},"stats":{`;
			for (let i = 0; i < keys.length; i++) text += keys[i] + jsonNumber(values[offset + i] as number);
			return `${text}}}\n`;
		},
		failed(row, _stats, { code, message }) {
			return `${JSON.stringify({ row, error: { code, message } })}\n`;
		},
		read(line, stats) {
			let json: { row?: unknown; stats?: object; error?: object };
			try {
				json = JSON.parse(line);
			} catch {
				return undefined;
			}
			const names = Object.keys(json?.stats ?? {});
			const isRow =
				json?.error || (names.length === stats.length && stats.every((stat, i) => names[i] === stat));
			return isRow && Number.isSafeInteger(json.row) ? (json.row as number) : undefined;
		},
	};
}

/** Comma-separated: `row`, the stats, and last `error`, empty where the row has numbers. */
export function csv(): RowWriter {
	return {
		header: (stats) => `${["row", ...stats, "error"].map(csvField).join(",")}\n`,
		row(row, stats, values, offset) {
			let text = String(row);
			for (let i = 0; i < stats.length; i++) text += `,${exact(values[offset + i] as number)}`;
			return `${text},\n`;
		},
		failed: (row, stats, { code, message }) =>
			`${row}${",".repeat(stats.length + 1)}${csvField(`${code}: ${message}`)}\n`,
		read(line, stats) {
			// The error comes last, and only it may hold further commas.
			const commas = line.split(",").length - 1;
			return /^\d+,/.test(line) && commas >= stats.length + 1 ? Number.parseInt(line, 10) : undefined;
		},
	};
}

// Bits survive the way through text: the shortest decimal form that reads back as the same double, and -0 kept.
export function exact(value: number): string {
	return Object.is(value, -0) ? "-0" : String(value);
}

// JSON has no infinity, but a decimal number too large for a double reads back as one. It has no NaN at all.
export function jsonNumber(value: number): string {
	if (Number.isFinite(value)) return exact(value);
	if (Number.isNaN(value)) return "null";
	return value > 0 ? "1e999" : "-1e999";
}

export function csvField(text: string): string {
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
