import type { ItemProperty } from "./types.js";
import { type BuildWarning, warning } from "./warnings.js";

/** What an item's text in a build's XML says, without using any game data. */
export interface ItemText {
	name: string;
	/** The base's name; for magic and normal items it is part of `name` and cannot be separated. */
	base: string;
	/** `NORMAL`, `MAGIC`, `RARE`, `UNIQUE` or `RELIC`. */
	rarity: string;
	/** The stat lines in effect: those of the selected variant, with ranges resolved and tags removed. */
	lines: string[];
	/**
	 * The numbers in the item's header by label: `Armour`, `Evasion`, `Energy Shield`, `Ward` (these four already include
	 * the item's local modifiers and quality), `Quality`, `Spirit`, `Charm Slots`, `Item Level`, `LevelReq`; `Sockets` is
	 * the number of rune sockets. A range is `[min, max]`.
	 */
	properties: Record<string, ItemProperty>;
	/** What the text contains that this reader leaves out. */
	warnings: BuildWarning[];
}

/** The roll of a line that has a range but no roll: Path of Building's own default. */
const DEFAULT_RANGE = 0.5;

/** Header labels whose values are useful as numbers; other labels are not kept. */
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

/** Header labels that are not stat lines, for texts that do not say how long their header is. */
const OTHER_LABELS =
	/^(?:Catalyst|CatalystQuality|Class|Corrupted|Crafted|Has Alt Variant(?: \w+)?|Implicits|Item Class|League|Level|Note|Prefix|Radius|Rarity|Requires(?: \w+)?|Rune|Selected (?:Alt )?Variant(?: \w+)?|Sockets|Source|Suffix|Talisman Tier|Unique ID|Unreleased|Upgrade|Variant)$/;

/** Lines of a single keyword that describe the item. */
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
 * Parses an item's text in the form in which Path of Building writes it into a build.
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
	// The single line of a magic or normal item has the base between the affix names.
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
			// An item whose variants have different bases lists the bases here.
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

/** Processes one header line; returns false if it is not one, but a stat line that contains a colon. */
function readLabel(item: ItemText, label: string, value: string): boolean {
	if (NUMERIC_LABELS.has(label)) {
		const [, least, most] = /^\+?(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?/.exec(value) ?? [];
		// The game's label, where Path of Building's is shorter.
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

/** The numbers of the selected variants: the main one, and up to five alternatives. */
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

/** Splits `{variant:1,2}{range:0.5}{enchant}text (implicit)` into the relevant tags and the text. */
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
 * Replaces each range by the rolled value: `(60-80)% increased` at 0.5 is `70% increased`. Values keep the number of
 * decimals of the range's bounds; halves round away from zero, and a negative increase becomes a reduction, as in Path
 * of Building.
 *
 * @param range the roll: 0 for the first bound of the range, 1 for the second
 */
export function resolveRanges(line: string, range: number): string {
	return (
		line
			// The game's advanced item text shows the value followed by its range: 45(40-50).
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
	// Avoids -0 in a stat line.
	return rounded === 0 ? 0 : rounded;
}
