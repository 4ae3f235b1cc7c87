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

/** One choice of an attribute node; the list's order is Strength, Dexterity, Intelligence. */
export interface TreeNodeOption {
	readonly id: number;
	readonly name: string;
	readonly stats: readonly string[];
}

/** What a node is instead for one class or ascendancy. */
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
	/** Names of the classes that start here, on a `classStart` only; some may not be playable. */
	readonly classesStart?: readonly string[];
	/** The node's 1-based place in the file's `groups`; absent when it is not drawn on the tree. */
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
	/** The node can be walked only while all of these nodes are allocated. */
	readonly unlockConstraint?: { readonly ascendancy?: string; readonly nodes: readonly number[] };
	/** Of the `isMultipleChoiceOption` nodes next to this node, one can be allocated at a time. */
	readonly isMultipleChoice?: true;
	readonly isMultipleChoiceOption?: true;
	/** Costs no point. */
	readonly isFreeAllocate?: true;
	/** An ascendancy's notable that also holds a jewel. */
	readonly containJewelSocket?: true;
	/** A jewel here reaches no other nodes. */
	readonly noRadius?: true;
	/** Can a player put a point into it? False for starts, masteries and nodes outside every group. */
	readonly allocatable: boolean;
	/** Can a path go through it? A path may begin at a start but never enters one. */
	readonly passable: boolean;
}

export interface TreeAscendancy {
	readonly name: string;
	readonly internalId?: string;
	readonly startNodeId: number;
	/**
	 * The `ascendancy` that its nodes carry. It differs from `name` where one
	 * ascendancy takes the place of another and shares its nodes.
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
	/** 1-based place in the file's `groups`. */
	readonly id: number;
	readonly x: number;
	readonly y: number;
	readonly orbits: readonly number[];
	readonly nodes: readonly number[];
}

/** An unordered pair of node ids, the smaller one first. */
export type TreeEdge = readonly [number, number];

/** How one edge is drawn; an edge without an entry is an arc around its group if both ends are on one orbit, else straight. */
export interface TreeCurve {
	readonly from: number;
	readonly to: number;
	/** In tree units: an arc whose centre lies to the left (positive) or right of the way; 0: a straight line. */
	readonly radius: number;
}

/** A passive tree as its file tells it, checked. Plain data: it can be cloned and sent to a worker. */
export interface TreeData {
	/** `0_5` for instance, as builds name it. */
	readonly version: string;
	/** Sorted by id. */
	readonly nodes: readonly TreeNode[];
	/**
	 * Where a player can walk, each pair once, sorted. Not in here: masteries,
	 * joins of a class start with an ascendancy start (both come with the
	 * class), and what leads from one ascendancy or the main tree to another.
	 */
	readonly edges: readonly TreeEdge[];
	/**
	 * One-way steps `[from, to]` out of an ascendancy into the main tree, as an
	 * ascendancy grants that opens another class's starting point.
	 */
	readonly exits: readonly TreeEdge[];
	/** For pictures of the tree; none if absent. */
	readonly curves?: readonly TreeCurve[];
	readonly classes: readonly TreeClass[];
	readonly groups: readonly TreeGroup[];
}

/**
 * The node where a class starts, also for the names in a start's `classesStart`
 * that no playable class has; undefined for an unknown name.
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

/** The passive tree as a calculator's `open` gets it: plain tables, nothing of drawing or walking. */
export interface CalculatorTree {
	version: string;
	nodes: {
		id: number;
		name: string;
		type: TreeNodeType;
		stats: string[];
		ascendancy?: string;
		/** Of an attribute node its three choices; of others what they are `for` single classes or ascendancies. */
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
