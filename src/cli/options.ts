import { type Command, InvalidArgumentError, Option } from "commander";

/** Options of the commands that open an engine. */
export interface EngineFlags {
	calculator?: string;
	tree?: string;
	threads?: number;
	rowTimeout?: number;
}

export function calculatorOptions(command: Command): Command {
	return command
		.option("--calculator <name|file>", 'calculator: "reference", or a Lua file of your own')
		.option(
			"--tree <file>",
			"passive tree as Path of Building's JSON; the embedded made-up tree if not given",
		);
}

export function threadOption(): Option {
	return new Option("--threads <n>", "native threads; one per core if not given").argParser(integer(1, 256));
}

export function rowTimeoutOption(): Option {
	return new Option("--row-timeout <ms>", "a row that takes longer fails with TIMEOUT").argParser(
		milliseconds,
	);
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

function milliseconds(text: string): number {
	const value = text.trim() === "" ? Number.NaN : Number(text);
	if (!(value > 0 && Number.isFinite(value)))
		throw new InvalidArgumentError("Expected a positive number of milliseconds.");
	return value;
}

function names(text: string): string[] {
	const list = text.split(",").map((name) => name.trim());
	if (list.includes("")) throw new InvalidArgumentError("Expected names separated by commas.");
	return list;
}

/** What `--stats` means for a build; the build itself checks the names. */
export function statsOf(
	build: { stats(): readonly string[]; readonly defaultStats: readonly string[] },
	wanted: readonly string[] | undefined,
): readonly string[] {
	if (wanted === undefined) return build.defaultStats;
	return wanted.length === 1 && wanted[0] === "all" ? build.stats() : [...new Set(wanted)];
}
