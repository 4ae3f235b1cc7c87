import { Command } from "commander";
import type { Build } from "../build.js";
import { openBuild } from "./open.js";
import { calculatorOptions, type EngineFlags, rowTimeoutOption, statsOf, statsOption } from "./options.js";
import { openOutput } from "./output.js";
import { jsonNumber } from "./row-writers.js";
import { readable, table } from "./table.js";

interface CalcFlags extends EngineFlags {
	stats?: string[];
	json?: boolean;
}

export function calcCommand(): Command {
	const command = new Command("calc")
		.description("print the stats of one build")
		.argument("<build>", 'build: a file with Path of Building XML, a PoB code or JSON; "-" for stdin')
		.addOption(statsOption())
		.option("--json", "print JSON, with all digits")
		.addOption(rowTimeoutOption());
	return calculatorOptions(command)
		.addHelpText(
			"after",
			"\nExample:\n  $ pobatch calc build.xml --tree tree.json --stats Life,TotalDPS,TotalEHP",
		)
		.action(runCalc);
}

async function runCalc(source: string, flags: CalcFlags): Promise<void> {
	await using opened = await openBuild(source, { ...flags, threads: 1 });
	const { build, engine } = opened;
	const stats = await build.calculate({}, { stats: statsOf(build, flags.stats) });
	const output = await openOutput(undefined, []);
	opened.announce();
	if (flags.json) {
		const { calculator } = engine;
		const head = JSON.stringify({ calculator, build: build.info, warnings: build.warnings });
		const numbers = Object.entries(stats).map(
			([name, value]) => `${JSON.stringify(name)}:${jsonNumber(value)}`,
		);
		await output.write(`${head.slice(0, -1)},"stats":{${numbers.join(",")}}}\n`);
		return;
	}
	const rows = Object.entries(stats).map(([name, value]) => [name, readable(value)]);
	await output.write(`${describeBuild(build)}\n\n${table(["Stat", "Value"], rows, [1])}`);
}

/** `Titan (Warrior), level 99, 120 nodes`. */
export function describeBuild({ info, allocated }: Build): string {
	const who = info.ascendancy
		? `${info.ascendancy} (${info.class})`
		: info.class || "A build without a class";
	return `${who}, level ${info.level}, ${allocated.length} nodes`;
}
