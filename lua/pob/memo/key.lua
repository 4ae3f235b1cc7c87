-- What tells rows apart, as text: the modifiers of their nodes that some query may have let in. docs/internals/memo.md has
-- the proof; numbers with an I are its invariants.
--
-- A key describes, for each name whose modifiers are not those of the environment's own nodes, the ones that matter: as
-- a sequence where their order shows, else as a sorted multiset (I14). A modifier is described by type, name, value, flags,
-- tags and the kind of its source (I9); by the source itself where modifiers are looked at one by one.

local dependencySet = require("pob.memo.dependency_set")
local tests = require("pob.replacements.query_tests")
local exact = require("pob.memo.exact_sums")
local modDescription = require("pob.memo.mod_description")
local inertModifiers = require("pob.memo.inert_modifiers")

local next = next

-- The types of modifiers that are summed, or only looked for: their order shows only where the sum rounds (I14).
local UNORDERED = { BASE = true, INC = true, FLAG = true }

-- Names of those whose value has a modifier for another store (in MinionModifier's case for that of the skill, too).
local CARRIERS = { EnemyModifier = true, MinionModifier = true }
-- Path of Building goes through the enemy's exposures one by one.
local EXPOSURE = "Exposure$"

local WEAK = { __mode = "k" }

local memoKey = {}

local context = {}
context.__index = context

---@param shared table @of the extension
---@param env table @the globals of Path of Building's code
---@param numberOf function|nil @(text) -> a number for it, that others have, too, or nil
---@return table @a context: what all rows that it is for depend on, and their keys
function memoKey.new(shared, env, numberOf)
	return setmetatable({
		admits = (tests.new(shared, env)),
		dependencies = dependencySet.new(env),
		-- modifier -> a small number, the same for equal descriptions
		numberOf = {}, numbers = {}, numberCount = 0, give = numberOf,
		-- modifier -> what it is to rows (see `look`)
		looks = {},
		-- environment -> name -> what its own modifiers are, as text; and whether their order does not show
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

---The rows of the context depend on what `added` has, too, from now on.
---@param added table @of dependency_set.lua
function context:add(added)
	self.dependencies:merge(added)
	self:forget()
end

---The dependencies have changed.
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
				-- Apart from those that others have, too.
				self.numberCount = self.numberCount + 1
				number = -self.numberCount
			end
			self.numbers[text] = number
		end
		self.numberOf[mod] = number
	end
	return number
end

-- How a modifier shows: in a multiset, by its place, or as one that carries another.
local FREE, SEQUENCE, CARRIER = 1, 2, 3

-- What a modifier is to rows: { how it shows, text, number, whether it may be vain }; false: nothing. In which weapon set
-- it is stands with the nodes of these.
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
		-- Who looks at modifiers one by one may look at where they come from, too (I13).
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

-- Modifiers that carry another, as text: name by name of these. They come into the other store one after the other, so that
-- only those of one name can show their order (I20).
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

-- Whether a modifier that matters, as `look` says, may apply. `sets`: modifier -> the condition of a weapon set that is
-- written into it, nil: as it is written at present.
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

-- The modifiers `list` of a name that matter, as text; "" where none does. `mods`: of the row's store; `sets`: see `applies`.
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

-- The same of the environment's own modifiers of a name, with the weapon sets that they had in it. Those of conditions
-- decide what is vain.
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

-- Whether another order of the environment's own modifiers of a name does not show.
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

-- The nodes of weapon sets, with the modifiers that matter and the condition that Path of Building writes into these, which
-- nodes may share; and those that are in another set than in the environment (I20).
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
	-- In which order the tree lists them shows in the order of their modifiers only.
	table.sort(parts)
	return table.concat(parts, ",")
end

---I11: the weapon sets, the tree's segment, the counters.
---@param present table @of the row's first environment, see pool.lua
---@param variant string @what else tells it apart
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
			-- Another order of the same may be no difference.
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
