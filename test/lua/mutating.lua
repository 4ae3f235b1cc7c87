-- Tries to change what later rows are computed from. Node 1 of a row stands for the first way in `names`, and so on. Before
-- that, and in rows without such a node, the result depends on everything that the calculator can reach.
-- luacheck: globals tostring tonumber note lost
local calculator, tree
local calls, log = 0, {}
local words = ("a b c d e f g h i j k l m n o p q r s t u v w x y z"):gmatch("%a")
local original = { string = string, table = table, math = math, insert = table.insert, globals = _G }

local ways = {}

function ways.scalar(build)
	build.life = build.life + 1
	build.name = build.name .. "!"
end
function ways.nested(build)
	build.nodes[5].life = 1e6
	build.nodes[5].stats[1] = "changed"
end
ways["adds keys"] = function(build)
	build.extra = { 1, 2, 3 }
	build.nodes[1e9] = { life = 1, stats = {} }
end
ways["removes keys"] = function(build)
	build.life = nil
	build.nodes[7] = nil
	build.order[3000009] = nil
end
ways["removes keys and adds others"] = function(build)
	for i = 1, 40 do
		build.order[i * 1000003] = nil
		build.order[i * 7000003 + 0.5] = i
	end
	collectgarbage()
	for i = 1, 40 do
		build.order[i * 1000003] = i
		build.order[i * 7000003 + 0.5] = nil
	end
end
ways["empties a table"] = function(build)
	require("table.clear")(build.nodes)
	require("table.clear")(build.order)
