import { Command, Option } from "commander";
import { oneLine } from "../common/errors.js";
import { drawPower, type PowerAnswer, rankNodes } from "../operations/power.js";
import { fullDpsChange } from "../operations/skill-groups.js";
import type { PowerResult } from "../search/power.js";
import { describeBuild } from "./describe.js";
import { Interrupt } from "./interrupt.js";
import { announce, openBuild } from "./open.js";
import {
	cacheOptions,
	calculatorOptions,
	type EngineFlags,
	integer,
	names,
	positive,
	rowTimeoutOption,
	threadOption,
} from "./options.js";
import { openOutput, writeWhole } from "./output.js";
import { powerCsv, powerJson, powerTable } from "./power-text.js";
import { progressBar } from "./progress.js";
import { fullDpsOption } from "./ranking.js";
import { buildArgument } from "./source.js";

interface PowerFlags extends EngineFlags {
	stat?: string[];
	depth: number;
	radius?: number;
	perPoint?: boolean;
	remove?: boolean;
	top?: number;
	format: "table" | "csv" | "json";
	svg?: string;
	fullDps?: "auto" | number[];
}

/** Default number of rows: about one screen. */
const defaultTop = 30;

export function powerCommand(): Command {
	const command = new Command("power")
		.description("node power: what each node within reach is worth to the build")
		.argument("<build>", buildArgument)
		.addOption(
			new Option(
				"--stat <names>",
				"stats, separated by commas; the first one sorts (default: the calculator's first)",
			).argParser(names),
		)
		.addOption(
			new Option("--depth <n>", "only nodes within this many points").argParser(integer(1, 100)).default(5),
		)
		.addOption(
			new Option(
				"--radius <n>",
				"only nodes within this many of Path of Building's tree units from an allocated one",
			).argParser(positive("tree units")),
		)
		.addOption(fullDpsOption())
		.option("--per-point", "sort by the gain per point")
		.option("--remove", "also show what removing each allocated node loses, with all nodes that depend on it")
		.addOption(
			new Option("--top <n>", `nodes in the table (default: ${defaultTop}); csv and json have all`).argParser(
				integer(1, 100_000),
			),
		)
		.addOption(
			new Option("--format <format>", "output format").choices(["table", "csv", "json"]).default("table"),
		)
		.option("--svg <file>", "also draw the passive tree, coloured by the gain of the first stat")
		.addOption(threadOption())
		.addOption(rowTimeoutOption());
	return cacheOptions(calculatorOptions(command))
		.addHelpText(
			"after",
			`
A node's gain is that of its whole path: what the build has with the path
allocated, minus without. The last line on stderr counts rows, time, and the
rows that needed no calculation.

Example:
  $ pobatch power build.xml --stat FullDPS,TotalEHP --depth 4
  $ pobatch power build.xml --stat Life --remove --format csv > life.csv
  $ pobatch power build.xml --stat FullDPS --svg power.svg --cache`,
		)
		.action(runPower);
}

async function runPower(source: string, flags: PowerFlags): Promise<void> {
	await using opened = await openBuild(source, flags);
	using interrupt = new Interrupt();
	const { build } = opened;
	const progress = progressBar({ known: true }, false);
	let result: PowerAnswer;
	try {
		const around = flags.fullDps && (await fullDpsChange(build, flags.fullDps));
		result = await rankNodes(build, {
			stats: flags.stat,
			around: around || undefined,
			depth: flags.depth,
			perPoint: flags.perPoint === true,
			remove: flags.remove === true,
			...(flags.radius !== undefined && { radius: flags.radius }),
			signal: interrupt.signal,
			onProgress: (done, total) => progress.update(done, done / Math.max(total, 1)),
		});
	} finally {
		progress.stop();
	}
	const { base, nodes, stopped, stats } = result;
	if (result.empty) {
		process.stderr.write("Interrupted before the build itself was calculated.\n");
		return;
	}
	const shown = flags.top ?? (flags.format === "table" ? defaultTop : nodes.length);
	const list = nodes.slice(0, shown);
	announce(opened, flags);
	for (const note of result.advice) process.stderr.write(`note: ${oneLine(note)}\n`);
	const output = await openOutput(undefined, []);
	if (flags.format === "csv") await output.write(powerCsv(list, base, stats));
	else if (flags.format === "json") await output.write(powerJson(result, list));
	else {
		const more = nodes.length - list.length;
		const { text, leftOut } = powerTable(list, base, stats, flags.perPoint === true);
		await output.write(
			`${describeBuild(build)}\n\n${text}` +
				(more > 0 ? `${more} more: --top ${nodes.length} shows all.\n` : "") +
				(leftOut.length > 0 ? `No room for: ${leftOut.join(", ")}. --format csv has all.\n` : ""),
		);
	}
	if (flags.svg !== undefined) {
		await writeWhole(flags.svg, drawPower(build, result, describeBuild(build)), [source]);
		process.stderr.write(`Drawn in ${flags.svg}\n`);
	}
	if (stopped) process.stderr.write("Interrupted: only what was calculated is shown.\n");
	process.stderr.write(summary(result));
}

/** `1287 rows, 2.04 s, 1.585 ms/row, 412 from the cache, 310 memoized`. */
function summary({ nodes, elapsedMs, cache: { hits, memoized } }: PowerResult): string {
	const failures = nodes.flatMap(({ id, error }) => (error ? [{ id, error }] : []));
	const [first] = failures;
	const count = failures.length === 1 ? "1 row failed" : `${failures.length} rows failed, the first one`;
	// The build's own row counts, too.
	const rows = nodes.length + 1;
	return (
		(first ? `${count}: node ${first.id}: ${first.error.code}: ${oneLine(first.error.message)}\n` : "") +
		`${rows} rows, ${(elapsedMs / 1000).toFixed(2)} s, ${(elapsedMs / rows).toFixed(3)} ms/row, ` +
		`${hits} from the cache${memoized > 0 ? `, ${memoized} memoized` : ""}\n`
	);
}
