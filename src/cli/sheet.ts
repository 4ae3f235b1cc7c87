import { styleText } from "node:util";
import type { Sheet } from "../builds/sheet.js";

/** Styles as accepted by util.styleText. */
type Style = Parameters<typeof styleText>[0];

/** Styles text if standard output is a terminal that supports it; NO_COLOR and FORCE_COLOR are respected. */
function styled(style: Style, text: string): string {
	const { stdout } = process;
	const { FORCE_COLOR, NO_COLOR } = process.env;
	const shown = FORCE_COLOR ? FORCE_COLOR !== "0" : !NO_COLOR && stdout.isTTY && stdout.hasColors();
	return shown ? styleText(style, text, { validateStream: false }) : text;
}

/**
 * Path of Building's side bar as text: labels left, values right.
 *
 * @param base the build without the node set; a third column then shows values that differ from it
 */
export function sheetText(sheet: Sheet, base?: Sheet): string {
	const stats = sheet.groups.flatMap(({ rows }) => rows).filter((row) => "label" in row);
	const before = new Map(base && keyed(base));
	const keys = keyed(sheet).map(([key]) => key);
	const labelWidth = Math.max(0, ...stats.map(({ label }) => label.length));
	const valueWidth = Math.max(0, ...stats.map(({ value }) => value.length));
	const lines: string[] = [];
	let at = 0;
	for (const [index, { title, rows }] of sheet.groups.entries()) {
		if (index > 0) lines.push("");
		if (title !== undefined) lines.push(styled("bold", title));
		for (const row of rows) {
			if (!("label" in row)) {
				lines.push(styled("dim", row.note));
				continue;
			}
			const { label, value } = row;
			const was = before.get(keys[at++] as string) ?? "absent";
			lines.push(
				label.padEnd(labelWidth) +
					`  ${" ".repeat(valueWidth - value.length)}${valueStyle(value)}` +
					(base && was !== value ? styled("yellow", `  was ${was}`) : ""),
			);
		}
	}
	return `${lines.join("\n")}\n`;
}

// Like Path of Building, shows a resistance below zero in red.
function valueStyle(value: string): string {
	return styled(value.startsWith("-") ? "red" : "bold", value);
}

/** Values by label. Repeated labels ("Unreserved Spirit": a number and a share) are told apart by position. */
function keyed({ groups }: Sheet): [key: string, value: string][] {
	const seen = new Map<string, number>();
	return groups
		.flatMap(({ rows }) => rows)
		.filter((row) => "label" in row)
		.map(({ label, value }) => {
			const nth = (seen.get(label) ?? 0) + 1;
			seen.set(label, nth);
			return [`${label}\n${nth}`, value];
		});
}
