import type { Objective } from "./objective.js";
import type { Plan } from "./plan.js";
import type { Task } from "./task.js";

/** Weight of violated limits in estimates, as shares of the goal. */
const penalty = 5;
/** Cap on the estimated effect of a node on a stat, as a logarithm: a factor of at most e^6. */
const most = 6;
/** Step sizes of the numerical derivative: a share for stats that multiply, units for stats that add up. */
const step = { share: 0.02, units: 5 };

/**
 * A linear model of plans that have not been calculated: for each node, the change of each stat that it causes,
 * measured at one plan, the anchor. Stats of the goal multiply, so their logarithms add up; others add up directly. It
 * is only an estimate and serves to choose what to calculate next.
 */
export class Model {
	readonly task: Task;
	readonly objective: Objective;
	readonly width: number;
	/** By node and stat. */
	readonly effect: Float64Array;
	/** By attribute (1 to 3) and stat: all attribute nodes count alike. */
	readonly attributeEffect: Float64Array;
	/** 1: measured. */
	readonly known: Uint8Array;
	/** By weapon set: 1 if its nodes have an effect, 0 if the other set is in use. */
	readonly weaponSetCounts = new Float64Array([1, 0, 0]);
	/** Change of the goal per unit of change in each stat, around `at`. */
	readonly weight: Float64Array;
	/** By node: its worth according to those weights. */
	readonly prize: Float64Array;
	/** The stats of the anchor, the plan where effects were measured. */
	readonly anchor: Float64Array;
	readonly #values: Float64Array;
	#anchorPlan: Plan;
	#scale = 1;

	constructor(task: Task, objective: Objective, plan: Plan) {
		this.task = task;
		this.objective = objective;
		this.width = objective.stats.length;
		const { size } = task.graph;
		this.effect = new Float64Array(size * this.width);
		this.attributeEffect = new Float64Array(4 * this.width);
		this.known = new Uint8Array(size);
		this.weight = new Float64Array(this.width);
		this.prize = new Float64Array(size);
		this.anchor = new Float64Array(this.width);
		this.#values = new Float64Array(this.width);
		this.#anchorPlan = plan;
	}

