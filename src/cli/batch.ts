import { stat } from "node:fs/promises";
import { Command, Option } from "commander";
import { PobatchError } from "../common/errors.js";
import { WorkClock } from "../operations/ahead.js";
import { type AnsweredRows, evaluateLines } from "../operations/batch.js";
import { unreadable } from "../operations/named-input.js";
import { readNamedVariants } from "../operations/named-variants.js";
import { fullDpsChange } from "../operations/skill-groups.js";
import { checkedStats } from "../operations/stats.js";
import { csv, jsonLines, type RowWriter } from "../rows/row-writers.js";
import { Interrupt } from "./interrupt.js";
import { announce, openBuild } from "./open.js";
import {
	cacheOptions,
	calculatorOptions,
	type EngineFlags,
	rowTimeoutOption,
	statsOption,
	threadOption,
} from "./options.js";
import { openOutput, refuseInputs } from "./output.js";
import { progressBar } from "./progress.js";
import { fullDpsOption } from "./ranking.js";
import { resumeAfter } from "./resume.js";
import { buildArgument, namedInput, nameOf, readText } from "./source.js";

interface BatchFlags extends EngineFlags {
	sets: string;
	variants?: string;
	fullDps?: "auto" | number[];
	stats?: string[];
	format: "jsonl" | "csv";
	out?: string;
	resume?: boolean;
}

export function batchCommand(): Command {
	const command = new Command("batch")
		.description("evaluate many node sets: JSON lines in, one row of stats each out, in order")
		.argument("<build>", buildArgument)
		.requiredOption("--sets <file>", 'node sets as JSON lines; "-" for stdin')
		.option("--variants <file>", "named changes that lines can refer to, as a JSON object")
		.addOption(fullDpsOption())
		.addOption(statsOption())
		.addOption(new Option("--format <format>", "output format").choices(["jsonl", "csv"]).default("jsonl"))
		.option("--out <file>", "write the rows to a file instead of stdout")
		.option("--resume", "continue an interrupted run after the last complete row in the file of --out")
		.addOption(threadOption())
		.addOption(rowTimeoutOption());
	return cacheOptions(calculatorOptions(command))
		.addHelpText(
			"after",
			`
A line of node sets is a change of the build's nodes, or all nodes:
  {"add":[1],"remove":[2],"attributes":{"1":"Str"},"weaponSets":{"1":2}}
  {"nodes":[1,3,4]}
A line may also be of a variant of the build, named in the file of --variants
({"ring":{"items":{"Ring 1":"..."}}}) or described in the line itself:
  {"add":[1],"variant":"ring"}
  {"variant":{"level":95,"config":{"conditionEnemyShocked":true}}}
A row that fails (an unknown node, say) has an error instead of stats and costs
no other row. A line that is no node set ends the command with status 2, after
the rows before it. The last line on stderr counts rows and the time from the
first row read to the last one written.

Example:
  $ pobatch batch build.xml --sets sets.jsonl --format csv --out rows.csv
  $ pobatch batch build.xml --sets sets.jsonl --variants variants.json
  $ pobatch batch build.xml --sets sets.jsonl --out rows.jsonl --resume`,
		)
		.action(runBatch);
}

