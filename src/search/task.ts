import { invalidArgument, PobatchError } from "../common/errors.js";
import { nearest } from "../common/suggest.js";
import type { Evaluator } from "../rows/evaluator.js";
import { type Budgets, type CheckedBudgets, checkBudgets } from "./budgets.js";
import { type SearchGraph, searchGraph } from "./graph.js";

/** Which nodes a search may change. */
export interface Restrictions {
	/** Allocated nodes that must stay, by id or name, or all of one kind: `notables`, `keystones`, `jewelSockets`. */
	readonly keep?: readonly (number | string)[];
	/** Nodes that must not be allocated, by id or name. Those that the build already has may stay. */
	readonly avoid?: readonly (number | string)[];
	/** False: no keystones are added. */
	readonly keystones?: boolean;
}

const kinds: Readonly<Record<string, string>> = {
	notables: "notable",
	keystones: "keystone",
	jewelSockets: "jewelSocket",
};

/** What a search may do to one build. Arrays are indexed like the nodes of the graph. */
export interface Task {
	readonly graph: SearchGraph;
	/** The build's own nodes: 0: not allocated, otherwise 1 + the weapon set. */
	readonly mode: Uint8Array;
	/** Their attributes: 0: none, 1 Str, 2 Dex, 3 Int. */
	readonly attribute: Uint8Array;
	/** 1: must stay as it is. */
	readonly pinned: Uint8Array;
	/** 1: may be added. */
	readonly addable: Uint8Array;
	/** 1: within the radius of a jewel, so that its effect may differ from its text. */
	readonly nearJewel: Uint8Array;
	readonly budgets: CheckedBudgets;
}

/**
 * @throws PobatchError INVALID_ARGUMENT, UNKNOWN_NODE if budgets and restrictions are inconsistent; TREE_INVALID if
 * there is no tree
 */
export function searchTask(evaluator: Evaluator, options: Budgets & Restrictions): Task {
	const graph = searchGraph(evaluator);
	const { info } = evaluator;
	const budgets = checkBudgets(options, info);
	const mode = new Uint8Array(graph.size);
	const attribute = new Uint8Array(graph.size);
	info.allocated.forEach((id, k) => {
		const i = graph.indexOf.get(id);
		if (i === undefined) return;
		mode[i] = 1 + (info.weaponSets[k] ?? 0);
		attribute[i] = info.attributes[k] ?? 0;
	});
	const avoided = nodesOf(graph, options.avoid ?? [], "avoid");
	const kept = keptNodes(graph, mode, options.keep ?? []);
	for (const i of kept) {
		if (!mode[i]) throw refuse(graph, i, "keep", "it is not allocated: only what the build has can be kept");
		if (avoided.has(i)) throw refuse(graph, i, "keep", "it is in avoid, too");
	}
	const changeable = changeableCount(graph, mode, kept);
	if (budgets.respec > 0 && changeable === 0) {
		throw new PobatchError(
			"INVALID_ARGUMENT",
			`${budgets.respec} points to respec, but no node can be given up`,
			{
				value: budgets.respec,
				hint: "keep names all that the build has: leave some out, or search without respec.",
			},
		);
	}
	const pinned = new Uint8Array(graph.size);
	for (let i = 0; i < graph.size; i++) if (mode[i] && (!graph.usable[i] || kept.has(i))) pinned[i] = 1;
	for (const i of supports(evaluator, graph, mode)) pinned[i] = 1;
	const addable = graph.usable.slice();
	for (let i = 0; i < graph.size; i++) {
		const isKeystone = graph.tree.nodes[i]?.type === "keystone";
		if (avoided.has(i) || (isKeystone && options.keystones === false)) addable[i] = 0;
		if (graph.ascendancy[i] && budgets.free[3] === 0 && budgets.respec === 0) addable[i] = 0;
	}
	const nearJewel = nodesNearJewels(evaluator, graph, mode);
	return { graph, mode, attribute, pinned, addable, nearJewel, budgets };
}

/** No jewel has a radius larger than this, in tree units. */
const longestRadius = 2000;

