import { Command } from "commander";
import { loadCompanion } from "../common/companion.js";

/** The packages with further commands, as `--help` lists them; they are only loaded for their own commands. */
const packages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	"@pobatch/server": {
		serve: "serve other programs over HTTP, and a web page",
		open: "show a build in a browser",
		mcp: "answer a language model's questions over the Model Context Protocol",
	},
	"@pobatch/fleet": {
		worker: "calculate rows for engines on other machines, from a queue",
		fleet: "show the workers of a queue and how much is waiting",
	},
};

/** What such a package exports to the command line. */
interface Companion {
	commands(): Command[];
}

/** The commands of the other packages: loaded if one of them is requested, otherwise only their names. */
export async function companionCommands(args: readonly string[]): Promise<Command[]> {
	const wanted = args.find((argument) => !argument.startsWith("-"));
	const lists = Object.entries(packages).map(async ([name, commands]) => {
		if (wanted !== undefined && Object.hasOwn(commands, wanted))
			return (await loadCompanion<Companion>(name, `\`pobatch ${wanted}\``)).commands();
		return Object.entries(commands).map(([command, text]) => new Command(command).description(text));
	});
	return (await Promise.all(lists)).flat();
}
