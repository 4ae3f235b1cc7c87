import { miniPobWith } from "./pob.js";

/** Stat lines that depend on conditions, counters, other stats and rounding; some occur several times. */
export const GROWN_LINES = [
	"20% increased Damage while on LowLife",
	"12% increased Damage while on LowMana",
	"+3 to Armour per 5 Str",
	"8% more Damage",
	"6% increased Damage for each allocated Notable",
	"+2.3 to Life",
	"+10 to Life",
	"+10 to Life",
	"7% increased Life",
	"+4 to FireResist",
	"+2 to ManaCost",
	"9% increased Nothing",
	"9% increased Nothing",
	"20% increased Mana",
	"+1 to Charm Limit",
	"+1 to Dex per 20 FireMaximumHitTaken",
	"5% increased Damage",
	"+2.7 to Life",
] as const;

/** The id of the node with line `i`. Ids are as far apart as real ones. */
export const grownId = (i: number) => 1000 + 977 * i;

/**
 * The stand-in with a larger tree: chains of three nodes from the class's start, each with one of the lines; every
 * fourth is a notable.
 *
 * @param files other changes, as for {@link miniPobWith}
 */
export function grownMiniPob(files: Parameters<typeof miniPobWith>[0] = {}): string {
	return miniPobWith({
		"src/TreeData/0_1/tree.json": (text) => {
			const tree = JSON.parse(text);
			// Nodes whose calculation fails or never ends would otherwise be in random rows.
			for (const id of [22, 23]) tree.nodes[id].stats = ["+1 to Armour"];
			for (const [i, line] of GROWN_LINES.entries()) {
				const id = grownId(i);
				tree.groups.push({ x: 2000 + 100 * i, y: 2000, orbits: [0], nodes: [id] });
				tree.nodes[id] = {
					skill: id,
					name: `Grown ${i}`,
					stats: [line],
					connections: [{ id: i % 3 === 0 ? 1 : grownId(i - 1), orbit: 0 }],
					group: tree.groups.length,
					orbit: 0,
					orbitIndex: 0,
					...(i % 4 === 3 && { isNotable: true }),
				};
			}
			return JSON.stringify(tree);
		},
		...files,
	});
}
