/**
 * The made-up names and the stat lines of the demo tree. The names are this
 * project's own; the stat lines use the grammar that all such trees share.
 */

/** Six starts around the centre, one every 60 degrees; two of them are shared by two classes. */
export const STARTS = [
	{ name: "QUARRY", lean: [1, 0, 0], classes: ["Mason", "Drover"] },
	{ name: "SMITHY", lean: [0.5, 0.5, 0], classes: ["Ferrier"] },
	{ name: "MEWS", lean: [0, 1, 0], classes: ["Falconer"] },
	{ name: "HARBOUR", lean: [0, 0.5, 0.5], classes: ["Cartographer"] },
	{ name: "WORKSHOP", lean: [0, 0, 1], classes: ["Chandler", "Glassblower"] },
	{ name: "ORCHARD", lean: [0.5, 0, 0.5], classes: ["Gardener"] },
];

export const CLASSES = [
	{ name: "Mason", base: [14, 7, 7], ascendancies: ["Bridgewright", "Hearthkeeper", "Stonesinger"] },
	{ name: "Drover", base: [14, 7, 7], ascendancies: ["Stampeder", "Packmaster"] },
	{ name: "Ferrier", base: [10, 10, 8], ascendancies: ["Anvilhand", "Spurmaker", "Roadwright"] },
	{ name: "Falconer", base: [7, 14, 7], ascendancies: ["Skywatcher", "Lurecaster", "Mewskeeper"] },
	{ name: "Cartographer", base: [8, 10, 10], ascendancies: ["Surveyor", "Tidecharter", "Starplotter"] },
	{ name: "Chandler", base: [7, 7, 14], ascendancies: ["Wickbinder", "Lampbearer"] },
	{ name: "Glassblower", base: [7, 7, 14], ascendancies: ["Prismwright", "Embermouth"] },
	{ name: "Gardener", base: [10, 8, 10], ascendancies: ["Rootkeeper", "Graftmaster"] },
];

const ADJECTIVES =
	"Amber Ashen Autumn Barefoot Borrowed Braided Brass Brimming Bronze Candlelit Chalk Clay Cobbled Copper Coral Crooked Dappled Distant Dusty Eastern Evening Faded Feathered Foggy Folded Forgotten Gilded Glassy Granite Hidden Hollow Humming Inked Ivory Lacquered Lanternlit Leaning Linen Loamy Mended Midwinter Mossy Nested Northern Oaken Painted Patient Pebbled Pewter Polished Quarried Quiet Rainy Rooted Rusted Salted Sanded Seaworn Second Seventh Silent Slanted Slate Spun Steady Sunlit Tallow Tarred Tempered Thorny Timbered Twilit Upturned Velvet Wandering Waxen Weathered Western Whittled Willow Windward Winter Woven Yearlong".split(
		" ",
	);
const NOUNS =
	"Acre Almanac Anchor Apron Arch Awl Barrel Basin Beacon Bellows Belfry Bobbin Bridge Brook Buckle Canal Cartwheel Causeway Chisel Cistern Cloister Compass Cooper Cradle Crane Dial Dovetail Dyke Eave Ferry Field Flue Forge Furrow Gable Garland Gate Granary Gutter Harness Hatch Hedge Hinge Hive Kiln Knot Ladder Lantern Lathe Ledger Lintel Loom Mallet Mantle Meadow Milestone Mill Mortar Oar Orchard Oven Palisade Paddock Pantry Parapet Pasture Pier Plough Plumbline Pulley Quay Quill Rafter Ramp Reed Ridgepole Rudder Saddle Scaffold Scythe Shingle Shuttle Sickle Signpost Spindle Stable Steeple Stile Tannery Thatch Threshold Thimble Tiller Trellis Trestle Trowel Viaduct Wagon Weathervane Weir Wharf Wheelhouse Winch Workbench Yoke".split(
		" ",
	);

/** An endless sequence of distinct names. */
export function nameMaker(random) {
	const all = random.shuffle(ADJECTIVES.flatMap((adjective) => NOUNS.map((noun) => `${adjective} ${noun}`)));
	return () => all.pop();
}

export const ATTRIBUTES = ["Strength", "Dexterity", "Intelligence"];

/**
 * What a cluster of nodes is about. `lean` is how well it fits Strength, Dexterity and Intelligence. In a line, `{4-8}`
 * stands for a whole number and `{0.2-0.6}` for one with a decimal place; small nodes take one line of `small`,
 * notables two or three of `notable`.
 */