end
ways["grows tables"] = function(build)
	for i = 1, 3000 do
		build.list[#build.list + 1] = i
		build.order["key" .. i] = i
		log[#log + 1] = "row " .. i
	end
end
ways["shrinks an array"] = function(build)
	while #build.list > 2 do
		table.remove(build.list)
	end
end
ways["sorts an array"] = function(build)
	table.sort(build.list, function(a, b)
		return a > b
	end)
end
ways["swaps references"] = function(build)
	build.nodes[3], build.nodes[4] = build.nodes[4], build.nodes[3]
	build.same, build.other = build.other, build.same
end
ways["makes a cycle"] = function(build)
	build.nodes[1].parent = build
	build.same.self = build.same
end
ways["cuts a cycle"] = function(build)
	build.self.self = { life = 3 }
end
ways["sets metatables"] = function(build)
	setmetatable(build, {
		__index = function()
			return 5
		end,
	})
	setmetatable(build.nodes[2], { __index = { missing = 7 } })
end
ways["removes a metatable"] = function(build)
	setmetatable(build.guarded, nil)
end
ways["changes a metatable"] = function(build)
	local meta = getmetatable(build.guarded)
	meta.__index.missing = 12
	meta.__call = function()
		return 99
	end
end
ways["changes the set"] = function(_, set)
	for _, array in ipairs({ set.add, set.addAttribute, set.addWeaponSet, set.remove }) do
		array[1] = 4242
		array[#array + 1] = 4343
		array.extra = 1
		setmetatable(array, { __index = original.math })
	end
	set.extra = 1
	setmetatable(set, { __index = original.string })
	set.addCount, set.removeCount, set.add = 17, 18, {}
end
ways["changes the stats"] = function(_, _, stats)
	stats[1], stats.extra = "C", "B"
	setmetatable(stats, { __len = function() return 77 end })
end
ways["keeps its arguments"] = function(build, set, stats)
	build.kept = { set, stats }
	log[#log + 1] = set
end
ways["changes the tree"] = function()
	tree.nodes[2].stats[1] = "100% increased Damage"
	tree.nodes[3].x = tree.nodes[3].x + 0.25
	tree.nodes[4] = nil
	tree.classes[2].name = "Nobody"
end
ways["loses the tree"] = function()
	tree = { nodes = {}, classes = {} }
end
ways["counts its calls"] = function()
	calls = calls + 1
end
ways["rolls dice"] = function()
	math.random()
	math.randomseed(calls + 17)
end
ways["goes on in an iterator"] = function()
	words()
end
ways["replaces functions of string"] = function()
	for name in pairs(original.string) do
		original.string[name] = function()
			return "nothing"
		end
	end
end
ways["removes functions of math"] = function()
	for name in pairs(original.math) do
		original.math[name] = nil
	end
end
ways["replaces functions of table"] = function()
	table.insert = function() end
	table.concat = nil
end
ways["changes the strings' metatable"] = function()
	getmetatable("").__index = { rep = function() return "x" end }
	getmetatable("").__add = function()
		return 3
	end
end
ways["changes globals"] = function()
	tostring, tonumber, note = nil, print, "changed"
	_G.pairs = function()
		return function() end
	end
end
ways["replaces libraries"] = function()
	_G.string, _G.math = {}, setmetatable({}, { __index = math })
end
ways["changes environments"] = function()
	setfenv(ways.scalar, {})
	setfenv(0, { lost = true })
	setmetatable(_G, {
		__index = function()
			return 8
		end,
	})
end
ways["breaks the calculator"] = function()
	calculator.Calculate, calculator.stats, calculator.load = nil, nil, nil
	for name in pairs(ways) do
		ways[name] = nil
	end
end
ways["raises in the middle"] = function(build)
	build.life = 0
	tree.nodes[1].x = 3
	error("in the middle")
end
ways["answers no number"] = function(build)
	build.life = -1
	return { A = "text" }
end
ways["changes the build while its answer is read"] = function(build)
	return setmetatable({}, {
		__index = function()
			build.life = build.life + 1
			calls = calls + 1
			return build.life
		end,
	})
end

local names = {}
for name in pairs(ways) do
	names[#names + 1] = name
end
table.sort(names)

-- A number computed from everything below a value. It does not depend on the order of keys, because the order of strings
-- differs between states.
local function sumOf(value, seen)
	local kind = type(value)
	if kind == "number" then
		return value == math.huge and 5 or value % 1e6
	elseif kind == "string" then
		local sum = #value
		for i = 1, #value do
			sum = sum + value:byte(i) * i
		end
		return sum
	elseif kind ~= "table" then
		return #kind
	elseif seen[value] then
		return seen[value]
	end
	seen.count = seen.count + 1
	seen[value] = seen.count % 7 + 1
	local sum = #value
	for key, item in pairs(value) do
		sum = (sum + sumOf(key, seen) * (3 + sumOf(item, seen))) % 2 ^ 40
	end
	local meta = getmetatable(value)
	return meta and (sum + 11 * sumOf(meta, seen)) % 2 ^ 40 or sum
end

local function orderOf(list)
	local sum = 0
	for key in pairs(list) do
		sum = (sum * 31 + key) % 2 ^ 40
	end
	return sum
end

local function answer(build, set, stats)
	local seen = { count = 0 }
	local state = 0
	for _, part in ipairs({ build.list, build.same, build.other, build.guarded, tree, set, stats, string, math, table }) do
		state = (state * 3 + sumOf(part, { count = 0 })) % 2 ^ 40
	end
	for i = 1, 50 do
		state = (state + i * sumOf(build.nodes[i], { count = 0 })) % 2 ^ 40
	end
	state = state + #build.name + #build.nodes + sumOf(build.self == build, seen) + sumOf(build.guarded(), seen)
	state = state + (build.life or 0.5) + (build.extra and 1 or 0) + (build.missing or 0) + (rawget(_G, "note") and 2 or 0)
	state = state + sumOf(words(), seen) + (build.same == build.shared[1] and 1 or 0) + tonumber("12") + #tostring(12)
	-- If a way that replaces the functions of strings left a trace, this method call would meet it.
	state = state + #("ab"):rep(3) + (getmetatable("").__add and 1 or 0) + (lost and 1 or 0) + #names
	return { A = state % 2 ^ 40 + math.random(), B = orderOf(build.order) + #log, C = calls + #set.add + set.addCount }
end

calculator = {
	name = "mutating",
	version = "1",
	open = function(options)
		tree = options.tree
	end,
	load = function(text)
		local build = { life = 40, name = text, nodes = {}, list = {}, order = {}, same = { 1, 2 }, other = { 3 } }
		for i = 1, 50 do
			build.nodes[i] = { life = i, stats = { "a" .. i, "b" .. i } }
			build.order[i * 1000003] = i
			build.list[i] = (i * 37) % 101
		end
		build.shared, build.self = { build.same, build.other }, build
		build.guarded = setmetatable({ 1 }, {
			__index = { missing = 4 },
			__call = function(self)
				return self.missing
			end,
		})
		return build, { allocated = { 60001, 60002 } }
	end,
	stats = function()
		return { "A", "B", "C" }
	end,
	Calculate = function(build, set, stats)
		local way = ways[names[set.add[1]]]
		local row = answer(build, set, stats)
		return way and way(build, set, stats) or row
	end,
	commands = {
		ways = function()
			return names
		end,
	},
}
return calculator
