-- A hit, its critical hits, its speed, and damage per second. Public sources: poe2wiki.net, "Damage", "Damage conversion",
-- "Critical hit", "Accuracy", "Armour", "Penetration".
local ffi = require("ffi")
local answers = require("reference.answers")
local slots = require("reference.slots")

local floor, max, min = math.floor, math.max, math.min

local offence = {}

-- Positions of the five types in the structs, in the order of slots.damageTypes.
local minIndex, maxIndex = ffi.new("int32_t[5]"), ffi.new("int32_t[5]")
local hitIndex, incIndex, moreIndex = ffi.new("int32_t[5]"), ffi.new("int32_t[5]"), ffi.new("int32_t[5]")
local isElemental = ffi.new("double[5]", { 0, 1, 1, 1, 0 })
for position, damageType in ipairs(slots.damageTypes) do
	minIndex[position - 1] = slots.index[damageType .. "Min_BASE"]
	maxIndex[position - 1] = slots.index[damageType .. "Max_BASE"]
	hitIndex[position - 1] = answers.index[damageType .. "HitAverage"]
	incIndex[position - 1] = slots.index[damageType .. "Damage_INC"]
	moreIndex[position - 1] = slots.index[damageType .. "Damage_MORE"]
end

-- "Gain X of SOURCE as extra TARGET": one entry per pair, grouped by target.
local gainCount = #slots.gainSources * 5
local gainIndex = ffi.new("int32_t[?]", gainCount)
local gainSource, gainTarget = ffi.new("int32_t[?]", gainCount), ffi.new("int32_t[?]", gainCount)
do
	local entry = 0
	for position, target in ipairs(slots.damageTypes) do
		for place, source in ipairs(slots.gainSources) do
			gainIndex[entry] = slots.index[source .. "GainAs" .. target .. "_BASE"]
			gainSource[entry] = place - 1
			gainTarget[entry] = hitIndex[position - 1]
			entry = entry + 1
		end
	end
end

-- Working memory of a row, written before it is read: damage by the kinds that gains are taken from (all, elemental, then the
-- five types), and penetration by type.
local amounts, penetration = ffi.new("double[7]"), ffi.new("double[5]")

-- Loops of five iterations are written as five calls. The trace compiler starts to record at some iteration of a loop and gives
-- up if that is the last one, so a short loop may stay interpreted for good.

local function ownDamage(index, share, sumsView, hit)
	local low, added = hit.low[index], sumsView[minIndex[index]]
	local own = low + (hit.high[index] - low) * share
	local extra = added + (sumsView[maxIndex[index]] - added) * share
	amounts[index + 2] = own * hit.damageMultiplier + extra * hit.addedEffectiveness
end

-- Damage of the five types before increases: the hit's own, then what modifiers add, then what is gained as extra. A conversion
-- to fire takes its share of every other type first.
local function baseDamage(sums, out, sumsView, outView, hit)
	-- The average of a roll between a and b is at 1/2 of the range; that of the higher of two rolls is at 2/3.
	local share = sums.LuckyHits_FLAG > 0 and 2 / 3 or 1 / 2
	ownDamage(0, share, sumsView, hit)
	ownDamage(1, share, sumsView, hit)
	ownDamage(2, share, sumsView, hit)
	ownDamage(3, share, sumsView, hit)
	ownDamage(4, share, sumsView, hit)
	local converted = max(min(sums.DamageConvertToFire_BASE, 100), 0) / 100
	local kept = 1 - converted
	local others = amounts[2] + amounts[4] + amounts[5] + amounts[6]
	amounts[2], amounts[4], amounts[5], amounts[6] =
		amounts[2] * kept, amounts[4] * kept, amounts[5] * kept, amounts[6] * kept
	amounts[3] = amounts[3] + others * converted
	amounts[1] = amounts[3] + amounts[4] + amounts[5]
	amounts[0] = amounts[2] + amounts[1] + amounts[6]
	local random = amounts[0] * sums.DamageGainAsRandom_BASE / 300
	out.PhysicalHitAverage = amounts[2]
	out.FireHitAverage = amounts[3] + random
	out.ColdHitAverage = amounts[4] + random
	out.LightningHitAverage = amounts[5] + random
	out.ChaosHitAverage = amounts[6]
	for entry = 0, gainCount - 1 do
		local target = gainTarget[entry]
		outView[target] = outView[target] + amounts[gainSource[entry]] * sumsView[gainIndex[entry]] / 100
	end
