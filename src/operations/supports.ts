import { invalidArgument, PobatchError } from "../common/errors.js";
import { ask } from "../engine/ask.js";
import type { Build } from "../engine/build.js";
import { type Ranking, type RankingRequest, rankAlternatives } from "./ranking.js";
import { type SkillGroup, skillGroups } from "./skill-groups.js";

export interface SupportsRequest extends RankingRequest {
	/** From 1; the main skill's group if not given. */
	readonly group?: number;
	/** How many supports the set may have; as many as the group has now, at least one, if not given. */
	readonly size?: number;
}

export interface SupportsAnswer extends Ranking {
	/** Supports that the group may have but that change none of the stats, alone: they do not act here, or Path of Building
	 * does not calculate them. */
	readonly idle: readonly string[];
	/** How many sets were calculated. */
	readonly tried: number;
}

/** Sets that each round goes on with, and single supports that each of them is tried with. */
const beam = 10;
const partners = 40;
/** Rounds that exchange one support of the best set for another. */
const exchanges = 3;

/**
 * The best *set* of supports for a skill group: all supports alone, all pairs of the better ones, then sets that grow by
 * one, the best few at a time; at last single exchanges. So two supports that are worth little alone are found together.
 * All numbers are of real sets. Needs the calculator `pob`.
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
	let round: (readonly string[])[] = candidates.map((name) => [name]);
	for (let length = 2; length <= size && round.length > 0; length++) {
		// All pairs of the better half, then the best few sets with each candidate.
		const from = length === 2 ? round.slice(0, Math.ceil(round.length / 2)) : best(round).slice(0, beam);
		const next = from.flatMap((set) =>
			candidates.filter((name) => !set.includes(name)).map((name) => [...set, name]),
		);
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
		await evaluate(exchanged);
		const [better = []] = best([...exchanged, top]);
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
