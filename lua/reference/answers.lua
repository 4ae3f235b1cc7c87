-- The stats that the calculator computes, in order, and the struct that a row writes them to. The names are Path of Building's.
local ffi = require("ffi")

local answers = {}

answers.names = {}
for name in ([[
	Str Dex Int LowestAttribute Life Mana EnergyShield Spirit
	LifeRegen LifeRegenRecovery ManaRegen ManaRegenRecovery EnergyShieldRecharge EnergyShieldRechargeDelay
	Armour Evasion MeleeEvadeChance ProjectileEvadeChance DeflectionRating DeflectChance
	EffectiveBlockChance PhysicalDamageReduction
	FireResist ColdResist LightningResist ChaosResist
	FireResistOverCap ColdResistOverCap LightningResistOverCap ChaosResistOverCap
	StunThreshold AilmentThreshold EffectiveMovementSpeedMod LightRadiusMod
	EnduranceChargesMax FrenzyChargesMax PowerChargesMax MaximumRage
	Accuracy HitChance PreEffectiveCritChance CritChance CritMultiplier Speed
	PhysicalHitAverage FireHitAverage ColdHitAverage LightningHitAverage ChaosHitAverage
	AverageHit AverageDamage TotalDPS
	PhysicalMaximumHitTaken FireMaximumHitTaken ColdMaximumHitTaken LightningMaximumHitTaken
	ChaosMaximumHitTaken SecondMinimalMaximumHitTaken TotalEHP
]]):gmatch("%S+") do
	answers.names[#answers.names + 1] = name
end

-- The position of each stat in the struct.
answers.index = {}
local fields = {}
for position, name in ipairs(answers.names) do
	answers.index[name] = position - 1
	fields[position] = "double " .. name .. ";"
end
answers.index.BlockChance = answers.index.EffectiveBlockChance

answers.type = ffi.typeof("struct { " .. table.concat(fields, " ") .. " }")

return answers
