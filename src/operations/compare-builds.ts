import { located } from "../common/errors.js";
import { ask } from "../engine/ask.js";
import type { Build } from "../engine/build.js";
import type { Engine } from "../engine/engine.js";
import type { NodeSetDelta } from "../rows/node-sets.js";
import type { VariantChange } from "../variants/change.js";
import { mergeChanges } from "../variants/merge.js";
import { type Alternative, type Ranking, type RankingRequest, rankAlternatives } from "./ranking.js";
import { type GroupGem, type SkillGroup, skillGroups } from "./skill-groups.js";
import { statsOf } from "./stats.js";

/** The contents of a build other than its tree and gems. */
interface Contents {
	readonly level: number;
	/** By the window's slots. */
	readonly items: Readonly<Record<string, string>>;
	/** By the socket's node id. */
	readonly jewels: Readonly<Record<string, string>>;
	/** Names of items, by text. */
	readonly names: Readonly<Record<string, string>>;
	readonly config: Readonly<Record<string, string | number | boolean>>;
}

export interface CompareBuildsRequest extends RankingRequest {
	/** The other build's text, and its name in errors. */
	readonly text: string;
	readonly name: string;
}

/** A stat of both builds. */
export interface ComparedStat {
	readonly stat: string;
	readonly build: number;
	readonly other: number;
}

export interface BuildComparison extends Ranking {
	/** The other build's own stats. */
	readonly other: Readonly<Record<string, number>>;
	/** Stats of both builds as they are: the requested ones, then the calculator's default stats. */
	readonly beside: { readonly name: string; readonly stats: readonly ComparedStat[] };
	/** Parts that differ but cannot be expressed as changes of this build. */
	readonly leftOut: readonly string[];
}

/**
 * Compares two builds stat by stat, and shows what each part of the other build is worth to this one: each item, jewel,
 * option, gem and group of supports, the main skill, the level and the tree, alone; then all of them together. Needs
 * the calculator `pob`.
 */
export async function compareBuilds(
	engine: Engine,
	build: Build,
	{ text, name, ...request }: CompareBuildsRequest,
): Promise<BuildComparison> {
	const other = await engine.load(text).catch((error) => {
		throw located(name, error);
	});
	try {
		return await compareLoaded(build, other, { name, ...request });
	} finally {
		await other.close();
	}
}

/** The same with a build that is already loaded, possibly by another engine. */
export async function compareLoaded(
	build: Build,
	other: Build,
	{ name, ...request }: Omit<CompareBuildsRequest, "text">,
): Promise<BuildComparison> {
	const { parts, leftOut } = await differences(build, other);
	const all = parts.reduce<VariantChange>((sum, { change = {} }) => mergeChanges(sum, change), {});
	const set = parts.find((part) => part.set)?.set;
	const together: Alternative[] =
		parts.length > 1
			? [{ label: { Part: "all of these", Now: "", Other: "" }, change: all, ...(set && { set }) }]
			: [];
	const ranking = await rankAlternatives(build, [...parts, ...together], request);
	const knows = (stat: string) => other.stats().includes(stat) || other.context.otherStats.includes(stat);
	const stats = [...new Set([...statsOf(build, ranking.stats), ...build.defaultStats])].filter(knows);
	const around = request.around && build.variant(request.around);
	const [own, shown] = await Promise.all([
		build.calculate({}, { stats, variant: around }),
		other.calculate({}, { stats }),
	]);
	return {
		...ranking,
		other: shown,
		beside: {
			name,
			stats: stats.map((stat) => ({
				stat,
				build: own[stat] as number,
				other: shown[stat] as number,
			})),
		},
		leftOut,
		advice: [...leftOut.map((part) => `Left out: ${part}.`), ...ranking.advice],
	};
}

async function differences(build: Build, other: Build): Promise<{ parts: Alternative[]; leftOut: string[] }> {
	const [mine, theirs] = await Promise.all([contentsOf(build), contentsOf(other)]);
	const leftOut: string[] = [];
	const part = (
		Part: string,
		Now: string | number,
		Other: string | number,
		rest: Omit<Alternative, "label">,
	) => ({
		label: { Part, Now, Other },
		...rest,
	});
	const parts: Alternative[] = [];
	if (mine.level !== theirs.level)
		parts.push(part("Level", mine.level, theirs.level, { change: { level: theirs.level } }));
	for (const [slot, text] of differing(mine.items, theirs.items))
		parts.push(
			part(slot, nameOf(mine, mine.items[slot]), nameOf(theirs, text), {
				change: { items: { [slot]: text ?? null } },
			}),
		);
	for (const [option, value] of differing(mine.config, theirs.config))
		parts.push(
			part(option, String(mine.config[option] ?? ""), String(value ?? ""), {
				change: { config: { [option]: value ?? null } },
			}),
		);
	parts.push(...(await gemParts(build, other, leftOut)));
	const sameTree =
		build.info.class === other.info.class &&
		build.info.ascendancy === other.info.ascendancy &&
		build.info.treeVersion === other.info.treeVersion;
	if (!sameTree) leftOut.push("the tree, of another class, ascendancy or version");
	else {
		const change = treeChange(build, other);
		const nodes = [...(change.add ?? []), ...(change.remove ?? [])].length;
		if (nodes > 0) parts.push(part("Tree", "", `${nodes} nodes`, { set: change }));
		for (const [socket, text] of differing(mine.jewels, theirs.jewels))
			parts.push(
				part(`Jewel ${socket}`, nameOf(mine, mine.jewels[socket]), nameOf(theirs, text), {
					change: { jewels: { [Number(socket)]: text ?? null } },
				}),
			);
	}
	return { parts, leftOut };
}

