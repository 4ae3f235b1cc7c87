import { Command, Option } from "commander";
import { runDemo } from "../operations/demo.js";
import type { NodeSetDelta } from "../rows/node-sets.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import { describeBuild, describeEngine } from "./describe.js";
import { integer, threadOption } from "./options.js";
import { openOutput } from "./output.js";
import { readable, table } from "./table.js";

const shown = 10;

export function demoCommand(): Command {
	return new Command("demo")
		.description("evaluate 1,000 node sets of the embedded tree and build, and print the best ones")
		.addOption(
			new Option("--seed <n>", "seed of the random node sets").argParser(integer(0, 2 ** 32 - 1)).default(1),
		)
		.addOption(threadOption())
		.addHelpText("after", "\nExample:\n  $ pobatch demo --seed 7")
		.action(printDemo);
}

async function printDemo(flags: { seed: number; threads?: number }): Promise<void> {
	const { engine, build, tree, stats, base, ranked, points, elapsedMs } = await runDemo(flags);
	const rows = ranked.length;
	const output = await openOutput(undefined, []);
	await output.write(
		`${describeBuild(build)}: a made-up build on a made-up tree of ${readable(tree.nodes.length)} nodes.\n` +
			`${rows} node sets of up to ${points} more points (seed ${flags.seed}), ${describeEngine(engine, build)}.\n` +
			`The best ${shown}, by the percentages of damage and effective life that they add:\n\n`,
	);
	await output.write(
		table(
			["Row", "Points", ...stats, "Adds"],
			[
				["build", "", ...stats.map((stat) => readable(base[stat] as number, 0)), ""],
				...ranked
					.slice(0, shown)
					.map(({ set, row, answer }) => [
						String(row),
						String([...(set.add ?? [])].length),
						...stats.map((stat) => change((answer[stat] as number) - (base[stat] as number))),
						notables(tree, set),
					]),
			],
			[0, 1, 2, 3, 4],
		),
	);
	await output.write(
		`\n${rows} rows, ${(elapsedMs / 1000).toFixed(4)} s, ${(elapsedMs / rows).toFixed(4)} ms/row, ` +
			`${readable((1000 * rows) / elapsedMs, 0)} rows/s\n`,
	);
}

function change(value: number): string {
	return value > 0 ? `+${readable(value, 0)}` : readable(value, 0);
}

/** The notables that a set allocates, or its last node if there are none. */
function notables(tree: PassiveTree, set: NodeSetDelta): string {
	const nodes = [...(set.add ?? [])].map((id) => tree.node(id));
	const named = nodes.filter(({ type }) => type === "notable" || type === "keystone");
	return (named.length > 0 ? named : nodes.slice(-1)).map(({ name }) => name).join(", ");
}