export const THEMES = [
	{
		name: "Vigour",
		lean: [3, 1, 1],
		small: ["{4-6}% increased maximum Life", "+{8-14} to maximum Life"],
		notable: [
			"{8-12}% increased maximum Life",
			"+{20-40} to maximum Life",
			"Regenerate {0.4-0.9}% of maximum Life per second",
			"{15-25}% increased Life Regeneration rate",
		],
	},
	{
		name: "Recovery",
		lean: [2, 1, 1],
		small: ["{8-12}% increased Life Regeneration rate", "Regenerate {0.1-0.3}% of maximum Life per second"],
		notable: [
			"{20-30}% increased Life Recovery from Flasks",
			"Regenerate {0.5-1.0}% of maximum Life per second while stationary",
			"Leech {3-6}% of Physical Attack Damage as Life",
			"Recover {2-4}% of maximum Life on Kill",
		],
	},
	{
		name: "Clarity",
		lean: [0, 1, 3],
		small: ["{6-10}% increased maximum Mana", "{10-15}% increased Mana Regeneration Rate"],
		notable: [
			"+{25-50} to maximum Mana",
			"{20-30}% increased Mana Regeneration Rate",
			"{6-10}% reduced Mana Cost of Skills",
			"{15-25}% increased Mana Regeneration Rate while moving",
		],
	},
	{
		name: "Barrier",
		lean: [0, 1, 3],
		small: ["{8-14}% increased maximum Energy Shield", "+{8-14} to maximum Energy Shield"],
		notable: [
			"{20-30}% increased maximum Energy Shield",
			"{15-25}% faster start of Energy Shield Recharge",
			"{15-25}% increased Energy Shield Recharge Rate",
			"+{20-40} to maximum Energy Shield",
		],
	},
	{
		name: "Plating",
		lean: [3, 0, 1],
		small: ["{10-15}% increased Armour", "+{20-40} to Armour"],
		notable: [
			"{25-35}% increased Armour",
			"+{60-120} to Armour",
			"{15-25}% increased Armour while stationary",
			"+{8-15}% of Armour also applies to Elemental Damage",
		],
	},
	{
		name: "Footwork",
		lean: [0, 3, 1],
		small: ["{10-15}% increased Evasion Rating", "+{20-40} to Evasion Rating"],
		notable: [
			"{25-35}% increased Evasion Rating",
			"+{60-120} to Evasion Rating",
			"{15-25}% increased Evasion Rating if you have been Hit Recently",
			"Gain Deflection Rating equal to {6-12}% of Evasion Rating",
		],
	},
	{
		name: "Guard",
		lean: [2, 1, 0],
		small: ["{5-8}% increased Block chance"],
		notable: [
			"{12-18}% increased Block chance",
			"{20-30}% increased Armour from Equipped Shield",
			"+{1-2}% to maximum Block chance",
			"Gain {5-15} Life when you Block",
		],
	},
	{
		name: "Warding",
		lean: [1, 1, 1],
		small: ["+{3-5}% to Fire Resistance", "+{3-5}% to Cold Resistance", "+{3-5}% to Lightning Resistance"],
		notable: [
			"+{4-8}% to all Elemental Resistances",
			"+{5-9}% to Chaos Resistance",
			"+1% to all maximum Elemental Resistances",
			"{10-20}% reduced effect of Curses on you",
		],
	},
	{
		name: "Cinder",
		lean: [2, 0, 2],
		small: ["{8-12}% increased Fire Damage", "{8-12}% increased chance to Ignite"],
		notable: [
			"{20-30}% increased Fire Damage",
			"Damage Penetrates {6-12}% Fire Resistance",
			"{15-25}% increased Magnitude of Ignite you inflict",
			"Adds {2-4} to {6-9} Fire Damage to Attacks",
		],
	},
	{
		name: "Rime",
		lean: [0, 1, 2],
		small: ["{8-12}% increased Cold Damage", "{10-15}% increased Freeze Buildup"],
		notable: [
			"{20-30}% increased Cold Damage",
			"Damage Penetrates {6-12}% Cold Resistance",
			"{15-25}% increased Chill Duration on Enemies",
			"Adds {2-4} to {5-8} Cold Damage to Attacks",
		],
	},
	{
		name: "Tempest",
		lean: [0, 2, 2],
		small: ["{8-12}% increased Lightning Damage", "{10-15}% increased chance to Shock"],
		notable: [
			"{20-30}% increased Lightning Damage",
			"Damage Penetrates {6-12}% Lightning Resistance",
			"{15-25}% increased Magnitude of Shock you inflict",
			"Adds 1 to {10-16} Lightning Damage to Attacks",
		],
	},
	{
		name: "Decay",
		lean: [0, 1, 2],
		small: ["{7-11}% increased Chaos Damage"],
		notable: [
			"{18-26}% increased Chaos Damage",
			"{15-25}% increased Magnitude of Poison you inflict",
			"{10-20}% increased Poison Duration",
			"Gain {3-6}% of Damage as Extra Chaos Damage",
		],
	},
	{
		name: "Force",
		lean: [3, 1, 0],
		small: ["{8-12}% increased Physical Damage", "{8-12}% increased Attack Physical Damage"],
		notable: [
			"{20-30}% increased Physical Damage",
			"Adds {2-4} to {5-8} Physical Damage to Attacks",
			"{15-25}% increased Stun Buildup",
			"{15-25}% increased Magnitude of Bleeding you inflict",
		],
	},
	{
		name: "Elements",
		lean: [1, 1, 2],
		small: ["{7-11}% increased Elemental Damage"],
		notable: [
			"{16-24}% increased Elemental Damage",
			"Damage Penetrates {3-6}% Elemental Resistances",
			"Gain {3-6}% of Physical Damage as Extra Fire Damage",
			"{20-30}% increased Elemental Damage if you've dealt a Critical Hit Recently",
		],
	},
	{
		name: "Swift Arms",
		lean: [1, 3, 0],
		small: ["{2-4}% increased Attack Speed", "{6-10}% increased Attack Damage"],
		notable: [
			"{6-10}% increased Attack Speed",
			"{16-24}% increased Attack Damage",
			"{8-12}% increased Attack Speed while on Low Life",
			"{4-8}% increased Attack Speed if you've Killed Recently",
		],
	},
	{
		name: "Swift Words",
		lean: [0, 1, 3],
		small: ["{2-4}% increased Cast Speed", "{6-10}% increased Spell Damage"],
		notable: [
			"{6-10}% increased Cast Speed",
			"{18-26}% increased Spell Damage",
			"{20-30}% increased Spell Damage while on Full Energy Shield",
			"{6-10}% increased Area of Effect of Spells",
		],
	},
	{
		name: "Keen Eye",
		lean: [0, 3, 2],
		small: ["{7-11}% increased Critical Hit Chance", "{8-12}% increased Critical Damage Bonus"],
		notable: [
			"{20-30}% increased Critical Hit Chance",
			"{15-25}% increased Critical Damage Bonus",
			"{15-25}% increased Critical Hit Chance against Enemies that are on Full Life",
			"+{0.3-0.7}% to Unarmed Melee Attack Critical Hit Chance",
		],
	},
	{
		name: "True Aim",
		lean: [1, 3, 0],
		small: ["{8-12}% increased Accuracy Rating", "+{20-40} to Accuracy Rating"],
		notable: [
			"{20-30}% increased Accuracy Rating",
			"+{60-120} to Accuracy Rating",
			"{15-25}% increased Damage with Hits against Enemies that are on Low Life",
			"{10-20}% reduced Accuracy Penalty at range",
		],
	},
	{
		name: "Flight",
		lean: [0, 3, 1],
		small: ["{7-11}% increased Projectile Damage", "{6-10}% increased Projectile Speed"],
		notable: [
			"{18-26}% increased Projectile Damage",
			"{12-18}% increased Projectile Speed",
			"{15-25}% chance to Pierce an Enemy",
			"{12-20}% increased Damage with Bows",
		],
	},
	{
		name: "Close Quarters",
		lean: [3, 1, 0],
		small: ["{7-11}% increased Melee Damage", "{8-12}% increased Stun Buildup"],
		notable: [
			"{18-26}% increased Melee Damage",
			"{8-14}% increased Melee Strike Range",
			"{20-30}% increased Damage with Two Handed Weapons",
			"{20-30}% increased Melee Damage against Immobilised Enemies",
		],
	},
	{
		name: "Breadth",
		lean: [2, 0, 2],
		small: ["{4-6}% increased Area of Effect", "{7-11}% increased Area Damage"],
		notable: [
			"{8-12}% increased Area of Effect",
			"{18-26}% increased Area Damage",
			"{10-16}% increased Area of Effect of Attacks",
			"{10-20}% increased Area of Effect if you've Stunned an Enemy Recently",
		],
	},
	{
		name: "Company",
		lean: [1, 0, 3],
		small: ["Minions deal {8-12}% increased Damage", "Minions have {8-12}% increased maximum Life"],
		notable: [
			"Minions deal {20-30}% increased Damage",
			"Minions have {15-25}% increased maximum Life",
			"Minions have +{10-20}% to all Elemental Resistances",
			"Minions have {6-10}% increased Attack and Cast Speed",
		],
	},
	{
		name: "Herald",
		lean: [1, 1, 2],
		small: ["{8-12}% increased Magnitude of Non-Damaging Ailments you inflict", "+{2-4} to Spirit"],
		notable: [
			"+{8-16} to Spirit",
			"{10-18}% increased Reservation Efficiency of Herald Skills",
			"{12-20}% increased Skill Effect Duration",
			"{20-30}% increased Presence Area of Effect",
		],
	},
	{
		name: "Stride",
		lean: [0, 3, 0],
		small: ["{1-2}% increased Movement Speed", "{6-10}% increased Evasion Rating while moving"],
		notable: [
			"{3-5}% increased Movement Speed",
			"{5-8}% increased Movement Speed if you've Killed Recently",
			"{10-20}% reduced Slowing Potency of Debuffs on You",
			"{4-8}% reduced Movement Speed Penalty from using Skills while moving",
		],
	},
	{
		name: "Provision",
		lean: [1, 1, 1],
		small: ["{8-12}% increased Flask Charges gained", "{6-10}% increased Charm Charges gained"],
		notable: [
			"{15-25}% increased Flask Effect Duration",
			"{15-25}% increased Charm Effect Duration",
			"{15-25}% increased Life Recovery from Flasks",
			"{20-30}% increased Damage while you have an active Charm",
		],
	},
	{
		name: "Impetus",
		lean: [1, 1, 1],
		small: ["{6-10}% increased Damage", "{8-12}% increased Charge Duration"],
		notable: [
			"{14-20}% increased Damage",
			"{2-4}% increased Damage per Power Charge",
			"{20-30}% increased Damage with Hits against Rare and Unique Enemies",
			"+{1-1} to Maximum Frenzy Charges",
		],
	},
	{
		name: "Poise",
		lean: [2, 1, 1],
		small: ["{10-15}% increased Stun Threshold", "{8-12}% increased Elemental Ailment Threshold"],
		notable: [
			"{25-35}% increased Stun Threshold",
			"{25-35}% increased Elemental Ailment Threshold",
			"{15-25}% reduced Duration of Bleeding on You",
			"Gain additional Stun Threshold equal to {10-20}% of maximum Energy Shield",
		],
	},
];

