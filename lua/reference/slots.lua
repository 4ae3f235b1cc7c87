-- The accumulators of a row. Every modifier that the formulas use is a number added to a slot, whatever its kind:
--
--   BASE, INC        the sum of the values in thousandths. Stat values have at most three decimals, so the sums are whole
--                    numbers below 2^53: additions and subtractions are exact, in any order. Therefore a row may start from
--                    the build's own sums, a full set and a delta give the same bits, and rows cannot affect each other.
--   FLAG             how many modifiers set it
--   MORE, OVERRIDE,  a slot for each distinct (stat, value): how many modifiers have it. The product is computed from the
--   per a row stat   counts in a fixed order, so it does not depend on the order of the nodes.
--
-- `sums` is a struct of doubles, so that a formula reads sums.Life_INC at a constant offset.
local ffi = require("ffi")

local slots = {}

slots.scale = 1000
slots.damageTypes = { "Physical", "Fire", "Cold", "Lightning", "Chaos" }
slots.gainSources = { "Damage", "Elemental", "Physical", "Fire", "Cold", "Lightning", "Chaos" }

local function words(text)
	local list = {}
	for word in text:gmatch("%S+") do
		list[#list + 1] = word
	end
	return list
end

local base = words([[
	Str Dex Int Life Mana EnergyShield Spirit Armour Evasion Accuracy
	LifeRegen LifeRegenPercent ManaRegen ManaRegenPercentOfLife
	FireResist ColdResist LightningResist ChaosResist
	FireResistMax ColdResistMax LightningResistMax ChaosResistMax
	BlockChance BlockChanceMax BlockedDamageTaken
	DeflectionRating EvasionGainAsDeflection ArmourGainAsDeflection DeflectEffect
	EvasionGainAsArmour EvasionGainAsAilmentThreshold
	EnergyShieldGainAsStunThreshold EnergyShieldGainAsAilmentThreshold
	EnergyShieldConvertToMana LifeConvertToEnergyShield EnergyShieldRechargeDelay
	StunThreshold AilmentThreshold PhysicalDamageReduction
	ArmourAppliesToFire ArmourAppliesToCold ArmourAppliesToLightning ArmourAppliesToChaos
	DamageTakenFromManaBeforeLife MaximumRage EnduranceChargesMax FrenzyChargesMax PowerChargesMax
	CritChance CritMultiplier FirePenetration ColdPenetration LightningPenetration
	DamageGainAsRandom DamageConvertToFire
]])
-- "FireGainAsFire" and the like never occur. They keep the loop over sources and targets simple.
for _, damageType in ipairs(slots.damageTypes) do
	base[#base + 1] = damageType .. "Min"
	base[#base + 1] = damageType .. "Max"
	for _, source in ipairs(slots.gainSources) do
		base[#base + 1] = source .. "GainAs" .. damageType
	end
end

local inc = words([[
	Str Dex Int Life Mana EnergyShield Spirit Armour Evasion Accuracy
	LifeRegen ManaRegen LifeRecoveryRate ManaRecoveryRate EnergyShieldRecharge EnergyShieldRechargeFaster
	BlockChance DeflectionRating MovementSpeed LightRadius StunThreshold AilmentThreshold
	DamageTaken ElementalDamageTaken
	Damage ElementalDamage PhysicalDamage FireDamage ColdDamage LightningDamage ChaosDamage
	Speed CritChance CritMultiplier
]])

local flags = words([[
	IronReflexes ChaosImmune UnluckyEvade LuckyDeflect NoInherentManaRegen NoEnergyShieldRecharge
	HalfLifeFromStrength DoubleAttributeBonuses DealNoNonFire NeverCrit LuckyHits
	EnergyShieldRechargeAppliesToLife ArmourFromArmourAndEvasion FireResistMaxAppliesToColdAndLightning
	CannotRecoverLifeOutsideLeech
]])

-- Stats that can have MORE modifiers, and stats that can have an OVERRIDE.
slots.more = words([[
	Str Dex Int Life Mana EnergyShield Spirit Armour Evasion Accuracy LifeRegen ManaRegen
	LifeRecoveryRate ManaRecoveryRate EnergyShieldRecharge DeflectionRating MovementSpeed
	StunThreshold AilmentThreshold DamageTaken ElementalDamageTaken ChaosResist MaximumRage
	Damage ElementalDamage PhysicalDamage FireDamage ColdDamage LightningDamage ChaosDamage
	Speed CritChance CritMultiplier
]])
slots.override = words([[
	Life Mana Spirit BlockChanceMax EvadeChanceMax ShieldBlockChance PhysicalDamageReductionMax
	StunThresholdEnergyShieldPercent BaseCritChance
]])

slots.index = {}
slots.count = 0
local fields = {}

local function addField(name)
	fields[#fields + 1] = "double " .. name .. ";"
	slots.index[name] = slots.count
	slots.count = slots.count + 1
end

for _, name in ipairs(base) do
	addField(name .. "_BASE")
end
for _, name in ipairs(inc) do
	addField(name .. "_INC")
end
for _, name in ipairs(flags) do
	addField(name .. "_FLAG")
end
slots.additiveCount = slots.count
for _, name in ipairs(slots.more) do
	addField(name .. "_MORE")
end
for _, name in ipairs(slots.override) do
	addField(name .. "_OVERRIDE")
end

slots.sumsType = ffi.typeof("struct { " .. table.concat(fields, " ") .. " }")

return slots
