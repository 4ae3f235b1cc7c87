-- An index of where a ModList has the modifiers of a name, so that a query need not scan all of them. A row makes 3,000
-- queries, nearly all for names that the list does not have, and LuaJIT compiles a query without a loop into a single
-- trace.
--
-- The index belongs to the list's current contents: it is valid while length and last modifier are the same, it is extended
-- when modifiers were appended, and it is dropped by the methods that replace a modifier inside the list. Names of
-- modifiers in a list do not change.

local newTable = require("table.new")

local listIndex = {}

-- Lists up to this length are scanned.
local SHORT = 4

-- An index: the length of the list and its last modifier; by name, the positions of the first and the last modifier; and
-- for each position the next one of the same name, or false. binding/pob/modifier_queries.c knows this layout, too.
local COUNT, LAST, FIRST, FOLLOWING, TAIL = 1, 2, 3, 4, 5

---@param class table @ModList
function listIndex.install(class)
	-- defaults, so that an object without them does not search its parents' classes
	class.pobatchIndex = false

	local function extend(self, index, n)
		local first, tail, following = index[FIRST], index[TAIL], index[FOLLOWING]
		for i = index[COUNT] + 1, n do
			local name = self[i].name
			local last = tail[name]
			if last then
				following[last] = i
			else
				first[name] = i
			end
			tail[name] = i
			following[i] = false
		end
		index[COUNT] = n
		index[LAST] = self[n]
		return index
	end

	local function renew(self, index, n)
		if not index or n < index[COUNT] or index[LAST] ~= self[index[COUNT]] then
			index = { 0, false, newTable(0, n), newTable(n, 0), newTable(0, n) }
			self.pobatchIndex = index
		end
		return extend(self, index, n)
	end

	---@return number|nil @the position of the first modifier of that name
	local function first(self, name)
		local n = #self
		if n == 0 then
			return nil
		elseif n > SHORT then
			local index = self.pobatchIndex
			if not index or index[COUNT] ~= n or index[LAST] ~= self[n] then
				index = renew(self, index, n)
			end
			return index[FIRST][name]
		elseif self[1].name == name then
			return 1
		elseif n == 1 then
			return nil
		elseif self[2].name == name then
			return 2
		elseif n == 2 then
			return nil
		elseif self[3].name == name then
			return 3
		elseif n == 4 and self[4].name == name then
			return 4
		end
		return nil
	end

	---@return number|nil|false @the position of the next one
	local function after(self, i, name)
		local n = #self
		if n > SHORT then
			return self.pobatchIndex[FOLLOWING][i]
		end
		for k = i + 1, n do
			if self[k].name == name then
				return k
			end
		end
		return nil
	end

	for _, method in ipairs({ "MergeMod", "ReplaceModInternal", "ConvertModInternal" }) do
		local original = class[method]
		-- Before 0.16 this method does not exist.
		if original then
			class[method] = function(self, ...)
				self.pobatchIndex = false
				return original(self, ...)
			end
		end
	end

	return first, after
end

return listIndex
