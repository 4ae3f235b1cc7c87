import { PobatchError } from "../common/errors.js";
import { MAX_NODE_ID } from "../tree/tree-data.js";
import { firstGame } from "./build-text.js";
import { type ItemText, parseItemText } from "./item-text.js";
import type {
	AttributeChoice,
	BuildConfig,
	BuildItem,
	BuildSkill,
	BuildSource,
	ReadBuildOptions,
	WeaponSet,
} from "./types.js";
import { type BuildWarning, warning } from "./warnings.js";
import { childOf, childrenOf, parseXml, type XmlElement } from "./xml.js";

/**
 * Reads a build from Path of Building's XML, without running Path of Building: class, level, the nodes of one passive
 * tree with their choices, the items of the active item set and the jewels in the tree's sockets, the active
 * configuration and the main skill.
 *
 * @throws PobatchError BUILD_INVALID
 */
export function readBuildXml(text: string, { tree, spec: specNumber }: ReadBuildOptions = {}): BuildSource {
	const root = parseXml(text);
	if (root.name === "PathOfBuilding") throw firstGame();
	if (root.name !== "PathOfBuilding2")
		throw invalid(root, `<${root.name}> is not a build of Path of Building`);
	const warnings: BuildWarning[] = [];
	const build = childOf(root, "Build") ?? noBuild(root, warnings);
	const spec = findSpec(root, specNumber, warnings);
	const nodes = readNodes(spec, warnings);
	const allocated = [...nodes.keys()].sort((a, b) => a - b);
	const attributes = readAttributes(spec, warnings);
	const itemSet = findItemSet(root);
	const { ascendancy, ...named } = readClass(build, spec, tree);
	const config = readConfig(root, warnings);
	const skill = readSkill(root, build, warnings);
	return {
		...named,
		...(ascendancy !== undefined && { ascendancy }),
		level: integerOf(build, "level", 1, 100, warnings) ?? 1,
		treeVersion: spec?.attributes.get("treeVersion") ?? "",
		allocated,
		attributes: allocated.map((id) => attributes.get(id) ?? 0),
		weaponSets: allocated.map((id) => nodes.get(id) ?? 0),
		activeWeaponSet: usesSecondWeaponSet(itemSet) ? 2 : 1,
		items: readItems(root, itemSet, spec, warnings),
		lines: config.flatMap(({ name, value }) => (name === "customMods" ? linesOf(String(value)) : [])),
		config: config.filter(({ name }) => name !== "customMods"),
		...(skill !== undefined && { skill }),
		warnings,
	};
}

function invalid(at: XmlElement, reason: string, value?: unknown): PobatchError {
	return new PobatchError("BUILD_INVALID", `The build cannot be read: line ${at.line}: ${reason}`, {
		...(value !== undefined && { value }),
		hint: "Save or export the build in Path of Building again.",
	});
}

function noBuild(root: XmlElement, warnings: BuildWarning[]): XmlElement {
	warnings.push(
		warning("INCOMPLETE", "there is no <Build>: level and main skill are those of a new character"),
	);
	return { name: "Build", attributes: new Map(), children: [], text: "", line: root.line };
}

/**
 * An attribute as an integer; undefined if absent, empty or Lua's `nil`. A value that is not an integer or is out of
 * range is no reason to reject a build: Path of Building does not, either.
 */
function integerOf(
	element: XmlElement,
	name: string,
	min: number,
	max: number,
	warnings: BuildWarning[],
): number | undefined {
	const text = element.attributes.get(name);
	if (text === undefined || text.trim() === "" || text === "nil") return undefined;
	const number = Number(text);
	const taken = Number.isNaN(number) ? undefined : Math.min(Math.max(Math.floor(number), min), max);
	if (taken !== number) {
		const shown = JSON.stringify(text.slice(0, 40));
		warnings.push(
			warning(
				"VALUE_CHANGED",
				`${name} is ${shown}, not an integer from ${min} to ${max}: ${taken === undefined ? "left out" : `${taken} is taken`}`,
				`<${element.name}> of line ${element.line}`,
			),
		);
	}
	return taken;
}

function findSpec(
	root: XmlElement,
	wanted: number | undefined,
	warnings: BuildWarning[],
): XmlElement | undefined {
	const tree = childOf(root, "Tree");
	const specs = childrenOf(tree, "Spec");
	if (tree === undefined || specs.length === 0) {
		if (wanted !== undefined) throw invalid(tree ?? root, "there is no <Spec>");
		return undefined;
	}
	const spec = specs[(wanted ?? integerOf(tree, "activeSpec", 1, specs.length, warnings) ?? 1) - 1];
	if (spec === undefined)
		throw invalid(tree, `there are ${specs.length} passive trees, but number ${wanted} is wanted`, wanted);
	return spec;
}

