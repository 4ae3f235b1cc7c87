import { PobatchError } from "../common/errors.js";
import type { Build } from "../engine/build.js";
import { Engine } from "../engine/engine.js";
import { type NodeSetDelta, NodeSets } from "../rows/node-sets.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import { demoBuildText, seededRandom } from "./demo-data.js";

const rows = 1000;
/** Maximum number of points per row: two paths of half as many. */
const points = 8;
const stats = ["TotalDPS", "Life", "TotalEHP"] as const;

export interface DemoRequest {
	/** Seed of the random node sets. */
	readonly seed: number;
	readonly threads?: number | undefined;
}

/** One node set of the demo. */
export interface DemoRow {
	readonly row: number;
	readonly set: NodeSetDelta;
	readonly answer: Readonly<Record<string, number>>;
}

export interface DemoAnswer {
	readonly engine: Engine;
	readonly build: Build;
	readonly tree: PassiveTree;
	readonly stats: readonly string[];
	/** The build's own stats. */
	readonly base: Readonly<Record<string, number>>;
	/** All rows, sorted by the sum of their percentages of added damage and effective life, highest first. */
	readonly ranked: readonly DemoRow[];
	/** Maximum number of points per row. */
	readonly points: number;
	readonly elapsedMs: number;
}

/** Evaluates 1,000 random node sets of the embedded tree and build, and closes the engine. */
export async function runDemo({ seed, threads }: DemoRequest): Promise<DemoAnswer> {
	await using engine = await Engine.open({ ...(threads !== undefined && { threads }) });
	const build = await engine.load(await demoBuildText());
	const { tree } = build;
	if (!tree) throw new PobatchError("TREE_INVALID", "The demo needs the embedded tree");
	const sets = randomSets(tree, build, seed);
	const base = build.calculateSync({}, { stats });
	// Warm-up: LuaJIT compiles the calculator during its first rows.
	await build.calculateBatch(NodeSets.deltas(sets), { stats });
	const result = await build.calculateBatch(NodeSets.deltas(sets), { stats });
	const ranked = sets
		.map((set, row) => ({ row, set, answer: result.row(row) }))
		.sort((a, b) => gain(b.answer, base) - gain(a.answer, base) || a.row - b.row);
	return { engine, build, tree, stats, base, ranked, points, elapsedMs: result.elapsedMs };
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