/** A keystone has a large benefit and a large cost. */
export const KEYSTONE_LINES = [
	["{20-30}% more Damage", "{15-25}% less maximum Life"],
	["{30-40}% more Armour", "{20-30}% less Evasion Rating"],
	["{30-40}% more Evasion Rating", "{20-30}% less Armour"],
	["{25-35}% more maximum Energy Shield", "{25-35}% less maximum Mana"],
	["{15-20}% more Attack Speed", "{15-25}% less Attack Damage"],
	["{15-20}% more Cast Speed", "{15-25}% less Spell Damage"],
	["{20-30}% more maximum Life", "Maximum Energy Shield is 0"],
	["Your hits can't be Evaded", "Never deal Critical Hits"],
	["{40-60}% more Critical Damage Bonus", "{20-30}% less Critical Hit Chance"],
	["Minions deal {20-30}% more Damage", "You deal {40-60}% less Damage"],
	["+{10-20}% to all Elemental Resistances", "{10-15}% less maximum Life"],
];

/** Writes a line with numbers in place of its ranges. */
export function rollLine(random, line) {
	return line.replace(/\{([\d.]+)-([\d.]+)\}/g, (_, first, second) => {
		const power = first.includes(".") ? 10 : 1;
		return String(random.integer(Math.round(first * power), Math.round(second * power)) / power);
	});
}
