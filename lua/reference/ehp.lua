-- The largest hit of each type that a character at full life survives, and effective HP. Public sources: poe2wiki.net,
-- "Armour", "Chaos damage" (it removes twice as much energy shield), "Mind Over Matter".
local defence = require("reference.defence")

local floor, max, min, sqrt = math.floor, math.max, math.min, math.sqrt

local ehp = {}

-- The reductions of a hit are capped at 90 %, in total and for armour alone.
local reductionCap, armourCap = 90, 0.9

-- Life, plus the mana that is lost before it, by the share of damage that mana takes first.
local function lifePool(sums, out)
	local share = max(min(sums.DamageTakenFromManaBeforeLife_BASE, 100), 0) / 100
	return share < 1 and min(out.Life / (1 - share), out.Life + out.Mana) or out.Life + out.Mana
end

-- The raw hit that leaves exactly nothing of `pool`. With armour, the reduction depends on the hit itself: raw * (1 - flat -
-- armour / (armour + 10 raw)) * multiplier = pool, which is quadratic in raw.
local function largestHit(pool, armour, flat, cap, multiplier)
	-- With immunity, this bound makes the hit exceed the limit of limited().
	local needed = pool / max(multiplier, 1e-9)
	local a = 10 * (1 - flat)
	local b = -armour * flat - 10 * needed
	local raw = (sqrt(b * b + 4 * a * needed * armour) - b) / (2 * a)
	-- All reductions together are capped.
	return max(min(raw, needed / (1 - cap)), needed)
end

-- Path of Building writes "infinite" as a number that no hit reaches. A Float64Array must do so too.
local function limited(value)
	return floor(min(value, 1e9) + 0.5)
end

-- The minimum of four of the values is the overall minimum, unless that value is the one left out: then it is the second
-- smallest. So the second smallest is the largest of the five minima. This needs no branches.
local function secondSmallest(a, b, c, d, e)
	return max(min(b, c, d, e), min(a, c, d, e), min(a, b, d, e), min(a, b, c, e), min(a, b, c, d))
end

-- Penetration lowers a resistance, but not below zero.
local function resistFactor(resist, penetration)
	return 1 - max(min(resist, 0), resist - penetration) / 100
end

function ehp.calculate(sums, out, enemy)
	local override = sums.PhysicalDamageReductionMax_OVERRIDE
	local capPercent = override >= 0 and override or reductionCap
	local cap = min(capPercent, reductionCap) / 100
	local flat = max(min(sums.PhysicalDamageReduction_BASE / 100, cap), 0)
	local physicalArmour = out.Armour + (sums.ArmourFromArmourAndEvasion_FLAG > 0 and out.Evasion or 0)
	local armourShare = enemy.damage.Physical > 0 and defence.armourReduction(physicalArmour, enemy.damage.Physical) / 100 or 0
	local reduction = min(flat + armourShare, cap)
	out.PhysicalDamageReduction = floor(reduction * 100 + 0.5)

	local taken = max(1 + sums.DamageTaken_INC / 100, 0) * sums.DamageTaken_MORE
	local elementalTaken = max(1 + (sums.DamageTaken_INC + sums.ElementalDamageTaken_INC) / 100, 0)
		* sums.DamageTaken_MORE * sums.ElementalDamageTaken_MORE
	local fireFactor = resistFactor(out.FireResist, enemy.pen.Fire) * elementalTaken
	local coldFactor = resistFactor(out.ColdResist, enemy.pen.Cold) * elementalTaken
	local lightningFactor = resistFactor(out.LightningResist, enemy.pen.Lightning) * elementalTaken
	local chaosFactor = resistFactor(out.ChaosResist, enemy.pen.Chaos) * taken

	local life = lifePool(sums, out)
	local pool = life + out.EnergyShield
	local chaosPool = life + out.EnergyShield / 2
	local armour = out.Armour
	local fireArmour = armour * sums.ArmourAppliesToFire_BASE / 100
	local coldArmour = armour * sums.ArmourAppliesToCold_BASE / 100
	local lightningArmour = armour * sums.ArmourAppliesToLightning_BASE / 100
	local chaosArmour = armour * sums.ArmourAppliesToChaos_BASE / 100
	out.PhysicalMaximumHitTaken = limited(largestHit(pool, physicalArmour, flat, cap, taken))
	out.FireMaximumHitTaken = limited(largestHit(pool, fireArmour, 0, armourCap, fireFactor))
	out.ColdMaximumHitTaken = limited(largestHit(pool, coldArmour, 0, armourCap, coldFactor))
	out.LightningMaximumHitTaken = limited(largestHit(pool, lightningArmour, 0, armourCap, lightningFactor))
	out.ChaosMaximumHitTaken = limited(largestHit(chaosPool, chaosArmour, 0, armourCap, chaosFactor))
	out.SecondMinimalMaximumHitTaken = secondSmallest(
		out.PhysicalMaximumHitTaken,
		out.FireMaximumHitTaken,
		out.ColdMaximumHitTaken,
		out.LightningMaximumHitTaken,
		out.ChaosMaximumHitTaken
	)

	-- Effective HP: how many hits of all five types at once are survived, times their damage, divided by the share of it that is
	-- not avoided. Half of the hits are attacks, which can be evaded, and half are spells.
	local damage = enemy.damage
	local total = damage.Physical + damage.Fire + damage.Cold + damage.Lightning + damage.Chaos
	local common = damage.Physical * (1 - reduction) * taken
		+ damage.Fire * fireFactor * (1 - ehp.armourShare(fireArmour, damage.Fire))
		+ damage.Cold * coldFactor * (1 - ehp.armourShare(coldArmour, damage.Cold))
		+ damage.Lightning * lightningFactor * (1 - ehp.armourShare(lightningArmour, damage.Lightning))
	local chaos = damage.Chaos * max(chaosFactor, 0) * (1 - ehp.armourShare(chaosArmour, damage.Chaos))
	local hits = out.EnergyShield / max(common + 2 * chaos, 1e-3) + life / max(common + chaos, 1e-3)
	local deflected = out.DeflectChance / 100 * max(min(40 + sums.DeflectEffect_BASE, 100), 0) / 100
	local blocked = out.EffectiveBlockChance / 100 * (1 - max(min(sums.BlockedDamageTaken_BASE, 100), 0) / 100)
	local evaded = (out.MeleeEvadeChance + out.ProjectileEvadeChance) / 400
	out.TotalEHP = min(hits * total / max((1 - deflected) * (1 - blocked) * (1 - evaded), 1e-3), 1e12)
end

function ehp.armourShare(armour, damage)
	return armour > 0 and damage > 0 and min(armour / (armour + 10 * damage), 0.9) or 0
end

return ehp
