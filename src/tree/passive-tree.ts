import { join } from "node:path";
import { invalidArgument, PobatchError } from "../common/errors.js";
import { addon, fromNative, type NativeTree, packageFolder } from "../native/addon.js";
import { type TreeSvgOptions, treeToSvg } from "./svg/tree-svg.js";
import { startNodeOf, type TreeData, type TreeNode } from "./tree-data.js";
import { loadTreeFile, parseTree } from "./tree-file.js";

// The bits of a node's flags, as in binding/batch/passive_tree.hpp.
const allocatable = 1;
const attribute = 2;
const root = 4;

/** A tree's graph as the addon takes it; plain arrays, so that it can be sent to other processes. */
export interface TreeArrays {
	/** Node ids, ascending. */
	readonly ids: Uint32Array;
	/** Pairs of ids. */
	readonly edges: Uint32Array;
	/** For each node its flag bits. */
	readonly flags: Uint8Array;
}

/** A path to a node: the nodes to allocate, in walking order, the target last. */
export interface TreePath {
	target: number;
	nodes: Uint32Array;
}

/**
 * The graph of all nodes of one game version, immutable. Searches run on flat native arrays that all engines share.
 *
 * @example
 * const tree = await PassiveTree.embedded();
 * tree.shortestPath(build.allocated, 4242); // the ids to allocate, 4242 last
 */
export class PassiveTree {
	readonly data: TreeData;
	/** @internal */
	readonly arrays: TreeArrays;
	/** @internal */
	readonly native: NativeTree;
	static #embedded: Promise<PassiveTree> | undefined;
	readonly #byId: ReadonlyMap<number, TreeNode>;
	readonly #locked: readonly TreeNode[];

	constructor(data: TreeData) {
		this.data = data;
		this.#byId = new Map(data.nodes.map((node) => [node.id, node]));
		this.#locked = data.nodes.filter((node) => node.unlockConstraint);
		this.arrays = {
			ids: Uint32Array.from(data.nodes, (node) => node.id),
			edges: Uint32Array.from(data.edges.flat()),
			flags: Uint8Array.from(data.nodes, flagsOf),
		};
		const { Tree } = addon();
		try {
			this.native = new Tree(this.arrays.ids, this.arrays.edges, this.arrays.flags);
		} catch (error) {
			const { message } = error as Error;
			throw new PobatchError("TREE_INVALID", `The passive tree ${data.version} is unsound: ${message}`, {
				cause: error,
			});
		}
	}

	/** Reads a tree from Path of Building's tree JSON (`tree.json` of `src/TreeData/<version>`). */
	static async load(file: string): Promise<PassiveTree> {
		return new PassiveTree(await loadTreeFile(file));
	}

	/**
	 * Reads a parsed `tree.json`.
	 *
	 * @param version used when the document has no `version` of its own
	 * @throws PobatchError TREE_INVALID, naming the path of the wrong value
	 */
	static from(json: unknown, version?: string): PassiveTree {
		return new PassiveTree(parseTree(json, version));
	}

	/** The made-up tree that comes with the package. It has the shape and size of the game's, but none of its content. */
	static async embedded(): Promise<PassiveTree> {
		// Shared: trees are immutable, and a program may open many engines.
		PassiveTree.#embedded ??= PassiveTree.load(join(packageFolder, "data", "demo-tree.json"));
		try {
			return await PassiveTree.#embedded;
		} catch (error) {
			PassiveTree.#embedded = undefined;
			throw error;
		}
	}

	/** For example `0_5`. */
	get version(): string {
		return this.data.version;
	}

	/** Sorted by id. */
	get nodes(): readonly TreeNode[] {
		return this.data.nodes;
	}

	has(id: number): boolean {
		return this.#byId.has(id);
	}

	/** @throws PobatchError UNKNOWN_NODE */
	node(id: number): TreeNode {
		const node = this.#byId.get(id);
		if (!node) throw unknownNode(this, id);
		return node;
	}

