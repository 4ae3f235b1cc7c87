-- The batch loop for other Luas, which have no FFI: all sets, of the same size, come in one string, and their sums go
-- back in one. `string.unpack` and `utf8.codepoint` answer at most as many values at once as fit on the Lua stack, so
-- that they unpack set by set. No pcall per row, unlike pobatch: to these loops' advantage.
-- luacheck: globals utf8
local calculatorSource, size = ...
local calculator = load(calculatorSource)()
local Calculate = calculator.Calculate
local unpack, pack, concat = string.unpack, string.pack, table.concat
local codepoint = utf8.codepoint
local setFormat = "<" .. ("I2"):rep(size)
local set = { add = {}, addCount = size, remove = {}, removeCount = 0 }

-- Ids as 16-bit numbers, sums as doubles.
local function binary(data, count)
	local sums = {}
	local bytes = 2 * size
	for row = 1, count do
		set.add = { unpack(setFormat, data, (row - 1) * bytes + 1) }
		sums[row] = pack("<d", Calculate(nil, set).Sum)
	end
	return concat(sums)
end

-- Ids as characters for interfaces that pass text only: 0x10000 above the id, so that each takes four bytes of UTF-8
-- and none is a surrogate. Sums as decimal numbers.
local function text(data, count)
	local sums = {}
	local bytes = 4 * size
	for row = 1, count do
		local add = { codepoint(data, (row - 1) * bytes + 1, row * bytes - 3) }
		for index = 1, size do
			add[index] = add[index] - 0x10000
		end
		set.add = add
		sums[row] = Calculate(nil, set).Sum
	end
	return concat(sums, ",")
end

local function one(add)
	set.add = add
	return Calculate(nil, set).Sum
end

return binary, text, one
