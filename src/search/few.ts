import { type Change, visitChoices } from "./choices.js";
import { canBeClicked } from "./clicks.js";
import type { Found } from "./found.js";
import type { Model } from "./model.js";
import type { Plan } from "./plan.js";
import type { Task } from "./task.js";

/** Plans per batch: few, since each batch shows which of the others cannot be the best. */
const batch = 12;
/** Number of choices kept from one pass over all of them. */
const kept = 600;

export interface FewOptions {
	/** Maps a node to the one that was measured in its place. */
	readonly alike: ReadonlyMap<number, number>;
	/** Whether all attributes of attribute nodes are tried; otherwise only the one that looks best given the others. */
	readonly withAttributes: boolean;
	readonly best: () => Found;
	/** Calculates the exact stats of plans; NaN if a row failed or was not reached. */
	readonly calculate: (plans: readonly Plan[]) => Promise<readonly Float64Array[]>;
	readonly isOver: () => boolean;
}

/**
 * Finds the best of all connected choices of few points: all of them are estimated, and the most promising ones are
 * calculated until no other can be better, given the largest estimation error so far.
 */
export async function decideFew(task: Task, model: Model, options: FewOptions): Promise<void> {
	const estimates = new Estimates(task, model, options);
	/** The most by which a calculated plan exceeded its estimate. */
	let margin = 0;
	let isFresh = true;
	while (!options.isOver()) {
		if (isFresh) await estimates.look(kept, options.isOver);
		const reached = model.exactWorth(options.best().values);
		const wanted = estimates.best(batch, reached - margin);
		if (wanted.length === 0) {
			// What was learned in the meantime may have made others better.
			if (isFresh) return;
			isFresh = true;
			continue;
		}
		isFresh = false;
		const answers = await options.calculate(wanted.map(({ plan }) => plan));
		wanted.forEach((one, k) => {
			const exact = answers[k] as Float64Array;
			estimates.decided(one);
			if (Number.isNaN(exact[0])) return;
			margin = Math.max(margin, model.exactWorth(exact) - one.worth);
			estimates.learn(one, exact);
		});
	}
}

interface Estimate {
	readonly plan: Plan;
	/** The changes as sorted numbers; changes with the same effect have the same number. */
	readonly kinds: readonly number[];
	readonly signature: string;
	/** The sum of the nodes' individual effects; together with the pair effects it gives the estimate. */
	readonly alone: Float64Array;
	sum: Float64Array;
	worth: number;
}

/**
 * Estimates of choices: the nodes' individual effects plus what was learned about pairs. Choices of equivalent nodes
 * count as one, and only the first of them is examined.
 */
class Estimates {
	readonly #task: Task;
	readonly #model: Model;
	readonly #alike: ReadonlyMap<number, number>;
	readonly #withAttributes: boolean;
	/** By signature: choices that need not be examined any more. */
	readonly #decided = new Set<string>();
	/** For pairs of kinds of changes: their combined effect on each stat beyond the sum of the individual effects. */
	readonly #pairs = new Map<number, Float64Array>();
	#list: Estimate[] = [];

	constructor(task: Task, model: Model, { alike, withAttributes }: FewOptions) {
		this.#task = task;
		this.#model = model;
		this.#alike = alike;
		this.#withAttributes = withAttributes;
	}

