import type { Model } from "./model.js";
import type { Moves } from "./moves.js";
import type { Plan } from "./plan.js";
import type { Random } from "./random.js";

export interface AnnealOptions {
	/** Number of plans to try. */
	readonly steps: number;
	/**
	 * Initial temperature: the losses that are accepted at first, as a share of the goal. Falls to a hundredth of it by
	 * the end.
	 */
	readonly heat: number;
	/** By how much paths may look better or worse than they are, as a share. */
	readonly noise: number;
	/** By how much nodes that seem to be worth nothing may be overrated, as a share of the goal. */
	readonly curiosity: number;
	/** At most this many nodes are given up at once. */
	readonly most: number;
}

/** The best plans, by estimate, that have not been calculated yet. */
export class Shortlist {
	readonly #size: number;
	readonly #isKnown: (plan: Plan) => boolean;
	readonly #plans: { plan: Plan; worth: number }[] = [];
	readonly #keys = new Set<number>();

	constructor(size: number, isKnown: (plan: Plan) => boolean) {
		this.#size = size;
		this.#isKnown = isKnown;
	}

	offer(plan: Plan, worth: number): void {
		const list = this.#plans;
		const last = list[list.length - 1];
		if (list.length >= this.#size && last && worth <= last.worth) return;
		if (this.#keys.has(plan.key) || this.#isKnown(plan)) return;
		let at = list.length;
		while (at > 0 && (list[at - 1] as { worth: number }).worth < worth) at--;
		list.splice(at, 0, { plan: plan.copy(), worth });
		this.#keys.add(plan.key);
		if (list.length > this.#size) this.#keys.delete((list.pop() as { plan: Plan }).plan.key);
	}

	get plans(): readonly Plan[] {
		return this.#plans.map(({ plan }) => plan);
	}
}

/** The share of steps that only change an attribute. */
const changesOfAttributes = 0.08;
/** Number of steps between yields to the event loop. */
const turn = 64;

/**
 * Simulated annealing over estimates: gives up some nodes, spends the points again, and keeps what is better and, at
 * first, some of what is worse. Nothing is calculated exactly; the most promising plans go on the shortlist.
 */
export async function anneal(
	model: Model,
	moves: Moves,
	random: Random,
	start: Plan,
	list: Shortlist,
	{ steps, heat, noise, curiosity, most }: AnnealOptions,
	isOver: () => boolean,
): Promise<void> {
	const plan = start.copy();
	const sum = new Float64Array(model.width);
	model.sumOf(plan, sum);
	model.weigh(sum);
	moves.curiosity = curiosity * model.scale;
	moves.fill(plan, sum, noise);
	const kept = plan.copy();
	const keptSum = sum.slice();
	let worth = model.worth(sum);
	list.offer(plan, worth);
	for (let step = 0; step < steps; step++) {
		if (step % turn === turn - 1) {
			await new Promise(setImmediate);
			if (isOver()) return;
			// What nodes contribute to the goal changes with the plan.
			model.weigh(sum);
		}
		let ok = true;
		if (random.next() >= changesOfAttributes || !moves.changeAttribute(plan, sum)) {
			const count = 1 + Math.floor(random.next() ** 2 * most);
			ok = moves.giveUp(plan, sum, count);
			if (ok) {
				moves.prune(plan, sum);
				moves.fill(plan, sum, random.next() < 0.5 ? 0 : noise);
			}
		}
		ok &&= plan.key !== kept.key;
		const now = ok ? model.worth(sum) : Number.NEGATIVE_INFINITY;
		if (ok) list.offer(plan, now);
		const temperature = model.scale * heat * 0.01 ** (step / steps);
		if (ok && (now >= worth || random.next() < Math.exp((now - worth) / temperature))) {
			kept.assign(plan);
			keptSum.set(sum);
			worth = now;
		} else {
			plan.assign(kept);
			sum.set(keptSum);
		}
	}
}
