-- What slices are made of, as plain data: it follows from the checkout, from what is asked for and from this package's own
-- Lua, so a state can hand it to the next one, in this process or in another.
--
-- A slice that leaves out less than asked for is right as well. So one that an earlier state made serves wherever all that
-- has to stay in now stayed in there.

local source = require("pob.patch.source")

local kept = {}
kept.__index = kept

---@class pobatch.KeptSlice
---@field id string @names the numbers that are asked for
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

function kept:has(id)
	return self.byId[id] ~= nil
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
