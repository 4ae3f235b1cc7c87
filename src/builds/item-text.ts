import type { ItemProperty } from "./types.js";
import { type BuildWarning, warning } from "./warnings.js";

/** What the text of an item in a build's XML tells, without any game data. */
export interface ItemText {
	name: string;
	/** The base's name; for magic and normal items it is part of `name` and not known apart. */
	base: string;
	/** `NORMAL`, `MAGIC`, `RARE`, `UNIQUE` or `RELIC`. */
	rarity: string;
	/** The stat lines in effect: of the selected variant, ranges resolved, tags removed. */
	lines: string[];
	/**
	 * The numbers of the item's head by their label: `Armour`, `Evasion`,
	 * `Energy Shield`, `Ward` (these four with the item's own local lines and
	 * quality already counted), `Quality`, `Spirit`, `Charm Slots`, `Item Level`,
	 * `LevelReq`; `Sockets` is the number of rune sockets. A range is `[least, most]`.
	 */
	properties: Record<string, ItemProperty>;
	/** What the text holds and this reader leaves out. */
	warnings: BuildWarning[];
}

/** The roll of a line that has a range and no roll: Path of Building's own default. */
const DEFAULT_RANGE = 0.5;

/** Labels of the head whose values are of use as numbers; the rest of the head is not. */
const NUMERIC_LABELS = new Set([
	"Armour",
	"Attacks per Second",
	"Block chance",
	"Chance to Block",
	"Chaos Damage",
	"Charm Slots",
	"Cold Damage",
	"Critical Hit Chance",
	"Energy Shield",
	"Evasion",
	"Evasion Rating",
	"Fire Damage",
	"Item Level",
	"LevelReq",
	"Lightning Damage",
	"Limited to",
	"Physical Damage",
	"Quality",
	"Spirit",
	"Ward",
]);

/** Labels of the head that are no stat lines, where a text does not say how long its head is. */
const OTHER_LABELS =
	/^(?:Catalyst|CatalystQuality|Class|Corrupted|Crafted|Has Alt Variant(?: \w+)?|Implicits|Item Class|League|Level|Note|Prefix|Radius|Rarity|Requires(?: \w+)?|Rune|Selected (?:Alt )?Variant(?: \w+)?|Sockets|Source|Suffix|Talisman Tier|Unique ID|Unreleased|Upgrade|Variant)$/;

/** Words on lines of their own that describe the item. */
const FLAGS = new Set([
	"--------",
	"Corrupted",
	"Desecrated Prefix",
	"Desecrated Suffix",
	"Mirrored",
	"Requirements:",
	"Sanctified",
	"Twice Corrupted",
	"Unidentified",
]);

/**
 * Reads an item's text as Path of Building writes it into a build.
 *
 * @param text the content of an `<Item>` element
 */
export function parseItemText(text: string): ItemText {
	const lines = text
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "");
	let next = 0;
	if (lines[next]?.startsWith("Item Class:")) next++;
	const rarity = /^Rarity: (\w+)/.exec(lines[next] ?? "")?.[1]?.toUpperCase();
	if (rarity !== undefined) next++;
	if (lines[next] === "--------") next++;
	const item: ItemText = {
		name: "",
		base: "",
		rarity: rarity ?? "UNIQUE",
		lines: [],
		properties: {},
		warnings: [],
	};
	item.name = lines[next++] ?? "";
	// A magic or normal item's one line holds its base between its affixes' words.
	item.base = item.rarity === "MAGIC" || item.rarity === "NORMAL" ? item.name : (lines[next++] ?? "");
	const variants = selectedVariants(lines);
	const headLength = lines.findIndex((line) => /^Implicits: \d+/.test(line));
	for (const [index, line] of lines.entries()) {
		if (index < next || FLAGS.has(line) || /^\(\p{L}/u.test(line)) continue;
		const label = /^([\p{L} ()]+): (.+)$/u.exec(line);
		const isHead = index <= headLength;
		if (label !== null && (isHead || headLength === -1) && readLabel(item, label[1] ?? "", label[2] ?? ""))
			continue;
		const tagged = readTags(line);
		if (tagged.variants !== undefined && !tagged.variants.some((variant) => variants.has(variant))) continue;
		if (isHead) {
			// An item whose variants differ in their base lists the bases here.
			if (tagged.variants !== undefined) item.base = tagged.line;
			continue;
		}
		if (tagged.corruptedRange !== undefined) {
			const text = `a corruption's change of "${tagged.line}" is left out`;
			item.warnings.push(warning("ITEM_EFFECT_LEFT_OUT", text, item.name));
		}
		item.lines.push(resolveRanges(tagged.line, tagged.range ?? DEFAULT_RANGE));
	}
	return item;
}

