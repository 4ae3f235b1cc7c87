-- calcs.perform without calcs.offence (Modules/CalcOffence.lua), for rows that ask only for what is calculated before it.
--
-- The results are equal because the player's offence is the last thing that a calculation without a minion does: the stats
-- below are complete before offence reads them, and what perform does after it has a known form. The module of offence, and
-- the functions of skills that it calls, write none of the stats: their text tells which names they may write
-- (pob.patch.written_names), and a stat that may be written is never answered without offence. Only the row's own
-- environment goes without; a calculation nested in the calculation has its offence.

local functions = require("pob.versions.functions")
local printer = require("pob.slice.printer")
local source = require("pob.patch.source")
local walk = require("pob.slice.walk")
local writtenNames = require("pob.patch.written_names")

local PERFORM, OFFENCE = "Modules/CalcPerform.lua", "Modules/CalcOffence.lua"

local part = {
	name = "defences",
	derive = {},
	wholeCalculation = true,
}

local function isOffence(s)
	return s.k == "call" and s.e.k == "call" and s.e.f.k == "index" and s.e.f.key.v == "offence"
end

---What perform does from the first call of calcs.offence on, as text.
---@param module table
function part.tailOf(module)
	local entry = (module.functions.perform or {})[1]
	local parts, isAfter = {}, false
	local visitor = {}
	function visitor:statement(s)
		isAfter = isAfter or isOffence(s)
		if isAfter then
			parts[#parts + 1] = s.k
		end
	end
	function visitor:expression(e, place)
		if isAfter and (place == "statement" or place == "whole" or place == "target") and e.k ~= "function" then
			local count = 0
			parts[#parts + 1] = printer.expression(e, {
				plain = true, numbered = true,
				outer = function(printing, variable)
					count = count + 1
					printing.names[variable] = "_" .. count
					return printing.names[variable]
				end,
			})
		end
	end
	walk.through(entry and { params = {}, body = entry.f.body } or { params = {}, body = {} }, visitor)
	return source.hash(table.concat(parts, "\n"))
end

part.derive[PERFORM] = function(module)
	if not functions[PERFORM]["perform after offence"][part.tailOf(module)] then
		return nil, module.path .. " goes on after offence in a way that is not known"
	end
	return true
end

-- Functions of other modules that offence calls: they write none of the stats.
local CALLED = { actionSpeedMod = true, applyDmgTakenConversion = true, armourReductionF = true, hitChance = true }

-- The first function of another module that a module calls and that is not one of those; nil: none.
local function strangerOf(module)
	local stranger, visitor = nil, {}
	function visitor:expression(e)
		local callee = e.k == "call" and e.f
		local name = callee and callee.k == "index" and callee.key.k == "string" and callee.key.v
		if name and (callee.o.k == "local" or callee.o.k == "global") and callee.o.name == "calcs" and not CALLED[name]
			and not module.functions[name] then
			stranger = stranger or name
		end
	end
	walk.through(module.chunk, visitor)
	return stranger
end

part.derive[OFFENCE] = function(module)
	local stranger = strangerOf(module)
	if stranger then
		return nil, ("%s calls calcs.%s, which may write anything"):format(module.path, stranger)
	end
	local written, unknown = writtenNames.of(module, module.chunk)
	if not written then
		return nil, ("%s writes a number by a name that can be any: %s"):format(module.path, unknown)
	end
	return written
end

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

function part.install(shared, _, calcs, this)
	local isLeft = {}
	-- In a table because of how the nursery treats variables of old functions: see binding/luajit/nursery.h.
	local now = {}
	for name in pairs(DEFENCES) do
		isLeft[name] = not writtenNames.may(this.facts[OFFENCE], name) and not shared.skillWrites[name]
	end

	---Whether a stat can be answered without offence.
	function shared.isDefence(name)
		return isLeft[name] or false
	end

	shared.hooks:around(calcs, "offence", part.name, function(offence, calcEnv, actor, skill)
		if calcEnv ~= now.defended then
			return offence(calcEnv, actor, skill)
		end
	end)

	shared.hooks:aroundCalculation(part.name, function(inner, ownCalcs, strategy, calcEnv)
		-- Minions are calculated after the player, and may read everything that the player has.
		if not strategy.defences or calcEnv.player.mainSkill.minion then
			return inner(ownCalcs, strategy, calcEnv)
		end
		strategy.isDefended, now.defended = true, calcEnv
		local isDone = inner(ownCalcs, strategy, calcEnv)
		now.defended = nil
		return isDone
	end)

	-- A row that was stopped may have left this set.
	shared.hooks:beforeRow(part.name, function()
		now.defended = nil
	end)
end

return part
