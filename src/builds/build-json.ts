import { PobatchError } from "../common/errors.js";
import { JsonCheck } from "../common/json-check.js";
import { MAX_NODE_ID } from "../tree/tree-data.js";
import type {
	AttributeChoice,
	BuildConfig,
	BuildItem,
	BuildSkill,
	BuildSource,
	ItemProperty,
	WeaponSet,
} from "./types.js";

const check = new JsonCheck(
	"BUILD_INVALID",
	"The members of a build in JSON are described in docs/build-json.md.",
);

const ATTRIBUTES: ReadonlyMap<unknown, AttributeChoice> = new Map([
	["Str", 1],
	["Dex", 2],
	["Int", 3],
]);
const RARITIES = ["NORMAL", "MAGIC", "RARE", "UNIQUE", "RELIC"];

/**
 * Reads a build in pobatch's small JSON. Only `class` is required:
 *
 * ```json
 * {
 * 	"class": "Warrior", "ascendancy": "Titan", "level": 80, "treeVersion": "0_5",
 * 	"nodes": [47175, 3936, 722],
 * 	"attributes": { "722": "Str" },
 * 	"weaponSets": { "3936": 1 },
 * 	"activeWeaponSet": 1,
 * 	"items": [
 * 		{ "slot": "Helmet", "name": "Oak Visor", "base": "Visor", "rarity": "RARE",
 * 		  "lines": ["+40 to maximum Life"], "properties": { "Armour": 121 } },
 * 		{ "slot": "Weapon 1", "type": "Bow", "properties": { "Physical Damage": [20, 35], "Attacks per Second": 1.2 } }
 * 	],
 * 	"lines": ["10% increased Attack Speed"],
 * 	"config": { "usePowerCharges": true },
 * 	"skill": { "name": "Boneshatter", "level": 18, "quality": 20, "supports": ["Rage"] }
 * }
 * ```
 *
 * - `level` is 1 if absent; a level is 1 to 100
 * - `nodes` are the allocated nodes; `attributes` (`Str`, `Dex`, `Int`) and
 *   `weaponSets` (1, 2) are by node id and only for allocated nodes
 * - an item needs `slot`, named as in Path of Building (`Weapon 1 Swap` is of the
 *   second weapon set, `Jewel 722` a jewel in the socket 722); its `rarity` is
 *   `NORMAL`, `MAGIC`, `RARE`, `UNIQUE` or `RELIC`; flasks and charms may be `active`
 * - `properties` are numbers or `[least, most]`, named as in the item's text
 * - `lines` are stat lines in the game's words, with values and no ranges
 * - `skill` may be the name alone; as an object it can also give `tags`, `damage`
 *   by type, `speed`, `critChance`, and in percent `damageMultiplier`,
 *   `speedMultiplier` and `addedEffectiveness`
 *
 * @throws PobatchError BUILD_INVALID, naming the path of the wrong value; a
 * member that the format does not have is an error too
 */
export function readBuildJson(text: string): BuildSource {
	let json: unknown;
	try {
		json = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
	} catch (cause) {
		throw new PobatchError("BUILD_INVALID", `The build's JSON cannot be read: ${(cause as Error).message}`, {
			cause,
		});
	}
	const root = check.object(json, "the build");
	if (root.class === undefined) throw check.error("It is JSON, but no build of pobatch's: it has no class");
	check.onlyKeys(root, "", [
		"class",
		"ascendancy",
		"level",
		"treeVersion",
		"nodes",
		"attributes",
		"weaponSets",
		"activeWeaponSet",
		"items",
		"lines",
		"config",
		"skill",
	]);
	const allocated = readNodes(root.nodes);
	const attributes = readByNode(root.attributes, "attributes", allocated, (value, at) => {
		const choice = ATTRIBUTES.get(value);
		if (choice === undefined) throw check.wrong("Str, Dex or Int", at, value);
		return choice;
	});
	const weaponSets = readByNode(
		root.weaponSets,
		"weaponSets",
		allocated,
		(value, at) => check.integer(value, at, 1, 2) as WeaponSet,
	);
	const ascendancy = root.ascendancy === undefined ? "" : check.string(root.ascendancy, "ascendancy");
	return {
		class: check.string(root.class, "class"),
		...(ascendancy !== "" && { ascendancy }),
		level: root.level === undefined ? 1 : check.integer(root.level, "level", 1, 100),
		treeVersion: root.treeVersion === undefined ? "" : check.string(root.treeVersion, "treeVersion"),
		allocated,
		attributes: allocated.map((id) => attributes.get(id) ?? 0),
		weaponSets: allocated.map((id) => weaponSets.get(id) ?? 0),
		activeWeaponSet:
			root.activeWeaponSet === undefined
				? 1
				: (check.integer(root.activeWeaponSet, "activeWeaponSet", 1, 2) as 1 | 2),
		items: check.array(root.items ?? [], "items").map((item, i) => readItem(item, `items[${i}]`)),
		lines: root.lines === undefined ? [] : check.strings(root.lines, "lines"),
		config: readConfig(root.config),
		...(root.skill !== undefined && { skill: readSkill(root.skill) }),
		warnings: [],
	};
}

