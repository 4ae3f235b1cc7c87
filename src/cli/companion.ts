import { Command } from "commander";
import { PobatchError } from "../common/errors.js";

/** The package that has them; nothing of it is loaded for the other commands. */
const companion = "@pobatch/server";

/** Its commands, as `--help` lists them. */
const commands: Readonly<Record<string, string>> = {
	serve: "answer other programs over HTTP, with a page to look at",
	open: "look at a build in a browser",
	mcp: "answer a language model's questions over the Model Context Protocol",
};

/** What the package exports to the command line. */
interface Companion {
	commands(): Command[];
}

/** The commands of `@pobatch/server`: its own where one of them is asked for, else their names. */
export async function companionCommands(args: readonly string[]): Promise<Command[]> {
	const wanted = args.find((argument) => !argument.startsWith("-"));
	if (wanted === undefined || !Object.hasOwn(commands, wanted))
		return Object.entries(commands).map(([name, text]) => new Command(name).description(text));
	return (await load(wanted)).commands();
}

async function load(wanted: string): Promise<Companion> {
	try {
		return (await import(companion)) as Companion;
	} catch (cause) {
		const { code, message } = cause as NodeJS.ErrnoException;
		// Something that the package itself needs may be missing, too.
		if (code !== "ERR_MODULE_NOT_FOUND" || !message.includes(`'${companion}'`)) throw cause;
		throw new PobatchError("PACKAGE_NOT_FOUND", `\`pobatch ${wanted}\` comes with the package ${companion}`, {
			cause,
			value: companion,
			hint: `\`npm install ${companion}\` beside pobatch (with -g if pobatch was installed so) gets it.`,
		});
	}
}
