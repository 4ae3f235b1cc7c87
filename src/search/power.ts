import { invalidArgument, PobatchError } from "../common/errors.js";
import { gainOf } from "../common/gain.js";
import type { CacheUse, RowError } from "../rows/batch-result.js";
import type { Evaluator } from "../rows/evaluator.js";
import { type NodeSetDelta, NodeSets } from "../rows/node-sets.js";
import type { PassiveTree } from "../tree/passive-tree.js";

export interface PowerOptions {
	/** The stats whose gain counts; results are sorted by the first one. */
	stats: readonly string[];
	/** Maximum distance in points to a node. Default: 5. */
	depth?: number;
	/** Only nodes within this many tree units (as in Path of Building) of an allocated node, in a straight line. */
	radius?: number;
	/** Sort by gain per point rather than by the gain of the whole path. */
	perPoint?: boolean;
	/** Also calculate the loss from giving up each allocated node. */
	remove?: boolean;
	rowTimeoutMs?: number;
	signal?: AbortSignal;
	onProgress?: (done: number, total: number) => void;
}

/** What one node is worth to a build. */
export interface NodePower {
	id: number;
	name: string;
	type: string;
	/** The nodes that change with it: the path to allocate, or the node and those that depend on it. */
	nodes: readonly number[];
	/** Points spent (positive) or freed (negative). */
	points: number;
	/**
	 * By stat, the value with the change minus the value without; 0 if both are infinite. NaN if the row failed, or if
	 * the calculator returned the stat for only one of the two.
	 */
	gains: Readonly<Record<string, number>>;
	/** Why the row has no numbers. */
	error?: RowError;
}

export interface PowerResult {
	/** The build's own stats, calculated in the same way as those of a node set. */
	base: Readonly<Record<string, number>>;
	/** Sorted by gain of the first stat, highest first; ties by points, then id. */
	nodes: readonly NodePower[];
	/** True if the signal stopped it: `nodes` then contains only what was calculated. */
	stopped: boolean;
	elapsedMs: number;
	/** How many rows did not have to be calculated, including the build's own row. */
	cache: CacheUse;
}

/**
 * Node power: for each node within reach, what the build gains by allocating the shortest path to it; with `remove`,
 * what it loses by giving up each allocated node and everything that depends on it. Each node is a separate row: none
 * takes the value of another node that looks alike.
 *
 * @throws PobatchError UNKNOWN_STAT, INVALID_ARGUMENT; TREE_INVALID if the build has no passive tree
 */
export async function nodePower(build: Evaluator, options: PowerOptions): Promise<PowerResult> {
	const {
		stats,
		depth = 5,
		radius,
		perPoint = false,
		remove = false,
		rowTimeoutMs,
		signal,
		onProgress,
	} = options;
	const { tree } = build;
	if (!tree)
		throw new PobatchError("TREE_INVALID", "Node power needs a passive tree: open the engine with one");
	if (!Array.isArray(stats) || stats.length === 0)
		throw invalidArgument("a list of stats, the first of which sorts the nodes", "stats", stats);
	if (!Number.isInteger(depth) || depth < 1) throw invalidArgument("a positive integer", "depth", depth);
	if (radius !== undefined && !(radius > 0)) throw invalidArgument("a positive number", "radius", radius);

	const start = performance.now();
	const changes = [...additions(build, tree, depth, radius), ...(remove ? removals(build, tree) : [])];
	const sets = NodeSets.deltas([{}, ...changes.map(({ set }) => set)]);
	const result = await build.calculateBatch(sets, {
		stats,
		...(rowTimeoutMs !== undefined && { rowTimeoutMs }),
		...(signal && { signal }),
		...(onProgress && { onProgress: (done, total) => onProgress(Math.max(0, done - 1), total - 1) }),
	});
	const failures = new Map(result.errors.map((error) => [error.row, error]));
	const own = failures.get(0);
	if (own) throw own;
	const base = asNodeSetsAnswer(build, result.row(0));
	const nodes: NodePower[] = [];
	changes.forEach(({ target, nodes: changed, points }, i) => {
		if (result.stopped && !result.ok(i + 1)) return;
		const { name, type } = tree.node(target);
		const row = result.row(i + 1);
		const gains = Object.fromEntries(
			result.stats.map((stat) => [stat, gainOf(row[stat] as number, base[stat] as number)]),
		);
		const error = failures.get(i + 1);
		nodes.push({ id: target, name, type, nodes: changed, points, gains, ...(error && { error }) });
	});
	const sortStat = stats[0] as string;
	const worth = ({ gains, points }: NodePower) => {
		const gain = gains[sortStat] as number;
		const value = perPoint ? gain / Math.max(1, Math.abs(points)) : gain;
		return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
	};
	nodes.sort((a, b) => compare(worth(b), worth(a)) || a.points - b.points || a.id - b.id);
	return {
		base,
		nodes,
		stopped: result.stopped !== undefined,
		elapsedMs: performance.now() - start,
		cache: result.cache,
	};
}