/** The allocated nodes with their weapon sets. */
function readNodes(spec: XmlElement | undefined, warnings: BuildWarning[]): Map<number, WeaponSet> {
	const nodes = new Map<number, WeaponSet>();
	if (spec === undefined) {
		warnings.push(warning("TREE_EMPTY", "the build has no passive tree"));
		return nodes;
	}
	if (!spec.attributes.has("nodes")) {
		// Only very old versions wrote nothing but a link to the game's website.
		if (childOf(spec, "URL") !== undefined) throw invalid(spec, "<Spec> has a <URL> but no nodes");
		warnings.push(warning("TREE_EMPTY", "the build's passive tree has no nodes"));
		return nodes;
	}
	for (const id of idsOf(spec, "nodes", warnings)) nodes.set(id, 0);
	for (const set of [1, 2] as const) {
		for (const element of childrenOf(spec, `WeaponSet${set}`)) {
			for (const id of idsOf(element, "nodes", warnings)) if (nodes.has(id)) nodes.set(id, set);
		}
	}
	return nodes;
}

function idsOf(element: XmlElement, name: string, warnings: BuildWarning[]): number[] {
	return (element.attributes.get(name)?.match(/\d+/g) ?? []).flatMap((text) => {
		if (Number(text) <= MAX_NODE_ID) return [Number(text)];
		const what = `${text.slice(0, 40)} is not a node id (0 to ${MAX_NODE_ID}): left out`;
		warnings.push(warning("UNKNOWN_NODES", what, `<${element.name}> of line ${element.line}`));
		return [];
	});
}

function readAttributes(
	spec: XmlElement | undefined,
	warnings: BuildWarning[],
): Map<number, AttributeChoice> {
	const choices = new Map<number, AttributeChoice>();
	for (const override of childrenOf(childOf(spec, "Overrides"), "AttributeOverride")) {
		for (const [name, choice] of [
			["strNodes", 1],
			["dexNodes", 2],
			["intNodes", 3],
		] as const) {
			for (const id of idsOf(override, name, warnings)) choices.set(id, choice);
		}
	}
	return choices;
}

/**
 * The selected passive tree gives the class as the game's own numbers, which a tree file can resolve; the names in
 * `<Build>` belong to the active tree.
 */
function readClass(
	build: XmlElement,
	spec: XmlElement | undefined,
	tree: ReadBuildOptions["tree"],
): { class: string; ascendancy?: string } {
	const named = build.attributes.get("className");
	const namedAscendancy = build.attributes.get("ascendClassName");
	const internal = spec?.attributes.get("classInternalId");
	const found = tree?.classes.find(
		({ integerId }) => integerId !== undefined && String(integerId) === internal,
	);
	if (found !== undefined) {
		const internalAscendancy = spec?.attributes.get("ascendancyInternalId");
		const ascendancy = found.ascendancies.find(
			({ internalId, name }) =>
				(internalId !== undefined && internalId === internalAscendancy) ||
				(internalAscendancy === undefined && name === namedAscendancy),
		);
		return { class: found.name, ...(ascendancy !== undefined && { ascendancy: ascendancy.name }) };
	}
	if (named === undefined || named === "") throw invalid(build, "<Build> has no className");
	const ascended = namedAscendancy !== undefined && namedAscendancy !== "" && namedAscendancy !== "None";
	return { class: named, ...(ascended && { ascendancy: namedAscendancy }) };
}

function findItemSet(root: XmlElement): XmlElement | undefined {
	const items = childOf(root, "Items");
	const sets = childrenOf(items, "ItemSet");
	const active = items?.attributes.get("activeItemSet") ?? "1";
	// Builds from before item sets existed contain the slots directly.
	return sets.find((set) => set.attributes.get("id") === active) ?? sets[0] ?? items;
}

function usesSecondWeaponSet(itemSet: XmlElement | undefined): boolean {
	return itemSet?.attributes.get("useSecondWeaponSet") === "true";
}

