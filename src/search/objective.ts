import { gainOf } from "../common/gain.js";
import { type Floor, floorText } from "./floors.js";
import type { BoundGoal } from "./goal.js";

/** The attributes, each with the stat that gems and equipment require, by Path of Building's names. */
export const requirements = [
	["Str", "ReqStr"],
	["Dex", "ReqDex"],
	["Int", "ReqInt"],
] as const;

/** A shortfall of this much of an attribute counts like a whole violated floor. */
const perAttribute = 50;

/** A constraint that a result must satisfy. */
interface Limit {
	readonly text: string;
	/** How far a row is from satisfying it, as a share; 0: satisfied. */
	readonly lack: (values: ArrayLike<number>, at: number) => number;
}

/**
 * What a search maximises, and the constraints it must satisfy. Gives two numbers per row, of which `lack` takes
 * precedence.
 */
export class Objective {
	readonly goal: BoundGoal;
	/** The stats of a row, in order. */
	readonly stats: readonly string[];
	/** The build's own values. */
	readonly own: Float64Array;
	/** By stat: 1 if the effects of nodes on it multiply rather than add up. */
	readonly multiplied: Uint8Array;
	readonly #limits: readonly Limit[];

	/**
	 * @param attainable how large a shortfall of an attribute requirement that the build itself does not meet the search
	 * should make up for
	 */
	constructor(
		goal: BoundGoal,
		floors: readonly Floor[],
		own: Readonly<Record<string, number>>,
		attainable: number | undefined,
	) {
		this.goal = goal;
		const stats = [...goal.stats];
		const place = (stat: string) => {
			if (!stats.includes(stat)) stats.push(stat);
			return stats.indexOf(stat);
		};
		const limits: Limit[] = floors.map((floor) => {
			const at = place(floor.stat);
			const bound = floor.share ? floor.value * (own[floor.stat] as number) : floor.value;
			const sign = floor.bound === "atMost" ? -1 : 1;
			const scale = 1 / Math.max(Math.abs(bound), 1);
			return {
				text: floorText(floor),
				lack: (values, row) => Math.max(0, sign * gainOf(bound, values[row + at] as number)) * scale,
			};
		});
		if (attainable !== undefined) {
			for (const [attribute, required] of requirements) {
				if (own[attribute] === undefined || own[required] === undefined) continue;
				const short = Math.max(0, own[required] - own[attribute]);
				// A shortfall that no reasonable number of points makes up for is not for the search to fix: it only must not
				// grow.
				const allowed = short <= attainable ? 0 : short;
				const [have, need] = [place(attribute), place(required)];
				limits.push({
					text: `${attribute}>=${required}`,
					lack: (values, row) =>
						Math.max(0, (values[row + need] as number) - (values[row + have] as number) - allowed) /
						perAttribute,
				});
			}
		}
		this.stats = stats;
		this.own = Float64Array.from(stats, (stat) => own[stat] as number);
		const shares = new Set([...goal.stats, ...floors.filter(({ share }) => share).map(({ stat }) => stat)]);
		this.multiplied = Uint8Array.from(stats, (stat) =>
			shares.has(stat) && (own[stat] as number) > 0 ? 1 : 0,
		);
		this.#limits = limits;
	}

	/** Higher is better; -Infinity for a row without numbers. */
	worth(values: ArrayLike<number>, at: number): number {
		const worth = this.goal.worth(values, at);
		return Number.isNaN(worth) ? Number.NEGATIVE_INFINITY : worth;
	}

	/** How far a row is from satisfying all limits; 0: it satisfies them. */
	lack(values: ArrayLike<number>, at: number): number {
		let sum = 0;
		for (const limit of this.#limits) sum += limit.lack(values, at);
		return Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum;
	}

	/** The limits that a row violates, as text. */
	missed(values: ArrayLike<number>, at: number): string[] {
		return this.#limits.filter(({ lack }) => !(lack(values, at) <= 0)).map(({ text }) => text);
	}
}

/** How good a row is, and what its changes cost. */
export interface Score {
	readonly worth: number;
	readonly lack: number;
	/** Points spent and refunded. */
	readonly cost: number;
}

/**
 * A row that satisfies the limits is better than one that does not, whatever their worth; of equally good rows, the
 * cheaper one is better.
 */
export function isBetter(a: Score, b: Score): boolean {
	if (a.lack !== b.lack) return a.lack < b.lack;
	return a.worth !== b.worth ? a.worth > b.worth : a.cost < b.cost;
}
