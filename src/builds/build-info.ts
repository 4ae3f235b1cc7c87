import type { BuildWarning } from "./warnings.js";

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
