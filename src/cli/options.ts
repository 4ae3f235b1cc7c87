import { type Command, InvalidArgumentError, Option } from "commander";

/** Options of the commands that open an engine. */
export interface EngineFlags {
	calculator?: string;
	pob?: string;
	tree?: string;
	/** Which parts may be used with an unknown version of Path of Building. */
	trust?: "known" | "certified";
	spec?: number;
	threads?: number;
	rowTimeout?: number;
	/** A folder; true for the user's cache folder, false for `--no-cache`. */
	cache?: string | boolean;
	isolation?: "thread" | "process";
	/** Address of the queue; true for the variable POBATCH_QUEUE. */
	queue?: string | true;
	/** List the build's warnings instead of counting them. */
	warnings?: boolean;
	/** Sample from the start. Not an option of its own; set by the command `profile`. */
	profile?: boolean;
}

export function calculatorOptions(command: Command): Command {
	return command
		.option(
			"--calculator <name|file>",
			'"pob" (default if a checkout is found), "reference", or a Lua file of your own',
		)
		.addOption(pobOption())
		.addOption(
			new Option(
				"--trust <kind>",
				'with an unknown version of Path of Building, "certified" also uses the fast parts that `pob certify` verified',
			).choices(["known", "certified"]),
		)
		.option(
			"--tree <file>",
			"passive tree as Path of Building's JSON, for the reference calculator or your own (default: the embedded made-up tree)",
		)
		.addOption(
			new Option(
				"--spec <n>",
				"passive tree of the build, counted from 1 (default: the active one)",
			).argParser(integer(1, 1000)),
		)
		.addOption(
			new Option(
				"--isolation <kind>",
				"run each calculator state on a thread, or in a process of its own",
			).choices(["thread", "process"]),
		)
		.option("--warnings", "list the build's warnings on stderr instead of counting them");
}

export function pobOption(): Option {
	return new Option(
		"--pob <folder>",
		"Path of Building checkout (default: POBATCH_POB, or what `pobatch pob install` installed)",
	);
}

/** For commands that calculate many rows and may meet the same row again. */
export function cacheOptions(command: Command): Command {
	return command
		.option(
			"--queue [url]",
			"let the workers (`pobatch worker`) of redis://[user:password@]host[:port][/database] calculate the rows; default address: the variable POBATCH_QUEUE",
		)
		.option(
			"--cache [folder]",
			"also keep rows on disk for the next run; default folder: in the user's cache folder. Without this option, the variable POBATCH_CACHE decides",
		)
		.option("--no-cache", "calculate every row");
}

export function threadOption(): Option {
	return new Option("--threads <n>", "native threads (default: one per core)").argParser(integer(1, 256));
}

/** No useful row takes a minute, and a command that never ends helps nobody. */
const defaultRowTimeoutMs = 60_000;

export function rowTimeoutOption(): Option {
	return new Option("--row-timeout <ms>", "a row that takes longer fails with TIMEOUT")
		.argParser(positive("milliseconds"))
		.default(defaultRowTimeoutMs);
}

export function statsOption(): Option {
	return new Option(
		"--stats <names>",
		'stats, separated by commas, or "all" (default: the calculator\'s choice)',
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
