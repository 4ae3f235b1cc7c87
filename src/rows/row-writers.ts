import type { RowFailure } from "./set-line.js";

/** Formats result rows as text. */
export interface RowWriter {
	/** What comes before the first row. */
	header(stats: readonly string[]): string;
	/** One row of `values`, starting at `offset`. */
	row(row: number, stats: readonly string[], values: Float64Array, offset: number): string;
	failed(row: number, stats: readonly string[], failure: RowFailure): string;
	/** The row number in a line (without its terminator); undefined if the line is not a row of these stats. */
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

/** Comma-separated values: `row`, the stats, and finally `error`, which is empty if the row has numbers. */
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
			// The error comes last, and only it may contain additional commas.
			const commas = line.split(",").length - 1;
			return /^\d+,/.test(line) && commas >= stats.length + 1 ? Number.parseInt(line, 10) : undefined;
		},
	};
}

// The shortest decimal form that parses back to the same double, so that text preserves every bit, including -0.
export function exact(value: number): string {
	return Object.is(value, -0) ? "-0" : String(value);
}

// JSON has no infinity, but a decimal number too large for a double parses as one. There is no way to write NaN.
export function jsonNumber(value: number): string {
	if (Number.isFinite(value)) return exact(value);
	if (Number.isNaN(value)) return "null";
	return value > 0 ? "1e999" : "-1e999";
}

export function csvField(text: string): string {
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