function readNodes(value: unknown): number[] {
	const ids = new Set<number>();
	for (const [i, entry] of check.array(value ?? [], "nodes", "an array of node ids").entries()) {
		const id = check.integer(entry, `nodes[${i}]`, 0, MAX_NODE_ID);
		if (ids.has(id)) throw check.wrong("an id that is not in the list yet", `nodes[${i}]`, id);
		ids.add(id);
	}
	return [...ids].sort((a, b) => a - b);
}

function readByNode<T>(
	value: unknown,
	name: string,
	allocated: readonly number[],
	read: (value: unknown, at: string) => T,
): Map<number, T> {
	const known = new Set(allocated.map(String));
	const result = new Map<number, T>();
	for (const [key, entry] of Object.entries(check.object(value ?? {}, name, "an object of node ids"))) {
		if (!known.has(key)) throw check.wrong("the id of an allocated node", `a member's name in ${name}`, key);
		result.set(Number(key), read(entry, `${name}.${key}`));
	}
	return result;
}

function readItem(value: unknown, at: string): BuildItem {
	const item = check.object(value, at);
	check.onlyKeys(item, at, ["slot", "name", "base", "rarity", "type", "lines", "properties", "active"]);
	const rarity = item.rarity === undefined ? "NORMAL" : check.string(item.rarity, `${at}.rarity`);
	if (!RARITIES.includes(rarity)) throw check.wrong(`one of ${RARITIES.join(", ")}`, `${at}.rarity`, rarity);
	const slot = check.string(item.slot, `${at}.slot`);
	const socket = /^Jewel (\d+)$/.exec(slot)?.[1];
	return {
		slot,
		name: item.name === undefined ? "" : check.string(item.name, `${at}.name`),
		base: item.base === undefined ? "" : check.string(item.base, `${at}.base`),
		rarity,
		lines: item.lines === undefined ? [] : check.strings(item.lines, `${at}.lines`),
		...(item.type !== undefined && { type: check.string(item.type, `${at}.type`) }),
		properties: readProperties(item.properties, `${at}.properties`),
		...(socket !== undefined && {
			nodeId: check.integer(Number(socket), `the node id in ${at}.slot`, 0, MAX_NODE_ID),
		}),
		...(item.active !== undefined && { active: check.boolean(item.active, `${at}.active`) }),
	};
}

function readProperties(value: unknown, at: string): Record<string, ItemProperty> {
	const properties: Record<string, ItemProperty> = {};
	for (const [key, entry] of Object.entries(check.object(value ?? {}, at))) {
		// "__proto__" would set the object's prototype instead of a member.
		if (key === "__proto__") throw check.wrong("a label", `a member's name in ${at}`, key);
		if (!Array.isArray(entry)) {
			properties[key] = check.number(entry, `${at}.${key}`);
			continue;
		}
		if (entry.length !== 2) throw check.wrong("a number or [least, most]", `${at}.${key}`, entry);
		properties[key] = [check.number(entry[0], `${at}.${key}[0]`), check.number(entry[1], `${at}.${key}[1]`)];
	}
	return properties;
}

function readConfig(value: unknown): BuildConfig[] {
	return Object.entries(check.object(value ?? {}, "config")).map(([name, entry]) => {
		if (typeof entry === "string" || typeof entry === "boolean") return { name, value: entry };
		if (typeof entry !== "number")
			throw check.wrong("a number, a string, true or false", `config.${name}`, entry);
		return { name, value: check.number(entry, `config.${name}`) };
	});
}

function readSkill(value: unknown): BuildSkill {
	if (typeof value === "string") return { name: value, supports: [] };
	const skill = check.object(value, "skill", "a skill's name or an object");
	const numbers = [
		"speed",
		"critChance",
		"damageMultiplier",
		"speedMultiplier",
		"addedEffectiveness",
	] as const;
	check.onlyKeys(skill, "skill", ["name", "level", "quality", "supports", "tags", "damage", ...numbers]);
	return {
		name: check.string(skill.name, "skill.name"),
		...(skill.level !== undefined && { level: check.integer(skill.level, "skill.level", 1, 100) }),
		...(skill.quality !== undefined && { quality: check.integer(skill.quality, "skill.quality", 0, 100) }),
		supports: skill.supports === undefined ? [] : check.strings(skill.supports, "skill.supports"),
		...(skill.tags !== undefined && { tags: check.strings(skill.tags, "skill.tags") }),
		...(skill.damage !== undefined && { damage: readProperties(skill.damage, "skill.damage") }),
		...Object.fromEntries(
			numbers
				.filter((name) => skill[name] !== undefined)
				.map((name) => [name, check.number(skill[name], `skill.${name}`)]),
		),
	};
}
