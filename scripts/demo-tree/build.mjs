/**
 * The demo's build: a Falconer who walks to the nearest nodes of a few themes,
 * as a player would who wants attacks, critical hits, life and evasion.
 */

const CLASS = "Falconer";
const ASCENDANCY = "Skywatcher";
const LEVEL = 80;
/** Points at that level, including quests, and an ascended character's. */
const POINTS = 95;
const ASCENDANCY_POINTS = 8;
const WANTED = /Attack Speed|Attack Damage|Critical|Projectile Damage|maximum Life|Evasion Rating|with Bows/;

const ITEMS = [
	{
		slot: "Weapon 1",
		name: "Gale Arc",
		base: "Horn Bow",
		rarity: "RARE",
		type: "Bow",
		lines: ["12% increased Attack Speed", "+1.4% to Critical Hit Chance", "+25 to Dexterity"],
		properties: {
			"Physical Damage": [48, 91],
			"Attacks per Second": 1.35,
			"Critical Hit Chance": 6.4,
			Quality: 20,
		},
	},
	{
		slot: "Body Armour",
		name: "Moss Coat",
		base: "Quilted Coat",
		rarity: "RARE",
		lines: ["+92 to maximum Life", "+31% to Fire Resistance", "+28% to Cold Resistance"],
		properties: { Evasion: 612, Quality: 20 },
	},
	{
		slot: "Helmet",
		name: "Storm Brow",
		base: "Leather Hood",
		rarity: "RARE",
		lines: ["+64 to maximum Life", "+33% to Lightning Resistance", "+40 to maximum Mana"],
		properties: { Evasion: 241 },
	},
	{
		slot: "Gloves",
		name: "Rain Grip",
		base: "Suede Bracers",
		rarity: "RARE",
		lines: ["9% increased Attack Speed", "+48 to maximum Life", "Adds 3 to 7 Cold Damage to Attacks"],
		properties: { Evasion: 138 },
	},
	{
		slot: "Boots",
		name: "Long Road",
		base: "Laced Boots",
		rarity: "RARE",
		lines: ["30% increased Movement Speed", "+55 to maximum Life", "+24% to Chaos Resistance"],
		properties: { Evasion: 152 },
	},
	{
		slot: "Amulet",
		name: "Pale Bead",
		base: "Glass Amulet",
		rarity: "RARE",
		lines: ["+15 to all Attributes", "22% increased Critical Hit Chance", "+30 to Spirit"],
	},
	{
		slot: "Ring 1",
		name: "Third Knot",
		base: "Tin Ring",
		rarity: "MAGIC",
		lines: ["Adds 1 to 23 Lightning Damage to Attacks", "+18% to Fire Resistance"],
	},
	{
		slot: "Belt",
		name: "Rope End",
		base: "Plain Belt",
		rarity: "RARE",
		lines: ["+71 to maximum Life", "+22% to Cold Resistance"],
	},
];

export function makeDemoBuild(tree) {
	const nodes = new Map(Object.values(tree.nodes).map((node) => [node.skill, node]));
	const start = [...nodes.values()].find((node) => node.classesStart?.includes(CLASS)).skill;
	const ascended = [...nodes.values()].find(
		(node) => node.isAscendancyStart && node.ascendancyName === ASCENDANCY,
	).skill;
	const allocated = new Set([start, ascended]);
	grow(nodes, allocated, start, POINTS);
	grow(nodes, allocated, ascended, ASCENDANCY_POINTS);
	const list = [...allocated].sort((a, b) => a - b);
	const attributes = list.filter((id) => nodes.get(id).isAttribute);
	return {
		class: CLASS,
		ascendancy: ASCENDANCY,
		level: LEVEL,
		treeVersion: tree.version,
		nodes: list,
		// Mostly what bows need, sometimes what gems require.
		attributes: Object.fromEntries(
			attributes.map((id, i) => [id, i % 5 === 3 ? "Int" : i % 5 === 4 ? "Str" : "Dex"]),
		),
		items: ITEMS,
		lines: [],
		config: {},
		skill: { name: "Arrow Volley", level: 18, quality: 20, supports: [], damageMultiplier: 180 },
	};
}

/** Spends the points on the nearest wanted notable, repeatedly, and the rest on neighbouring nodes. */
function grow(nodes, allocated, root, points) {
	const neighbours = new Map([...nodes.keys()].map((id) => [id, []]));
	const ascendancy = nodes.get(root).ascendancyName;
	const canWalk = (node) =>
		node.ascendancyName === ascendancy &&
		!node.isOnlyImage &&
		!node.classesStart &&
		!node.isAscendancyStart &&
		!node.unlockConstraint;
	for (const node of nodes.values()) {
		for (const { id } of node.connections ?? []) {
			neighbours.get(node.skill).push(id);
			neighbours.get(id).push(node.skill);
		}
	}
	const isWanted = (id) => {
		const node = nodes.get(id);
		return (
			node.isNotable &&
			!node.isMultipleChoice &&
			(ascendancy !== undefined || (node.stats ?? []).some((line) => WANTED.test(line)))
		);
	};
	let left = points;
	while (left > 0) {
		const path = nearest(neighbours, allocated, root, (id) => canWalk(nodes.get(id)), isWanted, nodes);
		const steps =
			path ??
			nearest(
				neighbours,
				allocated,
				root,
				(id) => canWalk(nodes.get(id)),
				() => true,
				nodes,
			);
		if (steps === undefined) return;
		for (const id of steps.slice(0, left)) allocated.add(id);
		left -= Math.min(left, steps.length);
	}
}

/** The shortest path from the allocated nodes to a wanted node, starting with its first new node. */
function nearest(neighbours, allocated, root, canWalk, isWanted, nodes) {
	const ascendancy = nodes.get(root).ascendancyName;
	const queue = [...allocated]
		.filter((id) => nodes.get(id).ascendancyName === ascendancy)
		.map((id) => ({ id, path: [] }));
	const seen = new Set(allocated);
	for (const { id, path } of queue) {
		if (path.length > 0 && isWanted(id)) return path;
		for (const other of neighbours.get(id)) {
			if (seen.has(other) || !canWalk(other)) continue;
			seen.add(other);
			queue.push({ id: other, path: [...path, other] });
		}
	}
	return undefined;
}
