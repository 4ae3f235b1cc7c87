-- One Modules/Calcs.lua, with the modules that it loads, for all builds of a state.
--
-- Path of Building runs these 18,000 lines anew for every build, twice. The functions that
-- come out are the same each time, but LuaJIT compiles each of them for itself, and the
-- machine code keeps them, and through them the build that they were made for, alive.
-- Equal because in the texts that are known here nothing outlives a calculation but
-- constants and a cache of modifiers per level, a function of data that all builds share.

local source = require("pob.patch.fingerprint")

local sharedModules = {}
sharedModules.__index = sharedModules

local SHARED = "Modules/Calcs.lua"

-- What Modules/Calcs.lua loads, and the hash of each whole text that is known.
local KNOWN = {
	["Modules/Calcs.lua"] = { ["b61f1e7e1cb59ae7"] = true },
	["Modules/CalcSetup.lua"] = { ["fd6c821425b90455"] = true },
	["Modules/CalcPerform.lua"] = { ["04c03d1c217236cb"] = true },
	["Modules/CalcActiveSkill.lua"] = { ["d51e6f5e225cc0e3"] = true },
	["Modules/CalcDefence.lua"] = { ["b8b3dfbbff385d6a"] = true },
	["Modules/CalcOffence.lua"] = { ["92e721579322a339"] = true },
	["Modules/CalcTriggers.lua"] = { ["12b3bf6c53b32c11"] = true },
	["Modules/CalcMirages.lua"] = { ["76100eb61d34d92d"] = true },
}

function sharedModules.new()
	-- known: path -> whether its text is a known one; results: what the shared module returned
	return setmetatable({ known = {}, results = nil }, sharedModules)
end

---Sees a module's text before it is compiled.
---@param path string @relative to the checkout's source folder
---@param text string
function sharedModules:see(path, text)
	if KNOWN[path] then
		local lines = source.lines(text)
		self.known[path] = KNOWN[path][source.hash(lines, 1, #lines)] or false
	end
end

---@return boolean
function sharedModules:isKnown()
	for path in pairs(KNOWN) do
		if not self.known[path] then
			return false
		end
	end
	return true
end

---Keeps what the module at `path` returned, if it can be shared.
function sharedModules:keep(path, ...)
	if path == SHARED and not self.results and self:isKnown() then
		self.results = { count = select("#", ...), ... }
	end
end

---What the module at `path` returned when it ran before: a list with its `count`, or nil.
function sharedModules:kept(path)
	return path == SHARED and self.results or nil
end

return sharedModules
