import type { TreeData } from "../tree/tree-data.js";
import type { BuildWarning } from "./warnings.js";

/** The choice at an attribute node: 0 none made, 1 Strength, 2 Dexterity, 3 Intelligence. */
export type AttributeChoice = 0 | 1 | 2 | 3;

/** The weapon set that a node counts for: 0 both, 1 the first, 2 the second. */
export type WeaponSet = 0 | 1 | 2;

/** A number, or the minimum and maximum of a range. */
export type ItemProperty = number | [number, number];

/** An item that the build has equipped, or a jewel in its passive tree. */
export interface BuildItem {
	/**
	 * Path of Building's slot name. `Weapon 1` and `Weapon 2` belong to the first weapon set, `Weapon 1 Swap` and `Weapon
	 * 2 Swap` to the second; a jewel's is `Jewel` followed by the socket's node id, allocated or not.
	 */
	slot: string;
	name: string;
	base: string;
	/** `NORMAL`, `MAGIC`, `RARE`, `UNIQUE` or `RELIC`. */
	rarity: string;
	/** The stat lines in effect, one string per line. */
	lines: string[];
	/** The item's class if its text gives it, for instance `Bow`. */
	type?: string;
	/**
	 * The numbers in the item's header, by their label in the item's text: `Evasion`, `Energy Shield`, `Quality`,
	 * `Physical Damage`; a range is `[min, max]`.
	 */
	properties: Record<string, ItemProperty>;
	/** For jewels: the socket's node id. */
	nodeId?: number;
	/** For flasks and charms: whether the build counts them as active. */
	active?: boolean;
}

/** One setting of Path of Building's configuration tab. */
export interface BuildConfig {
	name: string;
	value: number | string | boolean;
}

/** The build's main skill; its numbers are known only if a build in JSON gives them. */
export interface BuildSkill {
	name: string;
	level?: number;
	quality?: number;
	/** Names of the enabled support gems linked with it. */
	supports: string[];
	/** For instance `Attack`, `Spell`, `Projectile`. */
	tags?: string[];
	/** Damage of one hit by type, before modifiers. */
	damage?: Record<string, ItemProperty>;
	/** Uses per second. */
	speed?: number;
	/** Critical hit chance in percent. */
	critChance?: number;
	/** Percentage of the weapon's damage that the skill deals. */
	damageMultiplier?: number;
	/** Percentage of the weapon's attack speed at which the skill is used. */
	speedMultiplier?: number;
	/** Percentage at which added damage counts. */
	addedEffectiveness?: number;
}

/**
 * A build as plain data: what the reference calculator's `load` takes. `allocated`, `attributes` and `weaponSets` have
 * the same length.
 */
export interface BuildSource {
	class: string;
	/** Absent if there is no ascendancy. */
	ascendancy?: string;
	level: number;
	/** The version of the passive tree that the build was made for; an empty string if unknown. */
	treeVersion: string;
	/** Node ids in ascending order without duplicates, including start nodes. */
	allocated: number[];
	attributes: AttributeChoice[];
	weaponSets: WeaponSet[];
	/** The weapon set in use. */
	activeWeaponSet: 1 | 2;
	items: BuildItem[];
	/** Stat lines that do not belong to an item or node. */
	lines: string[];
	config: BuildConfig[];
	skill?: BuildSkill;
	/** What was left out or changed while reading. */
	warnings: BuildWarning[];
}

/** Options for reading a build. */
export interface ReadBuildOptions {
	/**
	 * The passive tree to read against: it must contain the class and the ascendancy, their start nodes are allocated,
	 * and node ids that it does not contain are dropped with a warning.
	 */
	tree?: TreeData;
	/** Which passive tree of a Path of Building build to use, counted from 1. Default: the active one. */
	spec?: number;
}
