-- The Lua half of the calculator contract: keeps the builds of one calculator, and evaluates chunks of node sets with one call
-- from native code per chunk. Called once per state with
--   1. the compiled calculator
--   2. its `host`
--   3. the state's chunk: address, C declaration, size, and the numbers of the row statuses (binding/state/chunk.hpp)
--   4. a function that runs a full collection, without regard to the memory limit, if memory was refused since the last
--      collection, or if it is called with true; it returns whether memory was refused
--   5. the compiled lua/sandbox.lua if the calculator is not trusted, else nil
--   6. the functions of binding/luajit/checkpoint.h if the calculator's rows are to be rolled back, else nil
--   7. a function that checks how much of the thread's stack is left.
-- Returns the table of functions that native code keeps.
local ffi = require("ffi")
local bit = require("bit")
local new = require("table.new")
local band, bor, rshift = bit.band, bit.bor, bit.rshift
-- Kept in locals, because a calculator may replace globals and the members of libraries.
local error, ipairs, xpcall, type, tostring = error, ipairs, xpcall, type, tostring
local getmetatable = getmetatable
local traceback = debug.traceback
local format, find = string.format, string.find

local compiled, host, layout, collect, sandbox, rollback, checkStack = ...

ffi.cdef(layout.declaration)
if ffi.sizeof("pobatch_chunk") ~= layout.size then
	error(
		format(
			"a chunk has %d bytes here and %d in native code: the compiler of the addon lays structs out in another way than LuaJIT",
			ffi.sizeof("pobatch_chunk"),
			layout.size
		),
		0
	)
end
local chunk = ffi.cast("pobatch_chunk *", layout.address)

local function statusNumber(name)
	return layout.statuses[name] or error(format("native code has no row status `%s`", name), 0)
end
local OK, FAILED = statusNumber("ok"), statusNumber("failed")
local BAD_RESULT, MEMORY, BAD_VARIANT = statusNumber("badResult"), statusNumber("memory"), statusNumber("badVariant")

local function breach(text, ...)
	error("calculator contract: " .. format(text, ...), 0)
end

local function checkField(calculator, field)
	if type(calculator[field]) ~= "function" then
		breach("the calculator's field `%s` is a %s, not a function", field, type(calculator[field]))
	end
end

local log = host.log
if sandbox then
	sandbox(package.path, host.log, checkStack)
	host = { log = host.log, now = host.now }
end

local calculator = compiled(host)
if type(calculator) ~= "table" then
	breach("a calculator file must return a table, this one returned a %s", type(calculator))
end
for _, field in ipairs({ "load", "stats", "Calculate" }) do
	checkField(calculator, field)
end
if calculator.derive ~= nil then
	checkField(calculator, "derive")
end
local Calculate, recover = calculator.Calculate, calculator.recover
local builds = {}

-- The node set of a row. It is reused, so Calculate must not keep it. The arrays are cut to length so that `#` and ipairs work.
-- Changes that a calculator makes to these tables nevertheless are repaired before the next row.
local set = {}
local add, attribute, weaponSet, remove = {}, {}, {}, {}

local function cut(array, length)
	for i = length + 1, #array do
		array[i] = nil
	end
end

local function fillSet(words, first, addEnd, removeEnd)
	local added, removed = addEnd - first, removeEnd - addEnd
	local bits = 0
	for i = 1, added do
		local word = words[first + i - 1]
		bits = bor(bits, word)
		add[i] = band(word, 0xffff)
	end
	-- Few rows choose attributes or weapon sets.
	if bits < 0x10000 then
		for i = 1, added do
			attribute[i], weaponSet[i] = 0, 0
		end
	else
		for i = 1, added do
			local word = words[first + i - 1]
			attribute[i] = band(rshift(word, 16), 3)
			weaponSet[i] = band(rshift(word, 18), 3)
		end
	end
	for i = 1, removed do
		remove[i] = words[addEnd + i - 1]
	end
	cut(add, added)
	cut(attribute, added)
	cut(weaponSet, added)
	cut(remove, removed)
	set.add, set.addAttribute, set.addWeaponSet, set.addCount = add, attribute, weaponSet, added
	set.remove, set.removeCount = remove, removed
end

-- Calculate gets the same table of stats as long as the names stay the same, so that a calculator can keep what it prepared for
-- it. The columns follow `names`, which is a copy: a calculator may sort the list in place.
local names, namesOf = {}, nil

local function keepNames(stats)
	if namesOf == stats then
		return
	end
	names, namesOf = {}, stats
	for i, name in ipairs(stats) do
		names[i] = name
	end
end

local function restoreNames(stats, width)
	for i = 1, width do
		if stats[i] ~= names[i] then
			stats[i] = names[i]
		end
	end
	cut(stats, width)
end

-- For rows that must leave nothing behind: a set and a list of stats that no calculator has seen.
local function freshSet(added, removed)
	set, add, attribute, weaponSet, remove = {}, new(added, 0), new(added, 0), new(added, 0), new(removed, 0)
