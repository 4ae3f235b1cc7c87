import Table from "cli-table3";
import { inWords } from "../common/gain.js";

/** A plain table without lines, columns two spaces apart; `right` names the columns of numbers. */
export function table(
	head: readonly string[],
	rows: readonly (readonly string[])[],
	right: readonly number[] = [],
): string {
	const result = new Table({
		head: [...head],
		colAligns: head.map((_, i) => (right.includes(i) ? "right" : "left")),
		chars: {
			top: "",
			"top-mid": "",
			"top-left": "",
			"top-right": "",
			bottom: "",
			"bottom-mid": "",
			"bottom-left": "",
			"bottom-right": "",
			left: "",
			"left-mid": "",
			mid: "",
			"mid-mid": "",
			right: "",
			"right-mid": "",
			middle: "  ",
		},
		style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
	});
	result.push(...rows.map((row) => [...row]));
	return `${result
		.toString()
		.split("\n")
		.map((line) => line.trimEnd())
		.join("\n")}\n`;
}

/** Above this, more digits are meaningless: a double has 16. */
const longest = 1e15;

/** A number for people: rounded, with thousands separators. */
export function readable(value: number, decimals = Math.abs(value) < 1000 ? 3 : 0): string {
	const words = inWords(value);
	if (words !== undefined) return words;
	if (Math.abs(value) >= longest) return value.toExponential(3);
	return value.toLocaleString("en-US", { maximumFractionDigits: decimals });
}

/** A gain for people: with its sign. */
export function signed(gain: number): string {
	return gain > 0 ? `+${readable(gain)}` : readable(gain);
}
