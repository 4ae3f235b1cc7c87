import { Command, Option } from "commander";
import { PobatchError } from "../common/errors.js";
import { type ProfileAnswer, profileRows } from "../operations/profile.js";
import type { Profile } from "../profile/profile.js";
import { describeBuild } from "./describe.js";
import { Interrupt } from "./interrupt.js";
import { announce, openBuild } from "./open.js";
import {
	calculatorOptions,
	type EngineFlags,
	integer,
	positive,
	rowTimeoutOption,
	statsOption,
} from "./options.js";
import { openOutput, refuseInputs, writeWhole } from "./output.js";
import { profileJson, profileText } from "./profile-text.js";
import { buildArgument, namedInput } from "./source.js";

interface ProfileFlags extends EngineFlags {
	sets?: string;
	stats?: string[];
	depth: number;
	rows: number;
	seconds: number;
	top: number;
	format: "table" | "json";
	collapsed?: string;
	speedscope?: string;
}

export function profileCommand(): Command {
	const command = new Command("profile")
		.description("where a batch's time goes: phases of the engine and Lua functions, by sampling")
		.argument("<build>", buildArgument)
		.option(
			"--sets <file>",
			'node sets to calculate, as JSON lines; "-" for stdin. The paths of node power if not given',
		)
		.addOption(
			new Option("--depth <n>", "only paths of at most this many points")
				.argParser(integer(1, 100))
				.default(5),
		)
		.addOption(
			new Option(
				"--rows <n>",
				"maximum number of node sets: spread over all paths, or the first ones of --sets",
			)
				.argParser(integer(1, 1_000_000))
				.default(300),
		)
		.addOption(
			new Option("--seconds <n>", "how long to sample; the rows are calculated repeatedly")
				.argParser(positive("seconds"))
				.default(5),
		)
		.addOption(statsOption())
		.addOption(new Option("--top <n>", "functions in the table").argParser(integer(1, 100_000)).default(25))
		.addOption(new Option("--format <format>", "output format").choices(["table", "json"]).default("table"))
		.option(
			"--collapsed <file>",
			"also write the rows' stacks, one per line with its count, for flame graphs",
		)
		.option("--speedscope <file>", "also write the rows' stacks for https://www.speedscope.app")
		.addOption(rowTimeoutOption());
	return calculatorOptions(command)
		.addHelpText(
			"after",
			`
One state on one thread, every row calculated, sampled each millisecond by
LuaJIT's profiler. All rows are calculated once before they are sampled, so that
LuaJIT has compiled what it will.

Example:
  $ pobatch profile build.xml
  $ pobatch profile build.xml --stats FullDPS --speedscope rows.speedscope.json
  $ pobatch profile build.xml --sets sets.jsonl --collapsed rows.txt`,
		)
		.action(runProfile);
}

async function runProfile(source: string, flags: ProfileFlags): Promise<void> {
	if (source === "-" && flags.sets === "-") {
		throw new PobatchError("INVALID_ARGUMENT", "The build and the node sets cannot both come from stdin", {
			hint: "Give one of them as a file.",
		});
	}
	const inputs = [source, ...(flags.sets === undefined ? [] : [flags.sets])];
	// Checked before calculating: a wrong path must not waste the run.
	for (const file of [flags.collapsed, flags.speedscope])
		if (file !== undefined) await refuseInputs(file, inputs);
	using interrupt = new Interrupt();
	await using opened = await openBuild(source, { ...flags, threads: 1, cache: false, profile: true });
	const { build } = opened;
	const { signal } = interrupt;
	const { depth, rows, seconds, stats } = flags;
	const input = flags.sets === undefined ? undefined : namedInput(flags.sets);
	const answer = await profileRows(opened, { input, depth, rows, seconds, stats, signal });
	announce(opened, flags);
	const output = await openOutput(undefined, []);
	if (flags.format === "json") await output.write(profileJson(answer, flags.top));
	else await output.write(`${describeBuild(build)}\n\n${profileText(answer, flags.top)}`);
	await writeFiles(answer.profile, flags, describeBuild(build), inputs);
	if (signal.aborted) process.stderr.write("Interrupted: only what was sampled is shown.\n");
	if (answer.failed > 0) process.stderr.write(`${answer.failed} of the rows failed\n`);
	process.stderr.write(summary(answer));
}

async function writeFiles(profile: Profile, flags: ProfileFlags, name: string, inputs: string[]) {
	const { collapsed, speedscope } = flags;
	if (collapsed !== undefined) {
		await writeWhole(collapsed, profile.toCollapsed(), inputs);
		process.stderr.write(`Stacks in ${collapsed}\n`);
	}
	if (speedscope !== undefined) {
		await writeWhole(speedscope, `${JSON.stringify(profile.toSpeedscope(name))}\n`, inputs);
		process.stderr.write(`Stacks for https://www.speedscope.app in ${speedscope}\n`);
	}
}

/** `900 rows, 5.02 s, 5.578 ms/row, 4891 samples`. */
function summary({ profile: { elapsedMs, samples }, rows }: ProfileAnswer): string {
	const each = rows === 0 ? 0 : elapsedMs / rows;
	return `${rows} rows, ${(elapsedMs / 1000).toFixed(2)} s, ${each.toFixed(3)} ms/row, ${samples} samples\n`;
}