end

local function freshNames(width)
	local list = new(width, 0)
	for i = 1, width do
		list[i] = names[i]
	end
	return list
end

-- A metatable could make the loop's own writes fail, and could protect itself from being removed.
local function isPlainSet()
	return getmetatable(set) == nil
		and getmetatable(add) == nil
		and getmetatable(attribute) == nil
		and getmetatable(weaponSet) == nil
		and getmetatable(remove) == nil
end

local function describe(message)
	if type(message) == "string" then
		-- A calculator that caught the error may have added its own traceback.
		return find(message, "\nstack traceback:\n", 1, true) and message or traceback(message, 2)
	end
	return traceback("(error object is a " .. type(message) .. " value)", 2)
end

local protocol = {}

function protocol.open(options)
	if calculator.open then
		calculator.open(options)
	end
	return {
		name = tostring(calculator.name or "unnamed"),
		version = tostring(calculator.version or "0"),
		derives = calculator.derive ~= nil,
	}
end

-- With `rollback`, everything that the calculator can reach is restored after each row: its build, its variables and the
-- globals. There is one checkpoint per build, made before its first row; false: it cannot be made. All calls other than rows
-- may change the state, so they discard all checkpoints.
local take, restore = rollback and rollback.take, rollback and rollback.restore
local checkpoints = {}

local function makeCheckpoint(id, build)
	if checkpoints[id] == nil then
		local checkpoint, obstacle = take({ build, builds[id], calculator })
		checkpoints[id] = checkpoint or false
		if not checkpoint then
			log(format("the calculator keeps %s, which cannot be rolled back: each row needs a new state", obstacle))
		end
	end
end

-- build id -> the variant that was derived from it last, { key =, build =, before = checkpoint of the build as loaded }. Chunks
-- are grouped by variant, so keeping one is enough.
local derived = {}

-- Returns to the build itself. With rollback, this undoes what `derive` did to it.
local function leaveVariant(id)
	local variant = derived[id]
	if variant then
		derived[id], checkpoints[id] = nil, nil
		if variant.before and restore(variant.before) then
			checkpoints[id] = variant.before
		end
	end
end

local function leaveVariants()
	for id in pairs(derived) do
		leaveVariant(id)
	end
end

-- Derives the variant `key` of a build; nil and the reason if the calculator refuses it.
local function derive(id, key, change)
	leaveVariant(id)
	if rollback then
		makeCheckpoint(id, builds[id])
	end
	local before = checkpoints[id]
	-- Stored before the call, because an error may leave the build changed.
	local variant = { key = key, before = before or nil }
	derived[id], checkpoints[id] = variant, nil
	local build, info = calculator.derive(builds[id], change, key)
	if build == nil then
		leaveVariant(id)
		if type(info) ~= "string" then
			breach("the calculator's `derive` answered neither a build nor a text")
		end
		return nil, info
	end
	variant.build = build
	return build, info
end

-- The build or variant that the current rows use; the build itself if a variant could not be derived.
local function buildAt(id)
	local variant = derived[id]
	if variant and variant.build ~= nil then
		return variant.build
	end
	return builds[id]
end

-- Selects the build itself (no key) or a variant for the rows; nil and the reason if the variant is refused.
local function choose(id, key, change)
	local variant = derived[id]
	if variant and variant.key == key and variant.build ~= nil then
		return variant.build
	elseif key == nil then
		leaveVariant(id)
		return builds[id]
	end
	return derive(id, key, change)
end

function protocol.load(id, source)
	leaveVariants()
	checkpoints = {}
	local build, info, cause = calculator.load(source)
	if build == nil and type(info) == "string" then
		return { refused = info, traceback = type(cause) == "string" and cause or nil }
	end
	if build == nil then
		breach("the calculator's `load` answered no build")
	end
	if info ~= nil and type(info) ~= "table" then
		breach("the calculator's `load` answered a %s as the build's info, not a table", type(info))
	end
	builds[id] = build
	local stats = calculator.stats(build)
	if type(stats) ~= "table" or #stats == 0 then
		breach("the calculator's `stats` answered no list of names")
	end
	for i = 1, #stats do
		if type(stats[i]) ~= "string" then
			breach("the calculator's `stats` answered a %s as name %d", type(stats[i]), i)
		end
	end
	return { info = info or {}, stats = stats }
end

function protocol.unload(id)
	leaveVariants()
	checkpoints = {}
	local build = builds[id]
	builds[id] = nil
	if build ~= nil and calculator.unload then
		calculator.unload(build)
	end
end

-- The loop itself implements the command "derive": it tries variants (args: array of changes) and returns what the calculator
-- says about each, { warnings = } or { refused = }.
local function tryVariants(id, changes)
	local answers = {}
	for i, change in ipairs(changes) do
		local build, info = derive(id, nil, change)
		if build == nil then
			answers[i] = { refused = info }
		else
			info = type(info) == "table" and info or {}
			answers[i] = { warnings = info.warnings or {}, unstableStats = info.unstableStats }
		end
	end
	leaveVariant(id)
	return answers
