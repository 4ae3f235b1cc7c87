import { type Command, InvalidArgumentError, Option } from "commander";

/** Options of the commands that open an engine. */
export interface EngineFlags {
	calculator?: string;
	pob?: string;
	tree?: string;
	/** What may be in use of a Path of Building that is not known. */
	trust?: "known" | "certified";
	spec?: number;
	threads?: number;
	rowTimeout?: number;
	/** A folder, true for the user's own, false for `--no-cache`. */
	cache?: string | boolean;
	isolation?: "thread" | "process";
	/** Its address; true for that of the variable POBATCH_QUEUE. */
	queue?: string | true;
	/** Lists the build's warnings instead of counting them. */
	warnings?: boolean;
	/** Samples from the start; no option, but what a command is for. */
	profile?: boolean;
}

export function calculatorOptions(command: Command): Command {
	return command
		.option(
			"--calculator <name|file>",
			'"pob" (the default where a checkout is found), "reference", or a Lua file of your own',
		)
		.addOption(pobOption())
		.addOption(
			new Option(
				"--trust <kind>",
				'with a Path of Building that is not known: "certified" uses what was found the same by calculating',
			).choices(["known", "certified"]),
		)
		.option(
			"--tree <file>",
			"passive tree as Path of Building's JSON, for the reference calculator or your own; the embedded made-up tree if not given",
		)
		.addOption(
			new Option(
				"--spec <n>",
				"passive tree of the build, counted from 1; the active one if not given",
			).argParser(integer(1, 1000)),
		)
		.addOption(
			new Option("--isolation <kind>", "states on threads, or each in a process of its own").choices([
				"thread",
				"process",
			]),
		)
		.option("--warnings", "list the build's warnings on stderr, instead of how many there are");
}

export function pobOption(): Option {
	return new Option(
		"--pob <folder>",
		"Path of Building checkout; else POBATCH_POB, else what `pobatch pob install` installed",
	);
}

/** Of the commands that calculate many rows, and may meet the same one again. */
export function cacheOptions(command: Command): Command {
	return command
		.option(
			"--queue [url]",
			"rows by the workers at redis://[user:password@]host[:port][/database] (`pobatch worker`); without an address at that of the variable POBATCH_QUEUE",
		)
		.option(
			"--cache [folder]",
			"keep rows on disk for the next run, too; without a name in the user's cache folder. Else as the variable POBATCH_CACHE says",
		)
		.option("--no-cache", "calculate every row");
}

export function threadOption(): Option {
	return new Option("--threads <n>", "native threads; one per core if not given").argParser(integer(1, 256));
}

/** No row of any use takes a minute, and a command that never ends helps nobody. */
const defaultRowTimeoutMs = 60_000;

export function rowTimeoutOption(): Option {
	return new Option("--row-timeout <ms>", "a row that takes longer fails with TIMEOUT")
		.argParser(positive("milliseconds"))
		.default(defaultRowTimeoutMs);
}

export function statsOption(): Option {
	return new Option(
		"--stats <names>",
		'stats to answer, by comma, or "all"; those of the calculator\'s choice if not given',
	).argParser(names);
}

/** For commander's argParser: its error names the option and the value. */
export function integer(min: number, max: number): (text: string) => number {
	return (text) => {
		const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
		if (!(value >= min && value <= max))
			throw new InvalidArgumentError(`Expected an integer from ${min} to ${max}.`);
		return value;
	};
}

/** For commander's argParser. */
export function positive(unit: string): (text: string) => number {
	return (text) => {
		const value = text.trim() === "" ? Number.NaN : Number(text);
		if (!(value > 0 && Number.isFinite(value)))
			throw new InvalidArgumentError(`Expected a positive number of ${unit}.`);
		return value;
	};
}

/** For commander's argParser. */
export function names(text: string): string[] {
	const list = text.split(",").map((name) => name.trim());
	if (list.includes("")) throw new InvalidArgumentError("Expected names separated by commas.");
	return list;
}
