import Table from "cli-table3";

/**
 * Prints figures as a table: median, quartiles of the rounds, target and whether it was reached.
 *
 * @param figures `better` says which direction is better, "lower" or "higher"; a figure without `target` is only
 * informative
 */
export function printFigures(figures) {
	const table = new Table({
		head: ["Figure", "Median", "Quartiles", "Target", "Reached"],
		colAligns: ["left", "right", "right", "right", "left"],
		style: { head: [], border: [], compact: true },
	});
	for (const figure of figures) table.push(cells(figure));
	console.log(table.toString());
	for (const { note } of figures) if (note) console.log(`  ${note}`);
}

/** The cells of one figure: what, median, quartiles, target, whether it was reached. */
export function cells({ what, value, low, high, unit, better, target }) {
	const sign = better === "lower" ? "<=" : ">=";
	const reached = better === "lower" ? value <= target : value >= target;
	return [
		what,
		`${number(value)} ${unit}`,
		low === high ? "" : `${number(low)} .. ${number(high)}`,
		target === undefined ? "" : `${sign} ${number(target)}`,
		target === undefined ? "" : reached ? "yes" : "NO",
	];
}

export function number(value) {
	const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
	return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}
