import type { Plain } from "../native/addon.js";
import type { VariantChange } from "./change.js";

/** What a batch has to know of a variant. */
export interface VariantPart {
	/** As it was given. */
	readonly change: VariantChange;
	/** What the calculator's `derive` gets. */
	readonly normal: Plain;
	/** Stands for it: a SHA-256 in hexadecimal. */
	readonly digest: string;
}

/** The variants of a batch, as the addon takes them. */
export interface VariantRows {
	/** Per row 0 for the build itself, or n for the n-th variant. */
	readonly rows: Uint32Array;
	readonly changes: readonly Plain[];
	/** Per variant the change as it was given. */
	readonly given: readonly VariantChange[];
	/** Per variant what stands for it: as text, and as two words. */
	readonly names: readonly string[];
	readonly keys: BigUint64Array;
}

/** The variants of rows, each once; undefined where all rows are of the build itself. */
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

/** The variants of some rows alone. */
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
