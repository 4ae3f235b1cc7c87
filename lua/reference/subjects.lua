-- Phrases at the beginning of a line that say who has the stat, or for which skills it applies: "Minions deal", "Projectiles
-- have". A clause ("10% increased Damage") follows.
local subjects = {}

local function add(phrase, qualifier, verbs)
	for verb in (verbs or "have|has|deal|gain"):gmatch("[^|]+") do
		subjects[phrase .. " " .. verb] = qualifier
	end
end

-- Actors other than the character
add("minions", { actor = "Minion" })
add("companions", { actor = "Companion" })
add("totems", { actor = "Totem" })
add("allies in your presence", { actor = "Ally" })
add("offerings", { actor = "Offering" }, "have")
add("unique tamed beasts", { actor = "TamedBeast" }, "have")
add("enemies blinded by you", { actor = "Enemy", conditions = { "EnemyBlinded" } }, "have")
add("enemies you mark", { actor = "Enemy", conditions = { "EnemyMarked" } }, "have")
add("enemies you curse", { actor = "Enemy", conditions = { "EnemyCursed" } }, "have")
add("enemies you electrocute", { actor = "Enemy", conditions = { "EnemyElectrocuted" } }, "have")
add("enemies frozen by you", { actor = "Enemy", conditions = { "EnemyFrozen" } }, "have")
add("enemies ignited by you", { actor = "Enemy", conditions = { "EnemyIgnited" } }, "have")
add("enemies in your presence", { actor = "Enemy", conditions = { "EnemyInPresence" } }, "have")
add(
	"enemies affected by your hazards recently",
	{ actor = "Enemy", conditions = { "EnemyAffectedByHazardRecently" } },
	"have"
)
add("targets cursed by you", { actor = "Enemy", conditions = { "EnemyCursed" } }, "have")
subjects["minions"] = { actor = "Minion" }
subjects["totems"] = { actor = "Totem" }
subjects["allies in your presence"] = { actor = "Ally" }

-- Skills
add("attacks", { scope = { "Attack" } })
add("attack skills", { scope = { "Attack" } })
add("spells", { scope = { "Spell" } })
add("spell skills", { scope = { "Spell" } })
add("projectiles", { scope = { "Projectile" } })
add("bow attacks", { scope = { "Attack", "Bow" } })
add("attacks used by totems", { scope = { "Attack", "Totem" } })
add("attacks used by ballistas", { scope = { "Attack", "Ballista" } })
add("spells cast by totems", { scope = { "Cast", "Spell", "Totem" } })
add("skills used by totems", { scope = { "Totem" } })
add("attacks with one-handed weapons", { scope = { "Attack", "OneHanded" } })
add("triggered spells", { scope = { "Spell", "Triggered" } })
add("invocated spells", { scope = { "Invocated", "Spell" } })
add("invocation spells", { scope = { "Invocated", "Spell" } })
add("echoed spells", { scope = { "Echoed", "Spell" } })
add("empowered attacks", { scope = { "Attack", "Empowered" } })
add("ancestrally boosted attacks", { scope = { "AncestrallyBoosted", "Attack" } })
for phrase, tag in pairs({
	["aura skills"] = "Aura",
	["banner skills"] = "Banner",
	["channelling skills"] = "Channelling",
	["detonator skills"] = "Detonator",
	["grenade skills"] = "Grenade",
	["herald skills"] = "Herald",
	["mark skills"] = "Mark",
	["meta skills"] = "Meta",
	["offering skills"] = "Offering",
	["plant skills"] = "Plant",
	["sealed skills"] = "Sealed",
	["shapeshift skills"] = "Shapeshift",
	["slam skills"] = "Slam",
	["area skills"] = "Area",
	["warcry skills"] = "Warcry",
	["non-minion skills"] = "NonMinion",
	parry = "Parry",
	hazards = "Hazard",
	skills = "Any",
}) do
	-- "Skills have" adds nothing to the clause itself.
	add(phrase, tag == "Any" and {} or { scope = { tag } })
end

-- The character, through something else
subjects["body armour grants"] = { conditions = { "UsingBodyArmour" } }
subjects["archon buffs also grant"] = { conditions = { "AffectedByArchon" } }
subjects["every rage also grants"] = { per = "Rage" }
subjects["every rage also grants you"] = { per = "Rage" }
subjects["every # rage also grants"] = { per = "Rage", every = "number" }

return subjects
