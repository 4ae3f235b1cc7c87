-- What tells rows apart, as text: the modifiers of their nodes that some query may have let in. docs/internals/memo.md has
-- the proof; numbers with an I are its invariants.
--
-- For each name whose modifiers differ from those of the environment's own nodes, a key describes the modifiers that
-- matter: as a sequence if their order matters, else as a sorted multiset (I14). A modifier is described by type, name,
-- value, flags, tags and the kind of its source (I9), or by the source itself if modifiers are looked at one by one.

local dependencySet = require("pob.memo.dependency_set")
local tests = require("pob.replacements.query_tests")
local exact = require("pob.memo.exact_sums")
local modDescription = require("pob.memo.mod_description")
local inertModifiers = require("pob.memo.inert_modifiers")

local next = next

-- The types of modifiers that are summed, or only tested for presence: their order matters only if the sum rounds (I14).
local UNORDERED = { BASE = true, INC = true, FLAG = true }

-- Names of modifiers whose value contains a modifier for another store (for MinionModifier, also for that of the skill).
local CARRIERS = { EnemyModifier = true, MinionModifier = true }
-- Path of Building iterates over the enemy's exposures one by one.
local EXPOSURE = "Exposure$"

local WEAK = { __mode = "k" }

local memoKey = {}

local context = {}
context.__index = context

---@param shared table @of the extension
---@param env table @the globals of Path of Building's code
---@param numberOf function|nil @(text) -> a number for it that other states use, too, or nil
---@return table @a context: what all rows that it covers depend on, and their keys
function memoKey.new(shared, env, numberOf)
	return setmetatable({
		admits = (tests.new(shared, env)),
		dependencies = dependencySet.new(env),
		-- modifier -> a small number, the same for equal descriptions
		numberOf = {}, numbers = {}, numberCount = 0, give = numberOf,
		-- modifier -> how it affects rows (see `look`)
		looks = {},
		-- environment -> name -> its own modifiers, as text; and whether their order does not matter
		own = setmetatable({}, WEAK), orderless = setmetatable({}, WEAK), changes = 0,
		-- names of modifiers that others carry
		carried = {},
	}, context)
end

---@return table @a context for rows that depend on more
function context:more()
	return setmetatable({
		base = self, admits = self.admits, dependencies = self.dependencies:over(), orderless = setmetatable({}, WEAK),
		changes = self.changes,
	}, context)
end

---From now on the rows of the context also depend on what `added` has.
---@param added table @of dependency_set.lua
function context:add(added)
	self.dependencies:merge(added)
	self:forget()
end

---To be called when the dependencies have changed.
function context:forget()
	self.orderless = setmetatable({}, WEAK)
	if not self.base then
		self.looks, self.own, self.changes = {}, setmetatable({}, WEAK), self.changes + 1
	end
end

function context:number(mod)
	local number = self.numberOf[mod]
	if not number then
		local text = modDescription.of(mod)
		number = self.numbers[text]
		if not number then
			number = self.give and self.give(text)
			if not number then
				-- Negative, to keep it apart from the numbers that other states share.
				self.numberCount = self.numberCount + 1
				number = -self.numberCount
			end
			self.numbers[text] = number
		end
		self.numberOf[mod] = number
	end
	return number
end

-- How a modifier enters a key: in a multiset, by its position, or as one that carries another.
local FREE, SEQUENCE, CARRIER = 1, 2, 3

-- How a modifier affects rows: { how it enters the key, text, number, whether it may be inert }; false: not at all. Its
-- weapon set is part of the nodes of weapon sets instead.
local function decide(self, mod)
	local dependencies = self.dependencies
	-- I12
	if not dependencies:matters(mod, self.admits) then
		return false
	end
	local number = (self.base or self):number(mod)
	-- I17
	local mayBeVain = mod[1] ~= nil and not dependencies:isSeen(mod)
	if CARRIERS[mod.name] and mod.type == "LIST" then
		return { CARRIER, "", number, mayBeVain }
	elseif dependencies:isOrdered(mod) then
		-- Code that looks at modifiers one by one may look at their sources, too (I13).
		return { SEQUENCE, number .. "@" .. tostring(mod.source) .. ".", number, mayBeVain }
	elseif not UNORDERED[mod.type] or dependencies:has("rounding", mod.type .. " " .. mod.name) or not exact.isExact(mod) then
		return { SEQUENCE, number .. ".", number, mayBeVain }
	end
	return { FREE, "", number, mayBeVain }
end

function context:look(mod)
	if self.base then
		return decide(self, mod)
	end
	local look = self.looks[mod]
	if look == nil then
		look = decide(self, mod)
		self.looks[mod] = look
	end
	return look
end

local function byName(a, b)
	if a.name ~= b.name then
		return a.name < b.name
	end
	return a.place < b.place
end

