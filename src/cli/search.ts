import { Command, InvalidArgumentError, Option } from "commander";
import { PobatchError } from "../common/errors.js";
import type { BuildSearchResult } from "../engine/build.js";
import type { OpenedBuild } from "../operations/open.js";
import { drawSearch, searchBuild } from "../operations/search.js";
import { describeBuild } from "./describe.js";
import { announce, openBuild } from "./open.js";
import {
	cacheOptions,
	calculatorOptions,
	integer,
	names,
	positive,
	rowTimeoutOption,
	threadOption,
} from "./options.js";
import { openOutput, writeWhole } from "./output.js";
import { runPareto } from "./pareto.js";
import { type SearchFlags, searchOptions, withProgress } from "./search-run.js";
import { searchJson, searchSummary, searchTable } from "./search-text.js";
import { buildArgument, readBuild } from "./source.js";

export function searchCommand(): Command {
	const points = () => integer(0, 500);
	const command = new Command("search")
		.description("the best tree that the points allow: what to allocate and what to give up")
		.argument("<build>", buildArgument)
		.option(
			"--goal <expression>",
			"dps, ehp, balanced, a stat, or an expression over stats, each relative to the build's own: 0.6*FullDPS + 0.4*TotalEHP, min(a, b), max, sqrt, log, raw(Stat) for the number itself (default: balanced)",
		)
		.addOption(
			new Option(
				"--points <n>",
				"passive points to spend (default: what the level leaves unspent)",
			).argParser(points()),
		)
		.addOption(new Option("--respec <n>", "allocated nodes that may be given up").argParser(points()))
		.addOption(
			new Option("--weapon-set-1 <n>", "points that only count with weapon set 1").argParser(points()),
		)
		.addOption(
			new Option("--weapon-set-2 <n>", "points that only count with weapon set 2").argParser(points()),
		)
		.addOption(new Option("--ascendancy <n>", "ascendancy points").argParser(points()))
		.addOption(
			new Option(
				"--floor <bound>",
				"a limit to keep, e.g. Life=95% (of the build's own), FireResist>=75, ManaCost<=40; may be repeated",
			).argParser((text: string, before: string[] = []) => [...before, ...names(text)]),
		)
		.option("--no-requirements", "attributes need not meet what gems and equipment require")
		.addOption(
			new Option(
				"--keep <nodes>",
				"nodes that must stay, by id or name, or notables, keystones, jewelSockets",
			).argParser(names),
		)
		.addOption(new Option("--avoid <nodes>", "nodes that must not be added, by id or name").argParser(names))
		.option("--no-keystones", "add no keystone")
		.option("--no-jewels", "jewels stay in their sockets")
		.addOption(new Option("--time <seconds>", "time limit (default: 60)").argParser(positive("seconds")))
		.addOption(
			new Option("--evaluations <n>", "maximum number of rows to calculate").argParser(integer(1, 1e9)),
		)
		.addOption(
			new Option("--seed <n>", "seed of the random numbers")
				.argParser(integer(-2147483648, 2147483647))
				.default(1),
		)
		.addOption(
			new Option(
				"--screen <calculator>",
				"calculator that ranks single nodes first; Path of Building makes the decisions",
			).choices(["reference"]),
		)
		.addOption(
			new Option("--pareto <stats>", "the trees between two stats, e.g. FullDPS,TotalEHP").argParser(
				twoNames,
			),
		)
		.addOption(
			new Option("--trees <n>", "maximum number of trees for --pareto (default: 24)").argParser(
				integer(2, 1000),
			),
		)
		.addOption(
			new Option("--format <format>", "output format; csv only with --pareto")
				.choices(["table", "json", "csv"])
				.default("table"),
		)
		.option("--code", "print only the PoB code of the result")
		.option("--xml <file>", "also write the result as Path of Building's XML")
		.option("--svg <file>", "also draw the tree with added and removed nodes; with --pareto the plot")
		.addOption(threadOption())
		.addOption(rowTimeoutOption());
	return cacheOptions(calculatorOptions(command))
		.addHelpText(
			"after",
			`
Steps are clicks, in order: after each one the tree is connected and paid for.
Ctrl-C ends the search: the best so far is the answer. The same --seed and
--evaluations give the same answer on any number of threads.

Example:
  $ pobatch search build.xml --points 10 --floor Life=95%
  $ pobatch search build.xml --respec 10 --goal dps --keep keystones --svg new.svg
  $ pobatch search build.xml --respec 10 --code | xclip
  $ pobatch search build.xml --points 20 --pareto CombinedDPS,TotalEHP --svg front.svg`,
		)
		.action(runSearch);
}

function twoNames(text: string): [string, string] {
	const list = names(text);
	if (list.length !== 2) throw new InvalidArgumentError("Expected two stats separated by a comma.");
	return list as [string, string];
}

async function runSearch(source: string, flags: SearchFlags): Promise<void> {
	if (flags.pareto && (flags.code || flags.xml !== undefined || flags.goal !== undefined || flags.screen))
		throw new PobatchError(
			"INVALID_ARGUMENT",
			"--pareto finds many trees: --goal, --code, --xml and --screen are for one",
			{
				hint: "Its JSON has the node set of each tree: `pobatch calc --set` writes one as code.",
			},
		);
	if (!flags.pareto && flags.format === "csv")
		throw new PobatchError("INVALID_ARGUMENT", "--format csv is for --pareto", { value: flags.format });
	const text = await readBuild(source);
	await using opened = await openBuild(source === "-" ? text : source, flags);
	if (flags.pareto) return await runPareto(source, opened, flags, flags.pareto);
	const { build } = opened;
	const isPob = build.info.calculator === "pob";
	if (!isPob && (flags.code || flags.xml !== undefined)) {
		throw new PobatchError(
			"INVALID_ARGUMENT",
			`The calculator ${build.info.calculator} cannot write a build`,
			{
				hint: "Path of Building can: --calculator pob.",
			},
		);
	}
	const result = await withProgress((more) =>
		searchBuild(build, {
			...searchOptions(flags),
			...more,
			...(flags.goal !== undefined && { goal: flags.goal }),
			...(flags.screen && { screen: flags.screen }),
			text,
			...(flags.spec !== undefined && { spec: flags.spec }),
		}),
	);
	announce(opened, flags);
	await print(opened, flags, result);
	if (flags.xml !== undefined) await write(flags.xml, result.xml ?? "", source);
	if (flags.svg !== undefined)
		await write(flags.svg, drawSearch(build, result, `${describeBuild(build)}: ${result.goal.text}`), source);
	process.stderr.write(searchSummary(result));
}

async function write(file: string, text: string, source: string): Promise<void> {
	await writeWhole(file, text, [source]);
	process.stderr.write(`Written to ${file}\n`);
}

async function print({ build }: OpenedBuild, flags: SearchFlags, result: BuildSearchResult): Promise<void> {
	const output = await openOutput(undefined, []);
	if (flags.code) await output.write(`${result.code}\n`);
	else if (flags.format === "json") await output.write(searchJson(result));
	else await output.write(`${describeBuild(build)}\n\n${searchTable(result)}`);
}
