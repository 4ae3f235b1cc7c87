import { Command, Option } from "commander";
import { rankAnoints } from "../operations/anoints.js";
import { rankConditions } from "../operations/conditions.js";
import { rankSupports } from "../operations/supports.js";
import { integer } from "./options.js";
import { type RankingFlags, rankingOptions, runRanking } from "./ranking.js";
import { buildArgument } from "./source.js";

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
		.description("what each option of the configuration is worth, alone")
		.argument("<build>", buildArgument)
		.option("--hidden", "also options that the window hides, since nothing of the build asks for them");
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
		.description("the best set of supports for a skill group: pairs and more, not one after the other")
		.argument("<build>", buildArgument)
		.addOption(
			new Option("--group <n>", "skill group, from 1; the main skill's if not given").argParser(
				integer(1, 100),
			),
		)
		.addOption(
			new Option("--size <n>", "supports of a set; as many as the group has if not given").argParser(
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
