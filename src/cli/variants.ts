import { Command, InvalidArgumentError, Option } from "commander";
import { rankAnoints } from "../operations/anoints.js";
import { itemTexts } from "../operations/compare-items.js";
import { rankConditions } from "../operations/conditions.js";
import { rankJewels } from "../operations/jewels.js";
import { rankSupports } from "../operations/supports.js";
import { rankWeights } from "../operations/weights.js";
import { integer } from "./options.js";
import { type RankingFlags, rankingOptions, runRanking } from "./ranking.js";
import { buildArgument, readText } from "./source.js";

export function anointsCommand(): Command {
	const command = new Command("anoints")
		.description("what each notable is worth as an anoint, without a path to it")
		.argument("<build>", buildArgument)
		.option("--slot <name>", "the slot whose item is anointed", "Amulet");
	return rankingOptions(command)
		.addHelpText(
			"after",
			`
Example:
  $ pobatch anoints build.xml --stat FullDPS,TotalEHP --top 10`,
		)
		.action((source: string, flags: RankingFlags & { slot: string }) =>
			runRanking(source, flags, ({ build }, request) => rankAnoints(build, { ...request, slot: flags.slot })),
		);
}

export function conditionsCommand(): Command {
	const command = new Command("conditions")
		.description("what each configuration option alone is worth")
		.argument("<build>", buildArgument)
		.option("--hidden", "include options that the window hides because nothing in the build needs them");
	return rankingOptions(command)
		.addHelpText(
			"after",
			`
An option that is on and gains 0 when it goes off has no effect on the stats.

Example:
  $ pobatch conditions build.xml --stat CombinedDPS,TotalEHP`,
		)
		.action((source: string, flags: RankingFlags & { hidden?: boolean }) =>
			runRanking(source, flags, ({ build }, request) =>
				rankConditions(build, { ...request, hidden: flags.hidden === true }),
			),
		);
}

export function supportsCommand(): Command {
	const command = new Command("supports")
		.description("the best set of supports for a skill group, chosen together instead of one by one")
		.argument("<build>", buildArgument)
		.addOption(
			new Option("--group <n>", "skill group, counted from 1 (default: the main skill's)").argParser(
				integer(1, 100),
			),
		)
		.addOption(
			new Option("--size <n>", "supports per set (default: as many as the group has)").argParser(
				integer(1, 9),
			),
		);
	return rankingOptions(command)
		.addHelpText(
			"after",
			`
Gains are against the supports that the build has now. Supports that change none
of the stats are named on stderr: Path of Building does not calculate them, or
they do not act here.

Example:
  $ pobatch supports build.xml --stat CombinedDPS --size 5 --top 10`,
		)
		.action((source: string, flags: RankingFlags & { group?: number; size?: number }) =>
			runRanking(
				source,
				flags,
				({ build }, request) =>
					rankSupports(build, {
						...request,
						...(flags.group !== undefined && { group: flags.group }),
						...(flags.size !== undefined && { size: flags.size }),
					}),
				({ idle, tried }) => [
					`${tried} sets were calculated.`,
					...(idle.length > 0 ? [`Without effect on the stats: ${idle.join(", ")}.`] : []),
				],
			),
		);
}

export function weightsCommand(): Command {
	const command = new Command("weights")
		.description("what one more unit of each line that a slot's item can roll is worth, for trade sites")
		.argument("<build>", buildArgument)
		.option("--slot <name>", "the slot whose item gets the lines", "Ring 1");
	return rankingOptions(command)
		.addHelpText(
			"after",
			`
Gains are per unit: per point, per percent. Step is how much was added to
measure one; Linear says whether twice as much is worth twice as much.

Example:
  $ pobatch weights build.xml --stat FullDPS,TotalEHP --slot "Ring 1" --format csv`,
		)
		.action((source: string, flags: RankingFlags & { slot: string }) =>
			runRanking(
				source,
				flags,
				({ build }, request) => rankWeights(build, { ...request, slot: flags.slot }),
				({ idle }) =>
					idle.length > 0 ? [`No weight, since they change none of the stats: ${idle.join("; ")}.`] : [],
			),
		);
}

export function jewelsCommand(): Command {
	const command = new Command("jewels")
		.description("what jewels are worth in each socket within reach, with the path to it")
		.argument("<build>", buildArgument)
		.requiredOption("--jewel <file>", 'texts of jewels; "-" reads standard input')
		.addOption(
			new Option("--depth <n>", "only sockets within this many points").argParser(integer(1, 100)).default(8),
		)
		.addOption(
			new Option(
				"--seeds <list>",
				"seeds to try timeless jewels with instead of their own: 2000-2100,7000",
			).argParser(seedList),
		);
	return rankingOptions(command)
		.addHelpText(
			"after",
			`
A gain is that of the jewel and the path together. A file may hold many jewels;
a timeless jewel is tried with each seed of --seeds in each socket.

Example:
  $ pobatch jewels build.xml --jewel jewel.txt --stat FullDPS,TotalEHP --depth 6
  $ pobatch jewels build.xml --jewel timeless.txt --seeds 2000-2100 --stat TotalEHP`,
		)
		.action(
			async (source: string, flags: RankingFlags & { jewel: string; depth: number; seeds?: number[] }) => {
				const jewels = itemTexts(await readText(flags.jewel, "jewel"));
				await runRanking(
					source,
					flags,
					({ build }, request) =>
						rankJewels(build, { ...request, jewels, depth: flags.depth, seeds: flags.seeds }),
					({ refused }) => refused,
				);
			},
		);
}

const mostSeeds = 10_000;

function seedList(text: string): number[] {
	const seeds = new Set<number>();
	for (const part of text.split(",")) {
		const [, first, last = first] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part) ?? [];
		if (first === undefined || Number(last) < Number(first))
			throw new InvalidArgumentError("Expected numbers and ranges, as in 2000-2100,7000.");
		if (seeds.size + Number(last) - Number(first) >= mostSeeds)
			throw new InvalidArgumentError(`Expected at most ${mostSeeds} seeds.`);
		for (let seed = Number(first); seed <= Number(last); seed++) seeds.add(seed);
	}
	return [...seeds];
}
