import { Command } from "commander";
import type { Sheet } from "../builds/sheet.js";
import { PobatchError } from "../common/errors.js";
import { gainOf } from "../common/gain.js";
import { calculateSheet, calculateStats } from "../operations/calculate.js";
import type { OpenedBuild } from "../operations/open.js";
import { fullDpsChange } from "../operations/skill-groups.js";
import { statsOf } from "../operations/stats.js";
import { jsonNumber } from "../rows/row-writers.js";
import { describeBuild } from "./describe.js";
import { announce, openBuild } from "./open.js";
import { calculatorOptions, type EngineFlags, rowTimeoutOption, statsOption } from "./options.js";
import { openOutput, writeWhole } from "./output.js";
import { fullDpsOption } from "./ranking.js";
import { type OneSet, readSetOption } from "./set-option.js";
import { sheetText } from "./sheet.js";
import { buildArgument } from "./source.js";
import { readable, signed, table } from "./table.js";

interface CalcFlags extends EngineFlags {
	stats?: string[];
	json?: boolean;
	set?: OneSet;
	fullDps?: "auto" | number[];
	xml?: string;
	code?: boolean;
}

export function calcCommand(): Command {
	const command = new Command("calc")
		.description("print the stats of one build; with Path of Building, its side bar")
		.argument("<build>", buildArgument)
		.addOption(statsOption())
		.option("--set <json>", "change the allocated nodes by this node set", readSetOption)
		.addOption(fullDpsOption())
		.option("--json", "print JSON, with all digits")
		.option("--xml <file>", 'write the build, changed by --set, as Path of Building\'s XML; "-" for stdout')
		.option("--code", "print the build, changed by --set, as a PoB code")
		.addOption(rowTimeoutOption());
	return calculatorOptions(command)
		.addHelpText(
			"after",
			`
Example:
  $ pobatch calc build.xml
  $ pobatch calc build.xml --set '{"add":[4739],"attributes":{"4739":"Str"}}'
  $ pobatch calc build.xml --set '{"add":[4739]}' --code | xclip
  $ pobatch calc build.xml --full-dps auto --stats FullDPS
  $ pobatch calc build.xml --calculator reference --tree tree.json --stats Life`,
		)
		.action(runCalc);
}

async function runCalc(source: string, flags: CalcFlags): Promise<void> {
	if (flags.xml !== undefined && flags.code)
		throw new PobatchError("INVALID_ARGUMENT", "--xml and --code cannot be used together", {
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
	announce(opened, flags);
	if (flags.xml !== undefined && flags.xml !== "-") {
		await writeWhole(flags.xml, text, [source]);
		process.stderr.write(`Written to ${flags.xml}\n`);
		return;
	}
	await (await openOutput(undefined, [])).write(text);
}

async function answer(opened: OpenedBuild, flags: CalcFlags, isPob: boolean): Promise<string> {
	const { build } = opened;
	const { set, stats } = flags;
	const around = flags.fullDps === undefined ? undefined : await fullDpsChange(build, flags.fullDps);
	const variant = around && build.variant(around);
	if (flags.xml !== undefined) return ensureEnd(await build.toXml(set, { variant }));
	if (flags.code) return `${await build.toCode(set, { variant })}\n`;
	if (flags.json) {
		const values = await build.calculate(set ?? {}, { stats: statsOf(build, stats), variant });
		return json(opened, values, isPob ? await build.sheet(set, { variant }) : undefined);
	}
	if (isPob && stats === undefined) {
		const { answer, base } = await calculateSheet(build, { set, around });
		return `${describeBuild(build)}\n\n${sheetText(answer, base)}`;
	}
	const { answer, base } = await calculateStats(build, { stats, set, around });
	return `${describeBuild(build)}\n\n${statTable(answer, base)}`;
}

function ensureEnd(text: string): string {
	return text.endsWith("\n") ? text : `${text}\n`;
}

function json(
	{ build, engine: { calculator } }: OpenedBuild,
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

function statTable(
	values: Readonly<Record<string, number>>,
	base: Readonly<Record<string, number>> | undefined,
): string {
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
