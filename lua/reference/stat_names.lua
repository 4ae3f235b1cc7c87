-- Phrases that name a stat after "increased", "reduced", "more", "less" or "+N to": the phrase (lower case) -> the stats that
-- it names. The names are Path of Building's; where it has none, the phrase itself in camel case.
local names = {}

local function name(phrase, ...)
	local list = {}
	for _, stat in ipairs({ ... }) do
		list[#list + 1] = type(stat) == "table" and stat or { name = stat }
	end
	names[phrase] = list
end

-- Attributes and pools
name("strength", "Str")
name("dexterity", "Dex")
name("intelligence", "Int")
name("attributes", "Str", "Dex", "Int")
name("all attributes", "Str", "Dex", "Int")
name("maximum life", "Life")
name("maximum mana", "Mana")
name("maximum energy shield", "EnergyShield")
name("maximum life, mana and energy shield", "Life", "Mana", "EnergyShield")
name("spirit", "Spirit")
name("maximum spirit", "Spirit")
name("maximum rage", "MaximumRage")
name("maximum darkness", "MaximumDarkness")
name("maximum endurance charges", "EnduranceChargesMax")
name("maximum frenzy charges", "FrenzyChargesMax")
name("maximum power charges", "PowerChargesMax")

-- Defences
name("armour", "Armour")
name("evasion rating", "Evasion")
name("evasion", "Evasion")
name("energy shield", "EnergyShield")
name("global armour", "Armour")
name("global evasion rating", "Evasion")
name("armour and evasion", "Armour", "Evasion")
name("armour and evasion rating", "Armour", "Evasion")
name("armour and energy shield", "Armour", "EnergyShield")
name("evasion and energy shield", "Evasion", "EnergyShield")
name("armour, evasion and energy shield", "Armour", "Evasion", "EnergyShield")
name("global armour, evasion and energy shield", "Armour", "Evasion", "EnergyShield")
name("deflection rating", "DeflectionRating")
name("block chance", "BlockChance")
name("chance to block", "BlockChance")
name("maximum block chance", "BlockChanceMax")
name("stun threshold", "StunThreshold")
name("ailment threshold", "AilmentThreshold")
name("elemental ailment threshold", "AilmentThreshold")
name("ailment and stun threshold", "AilmentThreshold", "StunThreshold")
name("freeze threshold", "FreezeThreshold")
for _, element in ipairs({ "Fire", "Cold", "Lightning", "Chaos" }) do
	local word = element:lower()
	name(word .. " resistance", element .. "Resist")
	name("maximum " .. word .. " resistance", element .. "ResistMax")
	name("maximum " .. word .. " resistances", element .. "ResistMax")
end
name("fire and cold resistances", "FireResist", "ColdResist")
name("fire and lightning resistances", "FireResist", "LightningResist")
name("cold and lightning resistances", "ColdResist", "LightningResist")
name("fire and chaos resistances", "FireResist", "ChaosResist")
name("cold and chaos resistances", "ColdResist", "ChaosResist")
name("lightning and chaos resistances", "LightningResist", "ChaosResist")
name("all elemental resistances", "FireResist", "ColdResist", "LightningResist")
name("all maximum elemental resistances", "FireResistMax", "ColdResistMax", "LightningResistMax")
name("damage taken", "DamageTaken")
name("elemental damage taken", "ElementalDamageTaken")
name("physical damage taken", "PhysicalDamageTaken")
-- Item bonuses: the character gets them in proportion to the item's own property.
for phrase, slot in pairs({
	["body armour"] = "BodyArmour",
	helmet = "Helmet",
	shield = "Shield",
	focus = "Focus",
}) do
	name("armour from equipped " .. phrase, "ArmourFrom" .. slot)
	name("evasion rating from equipped " .. phrase, "EvasionFrom" .. slot)
	name("energy shield from equipped " .. phrase, "EnergyShieldFrom" .. slot)
	name(
		"armour, evasion and energy shield from equipped " .. phrase,
		"ArmourFrom" .. slot,
		"EvasionFrom" .. slot,
		"EnergyShieldFrom" .. slot
	)
end

-- Recovery
name("life regeneration rate", "LifeRegen")
name("mana regeneration rate", "ManaRegen")
name("life and mana regeneration rate", "LifeRegen", "ManaRegen")
name("life recovery rate", "LifeRecoveryRate")
name("mana recovery rate", "ManaRecoveryRate")
name("energy shield recharge rate", "EnergyShieldRecharge")
name("amount of life leeched", "LifeLeech")
name("amount of mana leeched", "ManaLeech")
name("life recovery from flasks", "FlaskLifeRecovery")
name("mana recovery from flasks", "FlaskManaRecovery")
name("life and mana recovery from flasks", "FlaskLifeRecovery", "FlaskManaRecovery")
name("recovery from flasks", "FlaskLifeRecovery", "FlaskManaRecovery")
name("flask life recovery rate", "FlaskLifeRecoveryRate")
name("flask mana recovery rate", "FlaskManaRecoveryRate")

-- Movement and perception
name("movement speed", "MovementSpeed")
name("light radius", "LightRadius")
name("presence area of effect", "PresenceArea")
name("movement speed penalty from using skills while moving", "MovementSpeedPenalty")
name("movement speed penalty while actively blocking", "MovementSpeedPenaltyWhileBlocking")

-- Offence that is not covered by the composed names of damage_names.lua
name("attack and cast speed", { name = "Speed", scope = { "Attack" } }, { name = "Speed", scope = { "Cast" } })
name("skill speed", "Speed")
name("cast speed", { name = "Speed", scope = { "Cast" } })
name("accuracy", "Accuracy")
name("critical spell damage bonus", { name = "CritMultiplier", scope = { "Spell" } })
name("thorns damage", { name = "Damage", scope = { "Thorns" } })
name("parry range", { name = "Range", scope = { "Parry" } })
name("parry hit area of effect", { name = "AreaOfEffect", scope = { "Parry" } })
name("flammability magnitude", "FlammabilityMagnitude")
name("chance to shock", "EnemyShockChance")
name("shock chance", "EnemyShockChance")
name("chance to inflict ailments", "AilmentChance")
name("magnitude of shock you inflict", "EnemyShockMagnitude")
name("magnitude of chill you inflict", "EnemyChillMagnitude")
name("magnitude of bleeding you inflict", "BleedMagnitude")
name("magnitude of poison you inflict", "PoisonMagnitude")
name("ignite magnitude", "IgniteMagnitude")
name("magnitude of ignite", "IgniteMagnitude")
name("magnitude of ailments you inflict", "AilmentMagnitude")
name("bleeding duration", "EnemyBleedDuration")
name("poison duration", "EnemyPoisonDuration")
name("shock duration", "EnemyShockDuration")
name("minion damage", { name = "Damage", actor = "Minion" })
name("minion duration", { name = "Duration", scope = { "Minion" } })
name("totem life", { name = "Life", actor = "Totem" })
name("totem duration", { name = "Duration", scope = { "Totem" } })
name("skill effect duration", "Duration")
name("area of effect of curses", { name = "AreaOfEffect", scope = { "Curse" } })
name("reservation efficiency of skills", "ReservationEfficiency")
name("reservation efficiency", "ReservationEfficiency")
name("duration", "Duration")
name("damage over time", "DamageOverTime")
name("chaos damage over time", "ChaosDamageOverTime")
name("maximum lightning damage", "LightningDamageMax")
name("freeze duration", "EnemyFreezeDuration")
name(
	"endurance, frenzy and power charge duration",
	"EnduranceChargesDuration",
	"FrenzyChargesDuration",
	"PowerChargesDuration"
)
name("endurance charge duration", "EnduranceChargesDuration")
name("frenzy charge duration", "FrenzyChargesDuration")
name("power charge duration", "PowerChargesDuration")
name("flask and charm charges gained", "FlaskChargesGained", "CharmChargesGained")
name("knockback distance", "EnemyKnockbackDistance")
name("chill and freeze duration on enemies", "EnemyChillDuration", "EnemyFreezeDuration")
name("freeze duration on enemies", "EnemyFreezeDuration")
name("chill duration on enemies", "EnemyChillDuration")
name("ignite duration on enemies", "EnemyIgniteDuration")
name("duration of ignite, shock and chill on enemies", "EnemyIgniteDuration", "EnemyShockDuration", "EnemyChillDuration")
name("knockback distance for blocked hits", "KnockbackDistanceForBlockedHits")

-- Stats that have a name but are never used by the calculator's formulas.
local function camel(phrase)
	local words = phrase:gsub("(%a)([%w']*)", function(first, rest)
		return first:upper() .. rest
	end)
	return (words:gsub("[^%w]", ""))
end

for phrase in ([[
freeze buildup|stun buildup|electrocute buildup|pin buildup|pin duration|immobilisation buildup|poise buildup
slowing potency of debuffs on you|effect of curses on you|effect of chill on you|effect of shock on you
effect of withered on you|magnitude of ignite on you|magnitude of bleeding on you|magnitude of poison on you
effect of non-damaging ailments on you|duration of ailments on you|duration of bleeding on you
poison duration on you|ignite duration on you|freeze duration on you|shock duration on you
armour break taken|armour break duration|cooldown recovery rate|mana cost efficiency|cost efficiency
life cost of skills|mana cost of skills|life cost efficiency|projectile speed|bolt speed|arrow speed|warcry speed|warcry cooldown recovery rate
archon buff duration|effect of archon buffs on you|curse magnitudes|curse duration|parried debuff duration
parried debuff magnitude|flask effect duration|charm effect duration|flask charges gained|flask charges used
life flask charges gained|mana flask charges gained|charm charges gained|charm charges used
flask charges used from mana flasks|elemental infusion duration|duration of damaging ailments on enemies
duration of elemental ailments on enemies|magnitude of damaging ailments you inflict
magnitude of non-damaging ailments you inflict|elemental ailment application|shock magnitude|chill magnitude
stun recovery|block recovery|totem placement speed|totem placement range|trap throwing speed
blind effect|blind duration|culling strike threshold|effect of your mark skills|exposure effect|glory generation
withered magnitude|hinder duration|daze duration|magnitude of daze|jagged ground duration
magnitude of jagged ground you create|ice crystal life|crossbow reload speed|grenade detonation time|hazard duration
effect of arcane surge on you|effect of fully broken armour|speed of recoup effects|volatility explosion delay
total power counted by warcries|effect of incision|effect of puppet master|duration of each puppet master stack
surrounded area of effect|reservation efficiency of minion skills|reservation efficiency of companion skills
reservation efficiency of herald skills|reservation efficiency of non-companion skills
bonuses gained from equipped quiver|bonuses gained from equipped rings and amulets|bonuses gained from equipped focus
effect of small passive skills|effect of bonuses gained from socketed jewel|penalty to accuracy rating at range
magnitude of impales inflicted with spells|poisons duration|stun threshold during parry|rarity of items found
quantity of items found|attribute requirements|quality of all skills|maximum number of summoned totems
maximum number of placed banners|maximum number of elemental infusions|maximum cold infusions|maximum fire infusions
maximum lightning infusions|limit for elemental skills|maximum stacks of puppet master
level of all skills|level of all elemental skills|level of all chaos skills|level of all cold skills|level of all fire skills|level of all lightning skills
level of all physical skills|level of all spell skills|level of all projectile skills|level of all melee skills
level of all attack skills|level of all minion skills|level of all skills with a strength requirement
level of all skills with a dexterity requirement|level of all skills with an intelligence requirement
level of all fire spell skills|level of all cold spell skills|level of all lightning spell skills
level of all chaos spell skills|level of all physical spell skills|amount of damage prevented by deflection
duration of ailments on beasts|magnitude of unholy might buffs you grant|critical weakness magnitude]]):gmatch("[^|\n]+") do
	names[phrase] = names[phrase] or { { name = camel(phrase) } }
end
name("amount of damage prevented by deflection", "DeflectEffect")

return names