/** The nodes that the calculator reports, otherwise all nodes near an allocated socket. */
function nodesNearJewels({ info }: Evaluator, graph: SearchGraph, mode: Uint8Array): Uint8Array {
	const near = new Uint8Array(graph.size);
	if (Array.isArray(info.nearJewels)) {
		for (const id of info.nearJewels) {
			const i = graph.indexOf.get(id as number);
			if (i !== undefined) near[i] = 1;
		}
		return near;
	}
	const { nodes } = graph.tree;
	const sockets = nodes.filter(
		({ type, containJewelSocket }, i) => mode[i] && (type === "jewelSocket" || containJewelSocket),
	);
	for (const [i, { x, y }] of nodes.entries())
		if (sockets.some((socket) => Math.hypot(socket.x - x, socket.y - y) <= longestRadius)) near[i] = 1;
	return near;
}

/** Nodes that others depend on in a way that a delta does not show. */
function supports({ info }: Evaluator, graph: SearchGraph, mode: Uint8Array): number[] {
	const found: number[] = [];
	const { nodes } = graph.tree;
	const grown = graph.roots.some((i) => !mode[i]) || graph.free.some((is) => is === 1);
	nodes.forEach((node, i) => {
		// A jewel in it may be what allows other nodes to be allocated.
		if (mode[i] && grown && (node.type === "jewelSocket" || node.containJewelSocket)) found.push(i);
		// Nodes that an allocated node needs in order to be unlocked.
		if (mode[i] && node.unlockConstraint)
			for (const id of node.unlockConstraint.nodes) {
				const other = graph.indexOf.get(id);
				if (other !== undefined && mode[other]) found.push(other);
			}
	});
	// For nodes that are already disconnected, it is impossible to tell whether they stay valid.
	for (const id of graph.tree.unreachable(
		info.allocated.filter((id) => graph.indexOf.has(id)),
		graph.roots.map((i) => graph.ids[i] as number),
	)) {
		const i = graph.indexOf.get(id) as number;
		if (!graph.free[i]) {
			graph.free[i] = 1;
			found.push(i);
		}
	}
	return found;
}

function changeableCount(graph: SearchGraph, mode: Uint8Array, kept: ReadonlySet<number>): number {
	let count = 0;
	for (let i = 0; i < graph.size; i++) if (mode[i] && graph.usable[i] && !kept.has(i)) count++;
	return count;
}

function keptNodes(graph: SearchGraph, mode: Uint8Array, keep: readonly (number | string)[]): Set<number> {
	const all = new Set<number>();
	const single = keep.filter((one) => {
		const type = typeof one === "string" ? kinds[one] : undefined;
		if (type === undefined) return true;
		graph.tree.nodes.forEach((node, i) => {
			if (mode[i] && node.type === type) all.add(i);
		});
		return false;
	});
	// A name stands for those of its nodes that are allocated.
	for (const one of single) {
		const named = [...nodesOf(graph, [one], "keep")];
		const own = named.filter((i) => mode[i]);
		for (const i of own.length > 0 ? own : named) all.add(i);
	}
	return all;
}

/** Nodes by id or name. @throws PobatchError UNKNOWN_NODE */
function nodesOf(graph: SearchGraph, list: readonly (number | string)[], option: string): Set<number> {
	if (!Array.isArray(list)) throw invalidArgument("a list of node ids or names", option, list);
	const found = new Set<number>();
	for (const one of list) {
		const id = typeof one === "number" ? one : /^\d+$/.test(String(one)) ? Number(one) : undefined;
		if (id !== undefined) {
			const i = graph.indexOf.get(id);
			if (i === undefined) throw unknown(graph, one, option, []);
			found.add(i);
			continue;
		}
		const wanted = String(one).toLowerCase();
		let any = false;
		graph.tree.nodes.forEach((node, i) => {
			if (node.name.toLowerCase() !== wanted) return;
			any = true;
			found.add(i);
		});
		if (!any)
			throw unknown(
				graph,
				one,
				option,
				nearest(String(one), [...new Set(graph.tree.nodes.map(({ name }) => name))]),
			);
	}
	return found;
}

function unknown(graph: SearchGraph, value: unknown, option: string, close: readonly string[]): PobatchError {
	return new PobatchError(
		"UNKNOWN_NODE",
		`${option}: the passive tree ${graph.tree.version} has no node ${String(value)}`,
		{
			value,
			...(close.length > 0 && { hint: `Did you mean ${close.join(" or ")}?` }),
		},
	);
}

function refuse(graph: SearchGraph, i: number, option: string, reason: string): PobatchError {
	const node = graph.tree.nodes[i];
	return new PobatchError("INVALID_ARGUMENT", `${option}: node ${node?.id} (${node?.name}): ${reason}`, {
		value: node?.id,
	});
}
