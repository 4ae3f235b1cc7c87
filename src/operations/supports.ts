import { invalidArgument, PobatchError } from "../common/errors.js";
import { ask } from "../engine/ask.js";
import type { Build } from "../engine/build.js";
import { type Ranking, type RankingRequest, rankAlternatives } from "./ranking.js";
import { type SkillGroup, skillGroups } from "./skill-groups.js";

export interface SupportsRequest extends RankingRequest {
	/** Counted from 1. Default: the main skill's group. */
	readonly group?: number;
	/** Maximum number of supports in the set. Default: as many as the group has now, at least one. */
	readonly size?: number;
}

export interface SupportsAnswer extends Ranking {
	/**
	 * Supports that the group can have but that, alone, change none of the stats: they have no effect here, or Path of
	 * Building does not calculate it.
	 */
	readonly idle: readonly string[];
	/** How many sets were calculated. */
	readonly tried: number;
}

/** How many of the best single supports sets are made of. */
const partners = 40;
/** How many sets each round continues with, and how many of the next size it calculates. */
const beam = 10;
const screened = 80;
/** Rounds that replace one support of the best set with another. */
const exchanges = 3;

/**
 * The best *set* of supports for a skill group: all supports alone, all pairs of the better ones, then sets that grow
 * by one support, the best few at a time; finally, single replacements. In this way, two supports that are worth little
 * alone are found together. A larger set is first estimated from its single supports and pairs, and only the most
 * promising sets are calculated: all returned numbers are of calculated sets. Needs the calculator `pob`.
 */
export async function rankSupports(
	build: Build,
	{ group: wanted, size: given, onProgress, ...request }: SupportsRequest,
): Promise<SupportsAnswer> {
	const group = await groupOf(build, wanted);
	const size = given ?? Math.max(1, group.gems.filter(({ support, enabled }) => support && enabled).length);
	const known = new Map<string, Ranking["rows"][number]>();
	const names = (await ask(build, "supportsFor", { group: group.group })) as readonly string[];
	if (!Array.isArray(names) || names.length === 0)
		throw new PobatchError("INVALID_ARGUMENT", `No support can support the skills of group ${group.group}`, {
			value: group.group,
			hint: "Choose another group with --group.",
		});
	let last: Ranking | undefined;
	const hits = { hits: 0, memoized: 0, misses: 0, verified: 0 };
	let elapsedMs = 0;
	let sortStat = "";
	const evaluate = async (sets: readonly (readonly string[])[]): Promise<void> => {
		const fresh = [...new Map(sets.map((set) => [keyOf(set), set])).values()].filter(
			(set) => !known.has(keyOf(set)),
		);
		const ranking = await rankAlternatives(
			build,
			fresh.map((supports) => ({
				label: { Supports: [...supports].sort().join(", ") },
				change: { gems: [{ group: group.group, supports }] },
			})),
			{
				...request,
				...(onProgress && { onProgress: (done) => onProgress(known.size + done, known.size + fresh.length) }),
			},
		);
		for (const row of ranking.rows) known.set(String(row.label.Supports), row);
		last ??= ranking;
		sortStat ||= ranking.stats[0] as string;
		elapsedMs += ranking.elapsedMs;
		for (const name of ["hits", "memoized", "misses", "verified"] as const) hits[name] += ranking.cache[name];
	};
	const worth = (set: readonly string[]) => {
		const gain = known.get(keyOf(set))?.gains[sortStat] ?? Number.NaN;
		return Number.isNaN(gain) ? Number.NEGATIVE_INFINITY : gain;
	};
	const best = (sets: readonly (readonly string[])[]) => [...sets].sort((a, b) => worth(b) - worth(a) || 0);

	await evaluate([[], ...names.map((name) => [name])]);
	const none = known.get("");
	const isIdle = (name: string) => {
		const row = known.get(name);
		return (
			row !== undefined &&
			none !== undefined &&
			Object.entries(row.values).every(([stat, value]) => Object.is(value, none.values[stat]))
		);
	};
	const idle = names.filter(isIdle);
	const useful = best(names.filter((name) => !isIdle(name)).map((name) => [name])).map(
		([name]) => name as string,
	);
	const candidates = useful.slice(0, partners);
	const promising = (sets: readonly (readonly string[])[]) => {
		const value = (set: readonly string[]) => known.get(keyOf(set))?.values[sortStat];
		const estimate = estimator(value);
		const distinct = [...new Map(sets.map((set) => [keyOf(set), set])).values()];
		return distinct
			.map((set) => ({ set, worth: estimate(set) }))
			.sort((a, b) => b.worth - a.worth)
			.slice(0, screened)
			.map(({ set }) => set);
	};
	let round: (readonly string[])[] = candidates.map((name) => [name]);
	for (let length = 2; length <= size && round.length > 0; length++) {
		// For pairs, all combinations within the better half; then the best few sets with each candidate.
		const from = length === 2 ? round.slice(0, Math.ceil(round.length / 2)) : best(round).slice(0, beam);
		const larger = from.flatMap((set) =>
			candidates.filter((name) => !set.includes(name)).map((name) => [...set, name]),
		);
		const next = length === 2 ? larger : promising(larger);
		await evaluate(next);
		if (request.signal?.aborted) break;
		round = next;
	}
	for (let i = 0; i < exchanges && !request.signal?.aborted; i++) {
		const [top = []] = best([...round, []]);
		const exchanged = top.flatMap((out) =>
			useful
				.filter((name) => !top.includes(name))
				.map((name) => [...top.filter((other) => other !== out), name]),
		);
		const tried = promising(exchanged);
		await evaluate(tried);
		const [better = []] = best([...tried, top]);
		if (worth(better) <= worth(top)) break;
		round = [...round, better];
	}
	const ranking = last as Ranking;
	const rows = [...known.values()].sort((a, b) => gainAt(b, sortStat) - gainAt(a, sortStat) || 0);
	return {
		...ranking,
		rows,
		idle,
		tried: known.size,
		elapsedMs,
		cache: hits,
		stopped: request.signal?.aborted === true,
	};
}