async function runBatch(source: string, flags: BatchFlags): Promise<void> {
	if ([source, flags.sets, flags.variants].filter((input) => input === "-").length > 1) {
		const inputs =
			flags.variants === "-" ? "The build, the node sets and the variants" : "The build and the node sets";
		const which = flags.variants === "-" ? "two of them" : "both";
		throw new PobatchError("INVALID_ARGUMENT", `${inputs} cannot ${which} come from stdin`, {
			hint: flags.variants === "-" ? "Give the others as files." : "Give one of them as a file.",
		});
	}
	if (flags.resume && flags.out === undefined) {
		throw new PobatchError("INVALID_ARGUMENT", "--resume needs --out", {
			hint: "It continues after the rows in that file.",
		});
	}
	const size = await sizeOf(flags.sets);
	const variants =
		flags.variants === undefined
			? undefined
			: readNamedVariants(await readText(flags.variants, "variants"), nameOf(flags.variants));
	const inputs = [source, flags.sets, ...(flags.variants === undefined ? [] : [flags.variants])];
	// Opened before calculating: a wrong path must not waste an hour of work.
	const fresh = flags.resume ? undefined : await openOutput(flags.out, inputs);
	await using opened = await openBuild(source, flags);
	const { build } = opened;
	const stats = await checkedStats(build, flags.stats);
	const around = flags.fullDps === undefined ? undefined : await fullDpsChange(build, flags.fullDps);
	const onTerminal = process.stderr.isTTY;
	if (onTerminal) announce(opened, flags);

	const writer = flags.format === "csv" ? csv() : jsonLines();
	const { output, written } = fresh
		? { output: fresh, written: { rows: 0, started: false } }
		: await reopen(flags.out as string, inputs, writer, stats);
	using interrupt = new Interrupt();
	const failing = new AbortController();
	const signal = AbortSignal.any([interrupt.signal, failing.signal]);
	const clock = new WorkClock();
	const progress = progressBar(
		{ known: size !== undefined },
		flags.out === undefined && process.stdout.isTTY,
	);
	const tally = new Tally();
	try {
		const header = writer.header(stats);
		if (!written.started) await output.write(header);
		const input = namedInput(flags.sets);
		const onProgress = (rows: number, position: number) =>
			progress.update(rows, size === undefined ? undefined : position / Math.max(size, 1));
		const request = { input, stats, around, variants, skip: written.rows, clock, signal, onProgress };
		for await (const rows of evaluateLines(build, request)) {
			await output.write(rowsText(rows, writer, tally));
			clock.end();
		}
		await output.end();
	} finally {
		// Also if writing failed: the reader may be waiting for input that never comes.
		failing.abort();
		progress.stop();
	}
	if (!onTerminal) announce(opened, flags);
	if (written.rows > 0) process.stderr.write(`Continued after row ${written.rows - 1}.\n`);
	if (interrupt.signal.aborted) process.stderr.write(interrupted(written.rows + tally.rows, flags.out));
	process.stderr.write(tally.summary(clock.milliseconds));
}

function interrupted(rows: number, file: string | undefined): string {
	const where = rows === 0 ? "before the first row" : `after row ${rows - 1}`;
	return `Interrupted ${where}${file === undefined ? "" : ": --resume continues there"}.\n`;
}

async function reopen(file: string, inputs: readonly string[], writer: RowWriter, stats: readonly string[]) {
	await refuseInputs(file, inputs);
	const written = await resumeAfter(file, writer, stats);
	return { output: await openOutput(file, inputs, true), written };
}

function rowsText(rows: AnsweredRows, writer: RowWriter, tally: Tally): string {
	const { firstRow, length, stats, values, failures } = rows;
	let text = "";
	for (let row = 0; row < length; row++) {
		const failure = failures.get(row);
		if (failure) {
			const { code, message } = failure;
			text += writer.failed(firstRow + row, stats, { code, message });
			tally.failed(firstRow + row, code, message);
		} else {
			text += writer.row(firstRow + row, stats, values, row * stats.length);
		}
		tally.rows++;
	}
	return text;
}

class Tally {
	rows = 0;
	#failed = 0;
	#first = "";

	failed(row: number, code: string, message: string): void {
		if (this.#failed++ === 0) this.#first = `row ${row}: ${code}: ${message}`;
	}

	summary(milliseconds: number): string {
		const count = this.#failed === 1 ? "1 row failed" : `${this.#failed} rows failed, the first one`;
		const failed = this.#failed === 0 ? "" : `${count}: ${this.#first}\n`;
		return failed + rate(this.rows, milliseconds);
	}
}

/** `1000 rows, 0.02 s, 0.020 ms/row`. */
function rate(rows: number, milliseconds: number): string {
	const each = rows === 0 ? 0 : milliseconds / rows;
	return `${rows} ${rows === 1 ? "row" : "rows"}, ${(milliseconds / 1000).toFixed(2)} s, ${each.toFixed(3)} ms/row\n`;
}

/** In bytes, for the progress. Called first, so that a missing file is reported before the engine is opened. */
async function sizeOf(file: string): Promise<number | undefined> {
	if (file === "-") return undefined;
	try {
		const found = await stat(file);
		return found.isFile() ? found.size : undefined;
	} catch (cause) {
		throw unreadable(nameOf(file), "node sets", cause);
	}
}
