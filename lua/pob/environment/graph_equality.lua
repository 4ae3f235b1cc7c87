-- Whether two values are indistinguishable to any code that holds one of them: isomorphic graphs of tables and functions,
-- whose keys, and whose parts outside of the graphs, are identical (for I28 in docs/internals/memo.md).

local next, rawget, type, getmetatable = next, rawget, type, getmetatable

local graphEquality = {}

-- The pairs still to be compared, in one flat list.
local function push(stack, a, b)
	local n = #stack
	stack[n + 1], stack[n + 2] = a, b
end

local function tables(a, b, stack, watches)
	local one, second = getmetatable(a), getmetatable(b)
	one, second = one and not watches[one] and one or nil, second and not watches[second] and second or nil
	if one ~= second then
		if not one or not second then
			return false
		end
		push(stack, one, second)
	end
	local count = 0
	for key, value in next, a do
		local other = rawget(b, key)
		if other == nil then
			return false
		end
		count = count + 1
		if value ~= other then
			push(stack, value, other)
		end
	end
	for _ in next, b do
		count = count - 1
	end
	return count == 0
end

local function functions(a, b, stack)
	local ok, one = pcall(string.dump, a)
	local okToo, other = pcall(string.dump, b)
	if not ok or not okToo or one ~= other then
		return false
	end
	push(stack, debug.getfenv(a), debug.getfenv(b))
	local i = 1
	while true do
		local name, value = debug.getupvalue(a, i)
		local _, second = debug.getupvalue(b, i)
		if not name then
			return true
		end
		if value == nil or second == nil then
			if value ~= second then
				return false
			end
		else
			push(stack, value, second)
		end
		i = i + 1
	end
end

--- `taken` maps tables of the first graph to those of the second that the caller compares itself; `watches` is a set of
-- metatables that only observe.
function graphEquality.compare(first, second, taken, watches)
	-- Maps each table to its partner in the other graph, in both directions: each has exactly one partner.
	local partners, back = {}, {}
	for a, b in next, taken do
		partners[a], back[b] = b, a
	end
	local stack = {}
	push(stack, first, second)
	while #stack > 0 do
		local n = #stack
		local a, b = stack[n - 1], stack[n]
		stack[n - 1], stack[n] = nil, nil
		if a == b then
			-- Identical, or equal.
		elseif type(a) ~= type(b) then
			return false
		elseif type(a) == "table" or type(a) == "function" then
			if partners[a] ~= nil or back[b] ~= nil then
				if partners[a] ~= b or back[b] ~= a then
					return false
				end
			else
				partners[a], back[b] = b, a
				if type(a) == "table" and not tables(a, b, stack, watches)
					or type(a) == "function" and not functions(a, b, stack) then
					return false
				end
			end
		elseif a == a or b == b then
			return false
		end
	end
	return true
end

return graphEquality
