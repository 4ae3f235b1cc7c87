import type { Model } from "./model.js";
import type { Plan } from "./plan.js";
import type { Candidate, Rows } from "./rows.js";

/** Rows of one batch: enough to keep all threads busy, few enough that a limit is noticed in time. */
export const batchRows = 512;

/**
 * Measures at a plan what single nodes do, whether or not a path leads to them: allocated ones by giving them up, others
 * by adding them. The plan becomes the model's anchor.
 *
 * @param nodes by place; in the order of their importance, since a limit may end it
 */
export async function measure(
	model: Model,
	rows: Rows,
	plan: Plan,
	values: Float64Array,
	nodes: readonly number[],
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
	for (const i of nodes) if (!graph.attribute[i]) ask(i, 0);
	for (let from = 0; from < wanted.length && rows.ended === undefined; from += batchRows) {
		const part = wanted.slice(from, from + batchRows);
		const answers = await rows.values(part.map(({ row }) => row));
		part.forEach(({ i, attribute, isAdded }, k) => {
			const answer = answers[k] as Float64Array;
			const target = attribute > 0 ? model.attributeEffect : model.effect;
			const at = (attribute > 0 ? attribute : i) * model.width;
			// A row that failed says nothing good of its node.
			const failed = Number.isNaN(answer[0]);
			if (failed && rows.ended !== undefined) return;
			for (let s = 0; s < model.width; s++) {
				const change = isAdded ? model.change(answer, values, s) : model.change(values, answer, s);
				target[at + s] = failed ? (isAdded && model.objective.multiplied[s] ? -1 : 0) : change;
			}
			if (attribute === 0) model.known[i] = 1;
		});
	}
}

/** The other option of the same choice that a plan has, -1 if none. */
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