function gainAt({ gains }: Ranking["rows"][number], stat: string): number {
	const gain = gains[stat] as number;
	return Number.isNaN(gain) ? Number.NEGATIVE_INFINITY : gain;
}

/**
 * Estimates the factor by which a set multiplies the stat, as a logarithm: the factor of each support alone, corrected
 * for each pair that was calculated.
 */
function estimator(
	value: (set: readonly string[]) => number | undefined,
): (set: readonly string[]) => number {
	const none = value([]) ?? 0;
	const known = new Map<string, number>();
	const factor = (set: readonly string[]) => {
		const found = value(set);
		const ratio = found === undefined ? Number.NaN : found / none;
		return ratio > 0 && Number.isFinite(ratio) ? Math.log(ratio) : undefined;
	};
	const kept = (set: readonly string[], make: () => number) => {
		const key = keyOf(set);
		const made = known.get(key) ?? make();
		known.set(key, made);
		return made;
	};
	const single = (name: string) => kept([name], () => factor([name]) ?? 0);
	const together = (one: string, other: string) =>
		kept(
			[one, other],
			() => (factor([one, other]) ?? single(one) + single(other)) - single(one) - single(other),
		);
	return (set) =>
		set.reduce(
			(sum, name, i) =>
				sum + single(name) + set.slice(0, i).reduce((pairs, other) => pairs + together(name, other), 0),
			0,
		);
}

function keyOf(set: readonly string[]): string {
	return [...set].sort().join(", ");
}

async function groupOf(build: Build, wanted: number | undefined): Promise<SkillGroup> {
	const groups = await skillGroups(build);
	const found = groups.find(({ group, main }) => (wanted === undefined ? main : group === wanted));
	if (!found) throw invalidArgument(`a skill group from 1 to ${groups.length}`, "group", wanted);
	if (found.granted)
		throw new PobatchError(
			"INVALID_ARGUMENT",
			`Group ${found.group} is granted: its gems cannot be changed`,
			{
				value: found.group,
			},
		);
	return found;
}