	/** Where a class starts. @throws PobatchError UNKNOWN_CLASS */
	startOf(className: string): number {
		const id = startNodeOf(this.data, className);
		if (id !== undefined) return id;
		throw new PobatchError("UNKNOWN_CLASS", `The passive tree has no class ${JSON.stringify(className)}`, {
			value: className,
			hint: `Its classes are ${this.data.classes.map(({ name }) => name).join(", ")}.`,
		});
	}

	/** Ids of the nodes that share an edge with this one, ascending. @throws PobatchError UNKNOWN_NODE */
	neighbours(id: number): Uint32Array {
		return this.#search(() => this.native.neighbours(this.#known(id)));
	}

	/** Nodes that one more point can allocate, ascending. */
	frontier(set: Iterable<number>): Uint32Array {
		const ids = this.#ids(set, "set");
		return this.#search(() => this.native.frontier(ids, this.#blocked(ids)));
	}

	/**
	 * The ids to allocate to reach `target` from the set, `target` last; empty if it is in the set or no path leads
	 * there. Among equally short paths, it is always the same one.
	 */
	shortestPath(set: Iterable<number>, target: number): Uint32Array {
		const ids = this.#ids(set, "set");
		return this.#search(() => this.native.shortestPath(ids, this.#blocked(ids), this.#known(target)));
	}

	/** Each node within `points` points of the set, with its shortest path; nearest first. */
	pathsWithin(set: Iterable<number>, points: number): TreePath[] {
		if (!Number.isInteger(points) || points < 1)
			throw invalidArgument("a positive integer", "points", points);
		const ids = this.#ids(set, "set");
		const paths = this.#search(() => this.native.pathsWithin(ids, this.#blocked(ids), points));
		return Array.from(paths.targets, (target, i) => ({
			target,
			nodes: paths.nodes.subarray(paths.offsets[i], paths.offsets[i + 1]),
		}));
	}

	/**
	 * Nodes of the set that are not connected, within the set, to any of `roots`; ascending.
	 *
	 * @param roots class and ascendancy starts; by default those in the set
	 */
	unreachable(set: Iterable<number>, roots?: Iterable<number>): Uint32Array {
		const ids = this.#ids(set, "set");
		const from = this.#ids(roots ?? [...ids].filter((id) => isRoot(this.node(id))), "roots");
		return this.#search(() => this.native.unreachable(ids, from));
	}

	/** The tree as a stand-alone SVG document; see {@link treeToSvg}. @throws PobatchError UNKNOWN_NODE, INVALID_ARGUMENT */
	toSvg(options: TreeSvgOptions = {}): string {
		return treeToSvg(this, options);
	}

	#search<Answer>(body: () => Answer): Answer {
		try {
			return body();
		} catch (error) {
			throw fromNative(error);
		}
	}

	#known(id: number): number {
		if (!this.has(id)) throw unknownNode(this, id);
		return id;
	}

	#ids(set: Iterable<number>, name: string): Uint32Array {
		if (typeof set !== "object" || typeof set?.[Symbol.iterator] !== "function")
			throw invalidArgument("a list of node ids", name, set);
		const ids = Array.from(set, (id) => this.#known(id));
		return Uint32Array.from(ids);
	}

	// Nodes whose unlock conditions the set does not meet.
	#blocked(set: Uint32Array): Uint32Array {
		if (this.#locked.length === 0) return new Uint32Array();
		const have = new Set(set);
		const blocked = this.#locked.filter((node) => !node.unlockConstraint?.nodes.every((id) => have.has(id)));
		return Uint32Array.from(blocked, (node) => node.id);
	}
}

function isRoot(node: TreeNode): boolean {
	return node.type === "classStart" || node.type === "ascendancyStart";
}

function flagsOf(node: TreeNode): number {
	return (
		(node.allocatable && node.passable ? allocatable : 0) |
		(node.type === "attribute" ? attribute : 0) |
		(isRoot(node) ? root : 0)
	);
}

function unknownNode(tree: PassiveTree, id: unknown): PobatchError {
	return new PobatchError("UNKNOWN_NODE", `Node ${String(id)} is not in the passive tree ${tree.version}`, {
		value: id,
	});
}
