-- A calculator in 30 lines: adds up what the allocated nodes are worth to you. `options.worth` gives the worth of a
-- node by its id; a build is its node ids separated by spaces: "4 18 97".
local worth = {}

return {
	name = "worth",
	version = "1",
	open = function(options)
		for id, value in pairs(options.worth) do
			worth[tonumber(id)] = value
		end
	end,
	load = function(text)
		local allocated, total = {}, 0
		for id in text:gmatch("%d+") do
			allocated[#allocated + 1] = tonumber(id)
			total = total + (worth[tonumber(id)] or 0)
		end
		return { points = #allocated, worth = total }, { allocated = allocated }
	end,
	stats = function() return { "Worth", "Points" } end,
	Calculate = function(build, set)
		local total = build.worth
		for i = 1, set.addCount do total = total + (worth[set.add[i]] or 0) end
		for i = 1, set.removeCount do total = total - (worth[set.remove[i]] or 0) end
		return { Worth = total, Points = build.points + set.addCount - set.removeCount }
	end,
}
