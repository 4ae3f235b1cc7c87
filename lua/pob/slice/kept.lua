-- What slices are made of, as plain data. It depends only on the checkout, on what is asked for and on this package's own
-- Lua, so a state can hand it to the next one, in this process or in another.
--
-- A slice that leaves out less than it could is also correct. So a slice that an earlier state made can serve whenever it
-- kept everything that has to stay in now.

local source = require("pob.patch.source")

local kept = {}
kept.__index = kept

---@class pobatch.KeptSlice
---@field id string @the numbers that are asked for, separated by commas
---@field fullDps boolean @whether calcs.calcFullDPS runs
---@field fields table @list of names of numbers that stay in
---@field modifiers table @list of names of modifiers that stay in
---@field leftOut table @{ names, patterns }, of liveness.lua
---@field texts table @of the modules
---@field hash string @of the texts, because they may have come from a file

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

---The id of a slice that has all numbers asked for: an exact match, or else the slice with the fewest extra numbers.
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
		-- The tie-break by id makes the choice independent of the order of `pairs`.
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

---The numbers that stayed in, as a set; empty if there is no such slice.
function kept:fieldsOf(id)
	return setOf(self.byId[id] and self.byId[id].fields or {})
end

---@return pobatch.KeptSlice|nil @nil: none has all of these
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

---The slices added since the last call.
function kept:take()
	local list = {}
	for _, made in pairs(self.made) do
		list[#list + 1] = made
	end
	self.made = {}
	return list
end

return kept
