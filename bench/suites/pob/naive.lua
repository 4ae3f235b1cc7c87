-- What a program without pobatch does: Path of Building in a plain LuaJIT, hosted by its own HeadlessWrapper.lua, one
-- node set after the other. Started in the checkout's `src` folder; takes one request a line from standard input:
--   load FILE          loads a build; answers milliseconds
--   variants SCRIPT FILE  reads changes of the build, as JSON; SCRIPT (../variants/window.lua) makes them in the window
--   sets FILE          reads node sets: a line each, which variant it is of and "|" (0 or none: the build itself), what
--                      is added, "-", removed ids; an added node is its id, its attribute
--                      (1 Strength, 2 Dexterity, 3 Intelligence, 0 none) and its weapon set (0: both), as in 26297:2:0
--   naive              all sets through PoB's what-if calculator; answers milliseconds and the sum of Life
--   real COUNT         the first sets by allocating the nodes and calculating the build; the same answer
--   equip COUNT        the first changes, each an item of one slot: equipped, the build calculated, taken off again; the
--                      same answer
--   replace COUNT      the same items through PoB's what-if calculator, which replaces what a slot has
--   power STAT DEPTH FILE  Path of Building's own power report; answers milliseconds, and writes lines of node id and power of
--                      its path into FILE
--   processor          milliseconds of processor time since the process began
--   truth FILE         what the window shows of each set after its clicks in the build as it was loaded: lines of names and
--                      bits of all numbers, or why there are none, into FILE
-- Answers begin with "@@": PoB prints, too.
-- luacheck: globals build data loadBuildFromXML runCallback wipeGlobalCache new

local ffi = require("ffi")

ffi.cdef([[
	struct pobatch_time { long seconds, nanoseconds; };
	int clock_gettime(int clock, struct pobatch_time *time);
	int fork(void);
	int waitpid(int process, int *status, int options);
	void _exit(int status);
]])
local time = ffi.new("struct pobatch_time")
local MONOTONIC = 1

local function now()
	ffi.C.clock_gettime(MONOTONIC, time)
	return 1000 * tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e6
end

package.path = "../runtime/lua/?.lua;../runtime/lua/?/init.lua;" .. package.path
-- A C module that a plain LuaJIT does not have. PoB calls it to format numbers, which are ASCII.
package.preload["lua-utf8"] = function()
	return setmetatable({ next = function(_, place, step) return place + (step or 1) end }, { __index = string })
end

dofile("HeadlessWrapper.lua")

local sets, changes, window = {}, {}, nil
local requests = {}

function requests.load(file)
	local handle = assert(io.open(file, "rb"))
	local text = handle:read("*a")
	handle:close()
	local start = now()
	loadBuildFromXML(text, file)
	return now() - start
end