-- Modifiers that carry another, as text, grouped by the name of the carried one. They enter the other store one after the
-- other, so their order can matter only within a name (I20).
function context:describeCarried(carriers)
	local root, dependencies, groups, list = self.base or self, self.dependencies, {}, {}
	for i = 1, #carriers do
		local mod = carriers[i]
		local inner = type(mod.value) == "table" and mod.value.mod
		local name = inner and inner.name or ""
		local group = groups[name]
		if not group then
			local isFree = name ~= "" and not name:find(EXPOSURE) and not dependencies:has("carriedRounding", name)
			group = { name = name, place = i, isFree = isFree }
			groups[name], list[#list + 1] = group, group
			root.carried[name] = true
		end
		group[#group + 1] = root:number(mod) .. "@" .. tostring(mod.source)
		group.isFree = group.isFree and UNORDERED[inner.type] and exact.isExact(inner) and not dependencies:isOrdered(inner)
	end
	table.sort(list, byName)
	for i, group in ipairs(list) do
		if group.isFree then
			table.sort(group)
		end
		list[i] = table.concat(group, ".")
	end
	return table.concat(list, "/")
end

-- Whether a modifier that matters, according to `look`, may apply. `sets`: modifier -> the condition of a weapon set that
-- is written into it; nil: the one currently written.
local function applies(self, mod, look, mods, sets)
	if not look[4] then
		return true
	end
	local set
	if sets then
		set = sets[mod]
	else
		set = inertModifiers.setOf(mod)
	end
	local met = self.dependencies.met
	return not met:isVain(mod, mods) and not met:isOutOfSet(mod, set, mods)
end

-- The modifiers in `list`, all of one name, that matter, as text; "" if none does. `mods`: of the row's store; `sets`: see
-- `applies`.
function context:describe(list, mods, sets)
	local sequence, free, n, carriers = "", nil, 0, nil
	for i = 1, #list do
		local mod = list[i]
		local look = self:look(mod)
		if look and applies(self, mod, look, mods, sets) then
			local kind = look[1]
			if kind == FREE then
				free = free or {}
				n = n + 1
				free[n] = look[3]
			elseif kind == SEQUENCE then
				sequence = sequence .. look[2]
			else
				carriers = carriers or {}
				carriers[#carriers + 1] = mod
			end
		end
	end
	if free then
		if n > 1 then
			table.sort(free)
		end
		sequence = sequence .. "/" .. table.concat(free, ".")
	end
	return carriers and sequence .. "/" .. self:describeCarried(carriers) or sequence
end

-- The same for the environment's own modifiers of a name, with the weapon sets that they had in it. Modifiers that set
-- conditions determine which others are inert.
function context:describeOwn(environment, name, mods, hasConditions)
	local segment = environment.place.segments[name]
	if not segment then
		return ""
	elseif self.base or hasConditions then
		return self:describe(segment, mods, environment.sets)
	end
	local own = self.own[environment]
	if not own then
		own = {}
		self.own[environment] = own
	end
	local text = own[name]
	if not text then
		text = self:describe(segment, mods, environment.sets)
		own[name] = text
	end
	return text
end

-- Whether the order of the environment's own modifiers of a name does not matter.
function context:isOrderless(environment, name)
	if self.base and self.changes ~= self.base.changes then
		self.orderless, self.changes = setmetatable({}, WEAK), self.base.changes
	end
	local orderless = self.orderless[environment]
	if not orderless then
		orderless = {}
		self.orderless[environment] = orderless
	end
	if orderless[name] == nil then
		orderless[name] = true
		for _, mod in ipairs(environment.place.segments[name] or {}) do
			local look = self:look(mod)
			if look and look[1] ~= FREE then
				orderless[name] = false
			end
		end
	end
	return orderless[name]
end

-- The nodes of weapon sets, with the modifiers that matter and the condition that Path of Building writes into them, which
-- nodes may share; and the nodes that are in a different set than in the environment (I20).
function context:weaponSets(nodes, modes, mods)
	local parts, n = {}, 0
	for id, node in next, nodes do
		local mode = node.allocMode or 0
		if modes[id] and modes[id] ~= mode then
			n = n + 1
			parts[n] = id .. ">" .. mode
		end
		if mode ~= 0 then
			local list, text = node.modList, nil
			for i = 1, list and #list or 0 do
				local mod = list[i]
				local look = self:look(mod)
				if look and applies(self, mod, look, mods) then
					text = (text or id .. "=" .. mode) .. " " .. look[3] .. (inertModifiers.setOf(mod) or "-")
				end
			end
			if text then
				n = n + 1
				parts[n] = text
			end
		end
	end
	-- The order in which the tree lists them is visible only in the order of their modifiers.
	table.sort(parts)
	return table.concat(parts, ",")
end

---I11: the weapon sets, the tree's segment, the counters.
---@param present table @of the row's first environment, see pool.lua
---@param variant string @whatever else distinguishes the row
---@return string
function context:key(present, variant)
	local environment = present.environment
	local mods = environment.answer[1].modDB.mods
	local texts, n = { variant, self:weaponSets(present.nodes, environment.modes, mods) }, 2
	local hasConditions = false
	for name in next, present.changed or {} do
		hasConditions = hasConditions or inertModifiers.conditionOf[name]
	end
	for name, list in next, present.changed or {} do
		if present.others[name] or not self:isOrderless(environment, name) then
			local text = self:describe(list, mods)
			-- The same modifiers in another order may not be a difference.
			if text ~= self:describeOwn(environment, name, mods, hasConditions) then
				n = n + 1
				texts[n] = name .. ":" .. text
			end
		end
	end
	for i = 1, #present.counts do
		local counter = present.counts[i]
		if self.dependencies:asks("BASE", counter.name) then
			n = n + 1
			texts[n] = counter.name .. "=" .. counter.count
		end
	end
	if n > 3 then
		table.sort(texts)
	end
	return table.concat(texts, ";")
end

return memoKey
