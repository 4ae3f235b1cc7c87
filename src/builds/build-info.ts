import type { Plain } from "../native/addon.js";
import { type BuildWarning, readWarnings } from "./warnings.js";

/** What a calculator says about a build. */
export interface BuildInfo {
	/** The calculator's name: numbers are only as good as the calculator that produced them. */
	readonly calculator: string;
	readonly class: string;
	readonly ascendancy: string | undefined;
	readonly level: number;
	readonly treeVersion: string;
	/**
	 * Allocated node ids in ascending order, and for each node its attribute choice (1 Str, 2 Dex, 3 Int) and weapon set;
	 * 0: none.
	 */
	readonly allocated: readonly number[];
	readonly attributes: readonly number[];
	readonly weaponSets: readonly number[];
	/**
	 * All stats of the build's own nodes as evaluated through a node set, if they differ from those of the first
	 * calculation, which is the one that the build itself reports. Gains are relative to these.
	 */
	readonly recalculated?: Readonly<Record<string, number>>;
	/** What was left out or changed while the build was read, and caveats about its numbers. */
	readonly warnings: readonly BuildWarning[];
	/**
	 * Stats for which Path of Building itself may report a different value the next time it is started, sorted by name;
	 * see docs/exactness.md. Determined for the build's own nodes.
	 */
	readonly unstableStats: readonly string[];
	/** Further facts that the calculator provides. */
	readonly [key: string]: unknown;
}

/** An allocated node with its attribute choice and weapon set; 0: none. */
export interface AllocatedNode {
	readonly id: number;
	readonly attribute: number;
	readonly weaponSet: number;
}

/** The allocated nodes that a calculator's `load` returned, in ascending order. */
export function readAllocated(info: Readonly<Record<string, Plain>>): AllocatedNode[] {
	const attributes = numbers(info.attributes);
	const weaponSets = numbers(info.weaponSets);
	return numbers(info.allocated)
		.map((id, i) => ({ id, attribute: attributes[i] ?? 0, weaponSet: weaponSets[i] ?? 0 }))
		.sort((a, b) => a.id - b.id);
}

/**
 * Checks what a calculator's `load` returned for a build.
 *
 * @param warnings from reading the build's text; they come first
 */
export function readInfo(
	info: Readonly<Record<string, Plain>>,
	calculator: string,
	warnings: readonly BuildWarning[],
): BuildInfo {
	const nodes = readAllocated(info);
	// Also in `facts`: named here so that they come first and are the checked values.
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

/** The strings of a list; `fallback` if it is not a list. */
export function texts(value: Plain, fallback: readonly string[]): readonly string[] {
	return Array.isArray(value) ? value.filter((item) => typeof item === "string") : fallback;
}