end

function protocol.command(name, id, args)
	leaveVariants()
	checkpoints = {}
	if name == "derive" and calculator.derive then
		return tryVariants(id, args)
	end
	local command = calculator.commands and calculator.commands[name]
	if not command then
		breach("the calculator has no command `%s`", name)
	end
	return command(builds[id], args)
end

-- { row in the chunk, status, message with traceback } for each row that failed. Kept here rather than returned by `run`, so
-- that an interruption of `run` loses none.
local failures = {}

local function fail(id, row, status, message)
	-- The second text is all that remains if there was no memory for the traceback either.
	if find(message, "not enough memory", 1, true) or find(message, "error in error handling", 1, true) then
		-- The build may be holding what fills the memory.
		if checkpoints[id] then
			restore(checkpoints[id])
		end
		-- LuaJIT has no emergency collection: without this, the next row would fail because of this row's garbage.
		if collect() then
			status = MEMORY
		end
	end
	chunk.status[row] = status
	-- Native code may have had no memory to take those of the last chunk.
	if chunk.failed == 0 then
		failures = {}
	end
	failures[#failures + 1] = { row, status, message }
	chunk.failed = #failures
end

function protocol.takeFailures()
	chunk.failed = 0
	return failures
end

-- True if the build, and with it the state, is proven to be as it was before the row. False means that only a new state is.
local function recoverBuild(id)
	if checkpoints[id] then
		return restore(checkpoints[id])
	end
	local build = buildAt(id)
	if build == nil or not recover then
		return false
	end
	local ok, clean = xpcall(recover, describe, build)
	return ok and clean == true
end

-- Does the same after a row that did not return to the loop.
function protocol.recover(id)
	local clean = recoverBuild(id)
	if clean and checkpoints[id] then
		-- Until now, the build may have held what the row had created.
		collect(true)
	end
	return clean
end

-- Writes the numbers of the answer to `out`. Returns what is wrong with the answer, or nothing.
local function readAnswer(answer, out, width)
	if type(answer) ~= "table" then
		return format("Calculate answered a %s, not a table", type(answer))
	end
	for i = 1, width do
		local value = answer[names[i]]
		if type(value) ~= "number" then
			return format("Calculate answered a %s for the stat %s, not a number", type(value), names[i])
		end
		out[i - 1] = value
	end
end

-- The remaining rows need a new state.
local function markDirty(row)
	chunk.dirty = 1
	chunk.next = row + 1
end

-- Evaluates the rows chunk.next to chunk.count - 1 of the chunk. It stops after a row that left the state in doubt. An error in
-- a row also ends it, with chunk.next at that row.
local function runRows(id, stats, key, change)
	local build, refused = choose(id, key, change)
	if build == nil then
		for row = chunk.next, chunk.count - 1 do
			fail(id, row, BAD_VARIANT, refused)
		end
		chunk.next = chunk.count
		return
	end
	if rollback then
		makeCheckpoint(id, build)
	end
	local count, width = chunk.count, #names
	local words, ends, rows, results, status = chunk.words, chunk.ends, chunk.rows, chunk.results, chunk.status
	for row = chunk.next, count - 1 do
		chunk.next = row
		local first, addEnd, removeEnd = row == 0 and 0 or ends[2 * row - 1], ends[2 * row], ends[2 * row + 1]
		if rollback then
			freshSet(addEnd - first, removeEnd - addEnd)
			stats = freshNames(width)
		else
			if not isPlainSet() then
				freshSet(addEnd - first, removeEnd - addEnd)
			end
			if getmetatable(stats) ~= nil then
				stats = freshNames(width)
			end
			restoreNames(stats, width)
		end
		fillSet(words, first, addEnd, removeEnd)
		local answer, isMemoized = Calculate(build, set, stats)
		local problem = readAnswer(answer, results + rows[row] * width, width)
		if problem then
			fail(id, row, BAD_RESULT, problem)
		else
			status[row] = OK
			if isMemoized == true then
				chunk.memoized = chunk.memoized + 1
			end
		end
		if rollback and not recoverBuild(id) then
			return markDirty(row)
		end
	end
	chunk.next = count
end

-- Evaluates the chunk from chunk.next on. chunk.next is the current row: the watchdog reads it, and evaluation continues there
-- after an interruption. Returns early, with chunk.dirty set, after a row that left the state in doubt. `key` and `change` name
-- the variant of the build that the rows use.
function protocol.run(id, stats, key, change)
	keepNames(stats)
	-- Rows rarely fail, and one protected call for many rows costs less than one for each.
	repeat
		local ok, message = xpcall(runRows, describe, id, stats, key, change)
		if not ok then
			local row = chunk.next
			fail(id, row, FAILED, tostring(message))
			if not recoverBuild(id) then
				return markDirty(row)
			end
			chunk.next = row + 1
		end
	until ok
end

return protocol
