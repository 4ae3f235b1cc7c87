import { type Build, type NodeSetDelta, PobatchError, type TreeNode } from "pobatch";
import { Type } from "typebox";
import { type NamedNode, named, nodeOf, treeOf } from "./nodes.js";

const NodeList = (description: string) =>
	Type.Optional(Type.Array(Type.Union([Type.Integer(), Type.String()]), { description }));

/** How tools take a change of a build. */
export const changeProperties = {
	add: NodeList(
		"Nodes to allocate, by id or name. Where one is not connected, the shortest path to it comes along.",
	),
	remove: NodeList("Allocated nodes to give up, by id or name. What hangs on them goes with them."),
	attributes: Type.Optional(
		Type.Record(Type.String(), Type.String(), {
			description:
				'Str, Dex or Int for attribute nodes that are added, by id: {"4739":"Dex"}; Str if not given',
		}),
	),
};

export interface GivenChange {
	add?: (string | number)[];
	remove?: (string | number)[];
	attributes?: Record<string, string>;
}

export interface Change {
	set: NodeSetDelta;
	/** What was asked for, and what came along. */
	added: NamedNode[];
	removed: NamedNode[];
	/** Points spent (positive) or freed (negative). */
	points: number;
	notes: string[];
}

/** The node set that a change means: connected, with names. @throws PobatchError UNKNOWN_NODE, INVALID_ARGUMENT */
export function changeOf(build: Build, { add = [], remove = [], attributes = {} }: GivenChange): Change {
	if (add.length === 0 && remove.length === 0)
		return { set: {}, added: [], removed: [], points: 0, notes: [] };
	const tree = treeOf(build);
	const notes: string[] = [];
	const own = new Set(build.allocated);
	const gone = new Set<number>();
	for (const given of remove) {
		const node = nodeOf(build, given, { allocated: true });
		if (own.has(node.id)) gone.add(node.id);
		else notes.push(`${label(node)} is not allocated: nothing to remove`);
	}
	const kept = build.allocated.filter((id) => !gone.has(id));
	const added: number[] = [];
	for (const given of add) {
		const node = nodeOf(build, given, { allocated: false });
		if (own.has(node.id) && !gone.has(node.id)) {
			notes.push(`${label(node)} is allocated already`);
			continue;
		}
		if (added.includes(node.id)) continue;
		const path = tree.shortestPath([...kept, ...added], node.id);
		if (path.length === 0)
			throw new PobatchError("INVALID_NODE_SET", `No path leads to ${label(node)}`, { value: node.id });
		if (path.length > 1)
			notes.push(`${label(node)} is ${path.length} points away: the path to it is part of the change`);
		added.push(...path);
	}
	const asked = gone.size;
	// What is connected to nothing as the build is (a jewel may allow it) does not hang on what is removed.
	const stray = new Set(tree.unreachable(build.allocated));
	if (asked > 0)
		for (const id of tree.unreachable([...kept, ...added])) if (own.has(id) && !stray.has(id)) gone.add(id);
	if (gone.size > asked) notes.push(`${gone.size - asked} nodes hang on what is removed and go with it`);
	const choices = attributesOf(attributes, added);
	return {
		set: {
			add: added,
			remove: [...gone].filter((id) => !added.includes(id)),
			...(Object.keys(choices).length > 0 && { attributes: choices }),
		},
		added: added.map((id) => named(tree.node(id))),
		removed: Array.from(gone, (id) => named(tree.node(id))),
		points: added.length - gone.size,
		notes,
	};
}

const attributeNames = { s: "Str", d: "Dex", i: "Int" } as const;

function attributesOf(
	given: Record<string, string>,
	added: readonly number[],
): NonNullable<NodeSetDelta["attributes"]> {
	return Object.fromEntries(
		Object.entries(given).map(([id, choice]) => {
			const name = attributeNames[choice.trim().charAt(0).toLowerCase() as keyof typeof attributeNames];
			if (name === undefined)
				throw new PobatchError("INVALID_ARGUMENT", `Expected Str, Dex or Int for attributes.${id}`, {
					value: choice,
				});
			if (!added.includes(Number(id)))
				throw new PobatchError("INVALID_NODE_SET", `Node ${id} has a choice but is not added`, { value: id });
			return [Number(id), name];
		}),
	);
}

function label({ name, id }: TreeNode): string {
	return `${name} (${id})`;
}
