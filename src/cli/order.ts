import { Command, Option } from "commander";
import { checkTree } from "../operations/search.js";
import { csvField, exact } from "../rows/row-writers.js";
import type { OrderedStep, OrderResult } from "../search/order.js";
import { describeBuild } from "./describe.js";
import { fittedTable } from "./fit.js";
import { Interrupt } from "./interrupt.js";
import { announce, openBuild } from "./open.js";
import {
	cacheOptions,
	calculatorOptions,
	type EngineFlags,
	integer,
	rowTimeoutOption,
	threadOption,
} from "./options.js";
import { openOutput } from "./output.js";
import { jsonText } from "./search-text.js";
import { buildArgument } from "./source.js";
import { readable, signed } from "./table.js";

interface OrderFlags extends EngineFlags {
	goal?: string;
	from: number;
	format: "table" | "csv" | "json";
}

export function orderCommand(): Command {
	const command = new Command("order")
		.description("the best order to allocate the build's tree in while levelling")
		.argument("<build>", buildArgument)
		.option("--goal <expression>", "as for `pobatch search` (default: balanced)")
		.addOption(
			new Option("--from <level>", "the level at which the first point is spent")
				.argParser(integer(1, 100))
				.default(2),
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
Always the path that gains most per point comes next. The level is the one at
which its points are there, one a level; numbers are those of the build's own
level and equipment. Nodes of the ascendancy are taken as allocated.

Example:
  $ pobatch order build.xml --goal dps
  $ pobatch order build.xml --from 40 --format csv > order.csv`,
		)
		.action(runOrder);
}

async function runOrder(source: string, flags: OrderFlags): Promise<void> {
	await using opened = await openBuild(source, flags);
	using interrupt = new Interrupt();
	const { build } = opened;
	checkTree(build);
	const result = await build.order({
		...(flags.goal !== undefined && { goal: flags.goal }),
		...(flags.rowTimeout !== undefined && { rowTimeoutMs: flags.rowTimeout }),
		from: flags.from,
		signal: interrupt.signal,
	});
	announce(opened, flags);
	const output = await openOutput(undefined, []);
	if (flags.format === "json") await output.write(`${jsonText(result)}\n`);
	else if (flags.format === "csv") await output.write(csv(result));
	else await output.write(`${describeBuild(build)}\n\n${text(result)}`);
	if (result.stopped) process.stderr.write("Interrupted: the last steps are missing.\n");
	const seconds = result.elapsedMs / 1000;
	process.stderr.write(`${result.evaluations} evaluations, ${seconds.toFixed(1)} s\n`);
}

function text({ goal, notes, start, steps }: OrderResult): string {
	const column = (head: string, cell: (step: OrderedStep) => string, more = {}) => ({
		head,
		cells: steps.map(cell),
		...more,
	});
	const head = [`Goal ${goal}, ${readable(start, 4)} before the first point`, ...notes].join("\n");
	const { text: list } = fittedTable([
		column("Level", ({ level }) => String(level), { right: true }),
		column("Spent", ({ spent }) => String(spent), { right: true }),
		column("Node", ({ name }) => name, { cut: { side: "end", fair: 20, least: 12 } }),
		column("Id", ({ target }) => String(target), { right: true, optional: 1 }),
		column("Type", ({ type }) => type, { optional: 0 }),
		column("Points", ({ points }) => String(points), { right: true }),
		column("Gain", ({ gain }) => signed(Number(gain.toFixed(4))), { right: true }),
		column("Goal", ({ goal: worth }) => readable(worth, 4), { right: true }),
	]);
	return `${head}\n\n${list}`;
}

/** All digits; the nodes of a click are separated by spaces. */
function csv({ steps }: OrderResult): string {
	const stats = Object.keys(steps[0]?.stats ?? {});
	const rows = steps.map((step) => [
		String(step.level),
		String(step.spent),
		String(step.target),
		step.name,
		step.type,
		String(step.points),
		exact(step.gain),
		exact(step.goal),
		...stats.map((stat) => exact(step.stats[stat] as number)),
		step.nodes.map(({ id }) => id).join(" "),
	]);
	return [["level", "spent", "node", "name", "type", "points", "gain", "goal", ...stats, "nodes"], ...rows]
		.map((cells) => `${cells.map(csvField).join(",")}\n`)
		.join("");
}
