import { inWords } from "../../common/gain.js";

const fourDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

/** Four digits, with thousands separators: 1,234 or 0.0123. */
export function number(value: number): string {
	const words = inWords(value);
	if (words !== undefined) return words;
	if (Math.abs(value) >= 1e15) return value.toExponential(3);
	return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : fourDigits.format(value);
}
