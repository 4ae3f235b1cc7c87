-- Units, as effects.lua fills them, and what variables and functions know of the units that make them.

local units = {}

-- What most units have nothing of. Of a unit: variables (`uses`), variables of functions (`calls`), functions; names, and
-- expressions of such, of fields that it reads, of modifiers that it asks for, texts that may be either (`reads`,
-- `readKeys`, `asks` ...); the same, of fields of outputs that it writes (`stores`), and of modifiers that it makes;
-- where there are some, `openKeys`, of fields that it reads unwatched; functions that it hands on (`passes`); of a loop,
-- `jumps`.
local NONE = {}
units.NONE = NONE

-- What a variable is before anybody put something into it: nil, or a table that only it knows.
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
	-- Tables that nobody else knows at first: all values are new ones.
	if not value or value.k ~= "table" then
		variable.isShared = true
	end
end

function units.newFunction(f, owner)
	f.owner, f.units, f.callers = owner, {}, {}
	-- Functions in functions would have to be copied with their names.
	local around = owner and owner.func
	while around do
		around.hasFunctions = true
		around = around.owner and around.owner.func
	end
	return f
end

-- It runs once or a few times: compiled, it would cost more than it does.
jit.off(true, true)

return units