	/** The same measurements for another goal over the same stats. */
	for(objective: Objective): Model {
		const model = new Model(this.task, objective, this.#anchorPlan);
		model.effect.set(this.effect);
		model.attributeEffect.set(this.attributeEffect);
		model.known.set(this.known);
		model.weaponSetCounts.set(this.weaponSetCounts);
		return model;
	}

	/** From now on, estimates are relative to this plan. */
	moveTo(plan: Plan, values: Float64Array): void {
		this.#anchorPlan = plan.copy();
		this.space(values, this.anchor);
		this.#scale = Math.max(Math.abs(this.objective.worth(values, 0)), 1e-9);
	}

	get anchorPlan(): Plan {
		return this.#anchorPlan;
	}

	/** A typical change of worth, used as the temperature scale by annealing. */
	get scale(): number {
		return this.#scale;
	}

	/** Transforms stats to the space in which the model adds them up. */
	space(values: ArrayLike<number>, out: Float64Array): void {
		for (let s = 0; s < this.width; s++) {
			const value = values[s] as number;
			out[s] = this.objective.multiplied[s] ? Math.log(Math.max(value, 1e-12)) : value;
		}
	}

	/** The difference of a stat between two rows, in the model's space. */
	change(after: ArrayLike<number>, before: ArrayLike<number>, s: number): number {
		const to = after[s] as number;
		const from = before[s] as number;
		if (to === from) return 0;
		if (!this.objective.multiplied[s]) return Number.isFinite(to - from) ? to - from : 0;
		const ratio = Math.log(Math.max(to, 1e-12) / Math.max(from, 1e-12));
		return Math.min(most, Math.max(-most, Number.isNaN(ratio) ? 0 : ratio));
	}

	/** Adds (sign 1) or subtracts (sign -1) the effect of a node. */
	apply(sum: Float64Array, i: number, mode: number, attribute: number, sign: number): void {
		const factor = sign * (this.weaponSetCounts[mode - 1] as number);
		if (factor === 0) return;
		const isChoice = this.task.graph.attribute[i] && attribute > 0;
		const from = isChoice ? this.attributeEffect : this.effect;
		const at = (isChoice ? attribute : i) * this.width;
		for (let s = 0; s < this.width; s++) sum[s] = (sum[s] as number) + factor * (from[at + s] as number);
	}

	/** The estimated stats of a plan, in the model's space. */
	sumOf(plan: Plan, out: Float64Array): void {
		out.set(this.anchor);
		const from = this.#anchorPlan;
		for (let i = 0; i < plan.mode.length; i++) {
			const [was, is] = [from.mode[i] as number, plan.mode[i] as number];
			if (was === is && from.attribute[i] === plan.attribute[i]) continue;
			if (was) this.apply(out, i, was, from.attribute[i] as number, -1);
			if (is) this.apply(out, i, is, plan.attribute[i] as number, 1);
		}
	}

	/** What a plan with this sum would be worth, less the penalty for violated limits. */
	worth(sum: Float64Array): number {
		const values = this.#values;
		for (let s = 0; s < this.width; s++) {
			const value = sum[s] as number;
			values[s] = this.objective.multiplied[s] ? Math.exp(value) : value;
		}
		return this.objective.worth(values, 0) - penalty * this.#scale * this.objective.lack(values, 0);
	}

	/** The same for calculated stats. */
	exactWorth(values: ArrayLike<number>): number {
		return this.objective.worth(values, 0) - penalty * this.#scale * this.objective.lack(values, 0);
	}

	/** Computes the weight of stats, and from it the worth of nodes, at a plan with this sum. */
	weigh(sum: Float64Array): void {
		const { width, weight, prize, effect, task } = this;
		const here = this.worth(sum);
		for (let s = 0; s < width; s++) {
			const by = this.objective.multiplied[s] ? step.share : step.units;
			const before = sum[s] as number;
			sum[s] = before + by;
			const gained = (this.worth(sum) - here) / by;
			sum[s] = before;
			weight[s] = Number.isFinite(gained) ? gained : 0;
		}
		const valueAt = (from: Float64Array, at: number) => {
			let value = 0;
			for (let s = 0; s < width; s++) value += (weight[s] as number) * (from[at + s] as number);
			return value;
		};
		let choice = Number.NEGATIVE_INFINITY;
		for (let attribute = 1; attribute <= 3; attribute++)
			choice = Math.max(choice, valueAt(this.attributeEffect, attribute * width));
		for (let i = 0; i < prize.length; i++)
			prize[i] = task.graph.attribute[i] ? choice : valueAt(effect, i * width);
	}

	/** The best attribute for a newly added attribute node; 0 for a node without the choice. */
	attributeFor(i: number, mode: number, sum: Float64Array): number {
		if (!this.task.graph.attribute[i]) return 0;
		let best = 1;
		let most = Number.NEGATIVE_INFINITY;
		for (let attribute = 1; attribute <= 3; attribute++) {
			this.apply(sum, i, mode, attribute, 1);
			const worth = this.worth(sum);
			this.apply(sum, i, mode, attribute, -1);
			if (worth > most) {
				most = worth;
				best = attribute;
			}
		}
		return best;
	}

	/**
	 * Learns from a calculated plan: the error of its estimate is distributed among the nodes in which the plan differs
	 * from the anchor, so that a combination that was overrated is not proposed again and again.
	 */
	learn(plan: Plan, values: Float64Array, rate: number): void {
		const { width, effect, task } = this;
		const from = this.#anchorPlan;
		const parts: number[] = [];
		for (let i = 0; i < plan.mode.length; i++) {
			const [was, is] = [from.mode[i] as number, plan.mode[i] as number];
			if (Boolean(was) === Boolean(is) || task.graph.attribute[i]) continue;
			if (this.weaponSetCounts[(was || is) - 1]) parts.push(is ? i + 1 : -i - 1);
		}
		if (parts.length === 0) return;
		const estimate = new Float64Array(width);
		this.sumOf(plan, estimate);
		const exact = new Float64Array(width);
		this.space(values, exact);
		for (let s = 0; s < width; s++) {
			const off = (exact[s] as number) - (estimate[s] as number);
			if (!Number.isFinite(off) || off === 0) continue;
			const each = (rate * Math.min(most, Math.max(-most, off))) / parts.length;
			for (const part of parts) {
				const at = (Math.abs(part) - 1) * width + s;
				effect[at] = (effect[at] as number) + (part > 0 ? each : -each);
			}
		}
	}
}
