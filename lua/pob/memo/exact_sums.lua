-- Tells which modifiers can be summed in any order with bit-identical results: I15 in docs/internals/memo.md.

local exact = {}

local STEP = 1024
local LARGE = 2 ^ 40

local function dyadic(value)
	local scaled = value * STEP
	return scaled % 1 == 0 and scaled < LARGE and scaled > -LARGE
end

-- Whether a tag that changes a modifier's value keeps it exact. Multipliers are whole numbers, unless they are inverted or
-- capped by a limit that is not a whole number; a share of a stat is rounded up.
local function keepsExact(tag)
	local kind = tag.type
	if tag.globalLimit then
		return false
	elseif kind == "Multiplier" or kind == "PerStat" or kind == "PercentStat" then
		return not tag.invert and not tag.limitVar and not tag.percentVar
			and (tag.limit == nil or tag.limit % 1 == 0) and (tag.base == nil or dyadic(tag.base))
	elseif kind == "Limit" then
		return tag.limit ~= nil and dyadic(tag.limit)
	end
	return kind ~= "DistanceRamp"
end

local function decide(mod)
	local value = mod.value
	if type(value) == "number" then
		if not dyadic(value) then
			return false
		end
	elseif type(value) ~= "boolean" then
		return false
	end
	for i = 1, #mod do
		if not keepsExact(mod[i]) then
			return false
		end
	end
	return true
end

-- Cached, because items, skills and the tree bring the same modifiers to every row.
local decided = setmetatable({}, { __mode = "k" })

---@param mod table @a modifier of type BASE, INC or FLAG
function exact.isExact(mod)
	local answer = decided[mod]
	if answer == nil then
		answer = decide(mod)
		decided[mod] = answer
	end
	return answer
end

return exact
