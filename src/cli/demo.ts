import { Command, Option } from "commander";
import { PobatchError } from "../common/errors.js";
import type { Build } from "../engine/build.js";
import { type NodeSetDelta, NodeSets } from "../rows/node-sets.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import { demoBuildText, seededRandom } from "./demo-data.js";
import { describeBuild, describeEngine, openEngine } from "./open.js";
import { integer, threadOption } from "./options.js";
import { openOutput } from "./output.js";
import { readable, table } from "./table.js";

const rows = 1000;
const shown = 10;
/** Points that a row spends at most: two paths of half as many. */
const points = 8;
const stats = ["TotalDPS", "Life", "TotalEHP"] as const;

export function demoCommand(): Command {
	return new Command("demo")
		.description("evaluate 1,000 node sets of the embedded tree and build, and print the best ones")
		.addOption(
			new Option("--seed <n>", "of the random node sets").argParser(integer(0, 2 ** 32 - 1)).default(1),
		)
		.addOption(threadOption())
		.addHelpText("after", "\nExample:\n  $ pobatch demo --seed 7")
		.action(runDemo);
}

async function runDemo(flags: { seed: number; threads?: number }): Promise<void> {
	await using engine = await openEngine({ ...flags, calculator: "reference" });
	const build = await engine.load(await demoBuildText());
	const { tree } = build;
	if (!tree) throw new PobatchError("TREE_INVALID", "The demo needs the embedded tree");
	const sets = randomSets(tree, build, flags.seed);
	const base = build.calculateSync({}, { stats });
	// A batch to warm up: LuaJIT compiles the calculator while it runs first.
	await build.calculateBatch(NodeSets.deltas(sets), { stats });
	const result = await build.calculateBatch(NodeSets.deltas(sets), { stats });

	const best = sets
		.map((set, row) => ({ set, row, answer: result.row(row) }))
		.sort((a, b) => gain(b.answer, base) - gain(a.answer, base) || a.row - b.row)
		.slice(0, shown);
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
				...best.map(({ set, row, answer }) => [
					String(row),
					String([...(set.add ?? [])].length),
					...stats.map((stat) => change((answer[stat] as number) - (base[stat] as number))),
					notables(tree, set),
				]),
			],
			[0, 1, 2, 3, 4],
		),
	);
	const { elapsedMs } = result;
	await output.write(
		`\n${rows} rows, ${(elapsedMs / 1000).toFixed(4)} s, ${(elapsedMs / rows).toFixed(4)} ms/row, ` +
			`${readable((1000 * rows) / elapsedMs, 0)} rows/s\n`,
	);
}

function change(value: number): string {
	return value > 0 ? `+${readable(value, 0)}` : readable(value, 0);
}

function gain(answer: Record<string, number>, base: Record<string, number>): number {
	const ratio = (stat: string) => (answer[stat] as number) / (base[stat] as number);
	return ratio("TotalDPS") + ratio("TotalEHP");
}

/** Each set allocates two random paths. */
function randomSets(tree: PassiveTree, build: Build, seed: number): NodeSetDelta[] {
	const random = seededRandom(seed);
	const paths = tree.pathsWithin(build.allocated, points / 2);
	const pick = () => paths[Math.floor(random() * paths.length)]?.nodes ?? [];
	return Array.from({ length: rows }, () => ({ add: [...new Set([...pick(), ...pick()])] }));
}

/** The notables that a set allocates, else its last node. */
function notables(tree: PassiveTree, set: NodeSetDelta): string {
	const nodes = [...(set.add ?? [])].map((id) => tree.node(id));
	const named = nodes.filter(({ type }) => type === "notable" || type === "keystone");
	return (named.length > 0 ? named : nodes.slice(-1)).map(({ name }) => name).join(", ");
}