	/** Examines all choices again, and keeps the best of those that are not decided yet. */
	async look(count: number, isOver: () => boolean): Promise<void> {
		const model = this.#model;
		const { width } = model;
		const sums: Float64Array[] = [model.anchor];
		const alone: Float64Array[] = [model.anchor];
		const kinds: number[] = [];
		const list: Estimate[] = [];
		const known = new Set<string>();
		let least = Number.NEGATIVE_INFINITY;
		let visited = 0;
		const trim = () => {
			list.sort((a, b) => b.worth - a.worth);
			for (const { signature } of list.splice(count)) known.delete(signature);
			least = list.length === count ? (list[count - 1] as Estimate).worth : Number.NEGATIVE_INFINITY;
		};
		let depth = 0;
		await visitChoices(this.#task, {
			enter: (change) => {
				const [sum, own] = [sums[depth] as Float64Array, alone[depth] as Float64Array];
				const kind = this.#kind(change);
				depth++;
				sums[depth] ??= new Float64Array(width);
				alone[depth] ??= new Float64Array(width);
				const [nextSum, nextOwn] = [sums[depth] as Float64Array, alone[depth] as Float64Array];
				const mode = change.isAdded ? 1 : (this.#task.mode[change.i] as number);
				nextOwn.set(own);
				model.apply(nextOwn, change.i, mode, change.attribute, change.isAdded ? 1 : -1);
				for (let s = 0; s < width; s++)
					nextSum[s] = (sum[s] as number) + (nextOwn[s] as number) - (own[s] as number);
				if (this.#pairs.size > 0)
					for (let k = 0; k < depth - 1; k++) this.#addPair(nextSum, kind, kinds[k] as number);
				kinds[depth - 1] = kind;
			},
			leave: () => {
				depth--;
			},
			...(!this.#withAttributes && {
				attributes: (i: number) => [model.attributeFor(i, 1, sums[depth] as Float64Array)],
			}),
			visit: (plan) => {
				visited++;
				if (visited % 4096 === 0 && isOver()) return false;
				const sum = sums[depth] as Float64Array;
				const worth = model.worth(sum);
				if (worth <= least) return true;
				const sorted = kinds.slice(0, depth).sort((a, b) => a - b);
				const signature = sorted.join();
				if (known.has(signature) || this.#decided.has(signature)) return true;
				known.add(signature);
				list.push({
					plan: plan.copy(),
					kinds: sorted,
					signature,
					alone: (alone[depth] as Float64Array).slice(),
					sum: sum.slice(),
					worth,
				});
				if (list.length >= 2 * count) trim();
				return true;
			},
		});
		trim();
		this.#list = list;
	}

	/** The best of the kept choices that may be worth more than this, by what is now known about pairs. */
	best(count: number, above: number): readonly Estimate[] {
		for (const one of this.#list) {
			one.sum = one.alone.slice();
			for (const [k, kind] of one.kinds.entries())
				for (const other of one.kinds.slice(k + 1)) this.#addPair(one.sum, kind, other);
			one.worth = this.#model.worth(one.sum);
		}
		this.#list.sort((a, b) => b.worth - a.worth);
		const found: Estimate[] = [];
		for (const one of this.#list) {
			if (found.length >= count || !(one.worth > above)) break;
			if (canBeClicked(this.#task, one.plan)) found.push(one);
			else this.decided(one);
		}
		const taken = new Set(found);
		this.#list = this.#list.filter((one) => !taken.has(one) && !this.#decided.has(one.signature));
		return found;
	}

	decided({ signature }: Estimate): void {
		this.#decided.add(signature);
	}

	/**
	 * Distributes the error of an estimate among the pairs about which nothing is known, or among all if there are none.
	 */
	learn({ kinds, sum }: Estimate, values: Float64Array): void {
		const all: number[] = [];
		for (const [k, kind] of kinds.entries())
			for (const other of kinds.slice(k + 1)) all.push(this.#pair(kind, other));
		if (all.length === 0) return;
		const unknown = all.filter((pair) => !this.#pairs.has(pair));
		const parts = unknown.length > 0 ? unknown : all;
		const exact = new Float64Array(sum.length);
		this.#model.space(values, exact);
		for (const part of parts) {
			const pair = this.#pairs.get(part) ?? new Float64Array(sum.length);
			for (let s = 0; s < sum.length; s++) {
				const off = (exact[s] as number) - (sum[s] as number);
				if (Number.isFinite(off)) pair[s] = (pair[s] as number) + off / parts.length;
			}
			this.#pairs.set(part, pair);
		}
	}

	#addPair(sum: Float64Array, a: number, b: number): void {
		const pair = this.#pairs.get(this.#pair(a, b));
		if (pair) for (let s = 0; s < sum.length; s++) sum[s] = (sum[s] as number) + (pair[s] as number);
	}

	/** A number that is equal for changes with the same effect. */
	#kind({ i, attribute, isAdded }: Change): number {
		const like = this.#alike.get(i) ?? i;
		return 4 * (isAdded ? like : this.#task.graph.size + like) + attribute;
	}

	#pair(a: number, b: number): number {
		return Math.min(a, b) * 8 * this.#task.graph.size + Math.max(a, b);
	}
}
