/**
 * The gain of a stat from `before` to `after`: their difference, or 0 if they are equal. Without the special case, a
 * stat that is infinite in both (for example, with damage taken of 0) would gain NaN.
 */
export function gainOf(after: number, before: number): number {
	return after === before || (Number.isNaN(after) && Number.isNaN(before)) ? 0 : after - before;
}

/**
 * A gain as a percentage of the build's own value; undefined if that is not meaningful, for values of 0 or infinity.
 */
export function percentOf(gain: number, own: number): number | undefined {
	if (gain === 0) return own === 0 ? undefined : 0;
	const share = (100 * gain) / own;
	return Number.isFinite(gain) && Number.isFinite(own) && Number.isFinite(share) ? share : undefined;
}

/** In words, a number that cannot be written in digits; undefined for all others. */
export function inWords(value: number): string | undefined {
	if (Number.isNaN(value)) return "no number";
	if (Number.isFinite(value)) return undefined;
	return value > 0 ? "infinite" : "-infinite";
}
