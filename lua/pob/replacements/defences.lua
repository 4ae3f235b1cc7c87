-- calcs.perform without calcs.offence (Modules/CalcOffence.lua), for rows that ask for nothing but what comes before it.
--
-- Equal because the player's offence is the last thing that a calculation without a minion does: what it reads from the
-- stats below is read when they are done. None of them is written by it, or by the functions that skills bring and it
-- calls: in the version that is known, each was looked for by itself, also among the names that it joins. Only the
-- row's own environment goes without; a calculation inside the calculation has its offence.

local part = {
	name = "defences",
	targets = {
		{ name = "perform", file = "Modules/CalcPerform.lua", lines = 2501, hash = "c92e84e617b5220c" },
		{ name = "offence", file = "Modules/CalcOffence.lua", lines = 5934, hash = "a039267386eec17e" },
	},
	-- for fast.attach: only where all modules of the calculation are known as a whole
	wholeCalculation = true,
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

local DEFENCES = {}
for name in ([[
	Str Dex Int TotalAttr LowestAttribute
	Life LifeUnreserved LifeUnreservedPercent LifeReserved LifeRegen LifeRegenRecovery LifeRecoverable NetLifeRegen
	Mana ManaUnreserved ManaUnreservedPercent ManaReserved ManaRegen ManaRegenRecovery NetManaRegen
	EnergyShield EnergyShieldRegen EnergyShieldRegenRecovery EnergyShieldRecharge EnergyShieldRechargeDelay NetEnergyShieldRegen
	Spirit SpiritUnreserved SpiritReserved Ward Armour Evasion DeflectionRating TotalNetRegen TotalBuildDegen
	PhysicalDamageReduction StunThreshold AilmentThreshold MovementSpeedMod EffectiveMovementSpeedMod ActionSpeedMod
	EnduranceCharges EnduranceChargesMax FrenzyCharges FrenzyChargesMax PowerCharges PowerChargesMax
	TotalEHP EHPSurvivalTime NumberOfDamagingHits NumberOfMitigatedDamagingHits SecondMinimalMaximumHitTaken
	PhysicalMaximumHitTaken PhysicalTakenHit PhysicalTakenHitMult PhysicalTotalHitPool
]]):gmatch("%S+") do
	DEFENCES[name] = true
end
for kind in ("Fire Cold Lightning Chaos"):gmatch("%S+") do
	for ending in ("Resist ResistTotal ResistOverCap MaximumHitTaken TakenHit TakenHitMult TotalHitPool"):gmatch("%S+") do
		DEFENCES[kind .. ending] = true
	end
end

function part.install(shared, _, calcs)
	local offence = calcs.offence

	---Whether a stat needs no offence.
	function shared.isDefence(name)
		return DEFENCES[name] or false
	end

	-- shared.defended: the environment that goes without; shared.offences: what to call instead of Path of Building's own
	function calcs.offence(calcEnv, actor, skill)
		if calcEnv ~= shared.defended then
			return (shared.offences or offence)(calcEnv, actor, skill)
		end
	end
	shared.wrapsOffence = true
end

return part
