import { Command, Option } from "commander";
import { checkTree } from "../operations/search.js";
import { csvField, exact } from "../rows/row-writers.js";
import type { Trimmed, TrimResult } from "../search/trim.js";
import { describeBuild } from "./describe.js";
import { fittedTable } from "./fit.js";
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
import { jsonText } from "./search-text.js";
import { buildArgument } from "./source.js";
import { signed } from "./table.js";

interface TrimFlags extends EngineFlags {
	goal?: string;
	keep?: string[];
	top?: number;
	format: "table" | "csv" | "json";
}

const defaultTop = 30;

export function trimCommand(): Command {
	const command = new Command("trim")
		.description("the allocated nodes that are worth least, alone and as whole branches")
		.argument("<build>", buildArgument)
		.option("--goal <expression>", "as for `pobatch search` (default: balanced)")
		.addOption(
			new Option("--keep <nodes>", "nodes that must stay, by id or name, or notables, keystones").argParser(
				names,
			),
		)
		.addOption(
			new Option(
				"--top <n>",
				`branches in the table (default: ${defaultTop}); csv and json have all`,
			).argParser(integer(1, 100_000)),
		)
		.addOption(
			new Option("--format <format>", "output format").choices(["table", "csv", "json"]).default("table"),
		)
		.addOption(threadOption())
		.addOption(rowTimeoutOption());
	return cacheOptions(calculatorOptions(command))
		.addHelpText(
			"after",
			`
A branch is a node with all that hangs on it. Loss is what the goal loses
without it; below 0 the build is better off.

Example:
  $ pobatch trim build.xml --goal dps
  $ pobatch trim build.xml --keep keystones --format csv > trim.csv`,
		)
		.action(runTrim);
}

async function runTrim(source: string, flags: TrimFlags): Promise<void> {
	await using opened = await openBuild(source, flags);
	using interrupt = new Interrupt();
	const { build } = opened;
	checkTree(build);
	const result = await build.trim({
		...(flags.goal !== undefined && { goal: flags.goal }),
		...(flags.keep && { keep: flags.keep }),
		...(flags.rowTimeout !== undefined && { rowTimeoutMs: flags.rowTimeout }),
		signal: interrupt.signal,
	});
	announce(opened, flags);
	const shown = flags.top ?? (flags.format === "table" ? defaultTop : result.nodes.length);
	const list = result.nodes.slice(0, shown);
	const output = await openOutput(undefined, []);
	if (flags.format === "json") await output.write(`${jsonText({ ...result, nodes: list })}\n`);
	else if (flags.format === "csv") await output.write(csv(list));
	else await output.write(`${describeBuild(build)}\n\n${text(result, list)}`);
	if (result.stopped) process.stderr.write("Interrupted: only what was calculated is shown.\n");
	const seconds = result.elapsedMs / 1000;
	process.stderr.write(`${result.evaluations} evaluations, ${seconds.toFixed(1)} s\n`);
}

function text({ goal, notes, nodes }: TrimResult, list: readonly Trimmed[]): string {
	const column = (head: string, cell: (node: Trimmed) => string, more = {}) => ({
		head,
		cells: list.map(cell),
		...more,
	});
	const { text: shown } = fittedTable([
		column("Node", ({ id }) => String(id), { right: true }),
		column("Name", ({ name }) => name, { cut: { side: "end", fair: 20, least: 12 } }),
		column("Type", ({ type }) => type, { optional: 0 }),
		column("Points", ({ points }) => String(points), { right: true }),
		column("Loss", ({ loss }) => signed(Number(loss.toFixed(6))), { right: true }),
		column("Loss/point", ({ lossPerPoint }) => signed(Number(lossPerPoint.toFixed(6))), { right: true }),
		column("Not kept", ({ missed }) => missed.join(", "), { optional: 1 }),
	]);
	const more = nodes.length - list.length;
	return `${[`Goal ${goal}`, ...notes].join("\n")}\n\n${shown}${more > 0 ? `${more} more: --top ${nodes.length} shows all.\n` : ""}`;
}

/** All digits; the nodes of a branch by space. */
function csv(list: readonly Trimmed[]): string {
	const stats = Object.keys(list[0]?.stats ?? {});
	const rows = list.map((node) => [
		String(node.id),
		node.name,
		node.type,
		String(node.points),
		exact(node.loss),
		exact(node.lossPerPoint),
		...stats.map((stat) => exact(node.stats[stat] as number)),
		node.nodes.join(" "),
	]);
	return [["node", "name", "type", "points", "loss", "loss per point", ...stats, "nodes"], ...rows]
		.map((cells) => `${cells.map(csvField).join(",")}\n`)
		.join("");
}
