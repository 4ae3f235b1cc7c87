import { type Command, InvalidArgumentError, Option } from "commander";
import { oneLine } from "../common/errors.js";
import { gainOf, percentOf } from "../common/gain.js";
import type { OpenedBuild } from "../operations/open.js";
import type { RankedAlternative, Ranking, RankingRequest } from "../operations/ranking.js";
import { fullDpsChange } from "../operations/skill-groups.js";
import { csvField, exact, jsonNumber } from "../rows/row-writers.js";
import { describeBuild } from "./describe.js";
import { type Column, fittedTable } from "./fit.js";
import { Interrupt } from "./interrupt.js";
import { announce, openBuild } from "./open.js";
import {
	cacheOptions,
	calculatorOptions,
	type EngineFlags,
	integer,
	names,
	rowTimeoutOption,
	threadOption,
} from "./options.js";
import { openOutput } from "./output.js";
import { progressBar } from "./progress.js";
import { readable, signed, table } from "./table.js";

/** Options of the commands that rank changes of a build. */
export interface RankingFlags extends EngineFlags {
	stat?: string[];
	format: "table" | "csv" | "json";
	top?: number;
	fullDps?: "auto" | number[];
}

const defaultTop = 30;

/** Adds these options to a command. */
export function rankingOptions(command: Command): Command {
	command
		.addOption(
			new Option(
				"--stat <names>",
				"stats, separated by commas; the first one sorts (default: the calculator's first)",
			).argParser(names),
		)
		.addOption(fullDpsOption())
		.addOption(
			new Option("--top <n>", `rows in the table (default: ${defaultTop}); csv and json have all`).argParser(
				integer(1, 100_000),
			),
		)
		.addOption(
			new Option("--format <format>", "output format").choices(["table", "csv", "json"]).default("table"),
		)
		.addOption(threadOption())
		.addOption(rowTimeoutOption());
	return cacheOptions(calculatorOptions(command));
}

export function fullDpsOption(): Option {
	return new Option(
		"--full-dps <auto|groups>",
		"numbers of the skill groups that count in Full DPS, separated by commas; auto: the main skill's if none counts",
	).argParser((text) => {
		if (text === "auto") return text;
		const groups = text.split(",").map((group) => (/^\s*\d+\s*$/.test(group) ? Number(group) : 0));
		if (groups.includes(0))
			throw new InvalidArgumentError('Expected "auto" or numbers of skill groups, from 1.');
		return groups;
	});
}

/** Opens the build, calls `rank`, and prints its result. */
export async function runRanking<Answer extends Ranking>(
	source: string,
	flags: RankingFlags,
	rank: (opened: OpenedBuild, request: RankingRequest) => Promise<Answer>,
	notes: (answer: Answer) => readonly string[] = () => [],
): Promise<void> {
	await using opened = await openBuild(source, flags);
	using interrupt = new Interrupt();
	const progress = progressBar({ known: true }, false);
	let answer: Answer;
	try {
		const around = flags.fullDps && (await fullDpsChange(opened.build, flags.fullDps));
		answer = await rank(opened, {
			stats: flags.stat,
			around: around || undefined,
			signal: interrupt.signal,
			onProgress: (done, total) => progress.update(done, done / Math.max(total, 1)),
		});
	} finally {
		progress.stop();
	}
	announce(opened, flags);
	for (const note of [...notes(answer), ...answer.advice]) process.stderr.write(`note: ${oneLine(note)}\n`);
	const output = await openOutput(undefined, []);
	await output.write(rankingText(answer, flags, describeBuild(opened.build)));
	if (answer.stopped) process.stderr.write("Interrupted: only what was calculated is shown.\n");
	process.stderr.write(summary(answer));
}

/** The result in the requested format. */
export function rankingText(
	answer: Ranking,
	{ format, top }: Pick<RankingFlags, "format" | "top">,
	title: string,
): string {
	const shown = top ?? (format === "table" ? defaultTop : answer.rows.length);
	const rows = answer.rows.slice(0, shown);
	if (format === "csv") return csv(answer, rows);
	if (format === "json") return json(answer, rows);
	const { text, leftOut } = rankedTable(answer, rows);
	const more = answer.rows.length - rows.length;
	return (
		`${title}\n\n${besideText(answer)}${text}` +
		(more > 0 ? `${more} more: --top ${answer.rows.length} shows all.\n` : "") +
		(leftOut.length > 0 ? `No room for: ${leftOut.join(", ")}. --format csv has all.\n` : "")
	);
}

