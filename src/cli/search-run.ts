import type { SearchOptions, SearchProgress } from "../search/search.js";
import { Interrupt } from "./interrupt.js";
import type { EngineFlags } from "./options.js";
import { progressBar } from "./progress.js";

/** Options of `pobatch search`. */
export interface SearchFlags extends EngineFlags {
	goal?: string;
	points?: number;
	weaponSet1?: number;
	weaponSet2?: number;
	ascendancy?: number;
	respec?: number;
	floor?: string[];
	requirements?: boolean;
	keep?: string[];
	avoid?: string[];
	keystones?: boolean;
	jewels?: boolean;
	time?: number;
	evaluations?: number;
	seed: number;
	screen?: "reference";
	pareto?: [string, string];
	trees?: number;
	format: "table" | "json" | "csv";
	code?: boolean;
	xml?: string;
	svg?: string;
}

/** Translates the flags for any kind of search. */
export function searchOptions(flags: SearchFlags): Omit<SearchOptions, "screen"> {
	const { points, weaponSet1, weaponSet2, ascendancy, respec, floor, keep, avoid, time, evaluations } = flags;
	return {
		...(points !== undefined && { points }),
		...(weaponSet1 !== undefined && { weaponSet1 }),
		...(weaponSet2 !== undefined && { weaponSet2 }),
		...(ascendancy !== undefined && { ascendancy }),
		...(respec !== undefined && { respec }),
		...(floor && { floors: floor }),
		...(keep && { keep }),
		...(avoid && { avoid }),
		...(time !== undefined && { timeLimitMs: time * 1000 }),
		...(evaluations !== undefined && { maxEvaluations: evaluations }),
		...(flags.rowTimeout !== undefined && { rowTimeoutMs: flags.rowTimeout }),
		requirements: flags.requirements !== false,
		keystones: flags.keystones !== false,
		...(flags.jewels === false && { jewels: false }),
		seed: flags.seed,
	};
}

/** How a search of either kind is followed and ended. */
interface Followed {
	signal: AbortSignal;
	onProgress(
		progress: Pick<SearchProgress, "evaluations" | "used"> & { best?: number; trees?: number },
	): void;
}

/** Runs a search with a progress bar, until it is interrupted. */
export async function withProgress<Result>(run: (more: Followed) => Promise<Result>): Promise<Result> {
	using interrupt = new Interrupt();
	const progress = progressBar({ known: true }, false);
	try {
		return await run({
			signal: interrupt.signal,
			onProgress: ({ evaluations, used, best, trees }) =>
				progress.update(evaluations, used, best === undefined ? `${trees} trees` : `best ${best.toFixed(4)}`),
		});
	} finally {
		progress.stop();
	}
}
