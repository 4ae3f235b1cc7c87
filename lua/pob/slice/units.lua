-- Units, which effects.lua fills in, and what variables and functions know about the units that define them.

local units = {}

-- The default for lists that are empty in most units. A unit has: variables (`uses`), variables of functions (`calls`) and
-- functions; names, and expressions for names, of the fields that it reads and the modifiers that it asks for, and strings
-- that may be either (`reads`, `readKeys`, `asks` ...); the same for the fields of outputs that it writes (`stores`) and
-- for the modifiers that it makes; `openKeys`, if there are any, for fields that it reads unwatched; functions that it
-- passes on (`passes`); and, for a loop, `jumps`.
local NONE = {}
units.NONE = NONE

-- What a variable holds before anything is put into it: nil, or a table that only it refers to.
units.EMPTY = { k = "table", items = {} }

function units.push(unit, list, value)
	local values = unit[list]
	if values == NONE or values == nil then
		unit[list] = { value }
	else
		values[#values + 1] = value
	end
end

---@param list table @of all units
function units.new(list, statement, scope)
	local unit = {
		statement = statement, parent = scope.parent, func = scope.func, file = scope.file, never = scope.never,
		rooted = false, uses = NONE, calls = NONE, functions = NONE, reads = NONE,
		readKeys = NONE, asks = NONE, askKeys = NONE, stateKeys = NONE, texts = NONE, textKeys = NONE,
		stores = NONE, storeKeys = NONE, makes = NONE, makeKeys = NONE,
	}
	list[#list + 1] = unit
	local original = statement.original or statement
	original.units = original.units or {}
	table.insert(original.units, unit)
	scope.func.units[#scope.func.units + 1] = unit
	return unit
end

function units.addSource(variable, what, e)
	variable.sources = variable.sources or {}
	table.insert(variable.sources, { what = what, e = e })
end

function units.define(unit, variable, value, what)
	variable.defs = variable.defs or {}
	table.insert(variable.defs, unit)
	unit.defined = unit.defined or {}
	table.insert(unit.defined, variable)
	if value then
		units.addSource(variable, what or "itself", value)
	else
		variable.unknown = true
	end
	-- Tables are unshared at first only if every value is a new one.
	if not value or value.k ~= "table" then
		variable.isShared = true
	end
end

function units.newFunction(f, owner)
	f.owner, f.units, f.callers = owner, {}, {}
	-- Nested functions would have to be copied together with their names.
	local around = owner and owner.func
	while around do
		around.hasFunctions = true
		around = around.owner and around.owner.func
	end
	return f
end

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return units
