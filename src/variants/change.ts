/** Changes the jewel of a socket or the item of a slot. */
export interface ItemChange {
	/** The item's text, as copied from the game or from Path of Building; null removes the item. */
	text?: string | null;
	/** Whether the flask or charm is switched on. */
	active?: boolean;
}

/** A gem as it is put into a skill group. Level and quality default to the settings of Path of Building's window. */
export interface NewGem {
	name: string;
	level?: number;
	quality?: number;
	count?: number;
	enabled?: boolean;
}

/** A change of a single gem, of a group's supports, or of a group. */
export interface GemChange extends Partial<NewGem> {
	/** The skill group, from 1, in the window's order. Default: that of the main skill. */
	group?: number;
	/** The gem of the group to change, from 1. */
	gem?: number;
	/** Adds a gem after the group's last one. */
	add?: boolean;
	/** Removes the gem. */
	remove?: boolean;
	/** Replaces all supports of the group by these. */
	supports?: readonly (string | NewGem)[];
	/** Without `gem`, `add` and `supports`: whether the group is included in Full DPS. */
	includeInFullDps?: boolean;
}

/** The main skill. */
export interface MainSkillChange {
	/** The skill group, from 1. */
	group?: number;
	/** The skill by name, or its position in the group, from 1. */
	skill?: string | number;
	/** The part of the skill, from 1. */
	part?: number;
}

/**
 * A change of a build other than to its tree. Anything not mentioned stays as it is.
 *
 * @example
 * const change: VariantChange = {
 *   items: { "Ring 1": "Rarity: RARE\nDoom Band\nRuby Ring\n+50 to maximum Life" },
 *   gems: [{ group: 1, supports: ["Martial Tempo", "Rage I"] }],
 *   config: { conditionEnemyShocked: true },
 * };
 */
export interface VariantChange {
	/**
	 * By slot, as named in Path of Building's window (`Ring 1`, `Weapon 1 Swap`, `Charm 2`): the item's text, or null for
	 * none.
	 */
	items?: Readonly<Record<string, string | null | ItemChange>>;
	/** By node id of the socket: the jewel's text, or null for none. */
	jewels?: Readonly<Record<number, string | null>>;
	/** By slot: the notable's name or node id; null removes the anoint. */
	anoints?: Readonly<Record<string, string | number | null>>;
	gems?: readonly GemChange[];
	/** By the option's own name, see `build.configOptions()`; null resets it to the value in a new build. */
	config?: Readonly<Record<string, boolean | number | string | null>>;
	/** Lines to add to the build's custom modifiers. */
	customModifiers?: readonly string[];
	/** 1 to 100. */
	level?: number;
	/** The skill group from 1, the skill's name, or both. */
	mainSkill?: number | string | MainSkillChange;
}
