-- Works on a heap with every kind of object while young objects are collected, and compares it with a model that the collector
-- does not know.
local host = ...
local ffi = require("ffi")
local nursery, checkpoints = host.nursery, host.checkpoints

local NODES, SLOTS = 400, 6

-- A generator that gives the same numbers in every run.
local function dice(seed)
	return function(n)
		seed = (seed * 1103515245 + 12345) % 2147483648
		return math.floor(seed / 65536) % n + 1
	end
end

-- The possible contents of a slot, by kind: `make(id)` returns an object that represents id, and `read(object)` returns the id.
local kinds = {
	{
		make = function(id)
			return { id = id, text = "text " .. id, [id] = { id } }
		end,
		read = function(object)
			assert(object.text == "text " .. object.id and object[object.id][1] == object.id)
			return object.id
		end,
	},
	{
		-- A variable that is assigned when its function is already old.
		make = function(id)
			local held = { id = -1 }
			local function put(value)
				held = value
			end
			local function get()
				return held.id
			end
			put({ id = id })
			return { put = put, get = get, first = true }
		end,
		read = function(object)
			local id = object.get()
			object.put({ id = id })
			return object.get()
		end,
	},
	{
		make = function(id)
			local thread = coroutine.wrap(function()
				local held = { id = id }
				while true do
					coroutine.yield(held.id)
					held = { id = held.id }
				end
			end)
			return { thread = thread }
		end,
		read = function(object)
			return object.thread()
		end,
	},
	{
		make = function(id)
			return setmetatable({}, { __index = { id = id } })
		end,
		read = function(object)
			return object.id
		end,
	},
	{
		make = function(id)
			local proxy = newproxy(true)
			getmetatable(proxy).__index = { id = id }
			return { proxy = proxy }
		end,
		read = function(object)
			return object.proxy.id
		end,
	},
	{
		make = function(id)
			return { cdata = ffi.new("int[3]", id, id, id), code = assert(loadstring("return " .. id)) }
		end,
		read = function(object)
			assert(object.cdata[1] == object.code())
			return object.cdata[2]
		end,
	},
	{
		make = function(id)
			return ffi.gc(ffi.new("int[1]", id), function() end)
		end,
		read = function(object)
			return object[0]
		end,
	},
}

