import { PobatchError } from "../common/errors.js";
import { ask } from "../engine/ask.js";
import type { Build } from "../engine/build.js";
import type { ItemFit } from "./compare-items.js";
import { type Alternative, type Ranking, type RankingRequest, rankAlternatives } from "./ranking.js";

export interface JewelsRequest extends RankingRequest {
	/** Texts of jewels: each is tried in each socket, a timeless jewel with each of its seeds as a text of its own. */
	readonly jewels: readonly string[];
	/** Only sockets that so many points reach; 8 if not given. */
	readonly depth?: number;
}

/** A socket of the passive tree, and what is inside the radius of each jewel. */
interface SocketFacts {
	readonly node: number;
	readonly worn: string;
	/** Per jewel: whether it fits, and what its radius holds, `3 notables (A, B, C), 12 others`; empty: no radius. */
	readonly jewels: readonly { readonly fits: boolean; readonly holds: string }[];
}

export interface JewelRanking extends Ranking {
	readonly refused: readonly string[];
}

/**
 * Each jewel in each socket within reach, with the path to it allocated: what both are worth together, what the path costs,
 * and what the jewel's radius holds. Needs the calculator `pob`.
 *
 * @throws PobatchError VARIANT_INVALID where Path of Building knows no jewel of these
 */
export async function rankJewels(
	build: Build,
	{ jewels, depth = 8, ...request }: JewelsRequest,
): Promise<JewelRanking> {
	const fits = (await ask(build, "itemFits", jewels)) as unknown as ItemFit[];
	const refused = fits.flatMap(({ refused }) => (refused === undefined ? [] : [refused]));
	const known = jewels.filter((_, i) => fits[i]?.refused === undefined);
	const names = fits.filter(({ refused }) => refused === undefined).map(({ name }) => name);
	if (known.length === 0)
		throw new PobatchError("VARIANT_INVALID", refused[0] ?? "There is no jewel in the text", {
			value: jewels,
		});
	const sockets = (await ask(build, "sockets", known)) as unknown as SocketFacts[];
	const allocated = new Set(build.allocated);
	const paths = new Map(
		(build.tree?.pathsWithin(build.allocated, depth) ?? []).map(({ target, nodes }) => [target, [...nodes]]),
	);
	const alternatives = (Array.isArray(sockets) ? sockets : []).flatMap(({ node, worn, jewels: facts }) => {
		const path = allocated.has(node) ? [] : paths.get(node);
		if (!path) return [];
		return known.flatMap((text, i): Alternative[] => {
			const fact = facts[i];
			if (!fact?.fits) return [];
			return [
				{
					label: {
						Jewel: names[i] as string,
						Socket: node,
						Points: path.length,
						"Instead of": worn,
						Radius: fact.holds,
					},
					change: { jewels: { [node]: text } },
					...(path.length > 0 && { set: { add: path } }),
				},
			];
		});
	});
	if (alternatives.length === 0)
		throw new PobatchError("VARIANT_INVALID", `No socket within ${depth} points takes a jewel of these`, {
			value: jewels,
			hint: "Reach further with --depth.",
		});
	return { ...(await rankAlternatives(build, alternatives, request)), refused };
}
