-- calcs.calcFullDPS of Path of Building's Modules/Calcs.lua.
--
-- The original sets up an environment (a third of a row), and another one after each skill that it sums up. The results are
-- equal because
--  * without a socket group that is included in the sum, the original's loop does nothing: all parts are 0, and so are
--    their sums;
--  * the environment that it sets up after the last of these skills is never used. Its loop goes over the list of skills of
--    the
--    first environment, which all later ones share.
--
-- The edit puts the original's own line behind a test; it contains no text of Path of Building.

local walk = require("pob.slice.walk")

local ipairs = ipairs

local part = {
	name = "full_dps",
	targets = {
		{ name = "calcFullDPS", file = "Modules/Calcs.lua" },
	},
	edits = {},
}

-- The loop over skills, and the statement in it that sets up another environment.
part.edits["Modules/Calcs.lua"] = function(module, found)
	local f = found[1] and found[1].f
	if not f then
		return nil
	end
	local loops, list, visitor = {}, {}, {}
	function visitor:statement(s)
		if s.k == "in" and #s.names == 2 and s.values[1].k == "call" and s.values[1].args[1] then
			loops[#loops + 1] = s
		end
		local call, loop = s.k == "assign" and s.values[1], loops[#loops]
		if call and call.k == "call" and call.f.k == "index" and call.f.key.v == "initEnv" and loop then
			local text = module:textOf(s):match("^[^\n]*")
			local skills = module:textOf(loop.values[1].args[1])
			if not module:textOf(s):find("\n") then
				list[#list + 1] = {
					line = module:lineOf(s.first), find = text,
					replace = ("if __pobatch.isMoreIncluded(%s, %s) then %s end;"):format(skills, loop.names[2].name, text),
				}
			end
		end
	end
	function visitor:after(s)
		if loops[#loops] == s then
			loops[#loops] = nil
		end
	end
	walk.through(f, visitor)
	return #list == 1 and list or nil
end

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

-- The parts of the sum.
local PARTS = {
	"combinedDPS", "TotalDotDPS", "poisonDPS", "causticGroundDPS", "impaleDPS", "igniteDPS", "burningGroundDPS", "bleedDPS",
	"corruptingBloodDPS", "decayDPS", "dotDPS", "cullingMulti",
}

local function isIncluded(group)
	return group and group.includeInFullDPS
end

function part.install(shared, _, calcs)
	local original = calcs.calcFullDPS

	-- Whether a skill after `present` takes part in the sum.
	function shared.isMoreIncluded(skills, present)
		for i = #skills, 1, -1 do
			if skills[i] == present then
				return false
			elseif isIncluded(skills[i].socketGroup) then
				return true
			end
		end
		return true
	end

	function calcs.calcFullDPS(build, mode, override, specEnv)
		for _, group in ipairs(build.skillsTab.socketGroupList) do
			if isIncluded(group) then
				return original(build, mode, override, specEnv)
			end
		end
		-- mode MAIN remakes the socket groups
		if mode ~= "CALCULATOR" then
			return original(build, mode, override, specEnv)
		end
		local none = { skills = {} }
		for _, name in ipairs(PARTS) do
			none[name] = 0
		end
		return none
	end
end

return part
