import { invalidArgument } from "../common/errors.js";
import { ask } from "../engine/ask.js";
import type { Build } from "../engine/build.js";
import type { VariantChange } from "../variants/change.js";

/** A gem of a skill group. */
export interface GroupGem {
	readonly name: string;
	readonly support: boolean;
	readonly level: number;
	readonly quality: number;
	readonly enabled: boolean;
}

/** A skill group of a build, as listed in Path of Building's window. */
export interface SkillGroup {
	/** Counted from 1. */
	readonly group: number;
	readonly label: string;
	readonly enabled: boolean;
	readonly includeInFullDps: boolean;
	/** Whether it contains the main skill. */
	readonly main: boolean;
	/** Whether an item or the tree grants it: its gems cannot be changed. */
	readonly granted: boolean;
	readonly gems: readonly GroupGem[];
	/** Names of its skills. */
	readonly skills: readonly string[];
}

/** Needs the calculator `pob`. */
export async function skillGroups(build: Build): Promise<readonly SkillGroup[]> {
	const list = (await ask(build, "skillGroups")) as unknown as SkillGroup[];
	return (Array.isArray(list) ? list : []).map(({ gems, skills, ...group }) => ({
		...group,
		gems: Array.isArray(gems) ? gems : [],
		skills: Array.isArray(skills) ? skills : [],
	}));
}

/**
 * The change that makes skill groups count in Full DPS. `auto`: the main skill's group, if no group counts yet;
 * otherwise the groups with the given numbers and no others. Undefined if nothing has to change.
 *
 * @throws PobatchError INVALID_ARGUMENT
 */
export async function fullDpsChange(
	build: Build,
	wanted: "auto" | readonly number[],
): Promise<VariantChange | undefined> {
	const groups = await skillGroups(build);
	const numbers =
		wanted === "auto"
			? groups.some(({ enabled, includeInFullDps }) => enabled && includeInFullDps)
				? undefined
				: groups.filter(({ main }) => main).map(({ group }) => group)
			: wanted;
	if (numbers === undefined) return undefined;
	for (const number of numbers) {
		if (!groups.some(({ group }) => group === number))
			throw invalidArgument(`skill groups from 1 to ${groups.length}`, "fullDps", number);
	}
	const gems = groups
		.filter(({ group, includeInFullDps }) => numbers.includes(group) !== includeInFullDps)
		.map(({ group, includeInFullDps }) => ({ group, includeInFullDps: !includeInFullDps }));
	return gems.length > 0 ? { gems } : undefined;
}
