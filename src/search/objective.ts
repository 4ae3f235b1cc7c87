import { gainOf } from "../common/gain.js";
import { type Floor, floorText } from "./floors.js";
import type { BoundGoal } from "./goal.js";

/** The attributes, with what gems and equipment require of each, by Path of Building's names. */
export const requirements = [
	["Str", "ReqStr"],
	["Dex", "ReqDex"],
	["Int", "ReqInt"],
] as const;

/** So much of an attribute missing counts like a whole floor. */
const perAttribute = 50;

/** One thing that a result must keep. */
interface Limit {
	readonly text: string;
	/** How far a row is from it, as a share; 0: kept. */
	readonly lack: (values: ArrayLike<number>, at: number) => number;
}

/** What a search makes the most of, and what it must keep: for each row two numbers, of which `lack` counts first. */
export class Objective {
	readonly goal: BoundGoal;
	/** The stats of a row, in order. */
	readonly stats: readonly string[];
	/** The build's own. */
	readonly own: Float64Array;
	/** By stat: 1 where what nodes do to it multiplies rather than adds up. */
	readonly multiplied: Uint8Array;
	readonly #limits: readonly Limit[];

	/**
	 * @param attainable how much of a requirement that the build itself does not meet the search is to make up for
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
				// What no reasonable number of points makes up for is not the search's to mend: it must not become more.
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

	/** How far a row is from keeping all limits, 0: it keeps them. */
	lack(values: ArrayLike<number>, at: number): number {
		let sum = 0;
		for (const limit of this.#limits) sum += limit.lack(values, at);
		return Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum;
	}

	/** The limits that a row does not keep, as text. */
	missed(values: ArrayLike<number>, at: number): string[] {
		return this.#limits.filter(({ lack }) => !(lack(values, at) <= 0)).map(({ text }) => text);
	}
}

/** How good a row is, and the changes that it takes. */
export interface Score {
	readonly worth: number;
	readonly lack: number;
	/** Points spent and taken back. */
	readonly cost: number;
}

/** What keeps the limits is better than what does not, whatever it is worth; of equally good rows the cheaper one. */
export function isBetter(a: Score, b: Score): boolean {
	if (a.lack !== b.lack) return a.lack < b.lack;
	return a.worth !== b.worth ? a.worth > b.worth : a.cost < b.cost;
}
