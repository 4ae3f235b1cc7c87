-- What a program without pobatch does: Path of Building in a plain LuaJIT, hosted by its own HeadlessWrapper.lua, one
-- node set after the other. Started in the checkout's `src` folder; takes one request a line from standard input:
--   load FILE          loads a build; answers milliseconds
--   sets FILE          reads node sets: a line each, added ids, "-", removed ids
--   naive              all sets through PoB's what-if calculator; answers milliseconds and the sum of Life
--   real COUNT         the first sets by allocating the nodes and calculating the build; the same answer
-- Answers begin with "@@": PoB prints, too.

local ffi = require("ffi")

ffi.cdef([[
	struct pobatch_time { long seconds, nanoseconds; };
	int clock_gettime(int clock, struct pobatch_time *time);
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

local sets = {}
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
	local ids = {}
	for id in text:gmatch("%d+") do
		ids[#ids + 1] = tonumber(id)
	end
	return ids
end

function requests.sets(file)
	sets = {}
	for line in io.lines(file) do
		local added, removed = line:match("^(.-)%-(.*)$")
		sets[#sets + 1] = { add = nodesOf(added), remove = nodesOf(removed) }
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