function readItems(
	root: XmlElement,
	itemSet: XmlElement | undefined,
	spec: XmlElement | undefined,
	warnings: BuildWarning[],
): BuildItem[] {
	const elements = new Map<string, XmlElement>();
	for (const element of childrenOf(childOf(root, "Items"), "Item")) {
		const id = element.attributes.get("id");
		if (id !== undefined) elements.set(id, element);
	}
	const parsed = new Map<string, ItemText>();
	// Slots often refer to items that have since been deleted, or to 0 for none.
	const itemOf = (id: string | undefined): ItemText | undefined => {
		const element = id === undefined ? undefined : elements.get(id);
		if (id === undefined || element === undefined) return undefined;
		let item = parsed.get(id);
		if (item === undefined) {
			item = parseItemText(element.text);
			parsed.set(id, item);
			warnings.push(...item.warnings);
		}
		return item;
	};
	const equip = (slot: string, { name, base, rarity, lines, properties }: ItemText): BuildItem => ({
		slot,
		name,
		base,
		rarity,
		lines: [...lines],
		properties: { ...properties },
	});
	const items: BuildItem[] = [];
	for (const slot of childrenOf(itemSet, "Slot")) {
		const name = slot.attributes.get("name") ?? "";
		const item = itemOf(slot.attributes.get("itemId"));
		if (item === undefined) continue;
		const carried = /^(?:Flask|Charm) \d/.test(name)
			? { active: slot.attributes.get("active") === "true" }
			: {};
		items.push({ ...equip(name, item), ...carried });
	}
	for (const socket of childrenOf(childOf(spec, "Sockets"), "Socket")) {
		const nodeId = integerOf(socket, "nodeId", 0, MAX_NODE_ID, warnings);
		const item = itemOf(socket.attributes.get("itemId"));
		if (item !== undefined && nodeId !== undefined) items.push({ ...equip(`Jewel ${nodeId}`, item), nodeId });
	}
	// The slots in the file are in hash table order, which changes with every save.
	return items.sort((a, b) => (a.slot < b.slot ? -1 : a.slot > b.slot ? 1 : 0));
}

function readConfig(root: XmlElement, warnings: BuildWarning[]): BuildConfig[] {
	const config = childOf(root, "Config");
	const sets = childrenOf(config, "ConfigSet");
	const active = config?.attributes.get("activeConfigSet") ?? "1";
	const values = new Map<string, BuildConfig["value"]>();
	const inputs = childrenOf(
		sets.find((set) => set.attributes.get("id") === active) ?? sets[0] ?? config,
		"Input",
	);
	for (const input of inputs) {
		const name = input.attributes.get("name");
		const number = input.attributes.get("number");
		const string = input.attributes.get("string");
		const boolean = input.attributes.get("boolean");
		if (name === undefined) {
			warnings.push(warning("VALUE_CHANGED", "it has no name: left out", `<Input> of line ${input.line}`));
			continue;
		}
		if (number !== undefined && Number.isFinite(Number(number))) values.set(name, Number(number));
		else if (string !== undefined) values.set(name, string);
		else if (boolean !== undefined) values.set(name, boolean === "true");
	}
	return [...values].map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function linesOf(text: string): string[] {
	return text
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "");
}

function readSkill(root: XmlElement, build: XmlElement, warnings: BuildWarning[]): BuildSkill | undefined {
	const skills = childOf(root, "Skills");
	const sets = childrenOf(skills, "SkillSet");
	const active = skills?.attributes.get("activeSkillSet") ?? "1";
	const groups = childrenOf(
		sets.find((set) => set.attributes.get("id") === active) ?? sets[0] ?? skills,
		"Skill",
	);
	const group = groups[(integerOf(build, "mainSocketGroup", 1, Number.MAX_SAFE_INTEGER, warnings) ?? 1) - 1];
	if (group === undefined) return undefined;
	const gems = childrenOf(group, "Gem");
	const mains = gems.filter((gem) => !isSupport(gem));
	const main =
		mains[(integerOf(group, "mainActiveSkill", 1, Number.MAX_SAFE_INTEGER, warnings) ?? 1) - 1] ?? mains[0];
	const name = main?.attributes.get("nameSpec");
	if (main === undefined || name === undefined || name === "") return undefined;
	const level = integerOf(main, "level", 0, 1000, warnings);
	const quality = integerOf(main, "quality", 0, 1000, warnings);
	return {
		name,
		...(level !== undefined && { level }),
		...(quality !== undefined && { quality }),
		supports: gems
			.filter((gem) => isSupport(gem) && gem.attributes.get("enabled") !== "false")
			.map((gem) => gem.attributes.get("nameSpec") ?? "")
			.filter((support) => support !== ""),
	};
}

function isSupport(gem: XmlElement): boolean {
	return (
		/\/SupportGem/.test(gem.attributes.get("gemId") ?? "") ||
		/^Support/.test(gem.attributes.get("skillId") ?? "")
	);
}