async function contentsOf(build: Build): Promise<Contents> {
	return (await ask(build, "contents")) as unknown as Contents;
}

function nameOf({ names }: Contents, text: string | undefined): string {
	return text === undefined ? "" : (names[text] ?? "");
}

function differing<Value>(
	mine: Readonly<Record<string, Value>>,
	theirs: Readonly<Record<string, Value>>,
): [string, Value | undefined][] {
	const keys = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].sort();
	return keys.filter((key) => mine[key] !== theirs[key]).map((key) => [key, theirs[key]]);
}

function treeChange(build: Build, other: Build): NodeSetDelta {
	const own = new Set(build.allocated);
	const wanted = new Set(other.allocated);
	const names = ["Str", "Dex", "Int"] as const;
	const attributes: Record<number, "Str" | "Dex" | "Int"> = {};
	const weaponSets: Record<number, 1 | 2> = {};
	const add = other.allocated.filter((id, i) => {
		if (own.has(id)) return false;
		const attribute = names[(other.info.attributes[i] ?? 0) - 1];
		if (attribute) attributes[id] = attribute;
		const weaponSet = other.info.weaponSets[i];
		if (weaponSet === 1 || weaponSet === 2) weaponSets[id] = weaponSet;
		return true;
	});
	return { add, remove: build.allocated.filter((id) => !wanted.has(id)), attributes, weaponSets };
}

/** For groups with the same first skill gem: what the other build's gem and supports are worth; and its main skill. */
async function gemParts(build: Build, other: Build, leftOut: string[]): Promise<Alternative[]> {
	const [mine, theirs] = await Promise.all([skillGroups(build), skillGroups(other)]);
	const parts: Alternative[] = [];
	const seen = new Set<string>();
	const part = (Part: string, Now: string, Other: string, change: VariantChange) =>
		parts.push({ label: { Part, Now, Other }, change });
	for (const group of theirs) {
		const skill = firstSkill(group);
		if (skill === undefined || group.granted || seen.has(skill.name)) continue;
		seen.add(skill.name);
		const own = mine.find((candidate) => firstSkill(candidate)?.name === skill.name && !candidate.granted);
		const ownSkill = own && firstSkill(own);
		if (!own || !ownSkill) {
			leftOut.push(`the skill ${skill.name}, which this build has not`);
			continue;
		}
		if (gemText(ownSkill) !== gemText(skill)) {
			const { level, quality, enabled } = skill;
			const gem = own.gems.indexOf(ownSkill) + 1;
			part(`Gem ${skill.name}`, gemText(ownSkill), gemText(skill), {
				gems: [{ group: own.group, gem, level, quality, enabled }],
			});
		}
		const [before, after] = [supportsOf(own), supportsOf(group)];
		if (before.map(gemText).join() !== after.map(gemText).join()) {
			const supports = after.map(({ name, level, quality, enabled }) => ({ name, level, quality, enabled }));
			part(`Supports of ${skill.name}`, namesOf(before), namesOf(after), {
				gems: [{ group: own.group, supports }],
			});
		}
		if (group.main && !own.main)
			part(
				"Main skill",
				mine
					.filter(({ main }) => main)
					.map(({ label }) => label)
					.join(),
				skill.name,
				{
					mainSkill: { group: own.group },
				},
			);
	}
	return parts;
}

function firstSkill({ gems }: SkillGroup): GroupGem | undefined {
	return gems.find(({ support }) => !support);
}

function supportsOf({ gems }: SkillGroup): GroupGem[] {
	return gems.filter(({ support }) => support);
}

/** `Comet 20/15`: level and quality. */
function gemText({ name, level, quality, enabled }: GroupGem): string {
	return `${name} ${level}/${quality}${enabled ? "" : " (off)"}`;
}

function namesOf(gems: readonly GroupGem[]): string {
	return gems
		.filter(({ enabled }) => enabled)
		.map(({ name }) => name)
		.join(", ");
}
