import { Command } from "commander";
import type { Sheet } from "../builds/sheet.js";
import { PobatchError } from "../common/errors.js";
import { gainOf } from "../common/gain.js";
import type { Build } from "../engine/build.js";
import { NodeSets } from "../rows/node-sets.js";
import { asNodeSetsAnswer } from "../search/power.js";
import { describeBuild, type Opened, openBuild } from "./open.js";
import { calculatorOptions, type EngineFlags, rowTimeoutOption, statsOf, statsOption } from "./options.js";
import { openOutput, writeWhole } from "./output.js";
import { jsonNumber } from "./row-writers.js";
import { type OneSet, readSetOption } from "./set-option.js";
import { sheetText } from "./sheet.js";
import { buildArgument } from "./source.js";
import { readable, signed, table } from "./table.js";

interface CalcFlags extends EngineFlags {
	stats?: string[];
	json?: boolean;
	set?: OneSet;
	xml?: string;
	code?: boolean;
}

export function calcCommand(): Command {
	const command = new Command("calc")
		.description("print the stats of one build: with Path of Building the sheet of its side bar")
		.argument("<build>", buildArgument)
		.addOption(statsOption())
		.option("--set <json>", "with this node set instead of the build's own nodes", readSetOption)
		.option("--json", "print JSON, with all digits")
		.option("--xml <file>", 'write the build, with --set, as Path of Building\'s XML; "-" for stdout')
		.option("--code", "print the build, with --set, as a PoB code")
		.addOption(rowTimeoutOption());
	return calculatorOptions(command)
		.addHelpText(
			"after",
			`
Example:
  $ pobatch calc build.xml
  $ pobatch calc build.xml --set '{"add":[4739],"attributes":{"4739":"Str"}}'
  $ pobatch calc build.xml --set '{"add":[4739]}' --code | xclip
  $ pobatch calc build.xml --calculator reference --tree tree.json --stats Life`,
		)
		.action(runCalc);
}

async function runCalc(source: string, flags: CalcFlags): Promise<void> {
	if (flags.xml !== undefined && flags.code)
		throw new PobatchError("INVALID_ARGUMENT", "--xml and --code cannot be given both", {
			hint: "They write the same build.",
		});
	await using opened = await openBuild(source, { ...flags, threads: 1 });
	const { build } = opened;
	const isPob = build.info.calculator === "pob";
	if (!isPob && (flags.xml !== undefined || flags.code)) {
		throw new PobatchError(
			"INVALID_ARGUMENT",
			`The calculator ${build.info.calculator} cannot write a build`,
			{ hint: "Path of Building can: --calculator pob." },
		);
	}
	const text = await answer(opened, flags, isPob);
	opened.announce();
	if (flags.xml !== undefined && flags.xml !== "-") {
		await writeWhole(flags.xml, text, [source]);
		process.stderr.write(`Written to ${flags.xml}\n`);
		return;
	}
	await (await openOutput(undefined, [])).write(text);
}

async function answer(opened: Opened, flags: CalcFlags, isPob: boolean): Promise<string> {
	const { build } = opened;
	if (flags.xml !== undefined) return ensureEnd(await build.toXml(flags.set));
	if (flags.code) return `${await build.toCode(flags.set)}\n`;
	if (isPob && flags.stats === undefined && !flags.json) return sheetOf(build, flags.set);
	const stats = statsOf(build, flags.stats);
	const values = await build.calculate(flags.set ?? {}, { stats });
	if (flags.json) return json(opened, values, isPob ? await build.sheet(flags.set) : undefined);
	const base = flags.set && (await build.calculate({}, { stats }));
	return `${describeBuild(build)}\n\n${statTable(values, base && changes(build, flags.set) ? asNodeSetsAnswer(build, base) : base)}`;
}

/** Whether a set leaves the build with other nodes or choices. One that does not answers as the build was loaded. */
function changes(build: Build, set: OneSet = {}): boolean {
	const sets = "nodes" in set ? NodeSets.full([set]) : NodeSets.deltas([set]);
	return build.hashes(sets)[0] !== build.hashes(NodeSets.deltas([{}]))[0];
}

function ensureEnd(text: string): string {
	return text.endsWith("\n") ? text : `${text}\n`;
}

async function sheetOf(build: Build, set: OneSet | undefined): Promise<string> {
	const sheet = await build.sheet(set);
	const base = set && (await build.sheet(undefined, { recalculated: changes(build, set) }));
	return `${describeBuild(build)}\n\n${sheetText(sheet, base)}`;
}

function json(
	{ build, engine: { calculator } }: Opened,
	values: Record<string, number>,
	sheet: Sheet | undefined,
): string {
	const { warnings, unstableStats, ...info } = build.info;
	const head = JSON.stringify({ calculator, build: info, warnings, unstableStats, sheet });
	const numbers = Object.entries(values).map(
		([name, value]) => `${JSON.stringify(name)}:${jsonNumber(value)}`,
	);
	return `${head.slice(0, -1)},"stats":{${numbers.join(",")}}}\n`;
}

function statTable(values: Record<string, number>, base: Record<string, number> | undefined): string {
	if (!base) {
		const rows = Object.entries(values).map(([name, value]) => [name, readable(value)]);
		return table(["Stat", "Value"], rows, [1]);
	}
	const rows = Object.entries(values).map(([name, value]) => {
		const before = base[name] as number;
		return [name, readable(before), readable(value), signed(gainOf(value, before))];
	});
	return table(["Stat", "Build", "With the set", "Change"], rows, [1, 2, 3]);
}
