import { invalidArgument } from "../common/errors.js";

/** A lower or upper bound on a stat; with `share`, relative to the build's own value. */
export interface Floor {
	readonly stat: string;
	readonly bound: "atLeast" | "atMost";
	readonly value: number;
	/** True: `value` is a share (0.95) of the build's own value. */
	readonly share?: boolean;
}

const form = /^\s*([A-Za-z_][\w:]*)\s*(>=|<=|=)\s*(-?\d+(?:\.\d+)?)\s*(%?)\s*$/;

/**
 * `Life=95%` and `Life>=95%`: at least that share of the build's own value; `FireResist>=75`: at least that number;
 * `ManaCost<=40`: at most that number.
 *
 * @throws PobatchError INVALID_ARGUMENT
 */
export function readFloor(text: string | Floor): Floor {
	if (typeof text === "object" && text !== null && typeof text.stat === "string") return text;
	const found = typeof text === "string" ? form.exec(text) : null;
	if (!found) throw invalidArgument("a bound such as Life=95% or FireResist>=75", "floor", text);
	const [, stat, operator, number, percent] = found as unknown as [string, string, string, string, string];
	const share = percent === "%";
	return {
		stat,
		bound: operator === "<=" ? "atMost" : "atLeast",
		value: share ? Number(number) / 100 : Number(number),
		...(share && { share }),
	};
}

/** In the notation that {@link readFloor} reads. */
export function floorText({ stat, bound, value, share }: Floor): string {
	return `${stat}${bound === "atMost" ? "<=" : ">="}${share ? `${value * 100}%` : value}`;
}
