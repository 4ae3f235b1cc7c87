import { percentOf } from "../common/gain.js";

/** The gain of a goal as a share of its previous value, e.g. `+7.32 %`; the difference if a share makes no sense. */
export function readableShare(after: number, before: number): string {
	const share = percentOf(after - before, before);
	const sign = after > before ? "+" : "";
	return share === undefined ? `${sign}${after - before}` : `${sign}${share.toFixed(2)} %`;
}
