import type { Plain } from "../native/addon.js";
import { type BuildWarning, readWarnings } from "./warnings.js";

/** What a calculator says about a build. */
export interface BuildInfo {
	/** The calculator's name: numbers are only as good as who answers them. */
	readonly calculator: string;
	readonly class: string;
	readonly ascendancy: string | undefined;
	readonly level: number;
	readonly treeVersion: string;
	/** Allocated node ids, ascending, and per node its attribute choice (1 Str, 2 Dex, 3 Int) and weapon set; 0: none. */
	readonly allocated: readonly number[];
	readonly attributes: readonly number[];
	readonly weaponSets: readonly number[];
	/**
	 * All stats of the build's own nodes as node sets answer them, where the first calculation, which the build itself
	 * answers, shows others. Gains are against these.
	 */
	readonly recalculated?: Readonly<Record<string, number>>;
	/** What was left out or changed while the build was read, and what to know of its numbers. */
	readonly warnings: readonly BuildWarning[];
	/**
	 * Stats that Path of Building itself may answer otherwise the next time it is started, by name in order; see
	 * docs/exactness.md. Found on the build's own nodes.
	 */
	readonly unstableStats: readonly string[];
	/** Further facts that the calculator gives. */
	readonly [key: string]: unknown;
}

/** An allocated node with its attribute choice and weapon set; 0: none. */
export interface AllocatedNode {
	readonly id: number;
	readonly attribute: number;
	readonly weaponSet: number;
}

/** The allocated nodes that a calculator's `load` names, ascending. */
export function readAllocated(info: Readonly<Record<string, Plain>>): AllocatedNode[] {
	const attributes = numbers(info.attributes);
	const weaponSets = numbers(info.weaponSets);
	return numbers(info.allocated)
		.map((id, i) => ({ id, attribute: attributes[i] ?? 0, weaponSet: weaponSets[i] ?? 0 }))
		.sort((a, b) => a.id - b.id);
}

/**
 * What a calculator's `load` said of a build, checked.
 *
 * @param warnings of reading its text; they come first
 */
export function readInfo(
	info: Readonly<Record<string, Plain>>,
	calculator: string,
	warnings: readonly BuildWarning[],
): BuildInfo {
	const nodes = readAllocated(info);
	// Named twice: they come first, and are what was checked.
	const facts = {
		calculator,
		class: typeof info.class === "string" ? info.class : "",
		ascendancy: typeof info.ascendancy === "string" ? info.ascendancy : undefined,
		level: typeof info.level === "number" ? info.level : 0,
		treeVersion: typeof info.treeVersion === "string" ? info.treeVersion : "",
		allocated: nodes.map(({ id }) => id),
		attributes: nodes.map(({ attribute }) => attribute),
		weaponSets: nodes.map(({ weaponSet }) => weaponSet),
		warnings: [...warnings, ...readWarnings(info.warnings)],
		unstableStats: texts(info.unstableStats, []),
	};
	return { ...facts, ...info, ...facts };
}

function numbers(value: Plain): number[] {
	return Array.isArray(value) ? value.filter((item) => typeof item === "number") : [];
}

/** The texts of a list; `fallback` where there is no list. */
export function texts(value: Plain, fallback: readonly string[]): readonly string[] {
	return Array.isArray(value) ? value.filter((item) => typeof item === "string") : fallback;
}
