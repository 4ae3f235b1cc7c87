-- One fixed order for Path of Building's loops over tables.
--
-- `pairs` visits string keys in an order that depends on a random seed of the state, and table keys in the order of their
-- addresses. PoB's numbers then differ from one start to the next where a loop takes only the first few entries (which charms
-- count when there are more than the limit), lets a later entry win, or adds up fractions. The `pairs` that PoB's modules get
-- here visits strings by name, and objects by what they are in the build: items by slot, socket groups by position, the rest
-- by id or name. Numbers keep Lua's own order, which depends only on what was put into the table, and in which order.

local next, type, sort = next, type, table.sort
local rawPairs = pairs

local order = {}

-- Modules whose loops over strings or objects only fill tables, or that run far too often to be sorted: the class library, the
-- modifier database (where each name has a separate list) and the tree, whose keys are ids.
local RAW = {
	["Modules/Common.lua"] = true,
	["Classes/ModDB.lua"] = true,
	["Classes/PassiveSpec.lua"] = true,
	["Classes/PassiveTree.lua"] = true,
	["Classes/PassiveTreeView.lua"] = true,
	["Classes/ControlHost.lua"] = true,
	["Classes/TradeQueryGenerator.lua"] = true,
	["Data/Global.lua"] = true,
}

-- Modules that iterate over large tables which never change once they are filled: the order of these is cached.
local FIXED = { ["Modules/ModParser.lua"] = true }

local TYPE_RANK = { number = 1, string = 2, boolean = 3, table = 4, ["function"] = 5 }

-- The positions of items and socket groups in the current build.
local function places(build)
	local rank = {}
	local items, skills = build and build.itemsTab, build and build.skillsTab
	if items and items.orderedSlots then
		for i = 1, #items.orderedSlots do
			local item = items.items[items.orderedSlots[i].selItemId]
			if item and not rank[item] then
				rank[item] = i
			end
		end
	end
	if skills and skills.socketGroupList then
		for i = 1, #skills.socketGroupList do
			rank[skills.socketGroupList[i]] = i
		end
	end
	return rank
end

local function describe(key, rank)
	if type(key) ~= "table" then
		return ""
	end
	local place = rank[key]
	if place then
		return ("%06d"):format(place)
	end
	local id = rawget(key, "id") or rawget(key, "_className") or rawget(key, "name") or rawget(key, "dn")
	if type(id) == "number" then
		return ("~%020.6f"):format(id)
	end
	return "~" .. tostring(type(id) == "string" and id or "")
end

local function walkList(state)
	local at, keys, t = state.at, state.keys, state.t
	while true do
		at = at + 1
		local key = keys[at]
		if key == nil then
			return nil
		end
		local value = t[key]
		if value ~= nil then
			state.at = at
			return key, value
		end
	end
end

-- Up to this many keys an insertion sort is faster: LuaJIT compiles it, but not `sort`.
local FEW = 24

local function sortTexts(keys, n)
	if n > FEW then
		sort(keys)
		return
	end
	for i = 2, n do
		local key, at = keys[i], i - 1
		while at > 0 and key < keys[at] do
			keys[at + 1] = keys[at]
			at = at - 1
		end
		keys[at + 1] = key
	end
end

-- Facts about the keys that are being sorted. A comparison function created for each sort would stay in compiled code (see
-- binding/luajit/closures.h) and keep the build alive.
local known = {}

local function isBefore(a, b)
	if a == b then
		return false
	end
	local typeA, typeB = type(a), type(b)
	if typeA ~= typeB then
		return (TYPE_RANK[typeA] or 9) < (TYPE_RANK[typeB] or 9)
	end
	if typeA == "number" or typeA == "string" then
		return a < b
	end
	local texts = known.texts
	if texts[a] ~= texts[b] then
		return texts[a] < texts[b]
	end
	return known.position[a] < known.position[b]
end

local function sortedKeys(t, currentBuild)
	local keys, n, onlyStrings = {}, 0, true
	for key in rawPairs(t) do
		n = n + 1
		keys[n] = key
		onlyStrings = onlyStrings and type(key) == "string"
	end
	if n < 2 then
		return keys
	end
	if onlyStrings then
		sortTexts(keys, n)
		return keys
	end
	local rank = places(currentBuild())
	local texts, position = {}, {}
	for i = 1, n do
		texts[keys[i]] = describe(keys[i], rank)
		position[keys[i]] = i
	end
	known.texts, known.position = texts, position
	sort(keys, isBefore)
	known.texts, known.position = nil, nil
	return keys
end

-- Another order of the same keys. 1: backwards; n >= 2: rotated by n - 1.
local function vary(keys, variant)
	local n = #keys
	local other = {}
	for i = 1, n do
		other[i] = variant == 1 and keys[n + 1 - i] or keys[(i + variant - 2) % n + 1]
	end
	return other
end

--- The `pairs` functions for a world. `currentBuild()` returns PoB's build object or nil. Returns choose(path), which returns
--- the `pairs` for the module at `path`, and setVariant(n), which changes the order to show what depends on it (0: the usual
--- one).
function order.new(currentBuild)
	local variant = 0
	local function ordered(t)
		if type(t) ~= "table" then
			return rawPairs(t)
		end
		local first = next(t)
		local kind = type(first)
		if kind == "number" or first == nil or next(t, first) == nil then
			return next, t, nil
		end
		local keys = sortedKeys(t, currentBuild)
		if variant ~= 0 then
			keys = vary(keys, variant)
		end
		return walkList, { t = t, keys = keys, at = 0 }, nil
	end

	local sorted = setmetatable({}, { __mode = "k" })
	local function fixed(t)
		local first = next(t)
		if type(first) ~= "string" then
			return ordered(t)
		end
		local keys = sorted[t]
		if not keys then
			keys = sortedKeys(t, currentBuild)
			if #keys > 64 then
				sorted[t] = keys
			end
		end
		return walkList, { t = t, keys = keys, at = 0 }, nil
	end

	return function(path)
		if RAW[path] then
			return rawPairs
		elseif FIXED[path] then
			return fixed
		end
		return ordered
	end, function(n)
		variant = n
	end
end

return order
