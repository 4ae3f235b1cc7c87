/** A jewel of a socket, an item of a slot. */
export interface ItemChange {
	/** The item's text, as copied from the game or from Path of Building; null takes the item out. */
	text?: string | null;
	/** Whether the flask or charm is switched on. */
	active?: boolean;
}

/** A gem as it is put into a skill group; level and quality as the window's settings have them where they are not given. */
export interface NewGem {
	name: string;
	level?: number;
	quality?: number;
	count?: number;
	enabled?: boolean;
}

/** A change of one gem, of a group's supports, or of a group. */
export interface GemChange extends Partial<NewGem> {
	/** The skill group, from 1, in the window's order; the main skill's where it is not given. */
	group?: number;
	/** The gem of the group that changes, from 1. */
	gem?: number;
	/** Adds a gem behind the group's last one. */
	add?: boolean;
	/** Takes the gem out. */
	remove?: boolean;
	/** Takes all supports of the group out and puts these in. */
	supports?: readonly (string | NewGem)[];
	/** Without `gem`, `add` and `supports`: whether the group counts in Full DPS. */
	includeInFullDps?: boolean;
}

/** The main skill. */
export interface MainSkillChange {
	/** The skill group, from 1. */
	group?: number;
	/** The skill by name, or its place in the group from 1. */
	skill?: string | number;
	/** The part of the skill, from 1. */
	part?: number;
}

/**
 * A change of a build beside its tree. What is not named stays.
 *
 * @example
 * const change: VariantChange = {
 *   items: { "Ring 1": "Rarity: RARE\nDoom Band\nRuby Ring\n+50 to maximum Life" },
 *   gems: [{ group: 1, supports: ["Martial Tempo", "Rage I"] }],
 *   config: { conditionEnemyShocked: true },
 * };
 */
export interface VariantChange {
	/** By slot, as the window names them (`Ring 1`, `Weapon 1 Swap`, `Charm 2`): the item's text, or null for none. */
	items?: Readonly<Record<string, string | null | ItemChange>>;
	/** By id of the socket's node: the jewel's text, or null for none. */
	jewels?: Readonly<Record<number, string | null>>;
	/** By slot: the notable's name or node id; null takes the anoint away. */
	anoints?: Readonly<Record<string, string | number | null>>;
	gems?: readonly GemChange[];
	/** By the option's own name, see `build.configOptions()`; null sets what a new build has. */
	config?: Readonly<Record<string, boolean | number | string | null>>;
	/** Lines added to the build's custom modifiers. */
	customModifiers?: readonly string[];
	/** 1 to 100. */
	level?: number;
	/** The skill group from 1, the skill's name, or both. */
	mainSkill?: number | string | MainSkillChange;
}
