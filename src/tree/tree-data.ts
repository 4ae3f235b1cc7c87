/** The largest node id: ids fit in 16 bits. */
export const MAX_NODE_ID = 65_535;

/**
 * What a node is. The names are ours, the distinction is Path of Building's:
 * - `attribute`: a node with the choice of Strength, Dexterity or Intelligence
 * - `mastery`: the picture in the middle of a cluster; grants nothing
 * - `classStart`, `ascendancyStart`: allocated with the class, free of cost
 */
export type TreeNodeType =
	| "normal"
	| "notable"
	| "keystone"
	| "attribute"
	| "jewelSocket"
	| "classStart"
	| "ascendancyStart"
	| "mastery";

/** One choice of an attribute node; they are listed in the order Strength, Dexterity, Intelligence. */
export interface TreeNodeOption {
	readonly id: number;
	readonly name: string;
	readonly stats: readonly string[];
}

/** What a node is for one class or ascendancy. */
export interface TreeNodeSwitch {
	/** Name of the class or ascendancy for which this replaces the node's own name and stats. */
	readonly for: string;
	readonly name: string;
	readonly stats: readonly string[];
}

export interface TreeNode {
	readonly id: number;
	readonly name: string;
	readonly type: TreeNodeType;
	/** The stat lines, one line of text each. */
	readonly stats: readonly string[];
	/** The ascendancy to which the node belongs; absent on the main tree. */
	readonly ascendancy?: string;
	/** Only on a `classStart`: names of the classes that start here; some may not be playable. */
	readonly classesStart?: readonly string[];
	/** The node's 1-based index in the file's `groups`; absent if it is not drawn on the tree. */
	readonly group?: number;
	readonly orbit: number;
	readonly orbitIndex: number;
	/** Position in the tree's own units, y downwards; 0, 0 for a node without a group. */
	readonly x: number;
	readonly y: number;
	/** The three choices of an `attribute` node. */
	readonly options?: readonly TreeNodeOption[];
	/** Other names and stats of this node for single classes or ascendancies. */
	readonly switches?: readonly TreeNodeSwitch[];
	/** The node can be allocated only while all of these nodes are allocated. */
	readonly unlockConstraint?: { readonly ascendancy?: string; readonly nodes: readonly number[] };
	/** Only one of the neighbouring nodes with `isMultipleChoiceOption` can be allocated at a time. */
	readonly isMultipleChoice?: true;
	readonly isMultipleChoiceOption?: true;
	/** Costs no point. */
	readonly isFreeAllocate?: true;
	/** An ascendancy's notable that is also a jewel socket. */
	readonly containJewelSocket?: true;
	/** A jewel here affects no other nodes. */
	readonly noRadius?: true;
	/** Whether a player can put a point into it; false for starts, masteries and nodes without a group. */
	readonly allocatable: boolean;
	/** Whether a path can go through it. A path may begin at a start, but never enters one. */
	readonly passable: boolean;
}

export interface TreeAscendancy {
	readonly name: string;
	readonly internalId?: string;
	readonly startNodeId: number;
	/**
	 * The `ascendancy` of its nodes. It differs from `name` if one ascendancy replaces another and uses the other's
	 * nodes.
	 */
	readonly nodesOf: string;
}

export interface TreeClass {
	readonly name: string;
	readonly integerId?: number;
	readonly baseStr: number;
	readonly baseDex: number;
	readonly baseInt: number;
	readonly startNodeId: number;
	readonly ascendancies: readonly TreeAscendancy[];
}

export interface TreeGroup {
	/** 1-based index in the file's `groups`. */
	readonly id: number;
	readonly x: number;
	readonly y: number;
	readonly orbits: readonly number[];
	readonly nodes: readonly number[];
}

/** An unordered pair of node ids, the smaller one first. */
export type TreeEdge = readonly [number, number];

/**
 * How one edge is drawn. Without an entry, an edge is an arc around the group if both ends are on one orbit, otherwise
 * straight.
 */
export interface TreeCurve {
	readonly from: number;
	readonly to: number;
	/** In tree units: an arc whose centre lies to the left (positive) or right of the direction; 0: a straight line. */
	readonly radius: number;
}

/** A checked passive tree, as its file describes it. Plain data: it can be cloned and sent to a worker. */
export interface TreeData {
	/** For example `0_5`, as in builds. */
	readonly version: string;
	/** Sorted by id. */
	readonly nodes: readonly TreeNode[];
	/**
	 * The edges that a player can walk, each pair once, sorted. Not included: edges of masteries, edges between a class
	 * start and an ascendancy start (both come with the class), and edges from an ascendancy to another one or to the
	 * main tree.
	 */
	readonly edges: readonly TreeEdge[];
	/**
	 * One-way edges `[from, to]` from an ascendancy into the main tree: an ascendancy can open another class's starting
	 * point.
	 */
	readonly exits: readonly TreeEdge[];
	/** Only for pictures of the tree. */
	readonly curves?: readonly TreeCurve[];
	readonly classes: readonly TreeClass[];
	readonly groups: readonly TreeGroup[];
}

/**
 * The node where a class starts; undefined for an unknown name. Also takes names in a start's `classesStart` that no
 * playable class has.
 */
export function startNodeOf(tree: TreeData, className: string): number | undefined {
	return tree.nodes.find((node) => node.classesStart?.includes(className))?.id;
}

/** The node where an ascendancy starts; undefined for an unknown name. */
export function ascendancyStartOf(tree: TreeData, ascendancy: string): number | undefined {
	for (const { ascendancies } of tree.classes) {
		const found = ascendancies.find(({ name }) => name === ascendancy);
		if (found !== undefined) return found.startNodeId;
	}
	return undefined;
}

/** The passive tree as a calculator's `open` gets it: plain tables, without what only drawing and walking need. */
export interface CalculatorTree {
	version: string;
	nodes: {
		id: number;
		name: string;
		type: TreeNodeType;
		stats: string[];
		ascendancy?: string;
		/** For an attribute node its three choices; for others, what they are `for` certain classes or ascendancies. */
		options?: { id?: number; for?: string; name: string; stats: string[] }[];
	}[];
	classes: { name: string; baseStr: number; baseDex: number; baseInt: number; ascendancies: string[] }[];
}

/** The table that the reference calculator's `open(options)` takes as its tree. */
export function treeForCalculator(tree: TreeData): CalculatorTree {
	return {
		version: tree.version,
		nodes: tree.nodes.map(({ id, name, type, stats, ascendancy, options, switches }) => ({
			id,
			name,
			type,
			stats: [...stats],
			...(ascendancy !== undefined && { ascendancy }),
			...((options ?? switches) && {
				options: [...(options ?? []), ...(switches ?? [])].map((option) => ({
					...option,
					stats: [...option.stats],
				})),
			}),
		})),
		classes: tree.classes.map(({ name, baseStr, baseDex, baseInt, ascendancies }) => ({
			name,
			baseStr,
			baseDex,
			baseInt,
			ascendancies: ascendancies.map((ascendancy) => ascendancy.name),
		})),
	};
}
