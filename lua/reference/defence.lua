-- Defences, recovery and movement. Public sources: poe2wiki.net, "Armour", "Evasion", "Deflection",
-- "Block", "Resistance", "Energy shield", "Life regeneration".
local floor, max, min = math.floor, math.max, math.min

local defence = {}

local resistFloor, resistCap = -200, 90
local blockCap, evadeCap, deflectCap = 90, 95, 95

local function round1(value)
	return floor(value * 10 + 0.5) / 10
end

-- The share of a hit, in percent, that armour prevents.
function defence.armourReduction(armour, damage)
	return armour / (armour + 10 * damage) * 100
end

-- A monster's chance to hit, in percent, never below 5.
function defence.monsterHitChance(evasion, accuracy)
	local chance = (1 - 0.95 * evasion / (evasion + 4 * accuracy)) * 100
	return max(min(floor(chance + 0.5), 100), 5)
end

-- The chance falls as accuracy grows in relation to the deflection rating; below a rating of 1 it is 0.
function defence.deflectChance(rating, accuracy)
	if rating < 1 then
		return 0
	end
	local notDeflected = accuracy / (accuracy + rating * 0.12) * 150 - 50
	return max(min(100 - floor(notDeflected + 0.5), deflectCap), 0)
end

function defence.armourAndEvasion(sums, out)
	local armour = floor(sums.Armour_BASE * (1 + sums.Armour_INC / 100) * sums.Armour_MORE + 0.5)
	local evasion = floor(sums.Evasion_BASE * (1 + sums.Evasion_INC / 100) * sums.Evasion_MORE + 0.5)
	armour = armour + floor(evasion * sums.EvasionGainAsArmour_BASE / 100 + 0.5)
	local converted = sums.IronReflexes_FLAG > 0 and evasion or 0
	out.Armour = max(armour + converted, 0)
	out.Evasion = max(evasion - converted, 0)
end

function defence.avoidance(sums, out, enemy, gear)
	local evadeMax = sums.EvadeChanceMax_OVERRIDE >= 0 and sums.EvadeChanceMax_OVERRIDE or evadeCap
	local evade = max(min(100 - defence.monsterHitChance(out.Evasion, enemy.accuracy), evadeMax), 0)
	if sums.UnluckyEvade_FLAG > 0 then
		evade = evade * evade / 100
	end
	out.MeleeEvadeChance = evade
	out.ProjectileEvadeChance = evade

	local gained = out.Evasion * sums.EvasionGainAsDeflection_BASE / 100
		+ out.Armour * sums.ArmourGainAsDeflection_BASE / 100
	local rating = (sums.DeflectionRating_BASE + gained) * (1 + sums.DeflectionRating_INC / 100)
	out.DeflectionRating = max(rating * sums.DeflectionRating_MORE, 0)
	local deflect = defence.deflectChance(out.DeflectionRating, enemy.accuracy)
	if sums.LuckyDeflect_FLAG > 0 then
		local failed = 1 - deflect / 100
		deflect = (1 - failed * failed) * 100
	end
	out.DeflectChance = deflect

	local shield = sums.ShieldBlockChance_OVERRIDE >= 0 and sums.ShieldBlockChance_OVERRIDE or gear.blockChance
	local base = gear.hasShield and shield or 0
	local blockMax = min(50 + sums.BlockChanceMax_BASE, blockCap)
	blockMax = sums.BlockChanceMax_OVERRIDE >= 0 and sums.BlockChanceMax_OVERRIDE or blockMax
	local block = floor((base + sums.BlockChance_BASE) * (1 + sums.BlockChance_INC / 100))
	out.EffectiveBlockChance = max(min(block, blockMax), 0)
end

function defence.resistances(sums, out)
	local fireMax = min(75 + sums.FireResistMax_BASE, resistCap)
	local shared = sums.FireResistMaxAppliesToColdAndLightning_FLAG > 0 and sums.FireResistMax_BASE or 0
	local coldMax = min(75 + sums.ColdResistMax_BASE + shared, resistCap)
	local lightningMax = min(75 + sums.LightningResistMax_BASE + shared, resistCap)
	local chaosMax = min(75 + sums.ChaosResistMax_BASE, resistCap)
	local chaos = sums.ChaosResist_BASE * sums.ChaosResist_MORE
	out.FireResist = max(min(sums.FireResist_BASE, fireMax), resistFloor)
	out.ColdResist = max(min(sums.ColdResist_BASE, coldMax), resistFloor)
	out.LightningResist = max(min(sums.LightningResist_BASE, lightningMax), resistFloor)
	out.ChaosResist = max(min(chaos, chaosMax), resistFloor)
	if sums.ChaosImmune_FLAG > 0 then
		out.ChaosResist = 100
	end
	out.FireResistOverCap = max(sums.FireResist_BASE - fireMax, 0)
	out.ColdResistOverCap = max(sums.ColdResist_BASE - coldMax, 0)
	out.LightningResistOverCap = max(sums.LightningResist_BASE - lightningMax, 0)
	out.ChaosResistOverCap = max(chaos - chaosMax, 0)