function labelsOf({ rows }: Ranking): string[] {
	return [...new Set(rows.flatMap(({ label }) => Object.keys(label)))];
}

/** Another build stat by stat, above its parts. */
function besideText({ beside }: Ranking): string {
	if (!beside) return "";
	const rows = beside.stats.map(({ stat, build, other }) => [
		stat,
		readable(build),
		readable(other),
		signed(gainOf(other, build)),
	]);
	return `${table(["Stat", "Build", "Other", "Change"], rows, [1, 2, 3])}\n`;
}

function rankedTable({ base, stats, ...ranking }: Ranking, rows: readonly RankedAlternative[]) {
	const labels = labelsOf({ base, stats, ...ranking });
	const named = labels.map(
		(name, i): Column => ({
			head: name,
			cells: [i === 0 ? "the build itself" : "", ...rows.map(({ label }) => String(label[name] ?? ""))],
			cut: { side: "end", fair: 24, least: 8 },
			...(i > 0 && { optional: 1000 - i }),
		}),
	);
	const numbers = stats.flatMap((stat, i): Column[] => [
		{
			head: stat,
			right: true,
			cells: [
				readable(base[stat] as number),
				...rows.map(({ gains, error }) => (error ? "failed" : signed(gains[stat] as number))),
			],
			...(i > 0 && { optional: 1_000_000 - i }),
		},
		{
			head: "%",
			right: true,
			cells: ["", ...rows.map(({ gains }) => percent(gains[stat] as number, base[stat] as number))],
			optional: 1,
		},
	]);
	return fittedTable([...named, ...numbers]);
}

function percent(gain: number, own: number): string {
	const share = percentOf(gain, own);
	if (share === undefined) return "";
	const text = share.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
	return share > 0 ? `+${text}` : text;
}

/** All digits; for each stat its value and its gain. Cells are empty for a failed row. */
function csv(ranking: Ranking, rows: readonly RankedAlternative[]): string {
	const { stats } = ranking;
	const labels = labelsOf(ranking);
	const head = [...labels, ...stats.flatMap((stat) => [stat, `${stat} gain`])];
	const lines = rows.map(({ label, values, gains, error }) => [
		...labels.map((name) => String(label[name] ?? "")),
		...stats.flatMap((stat) =>
			error ? ["", ""] : [exact(values[stat] as number), exact(gains[stat] as number)],
		),
	]);
	return [head, ...lines].map((cells) => `${cells.map(csvField).join(",")}\n`).join("");
}

function json({ base, stats, advice, stopped, beside }: Ranking, rows: readonly RankedAlternative[]): string {
	const numbers = (values: Readonly<Record<string, number>>) =>
		`{${stats.map((stat) => `${JSON.stringify(stat)}:${jsonNumber(values[stat] as number)}`).join(",")}}`;
	const lines = rows.map(({ label, values, gains, error }) => {
		const failure = error && JSON.stringify({ code: error.code, message: oneLine(error.message) });
		const answer = error ? `"error":${failure}` : `"values":${numbers(values)},"gains":${numbers(gains)}`;
		return `{"label":${JSON.stringify(label)},${answer}}`;
	});
	const others = (beside?.stats ?? []).map(
		({ stat, build, other }) => `${JSON.stringify(stat)}:[${jsonNumber(build)},${jsonNumber(other)}]`,
	);
	const both = beside ? `"beside":{${others.join(",")}},` : "";
	return `{${both}"base":${numbers(base)},"advice":${JSON.stringify(advice)},"stopped":${stopped},"rows":[\n${lines.join(",\n")}\n]}\n`;
}

/** `1287 rows, 2.04 s, 412 from the cache, 310 memoized`. */
function summary({ rows, elapsedMs, cache: { hits, memoized } }: Ranking): string {
	const count = rows.length + 1;
	const parts = [
		`${count} rows`,
		`${(elapsedMs / 1000).toFixed(2)} s`,
		`${(elapsedMs / count).toFixed(3)} ms/row`,
		...(hits > 0 ? [`${hits} from the cache`] : []),
		...(memoized > 0 ? [`${memoized} memoized`] : []),
	];
	return `${parts.join(", ")}\n`;
}
