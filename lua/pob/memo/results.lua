--- Rows of one build whose numbers are returned without calculating, because their nodes bring the same modifiers as those
-- of a row that was calculated (pob.memo.memo decides when).

local ffi = require("ffi")

local answers = {}
answers.__index = answers

-- The memory for the numbers of all kept rows of a build, in bytes per cache; and what a row takes apart from its numbers
-- (key, tables, its share of common contexts), measured by the growth of the heap.
local BYTES, ROW_BYTES = 24 * 1024 * 1024, 1600
-- The maximum number of caches for slices; those of replaced slices are no longer needed.
local OTHERS = 3

--- `verify`: the share of the answered rows that is calculated anyway, 0 to 1. Nil if the cache cannot be used because this
-- version of Path of Building is not a known one. `build` is a number that identifies the build in all states of the
-- engine, or nil.
function answers.new(extension, verify, build)
	local first = extension.rows(build, "whole")
	if not first then
		return nil
	end
	return setmetatable({
		extension = extension,
		build = build,
		-- by what a row is calculated with: a slice makes different queries than the full calculation
		caches = { whole = first },
		cache = first,
		others = 0,
		share = verify or 0,
		owed = 0,
		answered = 0,
		calculated = 0,
		verified = 0,
	}, answers)
end

--- The cache for what the next row is calculated with: a slice, or nil for the full calculation (I25 in
-- docs/internals/memo.md).
function answers:use(slice)
	local id = slice and slice.id or "whole"
	if not self.caches[id] then
		if self.others == OTHERS then
			self.caches, self.others = { whole = self.caches.whole }, 0
		end
		self.others = self.others + 1
		self.caches[id] = self.extension.rows(self.build, slice.wanted.id)
	end
	self.cache = self.caches[id]
	return self.cache
end

--- The numbers kept for the row that is set up, or nil.
function answers:find(plan)
	local cache = self.cache
	cache.limit = math.max(1, math.floor(BYTES / (8 * plan.count + ROW_BYTES)))
	return cache:find(plan.variant)
end

--- Counts a row: whether it was known, and whether that is verified.
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
	self.cache:keep(numbers)
end

--- Writes kept numbers into `result`.
function answers:give(known, plan, result)
	local names = plan.names
	for i = 1, plan.count do
		result[names[i]] = known[i - 1]
	end
end

--- Raises an error if the calculated `result` differs from the kept numbers in a single bit (I25).
function answers:verify(known, plan, result)
	for i = 1, plan.count do
		local name = plan.names[i]
		local now, before = result[name], known[i - 1]
		if now ~= before and (now == now or before == before) then
			error(("row cache: %s is %.17g, %.17g was kept"):format(name, now, before), 0)
		end
	end
end

--- { answered, calculated, verified = answered rows that were calculated anyway, rows = kept now, shared = of these, the
-- ones that other states of the engine calculated }
function answers:statistics()
	local rows, shared = 0, 0
	for _, cache in pairs(self.caches) do
		rows, shared = rows + cache.count, shared + cache.sharedCount
	end
	return {
		answered = self.answered,
		calculated = self.calculated,
		verified = self.verified,
		rows = rows,
		shared = shared,
	}
end

return answers
