--- Rows of one build that are answered without calculating, because their nodes bring the same as those of a
-- row that was calculated (pob.fast.rows knows when).

local ffi = require("ffi")

local answers = {}
answers.__index = answers

-- Bytes for the numbers of all kept rows of a build, and what a row takes besides (key, tables).
local BYTES, ROW_BYTES = 24 * 1024 * 1024, 600

--- `verify`: share of the answered rows that is calculated all the same, 0 to 1. Nil where the cache cannot
-- be used: this Path of Building is not one that it knows.
function answers.new(extension, verify)
	local cache = extension.rows()
	if not cache then
		return nil
	end
	return setmetatable({ cache = cache, share = verify or 0, owed = 0, answered = 0, calculated = 0, verified = 0 }, answers)
end

--- The numbers kept for the row that is set up, or nil.
function answers:find(plan)
	self.cache.limit = math.max(1, math.floor(BYTES / (8 * plan.count + ROW_BYTES)))
	local known = self.cache:find(plan.variant)
	if known then
		self.answered = self.answered + 1
	else
		self.calculated = self.calculated + 1
	end
	return known
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
	self.cache:keep(numbers)
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
	self.verified = self.verified + 1
end

--- { answered, calculated, verified, rows = kept now }
function answers:statistics()
	return {
		answered = self.answered,
		calculated = self.calculated,
		verified = self.verified,
		rows = self.cache.count,
	}
end

return answers
