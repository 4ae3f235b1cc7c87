-- What tells rows apart, as text: the modifiers of their nodes that some query may have let in.
--
-- A key describes, for each name whose modifiers are not those of the environment's own nodes, the ones that matter: as
-- a sequence where their order shows (products, lists, overrides, whatever is tabulated, sums with fractions), else as a
-- multiset. Sums without rounding have the same bits in any order. A modifier is described by type, name, value, flags,
-- tags and the kind of its source; by the source itself where modifiers are looked at one by one. Those that never apply
-- (vain.lua) do not matter.
--
-- Modifiers that only put another one into the store of the enemy, or of the minion (EnemyModifier, MinionModifier), come
-- into it one after the other: there, too, only those of one name can show their order, and only where it shows in a
-- sum.

local recorder = require("pob.fast.recorder")
local tests = require("pob.fast.querytests")
local exact = require("pob.fast.exact")
local moddescription = require("pob.fast.moddescription")
local vain = require("pob.fast.vain")

local next = next

-- The types of modifiers that are summed, or only looked for: their order shows only where the sum rounds.
local UNORDERED = { BASE = true, INC = true, FLAG = true }

-- Names of those whose value has a modifier for another store (in MinionModifier's case for that of the skill, too).
local CARRIERS = { EnemyModifier = true, MinionModifier = true }
-- Path of Building goes through the enemy's exposures one by one.
local EXPOSURE = "Exposure$"

local rowkeys = {}

local context = {}
context.__index = context

---@param shared table @of the extension
---@param env table @the globals of Path of Building's code
---@return table @a context: what is asked for, and which conditions are met, by all rows that it is for
function rowkeys.new(shared, env)
	return setmetatable({
		admits = (tests.new(shared, env)),
		asked = recorder.new(),
		met = vain.new(env),
		-- modifier -> a small number, the same for equal descriptions
		numberOf = {}, numbers = {}, numberCount = 0,
		-- modifier -> whether it is asked for
		matter = {},
		-- type and name of modifiers in whose sums fractions take part
		rounding = {},
		-- names of modifiers that others carry; those in whose sums, in other stores, fractions take part
		carried = {}, carriedRounding = {},
	}, context)
end

---@return table @a context for rows that ask for more, or meet more
function context:more()
	local asked = recorder.row(self.asked)
	return setmetatable({
		base = self, admits = self.admits, asked = asked, met = vain.row(self.met), rounding = {}, carriedRounding = {},
	}, context)
end

---The context has what a row had besides, from now on.
---@param row table @{ asked, met, rounding, carriedRounding }
function context:add(row)
	recorder.add(self.asked, row.asked)
	self.met:add(row.met)
	for _, field in ipairs({ "rounding", "carriedRounding" }) do
		for name in next, row[field] do
			self[field][name] = true
		end
	end
	if not self.base then
		self.matter = {}
	end
end

---Whether fractions take part in the sums of a name, as far as the context knows: `field` is "rounding", for type and name
---of modifiers in the row's own store, or "carriedRounding", for names of those that come into others.
function context:rounds(field, name)
	return self[field][name] or self.base and self.base[field][name]
end

function context:number(mod)
	local number = self.numberOf[mod]
	if not number then
		local text = moddescription.of(mod)
		number = self.numbers[text]
		if not number then
			number = self.numberCount + 1
			self.numberCount, self.numbers[text] = number, number
		end
		self.numberOf[mod] = number
	end
	return number
end

function context:matters(mod)
	if self.base then
		return self.base:matters(mod) or recorder.matters(self.asked, mod, self.admits)
	end
	local answer = self.matter[mod]
	if answer == nil then
		answer = recorder.matters(self.asked, mod, self.admits)
		self.matter[mod] = answer
	end
	return answer
end

-- Answers what `test` of recorder.lua does, of all that is asked for.
function context:has(test, mod)
	return test(self.asked, mod) or self.base and test(self.base.asked, mod) or false
end

local function byName(a, b)
	if a.name ~= b.name then
		return a.name < b.name
	end
	return a.place < b.place
end

-- Modifiers that carry another, as text: name by name of these.
function context:describeCarried(carriers)
	local root, groups, list = self.base or self, {}, {}
	for i = 1, #carriers do
		local mod = carriers[i]
		local inner = type(mod.value) == "table" and mod.value.mod
		local name = inner and inner.name or ""
		local group = groups[name]
		if not group then
			group = { name = name, place = i, isFree = name ~= "" and not name:find(EXPOSURE) and not self:rounds("carriedRounding", name) }
			groups[name], list[#list + 1] = group, group
			root.carried[name] = true
		end
		group[#group + 1] = root:number(mod) .. "@" .. tostring(mod.source)
		group.isFree = group.isFree and UNORDERED[inner.type] and exact.isExact(inner) and not self:has(recorder.isOrdered, inner)
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

-- The modifiers `list` of a name that matter, as text; "" where none does. `mods`: of the row's store.
function context:describe(list, mods)
	local root, sequence, free, n, carriers = self.base or self, "", nil, 0, nil
	for i = 1, #list do
		local mod = list[i]
		if not self:matters(mod) or mod[1] and self.met:isVain(mod, mods) and not self:has(recorder.isSeen, mod) then
			-- Nobody sees it.
		elseif CARRIERS[mod.name] and mod.type == "LIST" then
			carriers = carriers or {}
			carriers[#carriers + 1] = mod
		else
			if self:has(recorder.isOrdered, mod) then
				-- Who looks at modifiers one by one may look at where they come from, too.
				sequence = sequence .. root:number(mod) .. "@" .. tostring(mod.source) .. "."
			elseif not UNORDERED[mod.type] or self:rounds("rounding", mod.type .. " " .. mod.name) or not exact.isExact(mod) then
				sequence = sequence .. root:number(mod) .. "."
			else
				free = free or {}
				n = n + 1
				free[n] = root:number(mod)
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

-- The nodes of weapon sets, each with its modifiers and the condition that Path of Building writes into them: which of
-- them are of which set. Nodes may share a modifier, and with it the condition.
function context:weaponSets(nodes)
	local root, parts, n = self.base or self, {}, 0
	for id, node in next, nodes do
		if (node.allocMode or 0) ~= 0 then
			local text = id .. "=" .. node.allocMode
			for _, mod in ipairs(node.modList) do
				local tag = mod[#mod]
				text = text .. " " .. root:number(mod) .. (tag and tag.type == "Condition" and tag.var or "-")
			end
			n = n + 1
			parts[n] = text
		end
	end
	-- In which order the tree lists them shows in the order of their modifiers only.
	table.sort(parts)
	return table.concat(parts, ",")
end

function context:asks(kind, name)
	local own, base = self.asked.asked[kind], self.base and self.base.asked.asked[kind]
	return own and own[name] or base and base[name]
end

---@param present table @of the row's first environment, see environments.lua
---@param variant string @what else tells it apart
---@return string
function context:key(present, variant)
	local texts, n = { variant, self:weaponSets(present.nodes) }, 2
	local mods = present.environment.answer[1].modDB.mods
	for name, list in next, present.changed or {} do
		local segment = present.environment.place.segments[name]
		local text = self:describe(list, mods)
		-- Another order of the same may be no difference.
		if text ~= (segment and self:describe(segment, mods) or "") then
			n = n + 1
			texts[n] = name .. ":" .. text
		end
	end
	for i = 1, #present.counts do
		local counter = present.counts[i]
		if self:asks("BASE", counter.name) then
			n = n + 1
			texts[n] = counter.name .. "=" .. counter.count
		end
	end
	if n > 3 then
		table.sort(texts)
	end
	return table.concat(texts, ";")
end

return rowkeys
