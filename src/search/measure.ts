import type { Model } from "./model.js";
import type { Plan } from "./plan.js";
import type { Candidate, Rows } from "./rows.js";
import type { Task } from "./task.js";

/** Rows per batch: enough to keep all threads busy, few enough that a limit is noticed in time. */
export const batchRows = 512;

/**
 * Measures the effect of single nodes on a plan, whether or not a path leads to them: allocated nodes by giving them
 * up, others by adding them. The plan becomes the model's anchor.
 *
 * @param nodes graph indexes in order of importance, since a limit may end the measurement
 * @param alike maps a node to the one that is measured in its place, and in that of others like it
 */
export async function measure(
	model: Model,
	rows: Rows,
	plan: Plan,
	values: Float64Array,
	nodes: readonly number[],
	alike: ReadonlyMap<number, number> = new Map(),
): Promise<void> {
	const { graph } = model.task;
	model.moveTo(plan, values);
	const one = plan.copy();
	const wanted: { i: number; attribute: number; row: Candidate; isAdded: boolean }[] = [];
	const ask = (i: number, attribute: number) => {
		const isAdded = !plan.mode[i];
		if (isAdded) one.add(i, 1, attribute);
		else one.remove(i);
		const rival = isAdded ? rivalOf(one, i) : -1;
		if (rival >= 0) one.remove(rival);
		const words = one.words();
		wanted.push({ i, attribute, row: { key: one.key, words: () => words }, isAdded });
		one.assign(plan);
	};
	const choice = nodes.find((i) => graph.attribute[i] && !plan.mode[i]);
	if (choice !== undefined) for (const attribute of [1, 2, 3]) ask(choice, attribute);
	for (const i of nodes) if (!graph.attribute[i] && !alike.has(i)) ask(i, 0);
	for (let from = 0; from < wanted.length && rows.ended === undefined; from += batchRows) {
		const part = wanted.slice(from, from + batchRows);
		const answers = await rows.values(part.map(({ row }) => row));
		part.forEach(({ i, attribute, isAdded }, k) => {
			const answer = answers[k] as Float64Array;
			const target = attribute > 0 ? model.attributeEffect : model.effect;
			const at = (attribute > 0 ? attribute : i) * model.width;
			// A failed row counts against its node.
			const failed = Number.isNaN(answer[0]);
			if (failed && rows.ended !== undefined) return;
			for (let s = 0; s < model.width; s++) {
				const change = isAdded ? model.change(answer, values, s) : model.change(values, answer, s);
				target[at + s] = failed ? (isAdded && model.objective.multiplied[s] ? -1 : 0) : change;
			}
			if (attribute === 0) model.known[i] = 1;
		});
	}
	const { effect, known, width } = model;
	for (const [i, like] of alike) {
		if (!known[like] || known[i]) continue;
		effect.copyWithin(i * width, like * width, (like + 1) * width);
		known[i] = 1;
	}
}

/**
 * Finds nodes with the same text as an earlier one on the list, which is measured in their place at first, among the
 * nodes that can be added as well as among those that can be given up. A node whose effect may be changed by a jewel is
 * measured individually.
 */
export function alikeNodes({ graph, mode, nearJewel }: Task, nodes: readonly number[]): Map<number, number> {
	const all = graph.tree.nodes;
	const first = new Map<string, number>();
	const alike = new Map<number, number>();
	for (const i of nodes) {
		const node = all[i] as (typeof all)[number];
		const tellsAll = node.stats.length > 0 || node.type === "attribute";
		if (nearJewel[i] || !tellsAll || node.type === "jewelSocket" || node.containJewelSocket) continue;
		const text = [mode[i], node.type, node.name, ...node.stats].join("\n");
		const like = first.get(text);
		if (like === undefined) first.set(text, i);
		else alike.set(i, like);
	}
	return alike;
}

/** Number of nodes used to determine whether a weapon set is in use. */
const sample = 16;

/**
 * Determines whether points of a weapon set have an effect: those of the set that is not in use do not. Tested with the
 * nodes that have the largest effect when allocated for both sets.
 */
export async function measureWeaponSets(
	model: Model,
	rows: Rows,
	build: Plan,
	own: Float64Array,
): Promise<void> {
	const { task, width, weaponSetCounts } = model;
	const { budgets, graph } = task;
	const sets = [1, 2].filter((set) => (budgets.free[set] as number) > 0 || task.mode.includes(set + 1));
	if (sets.length === 0) return;
	const sum = new Float64Array(width);
	model.sumOf(build, sum);
	model.weigh(sum);
	const size = (i: number) => model.prize[i] as number;
	const seen = new Set<string>();
	const nodes = Array.from({ length: graph.size }, (_, i) => i)
		.filter((i) => model.known[i] && !build.mode[i] && graph.weaponSet[i] && size(i) > 0)
		.sort((a, b) => size(b) - size(a) || a - b)
		.filter((i) => {
			// If a jewel makes many nodes alike, one of them represents all: such nodes may have no effect in a weapon set.
			const effect = model.effect.subarray(i * width, (i + 1) * width).join();
			return !seen.has(effect) && seen.add(effect);
		})
		.slice(0, sample);
	for (const set of sets) {
		const plans = nodes.map((i) => {
			const plan = build.copy();
			plan.add(i, 1 + set, 0);
			return plan;
		});
		const answers = await rows.values(plans);
		const counting = answers.filter((values) => values.some((value, s) => value !== own[s])).length;
		// In a set that is not in use, no node has an effect; in the other set, some may not have one either.
		weaponSetCounts[set] = counting > 0 && 4 * counting >= nodes.length ? 1 : 0;
	}
}

/** The other option of the same choice that the plan has allocated; -1 if none. */
export function rivalOf(plan: Plan, i: number): number {
	const { choice, offsets, links } = plan.task.graph;
	const parent = choice[i] as number;
	if (parent < 0) return -1;
	for (let e = offsets[parent] as number; e < (offsets[parent + 1] as number); e++) {
		const other = links[e] as number;
		if (other !== i && plan.mode[other] && choice[other] === parent) return other;
	}
	return -1;
}
