import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { number } from "./print.mjs";

const folder = new URL("../baselines/", import.meta.url);

function fileOf(name) {
	if (!/^[\w.-]+$/.test(name))
		throw new Error(`Expected a name of letters, digits, . _ - but received ${name}`);
	return fileURLToPath(new URL(`${name}.json`, folder));
}

/** Saves the figures of this run under a name, with the machine and versions they belong to. */
export function save(name, about, figures) {
	mkdirSync(folder, { recursive: true });
	const kept = figures.map(({ key, what, value, low, high, min, max, unit, better }) => ({
		key,
		what,
		unit,
		better,
		median: value,
		low,
		high,
		min,
		max,
	}));
	writeFileSync(fileOf(name), `${JSON.stringify({ about, figures: kept }, null, "\t")}\n`);
	console.log(`Saved as ${fileOf(name)}`);
}

/** A saved run; undefined if there is none with that name. */
export function saved(name) {
	const file = fileOf(name);
	return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/**
 * Prints for each figure whether this run is faster or slower than a saved one, or within the noise.
 *
 * @returns whether a figure got worse beyond the noise of both runs
 */
export function compareWith(name, before, about, figures) {
	const differs = Object.keys(about).filter((key) => about[key] !== before.about[key]);
	for (const key of differs) console.log(`${key} was ${before.about[key]} and is ${about[key]}`);
	const table = new Table({
		head: ["Figure", name, "Now", "Change", ""],
		colAligns: ["left", "right", "right", "right", "left"],
		style: { head: [], border: [], compact: true },
	});
	let isWorse = false;
	for (const now of figures) {
		const then = before.figures.find(({ key }) => key === now.key);
		if (!then) continue;
		const change = now.value / then.median - 1;
		const verdict = judge(then, now);
		isWorse ||= verdict === "worse";
		table.push([
			now.what,
			`${number(then.median)} ${now.unit}`,
			`${number(now.value)} ${now.unit}`,
			`${change >= 0 ? "+" : ""}${(100 * change).toFixed(1)} %`,
			now.unit === "MB" ? verdict : (words[verdict] ?? verdict),
		]);
	}
	console.log(table.toString());
	return isWorse;
}

/** Words for times and rates; memory gets "better" and "worse". */
const words = { better: "faster", worse: "slower" };

// Runs differ only if their rounds do not overlap at all: on a shared machine, medians shift by a third.
function judge(then, now) {
	if ([then, now].some(({ min, max }) => min === undefined || min === max)) return "one sample";
	if (now.min <= then.max && now.max >= then.min) return "within noise";
	const rose = now.value > then.median;
	return rose === (now.better === "higher") ? "better" : "worse";
}
