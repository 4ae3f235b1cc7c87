import { ask } from "../engine/ask.js";
import type { Build } from "../engine/build.js";
import { type Ranking, type RankingRequest, rankAlternatives } from "./ranking.js";

export interface AnointsRequest extends RankingRequest {
	/** The slot whose item is anointed. Default: `Amulet`. */
	readonly slot?: string;
}

/** Ranks all notables that Path of Building offers as anoints, without a path to them. Needs the calculator `pob`. */
export async function rankAnoints(
	build: Build,
	{ slot = "Amulet", ...request }: AnointsRequest,
): Promise<Ranking> {
	const list = (await ask(build, "anointable")) as unknown as { id: number; name: string }[];
	const allocated = new Set(build.allocated);
	const alternatives = (Array.isArray(list) ? list : [])
		.filter(({ id }) => !allocated.has(id))
		.map(({ id, name }) => ({ label: { Node: id, Notable: name }, change: { anoints: { [slot]: id } } }));
	return rankAlternatives(build, alternatives, request);
}
