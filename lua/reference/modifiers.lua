-- The result of reading a stat line. A modifier is a plain table:
--
--   name        the stat that it changes, in Path of Building's spelling where it has one
--   kind        "BASE" is added, all "INC" add up to one percentage, each "MORE" multiplies separately,
--               "OVERRIDE" replaces the value, "FLAG" is on or off
--   value       number; percent for INC and MORE; 1 for FLAG
--   scope       sorted array of tags ("Attack", "Bow", ...), all of which the skill must have
--   actor       who has the stat if it is not the character ("Minion", "Totem", "Enemy", ...)
--   conditions  array of names of conditions that must hold; "!Name" must not hold
--   per, every  the value counts once for each full `every` of the quantity `per`
--   limit       the most that a `per` modifier may add
--
-- Fields without meaning are absent, so that two readings of a line can be compared field by field.
local modifiers = {}

modifiers.kinds = { BASE = true, INC = true, MORE = true, OVERRIDE = true, FLAG = true }

function modifiers.new(name, kind, value, scope)
	local modifier = { name = name, kind = kind, value = value }
	if scope and #scope > 0 then
		modifiers.addScope(modifier, scope)
	end
	return modifier
end

local function addSorted(list, values)
	local seen = {}
	for _, value in ipairs(list) do
		seen[value] = true
	end
	for _, value in ipairs(values) do
		if not seen[value] then
			seen[value] = true
			list[#list + 1] = value
		end
	end
	table.sort(list)
	return list
end

function modifiers.addScope(modifier, tags)
	modifier.scope = addSorted(modifier.scope or {}, tags)
end

function modifiers.addConditions(modifier, conditions)
	modifier.conditions = addSorted(modifier.conditions or {}, conditions)
end

-- The tables of words hold modifiers without values. A parse must not share them with its caller.
function modifiers.copy(modifier)
	local result = {}
	for key, value in pairs(modifier) do
		if type(value) == "table" then
			local list = {}
			for index, item in ipairs(value) do
				list[index] = item
			end
			value = list
		end
		result[key] = value
	end
	return result
end

-- The same stat of three actors is three stats, so a qualifier is added only if it does not contradict one that is already
-- there. Returns false for a contradiction; the line then counts as not understood.
function modifiers.qualify(modifier, qualifier)
	if qualifier.actor then
		if modifier.actor and modifier.actor ~= qualifier.actor then
			return false
		end
		modifier.actor = qualifier.actor
	end
	if qualifier.scope then
		modifiers.addScope(modifier, qualifier.scope)
	end
	if qualifier.conditions then
		modifiers.addConditions(modifier, qualifier.conditions)
	end
	if qualifier.per then
		if modifier.per then
			return false
		end
		modifier.per = qualifier.per
		modifier.every = qualifier.every or 1
	end
	if qualifier.limit then
		if modifier.limit then
			return false
		end
		modifier.limit = qualifier.limit
	end
	return true
end

return modifiers
