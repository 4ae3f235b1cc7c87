-- Phrases at the end of a clause that limit it to some skills, or multiply it by a quantity. "#" stands for a number; `every =
-- 1` means "the first number of the phrase".
local qualifiers = {}

local function scope(phrase, ...)
	qualifiers[phrase] = { scope = { ... } }
end

scope("for attacks", "Attack")
scope("for attack damage", "Attack")
scope("with attacks", "Attack")
scope("with attack skills", "Attack")
scope("of attacks", "Attack")
scope("for spells", "Spell")
scope("with spells", "Spell")
scope("for spell skills", "Spell")
scope("with spells that cost life", "Spell", "CostsLife")
scope("with hits", "Hit")
scope("with melee damage", "Melee")
scope("with projectiles", "Projectile")
scope("with critical hits", "CriticalHit")
scope("with empowered attacks", "Attack", "Empowered")
scope("with channelling skills", "Channelling")
scope("with elemental skills", "ElementalSkill")
scope("with fire skills", "FireSkill")
scope("with cold skills", "ColdSkill")
scope("with lightning skills", "LightningSkill")
scope("with plant skills", "Plant")
scope("with command skills", "Command")
scope("of command skills", "Command")
scope("for command skills", "Command")
scope("with bow skills", "Bow")
scope("with traps", "Trap")
scope("with warcries", "Warcry")
scope("of marks", "Mark")
scope("of curses", "Curse")
scope("for grenade skills", "Grenade")
scope("for banner skills", "Banner")
scope("of herald skills", "Herald")
scope("for skills used by totems", "Totem")
scope("of ancestrally boosted attacks", "Attack", "AncestrallyBoosted")
for phrase, tags in pairs({
	bows = { "Bow" },
	crossbows = { "Crossbow" },
	axes = { "Axe" },
	maces = { "Mace" },
	swords = { "Sword" },
	daggers = { "Dagger" },
	claws = { "Claw" },
	flails = { "Flail" },
	spears = { "Spear" },
	quarterstaves = { "Quarterstaff" },
	["one handed weapons"] = { "OneHanded" },
	["two handed weapons"] = { "TwoHanded" },
	["one handed melee weapons"] = { "Melee", "OneHanded" },
	["two handed melee weapons"] = { "Melee", "TwoHanded" },
}) do
	qualifiers["with " .. phrase] = { scope = tags }
end

-- Quantities: Str, Dex, Int, LowestAttribute, Life, Mana, Accuracy and BlockChance are the row's own stats; Level and Item...
-- are the build's; all others are counts set by the configuration (default 0).
local function per(phrase, quantity, every)
	qualifiers["per " .. phrase] = { per = quantity, every = every }
end

for phrase, quantity in pairs({
	strength = "Str",
	dexterity = "Dex",
	intelligence = "Int",
	["maximum life"] = "Life",
	["maximum mana"] = "Mana",
	["accuracy rating"] = "Accuracy",
	["of your lowest attribute"] = "LowestAttribute",
	["item armour on equipped boots"] = "ItemArmourOnBoots",
	["item armour on equipped gloves"] = "ItemArmourOnGloves",
	["item armour on equipped helmet"] = "ItemArmourOnHelmet",
	["item energy shield on equipped boots"] = "ItemEnergyShieldOnBoots",
	["item energy shield on equipped helmet"] = "ItemEnergyShieldOnHelmet",
	["item evasion on equipped body armour"] = "ItemEvasionOnBodyArmour",
	["item evasion on equipped armour items"] = "ItemEvasionOnArmourItems",
	["item energy shield on equipped armour items"] = "ItemEnergyShieldOnArmourItems",
	["item armour and evasion on equipped shield"] = "ItemArmourAndEvasionOnShield",
}) do
	per("# " .. phrase, quantity, "number")
	per(phrase, quantity)
end
per("#% chance to block", "BlockChance", "number")
per("level", "Level")
qualifiers["for every # evasion rating on equipped body armour"] = { per = "ItemEvasionOnBodyArmour", every = "number" }
qualifiers["for every # item energy shield on equipped body armour"] =
	{ per = "ItemEnergyShieldOnBodyArmour", every = "number" }
qualifiers["for each of your empty charm slots"] = { per = "EmptyCharmSlot" }
qualifiers["for each minion in your presence"] = { per = "MinionInPresence" }
qualifiers["for each different warcry you've used recently"] = { per = "DifferentWarcryUsedRecently" }
qualifiers["for each time you've warcried recently"] = { per = "WarcryUsedRecently" }
qualifiers["for each time you've been stunned recently"] = { per = "StunnedRecently" }
qualifiers["for each time you've been hit by an enemy recently"] = { per = "BeenHitRecently" }
qualifiers["for each hazard triggered recently"] = { per = "HazardTriggeredRecently" }
qualifiers["for each type of elemental ailment on enemy"] = { per = "EnemyElementalAilmentType" }
qualifiers["for each connected notable passive skill allocated"] = { per = "ConnectedNotable" }
per("summoned totem", "SummonedTotem")
per("summoned totem in your presence", "SummonedTotemInPresence")
per("enemy in close range", "EnemyInCloseRange")
per("curse on you", "CurseOnSelf")
per("volatility", "Volatility")
per("endurance charge consumed recently", "EnduranceChargeConsumedRecently")
per("spell echoed recently", "SpellEchoedRecently")
per("idol in your equipment", "IdolEquipped")
per("non-idol augment in your equipment", "NonIdolAugmentEquipped")
per("empty charm slot", "EmptyCharmSlot")
per("connected red support gem", "ConnectedRedSupport")
per("connected green support gem", "ConnectedGreenSupport")
per("connected blue support gem", "ConnectedBlueSupport")
per("# red support gems socketed", "RedSupportSocketed", "number")
per("# green support gems socketed", "GreenSupportSocketed", "number")
per("# blue support gems socketed", "BlueSupportSocketed", "number")

local limit = { limit = "number" }
qualifiers[", up to #%"] = limit
qualifiers[", up to a maximum of #%"] = limit
qualifiers[", up to a maximum of #"] = limit

return qualifiers
