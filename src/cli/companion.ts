import { Command } from "commander";
import { loadCompanion } from "../common/companion.js";

/** The packages that have further commands, as `--help` lists them; nothing of them is loaded for the other commands. */
const packages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	"@pobatch/server": {
		serve: "answer other programs over HTTP, with a page to look at",
		open: "look at a build in a browser",
		mcp: "answer a language model's questions over the Model Context Protocol",
	},
	"@pobatch/fleet": {
		worker: "calculate rows for engines on other machines, from a queue",
		fleet: "who works at a queue, and how much is waiting there",
	},
};

/** What such a package exports to the command line. */
interface Companion {
	commands(): Command[];
}

/** The commands of the other packages: a package's own where one of them is asked for, else their names. */
export async function companionCommands(args: readonly string[]): Promise<Command[]> {
	const wanted = args.find((argument) => !argument.startsWith("-"));
	const lists = Object.entries(packages).map(async ([name, commands]) => {
		if (wanted !== undefined && Object.hasOwn(commands, wanted))
			return (await loadCompanion<Companion>(name, `\`pobatch ${wanted}\``)).commands();
		return Object.entries(commands).map(([command, text]) => new Command(command).description(text));
	});
	return (await Promise.all(lists)).flat();
}
