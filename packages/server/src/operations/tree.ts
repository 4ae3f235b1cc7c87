import { type Build, PobatchError, type TreeNode } from "pobatch";
import { drawPower, drawSearch, rankNodes } from "pobatch/operations";
import { Type } from "typebox";
import { PowerInput } from "./power.js";

export const Tree = Type.Object({
	version: Type.String(),
	nodes: Type.Array(
		Type.Object({
			id: Type.Integer(),
			name: Type.String(),
			type: Type.String(),
			stats: Type.Array(Type.String()),
			x: Type.Number(),
			y: Type.Number(),
			ascendancy: Type.Optional(Type.String()),
			allocatable: Type.Boolean(),
			/** The middle of its orbit; absent where edges to it are straight. */
			group: Type.Optional(Type.Integer()),
			orbit: Type.Integer(),
		}),
	),
	edges: Type.Array(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 })),
	groups: Type.Array(Type.Object({ id: Type.Integer(), x: Type.Number(), y: Type.Number() })),
	allocated: Type.Array(Type.Integer(), { description: "Nodes of the build" }),
});

/** The passive tree of a build, and what it has of it. @throws PobatchError TREE_INVALID */
export function treeOf(build: Build) {
	const { data } = needTree(build);
	return {
		version: data.version,
		nodes: data.nodes.map(plain),
		edges: data.edges.map(([from, to]) => [from, to]),
		groups: data.groups.map(({ id, x, y }) => ({ id, x, y })),
		allocated: [...build.allocated],
	};
}

/** The tree as SVG; with a stat, what each node within reach gains of it as colour. */
export async function drawTree(
	build: Build,
	{ stat, depth = 5, add, remove }: { stat?: string; depth?: number; add?: string; remove?: string },
	signal: AbortSignal,
): Promise<string> {
	const tree = needTree(build);
	const { ascendancy, class: className } = build.info;
	const title = ascendancy === undefined ? className : `${ascendancy} (${className})`;
	const ids = (text = "") => text.split(",").filter(Boolean).map(Number);
	if (add !== undefined || remove !== undefined) {
		const set = { add: ids(add), remove: ids(remove) };
		for (const id of [...set.add, ...set.remove]) tree.node(id);
		return drawSearch(build, { set }, title);
	}
	if (stat === undefined) return tree.toSvg({ highlight: build.allocated, title });
	const answer = await rankNodes(build, { stats: [stat], depth, signal });
	if (answer.stopped) throw new PobatchError("ABORTED", "Node power was stopped before its end");
	return drawPower(build, answer, title);
}

export const SvgQuery = Type.Object({
	stat: Type.Optional(Type.String({ description: "Colours by what nodes gain of it" })),
	depth: PowerInput.properties.depth,
	add: Type.Optional(
		Type.String({ pattern: "^\\d+(,\\d+)*$", description: "Nodes to mark as added, by comma" }),
	),
	remove: Type.Optional(Type.String({ pattern: "^\\d+(,\\d+)*$", description: "Nodes to mark as given up" })),
});

function needTree({ tree }: Build): NonNullable<Build["tree"]> {
	if (tree) return tree;
	throw new PobatchError("TREE_INVALID", "The calculator has no passive tree for this build", {
		hint: "Give it one: --tree.",
	});
}

function plain({ id, name, type, stats, x, y, ascendancy, allocatable, group, orbit }: TreeNode) {
	return {
		id,
		name,
		type,
		stats: [...stats],
		x,
		y,
		allocatable,
		orbit,
		...(ascendancy !== undefined && { ascendancy }),
		...(group !== undefined && { group }),
	};
}
