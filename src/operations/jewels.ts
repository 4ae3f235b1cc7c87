import { PobatchError } from "../common/errors.js";
import { ask } from "../engine/ask.js";
import type { Build } from "../engine/build.js";
import type { ItemFit } from "./compare-items.js";
import { type Alternative, type Ranking, type RankingRequest, rankAlternatives } from "./ranking.js";

export interface JewelsRequest extends RankingRequest {
	/** Texts of jewels; each is tried in each socket. */
	readonly jewels: readonly string[];
	/** Seeds with which each timeless jewel among them is tried instead of its own. */
	readonly seeds?: readonly number[] | undefined;
	/** Only sockets within this many points. Default: 8. */
	readonly depth?: number;
}

/** A socket of the passive tree, and what is inside the radius of each jewel. */
interface SocketFacts {
	readonly node: number;
	readonly worn: string;
	/**
	 * For each jewel whether it fits, and what its radius contains, `3 notables (A, B, C), 12 others`; empty without a
	 * radius.
	 */
	readonly jewels: readonly { readonly fits: boolean; readonly holds: string }[];
}

export interface JewelRanking extends Ranking {
	readonly refused: readonly string[];
}

/**
 * Ranks each jewel in each socket within reach, with the path to it allocated: what both are worth together, what the
 * path costs, and what the jewel's radius contains. Needs the calculator `pob`.
 *
 * @throws PobatchError VARIANT_INVALID if Path of Building recognises none of the jewels
 */
export async function rankJewels(
	build: Build,
	{ jewels: given, seeds, depth = 8, ...request }: JewelsRequest,
): Promise<JewelRanking> {
	const jewels = given.flatMap((text) => withSeeds(text, seeds));
	const fits = (await ask(build, "itemFits", jewels)) as unknown as ItemFit[];
	const refused = fits.flatMap(({ refused }) => (refused === undefined ? [] : [refused]));
	const known = jewels.filter((_, i) => fits[i]?.refused === undefined);
	const timeless = known.some((text) => seedOf(text) !== undefined);
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
						...(timeless && { Seed: seedOf(text) ?? "" }),
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
	const ranking = await rankAlternatives(build, alternatives, request);
	return { ...ranking, advice: [...ranking.advice, ...adviceOnSeeds(ranking)], refused };
}

/** The line with a timeless jewel's seed precedes the one with its effect: a number of deeds, souls or deaths. */
const seedLine = /^(\D*)(\d+)(.*(?:\r?\n)(?:\{[^}]*\})*Passives in radius are Conquered\b)/m;

function seedOf(text: string): number | undefined {
	const seed = seedLine.exec(text)?.[2];
	return seed === undefined ? undefined : Number(seed);
}

/**
 * Path of Building 0.20 does not calculate the effect of a seed, only its presence: warn users who look for the best
 * one.
 */
function adviceOnSeeds({ rows, stopped }: Ranking): string[] {
	const seeded = rows.filter(({ label, error }) => typeof label.Seed === "number" && !error);
	const places = new Map(seeded.map((row) => [`${row.label.Jewel}\n${row.label.Socket}`, row]));
	const isAlike = seeded.every(({ label, values }) => {
		const first = places.get(`${label.Jewel}\n${label.Socket}`)?.values ?? {};
		return Object.entries(values).every(([stat, value]) => Object.is(value, first[stat]));
	});
	if (stopped || seeded.length === places.size || !isAlike) return [];
	return ["All seeds answer the same: this Path of Building does not calculate what a seed changes."];
}

function withSeeds(text: string, seeds: readonly number[] | undefined): string[] {
	if (!seeds || seedOf(text) === undefined) return [text];
	return seeds.map((seed) => text.replace(seedLine, (_, before, __, after) => `${before}${seed}${after}`));
}
