// Random variants of a build, of every kind, made from the contents of real builds.
import { seededRandom } from "../../lib/workload.mjs";

const customLines = [
	"30% increased Damage",
	"+40 to maximum Life",
	"10% more Attack Speed",
	"+25% to Fire Resistance",
	"20% increased Skill Effect Duration",
	"Damage Penetrates 15% Elemental Resistances",
	"+2 to Level of all Skills",
	"50% increased Armour",
	"15% of Damage taken from Mana before Life",
	"+100 to Strength",
	"Gain 10% of Damage as extra Fire Damage",
	"You are Blind",
	"25% chance to Avoid Elemental Ailments",
	"Regenerate 2% of Life per second",
];

/** Texts of items by slot, and of jewels, from all builds. */
export function wardrobe(builds) {
	const bySlot = new Map();
	const jewels = [];
	for (const { text } of builds) {
		const items = new Map(
			Array.from(text.matchAll(/<Item\b[^>]*\bid="(\d+)"[^>]*>([\s\S]*?)<\/Item>/g), ([, id, body]) => [
				id,
				decoded(body.replace(/<[^>]*>/g, "")).trim(),
			]),
		);
		for (const [tag] of text.matchAll(/<Slot\b[^>]*>/g)) {
			const slot = /\bname="([^"]*)"/.exec(tag)?.[1];
			const item = items.get(/\bitemId="(\d+)"/.exec(tag)?.[1]);
			if (slot && item && !/^Jewel/.test(slot)) bySlot.set(slot, [...(bySlot.get(slot) ?? []), item]);
		}
		for (const [tag] of text.matchAll(/<Socket\b[^>]*>/g)) {
			const item = items.get(/\bitemId="(\d+)"/.exec(tag)?.[1]);
			if (item) jewels.push(item);
		}
	}
	return { bySlot, jewels };
}

function decoded(text) {
	return text
		.replace(/&lt;/g, "<")
		.replace(/&gt;/g, ">")
		.replace(/&quot;/g, '"')
		.replace(/&apos;/g, "'")
		.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
		.replace(/&amp;/g, "&");
}

/** Skill groups of a build: names of their gems, as in its XML. */
function groupsOf(text) {
	const set = /<SkillSet\b[\s\S]*?<\/SkillSet>/.exec(text)?.[0] ?? text;
	return Array.from(set.matchAll(/<Skill\b[^>]*?(?:\/>|>([\s\S]*?)<\/Skill>)/g), ([, body = ""]) =>
		Array.from(body.matchAll(/<Gem\b[^>]*>/g), ([gem]) => /nameSpec="([^"]*)"/.exec(gem)?.[1] ?? "").map(
			decoded,
		),
	);
}

/**
 * `count` variants of a build, of each kind in turn; some may be refused.
 *
 * @param options of the build's configuration
 */
export function variantChanges(build, text, { bySlot, jewels }, gemNames, options, count, seed = 1) {
	const random = seededRandom(seed);
	const pick = (list) => list[Math.floor(random() * list.length)];
	const whole = (low, high) => low + Math.floor(random() * (high - low + 1));
	const groups = groupsOf(text)
		.map((gems, i) => ({ group: i + 1, gems }))
		.filter(({ gems }) => gems.length > 0);
	const sockets = build.info.jewels?.map?.(({ node }) => node) ?? [];
	const notables = [...build.tree.nodes].filter(({ type, ascendancy }) => type === "notable" && !ascendancy);
	const shown = options.filter((option) => option.shown);
	const optionValue = ({ type, values, value }) => {
		if (type === "boolean") return !value;
		if (type === "list") return pick(values).value;
		if (type === "number") return whole(1, 50);
		return pick(customLines);
	};
	const configOf = (list) => {
		const option = pick(list.filter(({ type }) => type !== "text"));
		return { config: { [option.name]: optionValue(option) } };
	};
	const kinds = {
		item: () => {
			const slot = pick([...bySlot.keys()]);
			return { items: { [slot]: pick(bySlot.get(slot)) } };
		},
		nothing: () => ({ items: { [pick([...bySlot.keys()])]: null } }),
		level: () => ({ level: whole(1, 100) }),
		config: () => configOf(shown),
		hidden: () => configOf(options),
		modifiers: () => ({ customModifiers: [pick(customLines), pick(customLines)] }),
		mainSkill: () => ({ mainSkill: pick(groups).group }),
		gem: () => {
			const { group, gems } = pick(groups);
			return { gems: [{ group, gem: whole(1, gems.length), level: whole(1, 20), quality: whole(0, 20) }] };
		},
		off: () => {
			const { group, gems } = pick(groups);
			return { gems: [{ group, gem: whole(1, gems.length), enabled: false }] };
		},
		removed: () => {
			const { group, gems } = pick(groups);
			return { gems: [{ group, gem: whole(1, gems.length), remove: true }] };
		},
		added: () => ({ gems: [{ group: pick(groups).group, add: true, name: pick(gemNames.supports) }] }),
		changed: () => {
			const { group, gems } = pick(groups);
			return { gems: [{ group, gem: whole(1, gems.length), name: pick(gemNames.all) }] };
		},
		supports: () => ({
			gems: [{ group: pick(groups).group, supports: [pick(gemNames.supports), pick(gemNames.supports)] }],
		}),
		fullDps: () => ({ gems: [{ group: pick(groups).group, includeInFullDps: random() < 0.7 }] }),
		groupOff: () => ({ gems: [{ group: pick(groups).group, enabled: false }] }),
		anoint: () => ({ anoints: { Amulet: pick(notables).id } }),
		jewel: () => ({ jewels: { [pick(sockets)]: random() < 0.2 ? null : pick(jewels) } }),
		charm: () => ({ items: { [pick(["Charm 1", "Charm 2", "Flask 1"])]: { active: random() < 0.5 } } }),
	};
	if (sockets.length === 0) delete kinds.jewel;
	if (groups.length === 0)
		for (const name of Object.keys(kinds))
			if (/gem|off|removed|added|changed|supports|fullDps|groupOff|mainSkill/.test(name)) delete kinds[name];
	const names = Object.keys(kinds);
	return Array.from({ length: count }, (_, i) => {
		const kind = names[i % (names.length + 3)];
		if (kind) return { kind, change: kinds[kind]() };
		// Two or three kinds at once.
		const change = Object.assign({}, ...Array.from({ length: whole(2, 3) }, () => kinds[pick(names)]()));
		return { kind: "several", change };
	});
}