/** Takes one line of the head; false if it is none, but a stat line with a colon. */
function readLabel(item: ItemText, label: string, value: string): boolean {
	if (NUMERIC_LABELS.has(label)) {
		const [, least, most] = /^\+?(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?/.exec(value) ?? [];
		// The game's word for it, where Path of Building's is the shorter one.
		const name = label === "Evasion Rating" ? "Evasion" : label;
		if (least !== undefined)
			item.properties[name] = most === undefined ? Number(least) : [Number(least), Number(most)];
		return true;
	}
	if (label === "Sockets") {
		const count = value.match(/S/g)?.length ?? 0;
		if (count > 0) item.properties.Sockets = count;
	} else if (label === "Catalyst") {
		const text = `the effect of its catalyst (${value}) is left out`;
		item.warnings.push(warning("ITEM_EFFECT_LEFT_OUT", text, item.name));
	}
	return OTHER_LABELS.test(label);
}

/** The numbers of the selected variants: one, and up to five alternative ones. */
function selectedVariants(lines: readonly string[]): Set<number> {
	const count = lines.filter((line) => line.startsWith("Variant: ")).length;
	const selected = new Set<number>();
	if (count === 0) return selected;
	const pick = (suffix: string): number =>
		Math.min(
			count,
			Number(lines.find((line) => line.startsWith(`Selected ${suffix}: `))?.split(": ")[1] ?? count),
		);
	selected.add(pick("Variant"));
	for (const which of ["", " Two", " Three", " Four", " Five"]) {
		if (lines.includes(`Has Alt Variant${which}: true`)) selected.add(pick(`Alt Variant${which}`));
	}
	return selected;
}

interface TaggedLine {
	line: string;
	range?: number;
	corruptedRange?: number;
	variants?: number[];
}

/** Splits `{variant:1,2}{range:0.5}{enchant}text (implicit)` into what matters and the text. */
function readTags(source: string): TaggedLine {
	const result: TaggedLine = { line: source };
	result.line = source
		.replace(/\{(\w*):?([^}]*)\}/g, (_, tag: string, value: string) => {
			if (tag === "variant") result.variants = (value.match(/\d+/g) ?? []).map(Number);
			else if (tag === "range" && value !== "" && Number.isFinite(Number(value)))
				result.range = Number(value);
			else if (tag === "corruptedRange") result.corruptedRange = Number(value);
			return "";
		})
		.replace(
			/ \((?:augmented|crafted|custom|desecrated|enchant|fractured|implicit|mutated|rune|unscalable)\)/g,
			"",
		)
		.replace(/ [-—] Unscalable Value$/, "")
		.trim();
	return result;
}

const NUMBER = String.raw`-?\d+(?:\.\d+)?`;
const ROLLED = new RegExp(String.raw`(${NUMBER})\(${NUMBER}(?:-${NUMBER})?\)`, "g");
const RANGE = new RegExp(String.raw`([+-]?)\((${NUMBER})-(${NUMBER})\)`, "g");
const NEGATIVE = /-(\d+(?:\.\d+)?%) (increased|reduced|more|less)\b/g;
const OPPOSITE: Record<string, string> = {
	increased: "reduced",
	reduced: "increased",
	more: "less",
	less: "more",
};

/**
 * Puts the rolled value in place of each range: `(60-80)% increased` at 0.5 is
 * `70% increased`. Values keep the decimals of the range's ends; halves round
 * away from zero, and a negative increase becomes a reduction, as in Path of Building.
 *
 * @param range the roll, 0 for the first end of the range and 1 for the second
 */
export function resolveRanges(line: string, range: number): string {
	return (
		line
			// The game's own advanced text shows the value with its range behind: 45(40-50).
			.replace(ROLLED, "$1")
			.replace(RANGE, (_, sign: string, first: string, second: string) => {
				const decimals = Math.max(decimalsOf(first), decimalsOf(second));
				const rolled = Number(first) + range * (Number(second) - Number(first));
				const value = roundHalfAway(sign === "-" ? -rolled : rolled, decimals);
				return `${sign === "+" && value > 0 ? "+" : ""}${value}`;
			})
			.replace(NEGATIVE, (_, amount: string, word: string) => `${amount} ${OPPOSITE[word]}`)
	);
}

function decimalsOf(number: string): number {
	return number.split(".")[1]?.length ?? 0;
}

function roundHalfAway(value: number, decimals: number): number {
	const power = 10 ** decimals;
	const rounded = (Math.sign(value) * Math.floor(Math.abs(value) * power + 0.5)) / power;
	// No -0 into a stat line.
	return rounded === 0 ? 0 : rounded;
}
