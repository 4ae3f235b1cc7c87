-- Variables of its own that each module of the calculation changes while it calculates, by what they are declared with, and how
-- many: tables for passing use, what the breakdown is written to, and the modifiers of a level.

return {
	["Modules/CalcActiveSkill.lua"] = { ["{ }"] = 1 },
	["Modules/CalcDefence.lua"] = { ["{ }"] = 1 },
	["Modules/CalcOffence.lua"] = { ["nil"] = 2, ["{ }"] = 1 },
	["Modules/CalcSetup.lua"] = { ["{ }"] = 1 },
}
