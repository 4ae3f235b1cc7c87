import type { Evaluator } from "../rows/evaluator.js";
import { type Found, scored } from "./found.js";
import { isBetter, type Objective } from "./objective.js";
import type { Plan } from "./plan.js";
import type { Rows } from "./rows.js";
import type { Task } from "./task.js";

/** A jewel in a socket of the tree. */
export interface WornJewel {
	readonly name: string;
	/** The item's text. */
	readonly text: string;
	/** Whether its effect depends on its socket, because it has a radius. */
	readonly isLocal: boolean;
}

/** By node id of the socket: the jewel's text, or null for none. Sockets that are not listed keep their jewel. */
export type JewelChange = Readonly<Record<number, string | null>>;

/** What a search needs to move jewels. A build provides it if its calculator derives variants. */
export interface Jewels {
	/** By node id of the socket. */
	readonly worn: ReadonlyMap<number, WornJewel>;
	/** The build with other jewels in its sockets. */
	with(change: JewelChange): Evaluator;
}

/** A jewel that moves to another socket. The jewel that was there has a move of its own, or leaves the tree. */
export interface JewelMove {
	readonly name: string;
	readonly from: number;
	readonly to: number;
}

/** Which jewel is in which socket; a jewel is identified by the socket that it comes from. */
type Places = ReadonlyMap<number, number>;

/** A target arrangement of jewels, and the rows of the build with it. */
export interface Arrangement {
	readonly change: JewelChange;
	readonly moves: readonly JewelMove[];
	readonly rows: Rows;
	/** The plan for which they were moved. */
	readonly found: Found;
}

/** Maximum number of successive exchanges. */
const most = 4;
/** Number of exchanges that are calculated at once. */
const atOnce = 8;

/**
 * Repeatedly exchanges the contents of two sockets, at least one of which is in the plan, as long as exact rows show
 * that the plan becomes better. Returns undefined if no exchange helps. Pinned sockets keep their jewels.
 */
export async function arrangeJewels(
	task: Task,
	objective: Objective,
	rows: Rows,
	jewels: Jewels,
	found: Found,
): Promise<Arrangement | undefined> {
	let best: Arrangement | undefined;
	let places: Places = new Map([...jewels.worn.keys()].map((id) => [id, id]));
	let pairs = exchanges(task, jewels, places, found.plan);
	for (let turn = 0; turn < most && pairs.length > 0; turn++) {
		const from = places;
		const { score: before } = best?.found ?? found;
		// Later rounds only retry those that were an improvement once: each one is a variant, and deriving it takes as long
		// as many rows.
		const promising: typeof pairs = [];
		for (let at = 0; at < pairs.length; at += atOnce) {
			if (rows.look() !== undefined) return best;
			const tried = pairs.slice(at, at + atOnce).map(([a, b]) => {
				const next = exchanged(from, a, b);
				const change = changeOf(jewels, next);
				return { next, change, rows: rows.of(jewels.with(change)) };
			});
			// Each is a separate batch, so that all threads have work.
			const answers = await Promise.all(tried.map((one) => one.rows.values([found.plan])));
			for (const [k, [values]] of answers.entries()) {
				if (!values || Number.isNaN(values[0])) continue;
				const { next, ...one } = tried[k] as (typeof tried)[number];
				const here = scored(objective, found.plan, values);
				if (!isBetter(here.score, before) || here.score.worth === before.worth) continue;
				promising.push(pairs[at + k] as (typeof pairs)[number]);
				if (best && !isBetter(here.score, best.found.score)) continue;
				best = { ...one, moves: movesOf(jewels, next), found: here };
				places = next;
			}
		}
		pairs = promising.filter(([a, b]) => places.get(a) === from.get(a) && places.get(b) === from.get(b));
	}
	return best;
}

/** Whether there is any exchange to try for a plan with the build's sockets. */
export function canArrange(task: Task, jewels: Jewels, plan: Plan): boolean {
	return exchanges(task, jewels, new Map([...jewels.worn.keys()].map((id) => [id, id])), plan).length > 0;
}

/** Pairs of sockets whose exchange may have an effect: a jewel comes into use, or one has a radius. */
function exchanges({ graph, pinned }: Task, jewels: Jewels, places: Places, plan: Plan): [number, number][] {
	const sockets = [...graph.indexOf.entries()]
		.filter(([id, i]) => {
			const type = graph.tree.nodes[i]?.type;
			// A socket that no path leads to was granted by other means, such as a jewel; its contents stay.
			const isReachable = graph.offsets[i] !== graph.offsets[i + 1];
			const isOurs = plan.mode[i] || jewels.worn.has(id);
			return type === "jewelSocket" && isReachable && !pinned[i] && isOurs;
		})
		.map(([id, i]) => ({ id, isUsed: Boolean(plan.mode[i]) }))
		.sort((a, b) => a.id - b.id);
	const inside = (id: number) => jewels.worn.get(places.get(id) ?? -1);
	return sockets.flatMap((a, k) =>
		sockets.slice(k + 1).flatMap((b): [number, number][] => {
			const [one, other] = [inside(a.id), inside(b.id)];
			if (!(a.isUsed || b.isUsed) || one?.text === other?.text) return [];
			const isLocal = one?.isLocal || other?.isLocal;
			return isLocal || a.isUsed !== b.isUsed ? [[a.id, b.id]] : [];
		}),
	);
}

function exchanged(places: Places, a: number, b: number): Places {
	const next = new Map(places);
	for (const [to, from] of [
		[a, places.get(b)],
		[b, places.get(a)],
	] as const) {
		if (from === undefined) next.delete(to);
		else next.set(to, from);
	}
	return next;
}

function changeOf({ worn }: Jewels, places: Places): JewelChange {
	const change: Record<number, string | null> = {};
	for (const id of new Set([...worn.keys(), ...places.keys()])) {
		const from = places.get(id);
		if (from !== id) change[id] = from === undefined ? null : (worn.get(from) as WornJewel).text;
	}
	return change;
}

function movesOf({ worn }: Jewels, places: Places): JewelMove[] {
	return [...places]
		.filter(([to, from]) => to !== from)
		.map(([to, from]) => ({ name: (worn.get(from) as WornJewel).name, from, to }))
		.sort((a, b) => a.to - b.to);
}

/**
 * The jewels after each of the moves, for the rows of the intermediate steps. A jewel that is displaced before its own
 * move is in no socket until then.
 */
export function changesAlong({ worn }: Jewels, moves: readonly JewelMove[]): JewelChange[] {
	const at = new Map([...worn].map(([id, { text }]) => [id, text]));
	return moves.map(({ from, to }) => {
		const { text } = worn.get(from) as WornJewel;
		if (at.get(from) === text) at.delete(from);
		at.set(to, text);
		const change: Record<number, string | null> = {};
		for (const id of new Set([...worn.keys(), ...at.keys()])) {
			const now = at.get(id);
			if (now !== worn.get(id)?.text) change[id] = now ?? null;
		}
		return change;
	});
}
