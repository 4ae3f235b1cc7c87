--- Rows of one build that are answered without calculating, because their nodes bring the same as those of a
-- row that was calculated (pob.fast.rows knows when).

local ffi = require("ffi")

local answers = {}
answers.__index = answers

-- Bytes for the numbers of all kept rows of a build, of each part; and what a row takes besides (key, tables).
local BYTES, ROW_BYTES = 12 * 1024 * 1024, 600

--- `verify`: share of the answered rows that is calculated all the same, 0 to 1. Nil where the cache cannot
-- be used: this Path of Building is not one that it knows.
function answers.new(extension, verify)
	local first = extension.rows()
	if not first then
		return nil
	end
	return setmetatable({
		extension = extension,
		-- by the parts of the calculation that a row takes: they make other queries
		caches = { whole = first },
		share = verify or 0,
		owed = 0,
		answered = 0,
		calculated = 0,
		verified = 0,
	}, answers)
end

--- The cache for a plan, or a part of one.
function answers:cacheOf(plan)
	local cache = self.caches[plan.part]
	if not cache then
		cache = self.extension.rows()
		self.caches[plan.part] = cache
	end
	return cache
end

--- The numbers kept for the row that is set up, or nil.
function answers:find(plan)
	local cache = self:cacheOf(plan)
	cache.limit = math.max(1, math.floor(BYTES / (8 * plan.count + ROW_BYTES)))
	return cache:find(plan.variant)
end

--- Counts a row: whether all of it was known, and whether what was known is verified.
function answers:count(isKnown, isVerified)
	self.verified = self.verified + (isVerified and 1 or 0)
	if isKnown then
		self.answered = self.answered + 1
	else
		self.calculated = self.calculated + 1
	end
end

function answers:mustVerify()
	self.owed = self.owed + self.share
	if self.owed >= 1 then
		self.owed = self.owed - 1
		return true
	end
	return false
end

function answers:keep(plan, result)
	local numbers = ffi.new("double[?]", plan.count)
	for i = 1, plan.count do
		numbers[i - 1] = result[plan.names[i]]
	end
	self:cacheOf(plan):keep(numbers)
end

--- Writes kept numbers into `result`.
function answers:give(known, plan, result)
	local names = plan.names
	for i = 1, plan.count do
		result[names[i]] = known[i - 1]
	end
end

--- Raises when the calculated `result` differs from the kept numbers in one bit.
function answers:verify(known, plan, result)
	for i = 1, plan.count do
		local name = plan.names[i]
		local now, before = result[name], known[i - 1]
		if now ~= before and (now == now or before == before) then
			error(("row cache: %s is %.17g, %.17g was kept"):format(name, now, before), 0)
		end
	end
end

--- { answered, calculated = rows of which some part was, verified = rows of which some known part was calculated all the
-- same, rows = kept now, of all parts }
function answers:statistics()
	local rows = 0
	for _, cache in pairs(self.caches) do
		rows = rows + cache.count
	end
	return {
		answered = self.answered,
		calculated = self.calculated,
		verified = self.verified,
		rows = rows,
	}
end

return answers
