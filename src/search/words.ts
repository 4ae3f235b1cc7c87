import { percentOf } from "../common/gain.js";

/** `+7.32 %`: what a goal gained, as a share of what it was; the difference where it is no share. */
export function readableShare(after: number, before: number): string {
	const share = percentOf(after - before, before);
	const sign = after > before ? "+" : "";
	return share === undefined ? `${sign}${after - before}` : `${sign}${share.toFixed(2)} %`;
}
