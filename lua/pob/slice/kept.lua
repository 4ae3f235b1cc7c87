-- What slices are made of, as plain data: it follows from the checkout, from what is asked for and from this package's own
-- Lua, so a state can hand it to the next one, in this process or in another.
--
-- A slice that leaves out less than asked for is right as well. So one that an earlier state made serves wherever all that
-- has to stay in now stayed in there.

local source = require("pob.patch.source")

local kept = {}
kept.__index = kept

---@class pobatch.KeptSlice
---@field id string @the numbers that are asked for, with commas between them
---@field fullDps boolean @whether calcs.calcFullDPS runs
---@field fields table @list of names of numbers that stay in
---@field modifiers table @list of names of modifiers that stay in
---@field leftOut table @{ names, patterns }, of liveness.lua
---@field texts table @of the modules
---@field hash string @of the texts: they may have come through a file

local function hashOf(made)
	return source.hash(table.concat(made.texts, "\0"))
end

local function setOf(list)
	local set = {}
	for _, name in ipairs(list) do
		set[name] = true
	end
	return set
end

---@param list table|nil @list of pobatch.KeptSlice
function kept.new(list)
	local self = setmetatable({ byId = {}, made = {} }, kept)
	for _, made in ipairs(list or {}) do
		self.byId[made.id] = made
	end
	return self
end

---The id of a slice that has all numbers that are asked for: that for these alone, or else the one for the fewest more.
---@param wanted Wanted
---@return string|nil
function kept:idFor(wanted)
	if self.byId[wanted.id] then
		return wanted.id
	end
	local found, fewest
	for id in pairs(self.byId) do
		local has, count = {}, 0
		for name in id:gmatch("[^,]+") do
			has[name], count = true, count + 1
		end
		for _, name in ipairs(wanted.fields) do
			count = has[name] and count or nil
			if not count then
				break
			end
		end
		-- The second comparison is for a choice that does not depend on the order of `pairs`.
		if count and (not fewest or count < fewest or count == fewest and id < found) then
			found, fewest = id, count
		end
	end
	return found
end

---Whether the slice serves calculations in which calcs.calcFullDPS runs.
function kept:sumsSkills(id)
	return self.byId[id].fullDps
end

---The numbers that stayed in, as a set; empty where there is no such slice.
function kept:fieldsOf(id)
	return setOf(self.byId[id] and self.byId[id].fields or {})
end

---@return pobatch.KeptSlice|nil @nil: there is none that has all of these
function kept:find(id, fields, modifiers)
	local made = self.byId[id]
	if not made or made.hash ~= hashOf(made) then
		return nil
	end
	for has, wanted in pairs({ [made.fields] = fields, [made.modifiers] = modifiers }) do
		local set = setOf(has)
		for _, name in ipairs(wanted) do
			if not set[name] then
				return nil
			end
		end
	end
	return made
end

---@param made pobatch.KeptSlice @without its hash
function kept:add(made)
	made.hash = hashOf(made)
	self.byId[made.id] = made
	self.made[made.id] = made
end

---Those that were added since the last time.
function kept:take()
	local list = {}
	for _, made in pairs(self.made) do
		list[#list + 1] = made
	end
	self.made = {}
	return list
end

return kept
