/**
 * What a stat gains from `before` to `after`: their difference, and 0 where they are the same. Without that, what is
 * infinite both times (damage taken of 0, for one) would gain NaN.
 */
export function gainOf(after: number, before: number): number {
	return after === before || (Number.isNaN(after) && Number.isNaN(before)) ? 0 : after - before;
}

/** What share of the build's own value a gain is, in percent; undefined where it is none: of 0, of what is infinite. */
export function percentOf(gain: number, own: number): number | undefined {
	if (gain === 0) return own === 0 ? undefined : 0;
	const share = (100 * gain) / own;
	return Number.isFinite(gain) && Number.isFinite(own) && Number.isFinite(share) ? share : undefined;
}

/** A number that is none to write in digits, in words; undefined for all others. */
export function inWords(value: number): string | undefined {
	if (Number.isNaN(value)) return "no number";
	if (Number.isFinite(value)) return undefined;
	return value > 0 ? "infinite" : "-infinite";
}
