-- The variables that each module of the calculation changes while it calculates, counted by their declared value: tables for
-- temporary use, the table that the breakdown is written to, and a cache of modifiers per level. Globals listed here are
-- variables that lack their `local`: each is assigned before it is read.

return {
	["Modules/CalcActiveSkill.lua"] = { ["{ }"] = 1 },
	["Modules/CalcDefence.lua"] = { ["{ }"] = 1 },
	["Modules/CalcOffence.lua"] = { ["nil"] = 2, ["the global baseSpeed"] = 1, ["{ }"] = 1 },
	["Modules/CalcPerform.lua"] = { ["the global curseSlots"] = 1, ["the global srcList"] = 1 },
	["Modules/CalcSetup.lua"] = { ["{ }"] = 1 },
	["Modules/CalcTriggers.lua"] = { ["the global simBreakdown"] = 1 },
}
