import { PobatchError } from "../common/errors.js";
import { ascendancyStartOf, startNodeOf, type TreeData } from "../tree/tree-data.js";
import { readBuildJson } from "./build-json.js";
import { recognizeBuild } from "./build-text.js";
import { readBuildXml } from "./build-xml.js";
import { type BuildWarning, warning } from "./warnings.js";

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

/** How {@link readBuildSource} reads. */
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

/**
 * Reads a build: Path of Building's XML, a PoB code, or the small JSON of
 * {@link readBuildJson}. Which of them it is shows in the text.
 *
 * @throws PobatchError BUILD_INVALID; UNKNOWN_CLASS where `tree` does not have the class
 *
 * @example
 * readBuildSource('{"class":"Warrior","level":80,"nodes":[47175]}').level; // 80
 */
export function readBuildSource(text: string, options: ReadBuildOptions = {}): BuildSource {
	const { kind, text: inner } = recognizeBuild(text);
	const build = kind === "json" ? readBuildJson(inner) : readBuildXml(inner, options);
	return options.tree === undefined ? build : fitToTree(build, options.tree);
}

/** Checks a build's class against a passive tree and keeps of its nodes what the tree has. */
function fitToTree(build: BuildSource, tree: TreeData): BuildSource {
	const found = tree.classes.find(({ name }) => name === build.class);
	if (found === undefined) {
		throw new PobatchError("UNKNOWN_CLASS", `The passive tree has no class ${JSON.stringify(build.class)}`, {
			value: build.class,
			hint: `Its classes are ${tree.classes.map(({ name }) => name).join(", ")}.`,
		});
	}
	const { ascendancy } = build;
	if (ascendancy !== undefined && !found.ascendancies.some(({ name }) => name === ascendancy)) {
		throw new PobatchError(
			"UNKNOWN_CLASS",
			`The class ${build.class} has no ascendancy ${JSON.stringify(ascendancy)}`,
			{
				value: ascendancy,
				hint: `Its ascendancies are ${found.ascendancies.map(({ name }) => name).join(", ")}.`,
			},
		);
	}
	const warnings = [...build.warnings];
	if (build.treeVersion !== "" && build.treeVersion !== tree.version) {
		warnings.push(
			warning(
				"TREE_VERSION",
				`the build was made for passive tree ${build.treeVersion} and is read with ${tree.version}`,
			),
		);
	}
	const known = new Set(tree.nodes.map(({ id }) => id));
	const choices = new Map(
		build.allocated.map((id, i) => [
			id,
			{ attribute: build.attributes[i] ?? 0, weaponSet: build.weaponSets[i] ?? 0 },
		]),
	);
	const missing = build.allocated.filter((id) => !known.has(id));
	if (missing.length > 0) {
		const shown = missing.length > 10 ? `${missing.slice(0, 10).join(", ")}, …` : missing.join(", ");
		warnings.push(
			warning(
				"UNKNOWN_NODES",
				`${missing.length} allocated nodes are not in passive tree ${tree.version}: ${shown}`,
			),
		);
	}
	for (const id of missing) choices.delete(id);
	for (const id of [
		startNodeOf(tree, build.class),
		ascendancy === undefined ? undefined : ascendancyStartOf(tree, ascendancy),
	]) {
		if (id !== undefined && !choices.has(id)) choices.set(id, { attribute: 0, weaponSet: 0 });
	}
	const allocated = [...choices.keys()].sort((a, b) => a - b);
	return {
		...build,
		treeVersion: build.treeVersion === "" ? tree.version : build.treeVersion,
		allocated,
		attributes: allocated.map((id) => choices.get(id)?.attribute ?? 0),
		weaponSets: allocated.map((id) => choices.get(id)?.weaponSet ?? 0),
		warnings,
	};
}
