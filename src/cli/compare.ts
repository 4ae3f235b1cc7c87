import { Command, Option } from "commander";
import { PobatchError } from "../common/errors.js";
import { compareBuilds } from "../operations/compare-builds.js";
import { compareItems, itemTexts } from "../operations/compare-items.js";
import { type RankingFlags, rankingOptions, runRanking } from "./ranking.js";
import { buildArgument, readText } from "./source.js";

interface CompareFlags extends RankingFlags {
	item?: string;
}

export function compareCommand(): Command {
	const command = new Command("compare")
		.description(
			"what items are worth in each slot that they fit, or what each part of another build is worth",
		)
		.argument("<build>", buildArgument)
		.argument("[other]", "another build of the same class, to show what each of its parts is worth")
		.addOption(
			new Option(
				"--item <file>",
				'texts of items as copied from the game or from Path of Building; "-" reads standard input',
			),
		);
	return rankingOptions(command)
		.addHelpText(
			"after",
			`
An item means what its text says: its quality, anoints and runes, not those of
the item that it takes the place of.

Example:
  $ pobatch compare build.xml --item ring.txt --stat FullDPS,TotalEHP
  $ xclip -o | pobatch compare build.xml --item - --format json
  $ pobatch compare build.xml friend.xml --stat CombinedDPS`,
		)
		.action(runCompare);
}

async function runCompare(source: string, other: string | undefined, flags: CompareFlags): Promise<void> {
	const { item } = flags;
	if ((item === undefined) === (other === undefined))
		throw new PobatchError("INVALID_ARGUMENT", "compare takes either another build or --item FILE", {
			value: other ?? item,
			hint: "See `pobatch compare --help`.",
		});
	if (other !== undefined) {
		const text = await readText(other, "build");
		await runRanking(source, flags, ({ engine, build }, request) =>
			compareBuilds(engine, build, { ...request, text, name: other }),
		);
		return;
	}
	const items = itemTexts(await readText(item as string, "item"));
	await runRanking(
		source,
		flags,
		({ build }, request) => compareItems(build, { ...request, items }),
		({ refused }) => refused,
	);
}