local function churn(args)
	local roll = dice(args.seed)
	local nodes, byKey = {}, setmetatable({}, { __mode = "k" })
	local ids, kindOf = ffi.new("int[?]", NODES * SLOTS), ffi.new("int[?]", NODES * SLOTS)
	local weakValues = setmetatable({}, { __mode = "v" })
	for i = 1, NODES do
		nodes[i] = {}
	end
	local nextId, swept, refused = 0, 0, 0
	local function put(node, slot)
		nextId = nextId + 1
		local kind = roll(#kinds)
		local object = kinds[kind].make(nextId)
		nodes[node]["slot" .. slot] = object
		byKey[object] = { id = nextId }
		weakValues[node * SLOTS + slot] = object
		local at = (node - 1) * SLOTS + slot - 1
		ids[at], kindOf[at] = nextId, kind
	end
	local function check()
		for node = 1, NODES do
			for slot = 1, SLOTS do
				local at = (node - 1) * SLOTS + slot - 1
				local object = nodes[node]["slot" .. slot]
				if ids[at] == 0 then
					assert(object == nil)
				else
					assert(kinds[kindOf[at]].read(object) == ids[at], "a slot has another object")
					assert(byKey[object].id == ids[at], "a weak key lost its value")
					assert(weakValues[node * SLOTS + slot] == object, "a weak value that lives was cleared")
				end
			end
		end
	end
	local function swap(a, b, slot)
		local x, y = (a - 1) * SLOTS + slot - 1, (b - 1) * SLOTS + slot - 1
		local name = "slot" .. slot
		nodes[a][name], nodes[b][name] = nodes[b][name], nodes[a][name]
		ids[x], ids[y], kindOf[x], kindOf[y] = ids[y], ids[x], kindOf[y], kindOf[x]
		weakValues[a * SLOTS + slot], weakValues[b * SLOTS + slot] = nodes[a][name], nodes[b][name]
	end
	if args.keeps then
		-- After a full collection no cycle is running.
		collectgarbage()
		collectgarbage("stop")
	end
	nursery.settle(args.keeps)
	local highest = 0
	for round = 1, args.rounds do
		for _ = 1, 300 do
			put(roll(NODES), roll(SLOTS))
			swap(roll(NODES), roll(NODES), roll(SLOTS))
			-- Garbage: no one holds it.
			kinds[roll(#kinds)].make(-round)
		end
		if round % args.fullEvery == 0 then
			collectgarbage()
		elseif round % args.stepEvery == 0 then
			collectgarbage("step", 10)
		end
		if nursery.sweep() then
			swept = swept + 1
		else
			refused = refused + 1
			nursery.settle()
		end
		check()
		highest = math.max(highest, collectgarbage("count"))
	end
	nursery.settle()
	check()
	return { swept = swept, refused = refused, highest = highest, lives = collectgarbage("count") }
end

-- How many unreferenced objects remain after a sweep and after a full collection.
local function left()
	local finalized, sum = 0, 0
	local weak = setmetatable({}, { __mode = "k" })
	nursery.settle()
	local before = collectgarbage("count")
	for i = 1, 20000 do
		weak[{ {} }] = true
		local held = { i }
		ffi.gc(ffi.new("int[1]"), function()
			sum = sum + held[1]
		end)
		local proxy = newproxy(true)
		getmetatable(proxy).__gc = function()
			finalized = finalized + 1
		end
	end
	local made = collectgarbage("count") - before
	assert(nursery.sweep())
	local entries = 0
	for _ in pairs(weak) do
		entries = entries + 1
	end
	local afterSweep = finalized
	nursery.settle()
	nursery.settle()
	return { made = made, entries = entries, finalizedBySweep = afterSweep, finalized = finalized, sum = sum }
end

-- What a sweep leaves of unreferenced userdata, and of what only they refer to.
local function userdata()
	nursery.settle()
	local weak = setmetatable({}, { __mode = "v" })
	local held = {}
	for i = 1, 100 do
		local plain, proxy = { name = "plain" }, newproxy(true)
		getmetatable(proxy).__index = plain
		local finalized, other = { name = "finalized" }, newproxy(true)
		getmetatable(other).__index = finalized
		getmetatable(other).__gc = function() end
		weak["plain " .. i], weak["finalized " .. i] = plain, finalized
		held[i] = i <= 10 and proxy or nil
	end
	assert(nursery.sweep())
	local left = { plain = 0, finalized = 0 }
	for name in pairs(weak) do
		local kind = name:match("%a+")
		left[kind] = left[kind] + 1
	end
	for i = 1, #held do
		assert(held[i].name == "plain")
	end
	return left
end

-- The largest heap while garbage is created that only LuaJIT itself collects, `rounds` times the allowed growth: until LuaJIT's
-- first full collection, and after it. Half of the first garbage was still live when the heap was settled.
local function bounded(args)
	local room, garbage = 20 * 1024, {}
	for i = 1, 20000 do
		garbage[i] = { text = "before " .. i, {} }
	end
	local limit = collectgarbage("count") + room
	nursery.rest(limit, room)
	if args.settles then
		nursery.settle()
	end
	garbage = nil
	local _, first = nursery.lived()
	local live, collections, before, since = 0, first, 0, 0
	for round = 1, 40 * args.rounds do
		local young = {}
		for i = 1, 1000 do
			young[i] = { text = round .. " " .. i, list = { i, i, i } }
			local count = collectgarbage("count")
			if collections == first then
				before = math.max(before, count)
			else
				since = math.max(since, count)
			end
		end
		if args.sweeps and round % 10 == 0 then
			nursery.sweep()
		end
		local lived, count = nursery.lived()
		if count ~= first then
			live, collections = math.max(live, lived), count
		end
	end
	return { limit = limit, before = before, since = since, live = live, room = room, collections = collections - first }
end

-- Whether a function that ran compiled, and what its variable refers to, can be collected after `generalize`.
local function generalized(args)
	local make = loadstring([[
		return function(held)
			local function add(n)
				return n + #held
			end
			local function twice(n)
				return add(add(n))
			end
			return twice
		end
	]])
	if args.generalizes then
		host.generalize(make, 2)
	end
	local maker = make()
	local weak = setmetatable({}, { __mode = "v" })
	local function run()
		local held = { 1, 2, 3 }
		weak[1] = held
		local twice, sum = maker(held), 0
		for i = 1, 10000 do
			sum = sum + twice(i)
		end
		return sum
	end
	local sum = run()
	collectgarbage()
	return { sum = sum, held = weak[1] ~= nil }
end

local function counting()
	local counter = 0
	return function()
		counter = counter + 1
		return counter
	end
end

local function marked()
	local old = { name = "old", list = { 1 } }
	local mark = {}
	local young = { name = "young", old = old, list = { 1, 2, 3 }, count = counting() }
	young.count()
	local checkpoint = checkpoints.take(young, mark)
	young.name, young.extra, young.list[4], old.name, old.list[2] = "other", {}, 4, "changed", 2
	young.count()
	local restored = checkpoints.restore(checkpoint)
	local ok, message = pcall(checkpoints.take, young, "no table")
	local variable = 0
	young.atWork = function()
		return variable
	end
	local none, obstacle = checkpoints.take(young, mark)
	return {
		restored = restored,
		young = young.name,
		extra = young.extra == nil,
		length = #young.list,
		count = young.count(),
		old = old.name,
		oldLength = #old.list,
		refused = not ok and message or "taken",
		ofFunctionAtWork = none == nil and obstacle or "taken",
	}
end

return {
	name = "nursery",
	version = "1",
	load = function()
		return {}, {}
	end,
	stats = function()
		return { "Nothing" }
	end,
	Calculate = function()
		return { Nothing = 0 }
	end,
	commands = {
		churn = function(_, args)
			return churn(args)
		end,
		left = left,
		userdata = userdata,
		bounded = function(_, args)
			return bounded(args)
		end,
		generalized = function(_, args)
			return generalized(args)
		end,
		marked = marked,
	},
}
