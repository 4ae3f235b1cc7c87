import type {
	AttributeChoice,
	BuildConfig,
	BuildItem,
	BuildSkill,
	BuildSource,
	ReadBuildOptions,
	WeaponSet,
} from "../build-source.js";
import { firstGame } from "../build-text.js";
import { PobatchError } from "../errors.js";
import { MAX_NODE_ID } from "../tree-data.js";
import { type BuildWarning, warning } from "../warnings.js";
import { type ItemText, parseItemText } from "./item-text.js";
import { childOf, childrenOf, parseXml, type XmlElement } from "./xml.js";

/**
 * Reads a build from Path of Building's XML without Path of Building: class,
 * level, the nodes of one passive tree with their choices, the items of the
 * active item set and the jewels in the tree's sockets, the active
 * configuration and the main skill.
 *
 * @throws PobatchError BUILD_INVALID
 */
export function readBuildXml(text: string, { tree, spec: specNumber }: ReadBuildOptions = {}): BuildSource {
	const root = parseXml(text);
	if (root.name === "PathOfBuilding") throw firstGame();
	if (root.name !== "PathOfBuilding2")
		throw invalid(root, `<${root.name}> is not a build of Path of Building`);
	const build = childOf(root, "Build");
	if (build === undefined) throw invalid(root, "there is no <Build>");
	const warnings: BuildWarning[] = [];
	const spec = findSpec(root, specNumber);
	const nodes = readNodes(spec, warnings);
	const allocated = [...nodes.keys()].sort((a, b) => a - b);
	const attributes = readAttributes(spec);
	const itemSet = findItemSet(root);
	const { ascendancy, ...named } = readClass(build, spec, tree);
	const config = readConfig(root);
	const skill = readSkill(root, build);
	return {
		...named,
		...(ascendancy !== undefined && { ascendancy }),
		level: integerOf(build, "level", 1, 100) ?? 1,
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

/** An attribute as a whole number; absent, empty and Lua's `nil` are undefined. */
function integerOf(element: XmlElement, name: string, min: number, max: number): number | undefined {
	const text = element.attributes.get(name);
	if (text === undefined || text === "" || text === "nil") return undefined;
	const number = Number(text);
	if (!Number.isInteger(number) || number < min || number > max) {
		throw invalid(
			element,
			`${name} of <${element.name}> is ${JSON.stringify(text.slice(0, 40))}, not an integer from ${min} to ${max}`,
			text,
		);
	}
	return number;
}

function findSpec(root: XmlElement, wanted: number | undefined): XmlElement | undefined {
	const tree = childOf(root, "Tree");
	const specs = childrenOf(tree, "Spec");
	if (tree === undefined || specs.length === 0) {
		if (wanted !== undefined) throw invalid(tree ?? root, "there is no <Spec>");
		return undefined;
	}
	const active = wanted ?? integerOf(tree, "activeSpec", 0, Number.MAX_SAFE_INTEGER) ?? 1;
	const spec = specs[active - 1];
	// Path of Building falls back to the first where the active one is gone.
	if (spec === undefined && wanted === undefined) return specs[0];
	if (spec === undefined)
		throw invalid(tree, `there are ${specs.length} passive trees, but number ${active} is wanted`, wanted);
	return spec;
}

/** The allocated nodes with their weapon sets. */
function readNodes(spec: XmlElement | undefined, warnings: BuildWarning[]): Map<number, WeaponSet> {
	const nodes = new Map<number, WeaponSet>();
	if (spec === undefined) {
		warnings.push(warning("TREE_EMPTY", "the build has no passive tree"));
		return nodes;
	}
	const list = spec.attributes.get("nodes");
	if (list === undefined) {
		// Only versions of long ago wrote nothing but the link of the game's website.
		if (childOf(spec, "URL") !== undefined) throw invalid(spec, "<Spec> has a <URL> but no nodes");
		warnings.push(warning("TREE_EMPTY", "the build's passive tree has no nodes"));
		return nodes;
	}
	for (const id of idsOf(spec, list)) nodes.set(id, 0);
	for (const set of [1, 2] as const) {
		for (const element of childrenOf(spec, `WeaponSet${set}`)) {
			for (const id of idsOf(element, element.attributes.get("nodes"))) if (nodes.has(id)) nodes.set(id, set);
		}
	}
	return nodes;
}

function idsOf(element: XmlElement, list: string | undefined): number[] {
	return (list?.match(/\d+/g) ?? []).map((text) => {
		const id = Number(text);
		if (id > MAX_NODE_ID)
			throw invalid(element, `${text.slice(0, 40)} is not a node id (0 to ${MAX_NODE_ID})`, text);
		return id;
	});
}

function readAttributes(spec: XmlElement | undefined): Map<number, AttributeChoice> {
	const choices = new Map<number, AttributeChoice>();
	for (const override of childrenOf(childOf(spec, "Overrides"), "AttributeOverride")) {
		for (const [name, choice] of [
			["strNodes", 1],
			["dexNodes", 2],
			["intNodes", 3],
		] as const) {
			for (const id of idsOf(override, override.attributes.get(name))) choices.set(id, choice);
		}
	}
	return choices;
}

/**
 * The passive tree in use says the class by the game's own numbers, which a
 * tree file can resolve; the names in `<Build>` are those of the active one.
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
	// Builds of before there were item sets hold the slots directly.
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
	// Slots often name items that were deleted since, and 0 for none.
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
		const nodeId = integerOf(socket, "nodeId", 0, MAX_NODE_ID);
		const item = itemOf(socket.attributes.get("itemId"));
		if (item !== undefined && nodeId !== undefined) items.push({ ...equip(`Jewel ${nodeId}`, item), nodeId });
	}
	// The file's order of slots is that of a hash table, another one at each save.
	return items.sort((a, b) => (a.slot < b.slot ? -1 : a.slot > b.slot ? 1 : 0));
}

function readConfig(root: XmlElement): BuildConfig[] {
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
		if (name === undefined) throw invalid(input, "<Input> has no name");
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

function readSkill(root: XmlElement, build: XmlElement): BuildSkill | undefined {
	const skills = childOf(root, "Skills");
	const sets = childrenOf(skills, "SkillSet");
	const active = skills?.attributes.get("activeSkillSet") ?? "1";
	const groups = childrenOf(
		sets.find((set) => set.attributes.get("id") === active) ?? sets[0] ?? skills,
		"Skill",
	);
	const group = groups[(integerOf(build, "mainSocketGroup", 0, Number.MAX_SAFE_INTEGER) ?? 1) - 1];
	if (group === undefined) return undefined;
	const gems = childrenOf(group, "Gem");
	const mains = gems.filter((gem) => !isSupport(gem));
	const main = mains[(integerOf(group, "mainActiveSkill", 0, Number.MAX_SAFE_INTEGER) ?? 1) - 1] ?? mains[0];
	const name = main?.attributes.get("nameSpec");
	if (main === undefined || name === undefined || name === "") return undefined;
	const level = integerOf(main, "level", 0, 1000);
	const quality = integerOf(main, "quality", 0, 1000);
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