end

-- Applies the increases of one type and the enemy's resistance to it.
local function finalDamage(index, sums, sumsView, outView, enemy)
	local elemental = isElemental[index]
	local inc = sums.Damage_INC + elemental * sums.ElementalDamage_INC + sumsView[incIndex[index]]
	local more = sums.Damage_MORE * (1 + elemental * (sums.ElementalDamage_MORE - 1)) * sumsView[moreIndex[index]]
	-- Penetration lowers a resistance, but not below zero.
	local resist = enemy.resistOf[index]
	local left = min(max(min(resist, 0), resist - penetration[index]), 75)
	outView[hitIndex[index]] = outView[hitIndex[index]] * max(1 + inc / 100, 0) * more * (1 - left / 100)
end

local function hitDamage(sums, out, sumsView, outView, enemy)
	penetration[1], penetration[2], penetration[3] =
		sums.FirePenetration_BASE, sums.ColdPenetration_BASE, sums.LightningPenetration_BASE
	finalDamage(0, sums, sumsView, outView, enemy)
	finalDamage(1, sums, sumsView, outView, enemy)
	finalDamage(2, sums, sumsView, outView, enemy)
	finalDamage(3, sums, sumsView, outView, enemy)
	finalDamage(4, sums, sumsView, outView, enemy)
	-- Armour prevents a smaller share of a larger hit (poe2wiki.net, "Armour"). The cap of 75 % is Path of Building's for
	-- enemies.
	local physical = out.PhysicalHitAverage
	local armour = enemy.armour > 0 and min(enemy.armour / (enemy.armour + 10 * physical), 0.75) or 0
	local other = sums.DealNoNonFire_FLAG > 0 and 0 or 1
	out.PhysicalHitAverage = physical * (1 - armour) * other
	out.ColdHitAverage = out.ColdHitAverage * other
	out.LightningHitAverage = out.LightningHitAverage * other
	out.ChaosHitAverage = out.ChaosHitAverage * other
end

-- An attack's chance to hit, in percent. Spells cannot miss.
function offence.hitChance(accuracy, evasion)
	local chance = accuracy * 1.25 / (accuracy + evasion * 0.3) * 100
	return max(min(floor(chance + 0.5), 100), 5)
end

local function crits(sums, out, hit)
	local base = sums.BaseCritChance_OVERRIDE >= 0 and sums.BaseCritChance_OVERRIDE or hit.critChance
	local chance = (base + sums.CritChance_BASE) * (1 + sums.CritChance_INC / 100) * sums.CritChance_MORE
	chance = sums.NeverCrit_FLAG > 0 and 0 or max(min(chance, 100), 0)
	out.PreEffectiveCritChance = chance
	-- A critical hit has to hit, too.
	out.CritChance = chance * out.HitChance / 100
	local bonus = 100 + hit.critBonus + sums.CritMultiplier_BASE
	out.CritMultiplier = 1 + max(bonus * (1 + sums.CritMultiplier_INC / 100) * sums.CritMultiplier_MORE, 0) / 100
end

function offence.calculate(sums, out, sumsView, outView, hit, enemy)
	baseDamage(sums, out, sumsView, outView, hit)
	hitDamage(sums, out, sumsView, outView, enemy)
	out.HitChance = hit.isAttack and offence.hitChance(max(out.Accuracy, 1), enemy.evasion) or 100
	crits(sums, out, hit)
	local elemental = out.FireHitAverage + out.ColdHitAverage + out.LightningHitAverage
	local damage = out.PhysicalHitAverage + elemental + out.ChaosHitAverage
	local chance = out.PreEffectiveCritChance / 100
	out.AverageHit = damage * (1 - chance + chance * out.CritMultiplier)
	out.AverageDamage = out.AverageHit * out.HitChance / 100
	out.Speed = hit.speed * hit.speedMultiplier * max(1 + sums.Speed_INC / 100, 0) * sums.Speed_MORE
	out.TotalDPS = out.AverageDamage * out.Speed
end

return offence