local function nodesOf(text)
	local ids, attributes, weaponSets = {}, {}, {}
	for id, choices in text:gmatch("(%d+)([:%d]*)") do
		ids[#ids + 1] = tonumber(id)
		local attribute, weaponSet = choices:match("^:(%d):(%d)$")
		attributes[#ids], weaponSets[#ids] = tonumber(attribute), tonumber(weaponSet)
	end
	return ids, attributes, weaponSets
end

function requests.variants(argument)
	local script, file = argument:match("^(%S+)%s+(.*)$")
	local handle = assert(io.open(file, "rb"))
	changes = assert(require("dkjson").decode(handle:read("*a")))
	handle:close()
	window = dofile(script)
	return #changes
end

function requests.sets(file)
	sets = {}
	for line in io.lines(file) do
		local variant, words = line:match("^(%d+)|(.*)$")
		local added, removed = (words or line):match("^(.-)%-(.*)$")
		local add, attributes, weaponSets = nodesOf(added)
		sets[#sets + 1] = {
			add = add, attributes = attributes, weaponSets = weaponSets, remove = nodesOf(removed),
			variant = tonumber(variant) or 0,
		}
	end
	return #sets
end

local function nodeSet(ids)
	local nodes = {}
	for _, id in ipairs(ids) do
		nodes[build.spec.nodes[id]] = true
	end
	return nodes
end

function requests.naive()
	local calculate = build.calcsTab.calcs.getMiscCalculator(build)
	local sum = 0
	local start = now()
	for _, set in ipairs(sets) do
		local output = calculate({ addNodes = nodeSet(set.add), removeNodes = nodeSet(set.remove) }, true)
		sum = sum + output.Life
	end
	return now() - start, sum
end

function requests.real(count)
	local spec, sum = build.spec, 0
	local before = spec:CreateUndoState()
	local start = now()
	for i = 1, math.min(tonumber(count), #sets) do
		for _, id in ipairs(sets[i].remove) do
			if spec.nodes[id].alloc then
				spec:DeallocNode(spec.nodes[id])
			end
		end
		for _, id in ipairs(sets[i].add) do
			if not spec.nodes[id].alloc and spec.nodes[id].path then
				spec:AllocNode(spec.nodes[id])
			end
		end
		wipeGlobalCache()
		build.calcsTab:BuildOutput()
		sum = sum + build.calcsTab.mainOutput.Life
		spec:RestoreUndoState(before)
	end
	return now() - start, sum
end

-- Calls `try` with a slot and a new item for each of the first changes.
local function eachItem(count, try)
	local sum, start = 0, now()
	for i = 1, math.min(tonumber(count), #changes) do
		for name, entry in pairs(changes[i].items) do
			sum = sum + try(build.itemsTab.slots[name], new("Item", entry.text))
		end
	end
	return now() - start, sum
end

function requests.equip(count)
	local tab = build.itemsTab
	return eachItem(count, function(slot, item)
		local before = slot.selItemId
		tab:AddItem(item, true)
		slot:SetSelItemId(item.id)
		tab:PopulateSlots()
		wipeGlobalCache()
		build.calcsTab:BuildOutput()
		local life = build.calcsTab.mainOutput.Life
		slot:SetSelItemId(before)
		tab:DeleteItem(item)
		return life
	end)
end

function requests.replace(count)
	local calculate = build.calcsTab.calcs.getMiscCalculator(build)
	return eachItem(count, function(slot, item)
		return calculate({ repSlotName = slot.slotName, repItem = item }, true).Life
	end)
end

-- The report of the window's tree tab, which is of both offence and defence where no stat is chosen.
function requests.power(argument)
	local stat, depth, file = argument:match("^(%S+)%s+(%d+)%s+(.*)$")
	local tab = build.calcsTab
	for _, entry in ipairs(data.powerStatList) do
		if entry.stat == stat then
			tab.powerStat = entry
		end
	end
	assert(tab.powerStat, "no power report of " .. stat)
	tab.nodePowerMaxDepth = tonumber(depth)
	local start = now()
	-- As frame after frame of the window does, which it yields to now and then.
	local builder = coroutine.create(tab.PowerBuilder)
	repeat
		assert(coroutine.resume(builder, tab))
	until coroutine.status(builder) == "dead"
	local took = now() - start
	local handle = assert(io.open(file, "wb"))
	for id, node in pairs(build.spec.nodes) do
		if node.power.pathPower and not node.alloc then
			handle:write(("%d %.17g\n"):format(id, node.power.pathPower))
		end
	end
	handle:close()
	return took
end

function requests.processor()
	return 1000 * os.clock()
end

-- Clicks of the window, see Classes/PassiveTreeView.lua; answers why the set cannot be had by them.
local function click(set)
	local spec = build.spec
	local function allocated()
		local count = 0
		for _ in pairs(spec.allocNodes) do
			count = count + 1
		end
		return count
	end
	local wanted = allocated() + #set.add - #set.remove
	for _, id in ipairs(set.remove) do
		local node = spec.nodes[id]
		if node.isAttribute then
			spec.hashOverrides[id] = nil
		end
		spec:DeallocNode(node)
	end
	for i, id in ipairs(set.add) do
		-- The way to an attribute node is part of the click on it. Without a choice, what the window begins with.
		local chosen = 1
		for j = #set.add, i, -1 do
			if spec.nodes[set.add[j]].isAttribute then
				chosen = math.max(1, set.attributes[j])
			end
		end
		spec.attributeIndex = chosen
		spec.allocMode = set.weaponSets[i]
		local node = spec.nodes[id]
		-- The popup that a click on an attribute node opens. Through a jewel like "From Nothing" no other way gives it one.
		if node.isAttribute and not node.alloc then
			spec:SwitchAttributeNode(id, chosen)
		end
		spec:AllocNode(node)
	end
	for _, id in ipairs(set.add) do
		if not spec.allocNodes[id] then
			return "no click allocates node " .. id
		end
	end
	if allocated() ~= wanted then
		return "the clicks change other nodes, too"
	end
	spec:AddUndoState()
	build.buildFlag = true
	runCallback("OnFrame")
end

local bits = ffi.new("union { double number; struct { uint32_t low, high; } half; }")

local function numbers(prefix, output, out)
	for name, value in pairs(output) do
		if type(name) == "string" and type(value) == "number" then
			-- 0 and -0 read alike.
			bits.number = value + 0
			out[#out + 1] = ("%s%s=%08x%08x"):format(prefix, name, bits.half.high, bits.half.low)
		end
	end
end

local function shown(set)
	if set.variant > 0 then
		window.change(changes[set.variant])
	end
	local why = click(set)
	if why then
		return "!" .. why
	end
	local out = {}
	local output = build.calcsTab.mainOutput
	numbers("", output, out)
	if output.Minion then
		numbers("Minion.", output.Minion, out)
	end
	return table.concat(out, "\t")
end

-- Each set in a process of its own, which begins as a copy of this one: loading the build for each set would take half a
-- second, and Path of Building's undo does not bring back all that a loaded build has.
function requests.truth(file)
	os.remove(file)
	for i = 1, #sets do
		io.flush()
		local process = ffi.C.fork()
		assert(process >= 0, "no further process")
		if process == 0 then
			collectgarbage("stop")
			local ok, text = pcall(shown, sets[i])
			local handle = io.open(file, "ab")
			if handle then
				handle:write(ok and text or "!" .. tostring(text):gsub("%c", " "), "\n")
				handle:close()
			end
			ffi.C._exit(0)
		end
		ffi.C.waitpid(process, nil, 0)
	end
	return #sets
end

io.write("@@ready ", jit.version, "\n")
io.flush()
for line in io.lines() do
	local name, argument = line:match("^(%S+)%s*(.*)$")
	local answer = { pcall(requests[name], argument) }
	for i = 1, #answer do
		answer[i] = tostring(answer[i])
	end
	io.write("@@", table.concat(answer, "\t"), "\n")
	io.flush()
end
