-- AND64, OR64 and MatchKeywordFlags of Path of Building's Data/Global.lua.
--
-- The originals pack their arguments into a table on every call, and modifier flags are compared some 20,000 times per row.
-- The results are equal because:
--  * with two arguments below 2^31, the originals' high halves are 0 and the low halves are the result of bit.band/bit.bor,
--    never negative;
--  * with two other numbers, the same arithmetic is done on the same halves, including a negative low half when both have
--    bit 31;
--  * OR64 with three or four arguments, all below 2^31, is a single bit.bor in the same way;
--  * any other number of arguments goes to the original.
-- MatchKeywordFlags: a modifier's 0 matches everything (its masked part is 0). Everything else goes through a table of
-- results like the original's. It caches a pure function of the two numbers, so it need not be cleared; the original fills
-- in what is missing.

local bit = require("bit")
local band, bor = bit.band, bit.bor
local floor = math.floor
local select = select

local FILE = "Data/Global.lua"
local HIGH = 0x100000000
local HIGH_MASK = 0x1FFFFF
local SMALL = 0x80000000

local part = {
	name = "bits",
	targets = {
		{ name = "AND64", file = FILE },
		{ name = "OR64", file = FILE },
		{ name = "MatchKeywordFlags", file = FILE },
	},
}

function part.ready(env)
	return env.MatchKeywordFlags ~= nil
end

function part.install(shared, env)
	local and64, or64, match = env.AND64, env.OR64, env.MatchKeywordFlags

	local function fastAnd(a, b, ...)
		if b == nil or select("#", ...) > 0 then
			return and64(a, b, ...)
		end
		if a >= 0 and a < SMALL and b >= 0 and b < SMALL then
			return band(a, b)
		end
		return band(band(floor(a / HIGH), floor(b / HIGH)), HIGH_MASK) * HIGH + band(a % HIGH, b % HIGH)
	end

	local function isSmall(a)
		return a >= 0 and a < SMALL
	end

	local function fastOr(a, b, c, d, ...)
		if b == nil or c == nil and d ~= nil or select("#", ...) > 0 then
			return or64(a, b, c, d, ...)
		elseif c ~= nil then
			if isSmall(a) and isSmall(b) and isSmall(c) and (d == nil or isSmall(d)) then
				return bor(a, b, c, d or 0)
			end
			return or64(a, b, c, d)
		end
		if a >= 0 and a < SMALL and b >= 0 and b < SMALL then
			return bor(a, b)
		end
		return band(bor(floor(a / HIGH), floor(b / HIGH)), HIGH_MASK) * HIGH + bor(a % HIGH, b % HIGH)
	end

	local answers = {}
	local function fastMatch(keywordFlags, modKeywordFlags)
		if modKeywordFlags == 0 then
			return true
		end
		local row = answers[keywordFlags]
		if not row then
			row = {}
			answers[keywordFlags] = row
		end
		local answer = row[modKeywordFlags]
		if answer == nil then
			answer = match(keywordFlags, modKeywordFlags)
			row[modKeywordFlags] = answer
		end
		return answer
	end

	env.AND64, env.OR64, env.MatchKeywordFlags = fastAnd, fastOr, fastMatch
	shared.matchKeywordFlags = fastMatch
	-- for the two-argument calls of the other parts
	shared.and64 = function(a, b)
		if a < SMALL and b < SMALL and a >= 0 and b >= 0 then
			return band(a, b)
		end
		return band(band(floor(a / HIGH), floor(b / HIGH)), HIGH_MASK) * HIGH + band(a % HIGH, b % HIGH)
	end
end

return part
