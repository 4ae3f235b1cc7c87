// Figures of whole processes: ratios per build, with the median and the worst.
import { summary } from "../../lib/measure.mjs";

/** One line per build, and the figures over all of them. @param runs list of { name, theirs, first, later } */
export function sideBySide(key, what, runs, target) {
	const seconds = (milliseconds) => (milliseconds / 1000).toFixed(2);
	for (const { name, theirs, first, later } of runs) {
		const times = Object.entries({ theirs, first, later }).map(
			([whose, { wall, processor }]) => `${whose} ${seconds(wall)} s wall ${seconds(processor)} s processor`,
		);
		console.log(`${name}: ${times.join(", ")}; ${(later.wall / theirs.wall).toFixed(3)}`);
	}
	const ratio = (run, unit) => runs.map((entry) => entry[run][unit] / entry.theirs[unit]);
	return [
		...both(`${key} first`, `${what}, nothing kept on disk`, ratio("first", "wall")),
		...both(key, `${what}, after an earlier process`, ratio("later", "wall"), target),
		...both(`${key} first processor`, "the same, nothing kept, processor time", ratio("first", "processor")),
		...both(`${key} processor`, "the same, processor time", ratio("later", "processor")),
	];
}

function both(key, what, values, target) {
	const { max, ...rest } = summary(values);
	return [
		{ key, what, ...rest, unit: "x", better: "lower", ...(target && { target }) },
		{ key: `${key} worst`, what: "worst build", value: max, low: max, high: max, unit: "x", better: "lower" },
	];
}
