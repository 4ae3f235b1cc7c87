import type { Plain } from "../native/addon.js";
import type { VariantChange } from "./change.js";

/** What a batch needs to know about a variant. */
export interface VariantPart {
	/** As passed in. */
	readonly change: VariantChange;
	/** What the calculator's `derive` receives. */
	readonly normal: Plain;
	/** Identifies it: SHA-256 in hexadecimal. */
	readonly digest: string;
}

/** The variants of a batch, in the form that the addon takes. */
export interface VariantRows {
	/** For each row, 0 for the build itself, or n for the n-th variant. */
	readonly rows: Uint32Array;
	readonly changes: readonly Plain[];
	/** For each variant, the change as passed in. */
	readonly given: readonly VariantChange[];
	/** The digest of each variant: as text, and as two words. */
	readonly names: readonly string[];
	readonly keys: BigUint64Array;
}

/** The distinct variants of the rows; undefined if all rows are of the build itself. */
export function variantRows(ofRows: readonly (VariantPart | undefined)[]): VariantRows | undefined {
	const rows = new Uint32Array(ofRows.length);
	const places = new Map<string, number>();
	const list: VariantPart[] = [];
	for (const [row, variant] of ofRows.entries()) {
		if (!variant) continue;
		let place = places.get(variant.digest);
		if (place === undefined) {
			place = list.push(variant);
			places.set(variant.digest, place);
		}
		rows[row] = place;
	}
	if (list.length === 0) return undefined;
	const words = list.flatMap(({ digest }) => [digest.slice(0, 16), digest.slice(16, 32)]);
	return {
		rows,
		changes: list.map(({ normal }) => normal),
		given: list.map(({ change }) => change),
		names: list.map(({ digest }) => digest.slice(0, 32)),
		keys: BigUint64Array.from(words, (word) => BigInt(`0x${word}`)),
	};
}

/** The variants of a subset of the rows. */
export function variantsOf(
	rows: ArrayLike<number>,
	{ rows: all, changes, given, names, keys }: VariantRows,
): VariantRows {
	const used = [...new Set(Array.from(rows, (row) => all[row] as number))].filter((place) => place > 0);
	return {
		rows: Uint32Array.from(rows, (row) => used.indexOf(all[row] as number) + 1),
		changes: used.map((place) => changes[place - 1]),
		given: used.map((place) => given[place - 1] as VariantChange),
		names: used.map((place) => names[place - 1] as string),
		keys: BigUint64Array.from(used.flatMap((place) => [...keys.subarray(2 * place - 2, 2 * place)])),
	};
}
