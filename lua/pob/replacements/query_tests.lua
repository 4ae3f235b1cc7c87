-- The tests that a modifier must pass to take part in a query, and how products are rounded: shared by the walks over ModDB
-- and over ModList.

local floor, max = math.floor, math.max

local tests = {}

---A new table of global limits if a modifier's tags have one, since nothing else reads it; else nil.
function tests.limitsOf(mod)
	for i = 1, #mod do
		if mod[i].globalLimit then
			return {}
		end
	end
	return nil
end

---@param shared table @and64 and matchKeywordFlags, if bits.lua is in use
---@param env table @the globals of Path of Building's code
function tests.new(shared, env)
	local and64 = shared.and64 or env.AND64
	local matches = shared.matchKeywordFlags or env.MatchKeywordFlags
	local round = env.round

	-- Whether a modifier of the right name and type is let in. The source test looks at the part of a modifier's source
	-- before the first colon.
	local function admits(mod, flags, keywordFlags)
		local modFlags, modKeywordFlags = mod.flags, mod.keywordFlags
		return (modFlags == 0 or (flags ~= 0 and and64(flags, modFlags) == modFlags))
			and (modKeywordFlags == 0 or matches(keywordFlags, modKeywordFlags))
	end

	local function precisionOf(mod, precision)
		local high = env.data.highPrecisionMods[mod.name]
		high = high and high[mod.type]
		if precision then
			return max(precision, high or precision)
		end
		return high or nil
	end

	-- A product of one name, rounded as the original does.
	local function multiply(result, modResult, precision)
		if precision then
			local power = 10 ^ precision
			return floor(result * modResult * power) / power
		end
		return result * round(modResult, 2)
	end

	return admits, precisionOf, multiply
end

return tests