/**
 * The build's own stats as evaluated through a node set. For some builds, Path of Building shows different values right
 * after loading than after any change. Compared with the former, every node would seem to cause a change that none of
 * them causes.
 *
 * @param values the stats that the build itself reports
 */
export function asNodeSetsAnswer(
	{ info: { recalculated = {} } }: Evaluator,
	values: Readonly<Record<string, number>>,
): Record<string, number> {
	return Object.fromEntries(
		Object.entries(values).map(([stat, value]) => [stat, recalculated[stat] ?? value]),
	);
}

/** The changes that node power evaluates by default: the shortest path to each node within reach. */
export function reachable(build: Evaluator, depth: number): NodeSetDelta[] {
	return build.tree ? additions(build, build.tree, depth, undefined).map(({ set }) => set) : [];
}

interface Change {
	target: number;
	nodes: number[];
	points: number;
	set: NodeSetDelta;
}

function additions(build: Evaluator, tree: PassiveTree, depth: number, radius: number | undefined): Change[] {
	const { allocated } = build.info;
	const { starts, free } = rootsOf(build, tree);
	const near = radius === undefined ? undefined : nearTo(tree, allocated, radius);
	const alone = new Set([...free].filter((id) => !allocated.includes(id)));
	const paths = tree
		.pathsWithin([...allocated, ...starts], depth)
		.filter(({ target }) => !alone.has(target))
		.map(({ target, nodes }) => ({ target, nodes: [...nodes] }));
	return [...paths, ...Array.from(alone, (id) => ({ target: id, nodes: [id] }))]
		.filter(({ target }) => !near || near(target))
		.map(({ target, nodes }) => ({ target, nodes, points: nodes.length, set: { add: nodes } }));
}

function removals(build: Evaluator, tree: PassiveTree): Change[] {
	const { allocated } = build.info;
	const { starts, free } = rootsOf(build, tree);
	return allocated
		.filter((id) => tree.node(id).allocatable)
		.map((id) => {
			const left = allocated.filter((other) => other !== id);
			const hanging = [...tree.unreachable(left, starts)].filter((other) => !free.has(other));
			const nodes = [id, ...hanging];
			return { target: id, nodes, points: -nodes.length, set: { remove: nodes } };
		});
}

// Where the build's tree begins, and which nodes jewels allow it to allocate without a connection.
function rootsOf(build: Evaluator, tree: PassiveTree): { starts: number[]; free: Set<number> } {
	const { allocated, starts, free } = build.info;
	const known = (ids: unknown) => (Array.isArray(ids) ? ids.filter((id): id is number => tree.has(id)) : []);
	const roots = allocated.filter((id) => /Start$/.test(tree.node(id).type));
	const given = known(starts);
	const all = new Set(given.length > 0 ? given : roots);
	const stray = new Set(known(free));
	// Nodes that are already disconnected must not count as lost with every node.
	for (const id of tree.unreachable(allocated, all)) stray.add(id);
	return { starts: [...all], free: stray };
}

function nearTo(tree: PassiveTree, allocated: readonly number[], radius: number): (id: number) => boolean {
	const centres = allocated.map((id) => tree.node(id));
	return (id) => {
		const { x, y } = tree.node(id);
		return centres.some((centre) => Math.hypot(centre.x - x, centre.y - y) <= radius);
	};
}

function compare(a: number, b: number): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
