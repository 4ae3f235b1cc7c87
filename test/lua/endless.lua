-- Endless loops, in the way that the build's text names. A build with the text "" answers at once.
local function forever()
	while true do
	end
end

local ways = {
	["compiled loop"] = forever,
	["counting loop"] = function()
		local sum = 0
		for i = 1, 1e15 do
			sum = sum + i
		end
	end,
	["interpreted loop"] = function()
		jit.off(true, true)
		forever()
	end,
	["calls"] = function()
		local function depth(n)
			return n == 0 and 0 or 1 + depth(n - 1)
		end
		while true do
			depth(100)
		end
	end,
	["tail calls"] = function()
		local function again()
			return again()
		end
		again()
	end,
	["pcall around the loop"] = function()
		while true do
			pcall(forever)
		end
	end,
	["errors that are caught"] = function()
		while true do
			pcall(error, "again")
		end
	end,
	["an xpcall handler that loops"] = function()
		while true do
			xpcall(error, forever, "again")
		end
	end,
	["coroutines"] = function()
		while true do
			local generator = coroutine.wrap(function()
				while true do
					coroutine.yield(1)
				end
			end)
			for _ = 1, 1000 do
				pcall(generator)
			end
		end
	end,
	["a coroutine that never yields"] = function()
		while true do
			coroutine.resume(coroutine.create(forever))
		end
	end,
	["string.rep"] = function()
		while true do
			string.rep("a", 100000)
		end
	end,
	["gsub with a pattern"] = function()
		while true do
			string.rep("a", 1000):gsub("a", "b")
		end
	end,
	["table.sort with a comparison"] = function()
		local list = {}
		for i = 1, 1000 do
			list[i] = i
		end
		while true do
			table.sort(list, function(a, b)
				return a > b
			end)
		end
	end,
	["load with a reader that never ends"] = function()
		load(function()
			return " "
		end)
	end,
	["loops in a reader of load"] = function()
		while true do
			load(forever)
		end
	end,
	["a loop behind a stopped load"] = function()
		load(forever)
		forever()
	end,
	["table.move"] = function()
		table.move({}, 1, 2 ^ 52, 2)
	end,
	["an __index metamethod"] = function()
		local list = setmetatable({}, {
			__index = function(_, key)
				return key
			end,
		})
		while true do
			local _ = list[1]
		end
	end,
	["FFI"] = function()
		local numbers = require("ffi").new("int[100]")
		while true do
			for i = 0, 99 do
				numbers[i] = numbers[i] + 1
			end
		end
	end,
	["garbage"] = function()
		while true do
			local list = {}
			for i = 1, 50 do
				list[i] = { i }
			end
		end
	end,
}

return {
	name = "endless",
	version = "1",
	open = function(options)
		if options.where == "open" then
			forever()
		end
	end,
	load = function(text)
		if text == "load" then
			forever()
		end
		return { way = text }, { allocated = {} }
	end,
	stats = function()
		return { "Node" }
	end,
	-- Node 9 loops; every other node returns its id.
	Calculate = function(build, set)
		if set.add[1] == 9 then
			ways[build.way]()
		end
		return { Node = set.add[1] or 0 }
	end,
	unload = function(build)
		if build.way == "unload" then
			forever()
		end
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
		loop = forever,
	},
}
