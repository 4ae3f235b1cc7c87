-- For every row with node 9, damages what it was given, in the way that the build's text names. Other rows return what the
-- contract promises them, so that a test sees remaining damage.
local kept = {}

local function lock(locked)
	for key in pairs(locked) do
		locked[key] = nil
	end
	local raise = function()
		error("locked")
	end
	setmetatable(locked, { __newindex = raise, __index = raise, __metatable = false })
end

local ways = {
	["appends to set.add"] = function(_, set)
		set.add[#set.add + 1] = 77
		set.remove[#set.remove + 1] = 78
		set.addAttribute[#set.addAttribute + 1] = 3
	end,
	["sets the counts"] = function(_, set)
		set.addCount, set.removeCount = 5, 5
	end,
	["removes the arrays"] = function(_, set)
		set.add, set.remove, set.addAttribute, set.addWeaponSet, set.addCount = nil, nil, nil, nil, nil
	end,
	["replaces the arrays"] = function(_, set)
		set.add, set.remove = { 1, 2, 3 }, { 4 }
	end,
	["empties the arrays"] = function(_, set)
		for i = #set.add, 1, -1 do
			set.add[i] = nil
		end
	end,
	["keeps the set"] = function(_, set)
		kept[#kept + 1] = set
		kept[#kept].add[1] = 1234
	end,
	["sorts the stats"] = function(_, _, stats)
		table.sort(stats)
	end,
	["empties the stats"] = function(_, _, stats)
		for i = #stats, 1, -1 do
			stats[i] = nil
		end
	end,
	["appends to the stats"] = function(_, _, stats)
		stats[#stats + 1] = "More"
	end,
	["locks the set"] = function(_, set)
		for _, locked in ipairs({ set, set.add, set.addAttribute, set.addWeaponSet, set.remove }) do
			lock(locked)
		end
		return { B = 1, A = 2, C = 3 } -- A failed row is followed by a new state.
	end,
	["locks the stats"] = function(_, _, stats)
		lock(stats)
	end,
	["removes globals"] = function()
		for _, name in ipairs({ "error", "type", "tostring", "xpcall", "pcall", "collectgarbage", "setmetatable" }) do
			_G[name] = nil
		end
	end,
	["empties the libraries"] = function()
		for _, library in ipairs({ string, table, math, debug, bit }) do
			for name in pairs(library) do
				if library ~= math and library ~= table then
					library[name] = nil
				end
			end
		end
	end,
	["changes the strings' metatable"] = function()
		getmetatable("").__index = nil
		getmetatable("").__eq = function()
			return true
		end
	end,
	["stops the collector"] = function()
		collectgarbage("stop")
	end,
	["turns the compiler off"] = function()
		jit.off()
		jit.flush()
	end,
	["raises"] = function()
		error("on purpose")
	end,
	["answers nothing"] = function()
		return false
	end,
	["answers the set"] = function(_, set)
		set.B, set.A, set.C = 1, 2, 3
		return set
	end,
	["answers a table with a metatable that raises"] = function()
		return setmetatable({}, {
			__index = function()
				error("no")
			end,
		})
	end,
	["overflows the stack"] = function()
		local function deeper()
			return 1 + deeper()
		end
		deeper()
	end,
	["overflows the C stack"] = function()
		local text = ("a"):rep(300000)
		text:find((".-"):rep(300000) .. "b")
	end,
	["yields"] = function()
		coroutine.yield(1)
	end,
}

local result = {}
return {
	name = "careless",
	version = "1",
	load = function(text)
		return { way = text }, { allocated = { 5, 6 } }
	end,
	stats = function()
		return { "B", "A", "C" }
	end,
	Calculate = function(build, set, stats)
		if set.add[1] == 9 then
			local answer = ways[build.way](build, set, stats)
			if answer ~= nil then
				return answer
			end
		end
		local sum = 0
		for i = 1, #set.add do
			sum = sum + set.add[i] * 10 + set.addAttribute[i]
		end
		result.B, result.A, result.C = sum, set.addCount * 100 + set.removeCount * 10 + #set.remove, #stats
		return result
	end,
	commands = {
		ways = function()
			local names = {}
			for name in pairs(ways) do
				names[#names + 1] = name
			end
			table.sort(names)
			return names
		end,
	},
}
