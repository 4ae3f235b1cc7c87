-- calcs.perform without the estimations of how much the character survives
-- (buildDefenceEstimations of Path of Building's Modules/CalcDefence.lua), a tenth of a
-- row, for rows that ask for none of their numbers. perform has the switch for it; the
-- original uses it for the skills of FullDPS.
--
-- Equal because the estimations write nothing but numbers of the output (and tables of
-- damage shifts that only they read), whose names are taken here from their text: in
-- the versions that are known, nothing calculated later reads one of them by name. A
-- modifier may, through GetStat ("per ..."): such a row says so and is calculated
-- anew, in full.

local part = {
	name = "estimations",
	targets = {
		{ name = "buildDefenceEstimations", file = "Modules/CalcDefence.lua", lines = 2281, hash = "6b03ff95ab388694" },
		{ name = "applyDmgTakenConversion", file = "Modules/CalcDefence.lua", lines = 60, hash = "c8cb008f975bcc51" },
		{ name = "defence", file = "Modules/CalcDefence.lua", lines = 1253, hash = "e56fbd84830f3db1" },
		{ name = "perform", file = "Modules/CalcPerform.lua", lines = 2501, hash = "c92e84e617b5220c" },
		{ name = "offence", file = "Modules/CalcOffence.lua", lines = 5934, hash = "a039267386eec17e" },
		{ name = "GetStat", file = "Classes/ModStore.lua", lines = 44, hash = "fea1e4e5014748a7" },
	},
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

local names, endings

-- Names, and endings of composed names, of what the estimations assign.
---@param index number @of the target
function part.found(index, lines, first)
	if index ~= 1 then
		return
	end
	names, endings = {}, { MaximumHitTaken = true }
	for i = first, first + part.targets[1].lines - 1 do
		local line = lines[i]
		for name in line:gmatch("output%.([%a_][%w_]*)%s*=[^=]") do
			names[name] = true
		end
		for name in line:gmatch('output%["([%w_]+)"%]%s*=[^=]') do
			names[name] = true
		end
		for ending in line:gmatch('output%[[^%]]*%.%.%s*"([%w_]+)"%]%s*=[^=]') do
			endings[ending] = true
		end
	end
end

-- name -> whether the estimations write it
local written = setmetatable({}, {
	__index = function(t, name)
		local answer = names[name] or false
		for ending in pairs(endings) do
			answer = answer or name:sub(-#ending) == ending
		end
		t[name] = answer
		return answer
	end,
})

function part.install(shared, env)
	local classes = env.common.classes

	---Whether a stat must be calculated with the estimations.
	function shared.isEstimated(name)
		return written[name]
	end

	-- shared.unestimated: the present calculation leaves them out;
	-- shared.missed: it asked for one of them
	if not shared.watchesStats then
		shared.watchesStats = true
		for _, class in ipairs({ classes.ModDB, classes.ModList }) do
			local getStat = class.GetStat
			function class:GetStat(stat, cfg)
				shared.askStat(stat)
				if written[stat] then
					shared.missed, shared.readsEstimated = shared.missed or shared.unestimated, true
				end
				return getStat(self, stat, cfg)
			end
		end
	end
end

return part
