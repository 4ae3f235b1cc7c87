-- calcs.mergeSkillInstanceMods of Path of Building's Modules/CalcActiveSkill.lua: the modifiers that a skill or support has
-- at its level and quality.
--
-- The original works out all numbers of a gem, sorts them by name and looks each of them up, for every gem of every skill
-- of every row. The result is a function of the granted effect, the stat set, level, quality and the level of the actor. It
-- is cached here as the list of modifiers, the very tables that the original appends (the original caches those of a level
-- itself). The results are equal because they are appended in its order. Its side effects are kept: the level is clamped to
-- its range first, and the source of the effect's modifiers is always the effect's own id. Effects that look at the list
-- for a multiplier, and calls with extra stats, go to the original. Modifiers that the original adds one by one are added
-- as a list, which has the same effect.

local LIST = "Classes/ModList.lua"

local part = {
	name = "skill_modifiers",
	targets = {
		{ name = "mergeSkillInstanceMods", file = "Modules/CalcActiveSkill.lua" },
		{ name = "buildSkillInstanceStats", file = "Modules/CalcTools.lua" },
		{ name = "validateGemLevel", file = "Modules/CalcTools.lua" },
		{ name = "AddMod", file = LIST, label = "ModList:AddMod" },
		{ name = "AddList", file = LIST, label = "ModList:AddList" },
	},
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

-- What the original sees of the list that it appends to while its result is recorded.
local writer = {}
writer.__index = writer

function writer:AddMod(mod)
	self.mods[#self.mods + 1] = mod
	self.list:AddMod(mod)
end

function writer:AddList(mods)
	for i = 1, mods and #mods or 0 do
		self.mods[#self.mods + 1] = mods[i]
	end
	self.list:AddList(mods)
end

function writer:Sum(...)
	self.looked = true
	return self.list:Sum(...)
end

-- placeholders for all stat sets, and for an actor's level that is not given
local ALL, NONE = {}, -1

local function below(t, key)
	local found = t[key]
	if not found then
		found = {}
		t[key] = found
	end
	return found
end

function part.install(_, env, calcs)
	local original, calcLib = calcs.mergeSkillInstanceMods, env.calcLib
	-- granted effect -> stat set -> level -> quality -> level of the actor -> modifiers, or false: not to be cached
	local known = {}

	function calcs.mergeSkillInstanceMods(calcEnv, list, skillEffect, statSet, extraStats)
		if extraStats and extraStats[1] then
			return original(calcEnv, list, skillEffect, statSet, extraStats)
		end
		calcLib.validateGemLevel(skillEffect)
		local byQuality = below(below(below(known, skillEffect.grantedEffect), statSet or ALL), skillEffect.level)
		local byActor = below(byQuality, skillEffect.quality)
		local actorLevel = skillEffect.actorLevel or NONE
		local mods = byActor[actorLevel]
		if mods then
			list:AddList(mods)
			return
		elseif mods == false then
			return original(calcEnv, list, skillEffect, statSet, extraStats)
		end
		local written = setmetatable({ list = list, mods = {}, looked = false }, writer)
		original(calcEnv, written, skillEffect, statSet, extraStats)
		byActor[actorLevel] = not written.looked and written.mods
	end
end

return part