end

function defence.recovery(sums, out)
	local life = sums.LifeRegen_BASE + out.Life * sums.LifeRegenPercent_BASE / 100
	local noRegen = sums.CannotRecoverLifeOutsideLeech_FLAG > 0
	out.LifeRegen = noRegen and 0 or round1(life * (1 + sums.LifeRegen_INC / 100) * sums.LifeRegen_MORE)
	local lifeRate = max((1 + sums.LifeRecoveryRate_INC / 100) * sums.LifeRecoveryRate_MORE, 0)
	out.LifeRegenRecovery = round1(out.LifeRegen * lifeRate)

	-- 4 % of maximum mana regenerates per second without any modifier.
	local inherent = sums.NoInherentManaRegen_FLAG > 0 and 0 or out.Mana * 0.04
	local mana = inherent + sums.ManaRegen_BASE + out.Life * sums.ManaRegenPercentOfLife_BASE / 100
	out.ManaRegen = round1(mana * (1 + sums.ManaRegen_INC / 100) * sums.ManaRegen_MORE)
	local manaRate = max((1 + sums.ManaRecoveryRate_INC / 100) * sums.ManaRecoveryRate_MORE, 0)
	out.ManaRegenRecovery = round1(out.ManaRegen * manaRate)

	-- Energy shield recharges 12.5 % of its maximum per second, starting 4 seconds after the last damage.
	local elsewhere = sums.NoEnergyShieldRecharge_FLAG + sums.EnergyShieldRechargeAppliesToLife_FLAG > 0
	local recharge = out.EnergyShield * 0.125 * (1 + sums.EnergyShieldRecharge_INC / 100)
	out.EnergyShieldRecharge = elsewhere and 0 or round1(recharge * sums.EnergyShieldRecharge_MORE)
	local faster = max(1 + sums.EnergyShieldRechargeFaster_INC / 100, 0.01)
	out.EnergyShieldRechargeDelay = max(sums.EnergyShieldRechargeDelay_BASE, 0) / faster
end

function defence.thresholds(sums, out)
	local percent = sums.StunThresholdEnergyShieldPercent_OVERRIDE
	local base = percent >= 0 and out.EnergyShield * percent / 100 or out.Life
	local stun = base + sums.StunThreshold_BASE + out.EnergyShield * sums.EnergyShieldGainAsStunThreshold_BASE / 100
	out.StunThreshold = floor(stun * (1 + sums.StunThreshold_INC / 100) * sums.StunThreshold_MORE + 0.5)
	-- The threshold of elemental ailments is half of maximum life, plus modifiers.
	local ailment = out.Life / 2
		+ sums.AilmentThreshold_BASE
		+ out.EnergyShield * sums.EnergyShieldGainAsAilmentThreshold_BASE / 100
		+ out.Evasion * sums.EvasionGainAsAilmentThreshold_BASE / 100
	out.AilmentThreshold = floor(ailment * (1 + sums.AilmentThreshold_INC / 100) * sums.AilmentThreshold_MORE + 0.5)
end

function defence.others(sums, out)
	local speed = (1 + sums.MovementSpeed_INC / 100) * sums.MovementSpeed_MORE
	out.EffectiveMovementSpeedMod = max(floor(speed * 1000 + 0.5) / 1000, 0)
	out.LightRadiusMod = max(1 + sums.LightRadius_INC / 100, 0)
	out.EnduranceChargesMax = max(sums.EnduranceChargesMax_BASE, 0)
	out.FrenzyChargesMax = max(sums.FrenzyChargesMax_BASE, 0)
	out.PowerChargesMax = max(sums.PowerChargesMax_BASE, 0)
	out.MaximumRage = max(floor(sums.MaximumRage_BASE * sums.MaximumRage_MORE), 0)
end

return defence
