import type { TreeData } from "../tree/tree-data.js";
import type { BuildWarning } from "./warnings.js";

/** The choice at an attribute node: 0 none made, 1 Strength, 2 Dexterity, 3 Intelligence. */
export type AttributeChoice = 0 | 1 | 2 | 3;

/** The weapon set for which a node counts: 0 both, 1 the first, 2 the second. */
export type WeaponSet = 0 | 1 | 2;

/** A number, or the least and the most of a range. */
export type ItemProperty = number | [number, number];

/** An item that the build wears, or a jewel in its passive tree. */
export interface BuildItem {
	/**
	 * Path of Building's slot name. `Weapon 1` and `Weapon 2` are of the first
	 * weapon set, `Weapon 1 Swap` and `Weapon 2 Swap` of the second; a jewel's is
	 * `Jewel` and the socket's node id, allocated or not.
	 */
	slot: string;
	name: string;
	base: string;
	/** `NORMAL`, `MAGIC`, `RARE`, `UNIQUE` or `RELIC`. */
	rarity: string;
	/** The stat lines in effect, one value each. */
	lines: string[];
	/** The item's class where its text says it, `Bow` for instance. */
	type?: string;
	/**
	 * What the item's head says in numbers, by the label in the item's text:
	 * `Evasion`, `Energy Shield`, `Quality`, `Physical Damage`; a range is `[least, most]`.
	 */
	properties: Record<string, ItemProperty>;
	/** For jewels: the socket's node id. */
	nodeId?: number;
	/** For flasks and charms: does the build count with it? */
	active?: boolean;
}

/** One setting of Path of Building's configuration tab. */
export interface BuildConfig {
	name: string;
	value: number | string | boolean;
}

/** The build's main skill; its numbers are known only where a build in JSON gives them. */
export interface BuildSkill {
	name: string;
	level?: number;
	quality?: number;
	/** Names of the enabled support gems linked with it. */
	supports: string[];
	/** `Attack`, `Spell`, `Projectile` and so on. */
	tags?: string[];
	/** Damage of one hit by type, before modifiers. */
	damage?: Record<string, ItemProperty>;
	/** Uses per second. */
	speed?: number;
	/** Critical hit chance in percent. */
	critChance?: number;
	/** Percent of the weapon's damage that the skill deals. */
	damageMultiplier?: number;
	/** Percent of the weapon's attack speed at which the skill is used. */
	speedMultiplier?: number;
	/** Percent at which added damage counts. */
	addedEffectiveness?: number;
}

/**
 * A build as a plain table: what the reference calculator's `load` takes.
 * `allocated`, `attributes` and `weaponSets` have the same length.
 */
export interface BuildSource {
	class: string;
	/** Absent without an ascendancy. */
	ascendancy?: string;
	level: number;
	/** The version of the passive tree for which the build was made; an empty text where nothing says it. */
	treeVersion: string;
	/** Node ids, ascending, each once, starts included. */
	allocated: number[];
	attributes: AttributeChoice[];
	weaponSets: WeaponSet[];
	/** The weapon set in use. */
	activeWeaponSet: 1 | 2;
	items: BuildItem[];
	/** Stat lines that belong to no item or node. */
	lines: string[];
	config: BuildConfig[];
	skill?: BuildSkill;
	/** What was left out or changed while reading. */
	warnings: BuildWarning[];
}

/** How a build is read. */
export interface ReadBuildOptions {
	/**
	 * The passive tree to read against: class and ascendancy must be in it,
	 * their starts are allocated, and node ids it does not have are left out
	 * with a warning.
	 */
	tree?: TreeData;
	/** Which passive tree of a Path of Building build, counted from 1; the active one if not given. */
	spec?: number;
}
