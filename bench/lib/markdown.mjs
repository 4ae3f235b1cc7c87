import { readFileSync, writeFileSync } from "node:fs";
import { cells, number } from "./print.mjs";

/**
 * Writes a suite's figures into a page, replacing what is between `<!-- figures: SUITE -->` and `<!-- end -->`: a table
 * per group of peers (figures with `peer`), then all figures with their targets.
 *
 * @param results `figures[].peer` is { table, who, time, against }: heading, name, and two summaries
 */
export function writeInto(file, suite, { about, loadBefore, figures }) {
	const page = readFileSync(file, "utf8");
	const begin = `<!-- figures: ${suite} -->`;
	const from = page.indexOf(begin);
	const to = page.indexOf("<!-- end -->", from);
	if (from < 0 || to < 0) throw new Error(`${file} has no ${begin} … <!-- end -->`);
	const peers = figures.flatMap(({ peer }) => peer ?? []);
	const text = [
		`${Object.values(about).join(", ")}${shortened()}; ${loadBefore}.`,
		...[...new Set(peers.map(({ table }) => table))].map((name) => sideBySide(name, peers)),
		"All figures of the suite, with their targets:",
		markdownTable(["figure", "median", "quartiles", "target", "reached"], figures.map(row)),
		figures.flatMap(({ note }) => (note ? [`- ${note}`] : [])).join("\n"),
	];
	writeFileSync(file, `${page.slice(0, from + begin.length)}\n\n${text.join("\n\n")}\n\n${page.slice(to)}`);
	console.log(`Written into ${file}`);
}

function sideBySide(name, peers) {
	const rows = peers
		.filter(({ table }) => table === name)
		.map(({ who, time, against }) => [
			who,
			`${number(time.value)} ${time.unit}`,
			`${number(against.value)} x`,
		]);
	return `**${name}**\n\n${markdownTable(["who", "time", "against the first"], rows)}`;
}

function row(figure) {
	const [what, ...rest] = cells(figure);
	return [what.trim(), ...rest].map((cell) => (cell === "NO" ? "**no**" : cell));
}

const leftAligned = new Set(["figure", "who", "reached"]);

function markdownTable(head, rows) {
	const line = (texts) => `| ${texts.join(" | ")} |`;
	return [
		line(head),
		line(head.map((name) => (leftAligned.has(name) ? "---" : "---:"))),
		...rows.map(line),
	].join("\n");
}

/** Variables that made the run coarser: the page must mention them. */
function shortened() {
	const set = ["BENCH_ROWS", "BENCH_ROUNDS", "BENCH_TRUTH", "BENCH_BUILDS"].filter(
		(name) => process.env[name],
	);
	return set.length === 0 ? "" : `, with ${set.map((name) => `${name}=${process.env[name]}`).join(" ")}`;
}
