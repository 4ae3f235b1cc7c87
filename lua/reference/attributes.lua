-- Attributes and pools. Public source of the numbers: poe2wiki.net, "Attributes", "Life", "Mana",
-- "Energy shield"; they are constants of the game's character file.
local floor, max, min = math.floor, math.max, math.min

local attributes = {}

-- What a character has by level alone: 12 life, 4 mana and 6 accuracy per level, and 7 evasion.
function attributes.ofLevel(level)
	return {
		{ name = "Life", kind = "BASE", value = 16 + 12 * level },
		{ name = "Mana", kind = "BASE", value = 30 + 4 * level },
		{ name = "Accuracy", kind = "BASE", value = 6 * level - 6 },
		{ name = "Evasion", kind = "BASE", value = 7 },
		{ name = "EnduranceChargesMax", kind = "BASE", value = 3 },
		{ name = "FrenzyChargesMax", kind = "BASE", value = 3 },
		{ name = "PowerChargesMax", kind = "BASE", value = 3 },
		{ name = "MaximumRage", kind = "BASE", value = 30 },
		{ name = "EnergyShieldRechargeDelay", kind = "BASE", value = 4 },
	}
end

function attributes.attributes(sums, out)
	out.Str = max(floor(sums.Str_BASE * (1 + sums.Str_INC / 100) * sums.Str_MORE + 0.5), 0)
	out.Dex = max(floor(sums.Dex_BASE * (1 + sums.Dex_INC / 100) * sums.Dex_MORE + 0.5), 0)
	out.Int = max(floor(sums.Int_BASE * (1 + sums.Int_INC / 100) * sums.Int_MORE + 0.5), 0)
	out.LowestAttribute = min(out.Str, out.Dex, out.Int)
end

-- Each point of Strength gives 2 life, of Intelligence 2 mana, and of Dexterity 6 accuracy.
local function bonusFactor(sums)
	return sums.DoubleAttributeBonuses_FLAG > 0 and 2 or 1
end

function attributes.life(sums, out)
	local perStrength = (sums.HalfLifeFromStrength_FLAG > 0 and 1 or 2) * bonusFactor(sums)
	local base = sums.Life_BASE + out.Str * perStrength
	local kept = 1 - min(sums.LifeConvertToEnergyShield_BASE, 100) / 100
	local life = max(floor(base * kept * (1 + sums.Life_INC / 100) * sums.Life_MORE + 0.5), 1)
	out.Life = sums.Life_OVERRIDE >= 0 and sums.Life_OVERRIDE or life
	-- Converted life adds to the base of energy shield and is scaled by the modifiers of energy shield.
	sums.EnergyShield_BASE = sums.EnergyShield_BASE + base * (1 - kept)
end

function attributes.manaAndEnergyShield(sums, out)
	local total = sums.EnergyShield_BASE * (1 + sums.EnergyShield_INC / 100) * sums.EnergyShield_MORE
	local converted = total * min(sums.EnergyShieldConvertToMana_BASE, 100) / 100
	out.EnergyShield = max(floor(total - converted + 0.5), 0)
	local base = sums.Mana_BASE + out.Int * 2 * bonusFactor(sums)
	local mana = max(floor(base * (1 + sums.Mana_INC / 100) * sums.Mana_MORE + converted + 0.5), 0)
	out.Mana = sums.Mana_OVERRIDE >= 0 and sums.Mana_OVERRIDE or mana
	local spirit = floor(sums.Spirit_BASE * (1 + sums.Spirit_INC / 100) * sums.Spirit_MORE + 0.5)
	out.Spirit = sums.Spirit_OVERRIDE >= 0 and sums.Spirit_OVERRIDE or max(spirit, 0)
end

function attributes.accuracy(sums, out, hit)
	local base = sums.Accuracy_BASE + out.Dex * 6 * bonusFactor(sums) + hit.accuracy
	out.Accuracy = max(floor(base * (1 + sums.Accuracy_INC / 100) * sums.Accuracy_MORE + 0.5), 0)
end

return attributes
