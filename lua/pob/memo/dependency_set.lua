-- What the numbers of rows depend on, apart from their modifiers: the queries that were made, the conditions that were met,
-- and the sums that rounded. docs/internals/memo.md has the definitions; numbers with an I are its invariants.
--
-- A set may extend another one, its `base`. It then holds only what the base does not have, and lookups cover both. It
-- consists of these entries:
--
--   query type, name, flags, keyword flags: of a query (I12). Flags are readSet.ANY for a read that ignores flags
--   ordered "type name": of modifiers that are iterated over one by one (I13)
--   present name: of modifiers whose presence alone is tested (I13)
--   condition condition, multiplier or type of skill: was met (I18)
--   rounding "type name": of modifiers whose sums include fractions (I16)
--   carriedRounding name: the same for modifiers that others carry into another store

local readSet = require("pob.memo.read_set")
local inertModifiers = require("pob.memo.inert_modifiers")

local next, tonumber = next, tonumber

local dependencySet = {}
dependencySet.__index = dependencySet

-- Separators of the serialized text.
local FIELD, LINE = "\t", "\n"

local function new(base, reads, met)
	return setmetatable({ base = base, reads = reads, met = met, rounding = {}, carriedRounding = {} }, dependencySet)
end

---A set that rows of a build extend.
---@param env table @the globals of Path of Building's code
function dependencySet.new(env)
	return new(nil, readSet.new(), inertModifiers.new(env))
end

---A standalone set, which no calculation writes to.
function dependencySet.detached()
	return new(nil, readSet.list(), inertModifiers.row(nil))
end

---An empty set that extends this one. A calculation records into its `reads` and `met`.
function dependencySet:over()
	return new(self, readSet.row(self.reads), inertModifiers.row(self.met))
end

---Empties a set that extends another one, before each row.
function dependencySet:begin()
	readSet.begin(self.reads)
	self.met:begin()
	if next(self.rounding) or next(self.carriedRounding) then
		self.rounding, self.carriedRounding = {}, {}
	end
end

---Takes in what native queries recorded. To be called before anything in the set is read (I13).
function dependencySet:learn()
	readSet.learn(self.reads)
end

---Sets that extend this one no longer need to record what it already has.
function dependencySet:settle()
	readSet.settle(self.reads)
end

-- How to add an entry: field -> function(set, ...).
local ADD = {
	query = function(set, kind, name, flags, keywordFlags)
		readSet.remember(set.reads, kind, name, flags, keywordFlags)
	end,
	ordered = function(set, id)
		readSet.mark(set.reads, "ordered", id)
	end,
	present = function(set, name)
		readSet.mark(set.reads, "present", name)
	end,
	condition = function(set, condition)
		set.met:note(condition)
	end,
	rounding = function(set, id)
		set.rounding[id] = true
	end,
	carriedRounding = function(set, name)
		set.carriedRounding[name] = true
	end,
}

---Adds an entry.
---@param field string
function dependencySet:add(field, ...)
	ADD[field](self, ...)
end

---Calls `visit(field, ...)` with each entry of the set, not including its base.
function dependencySet:each(visit)
	local reads = self.reads
	for kind, byName in next, reads.asked do
		for name, pairsOf in next, byName do
			for i = 1, #pairsOf, 2 do
				visit("query", kind, name, pairsOf[i], pairsOf[i + 1])
			end
		end
	end
	for field, names in next, {
		ordered = reads.ordered, present = reads.present, condition = self.met.conditions, rounding = self.rounding,
		carriedRounding = self.carriedRounding,
	} do
		for name in next, names do
			visit(field, name)
		end
	end
end

---Adds all entries of another set, not including its base. Contexts only grow (I22).
function dependencySet:merge(other)
	other:each(function(...)
		self:add(...)
	end)
end

---Whether the set or its base has an entry.
function dependencySet:has(field, a, b, c, d)
	local found
	if field == "query" then
		found = readSet.has(self.reads, a, b, c, d)
	elseif field == "condition" then
		found = self.met.conditions[a]
	else
		found = (self[field] or self.reads[field])[a]
	end
	return found or self.base ~= nil and self.base:has(field, a, b, c, d)
end

---Whether the set together with its base has all entries of another one, not including that one's base.
function dependencySet:covers(other)
	local covers = true
	other:each(function(...)
		covers = covers and self:has(...)
	end)
	return covers
end

---The entries as sorted lines of text, not including the base.
---@return table
function dependencySet:lines()
	local lines = {}
	self:each(function(field, a, b, c, d)
		if field == "query" and c == readSet.ANY then
			lines[#lines + 1] = table.concat({ "read", a, b }, FIELD)
		elseif field == "query" then
			lines[#lines + 1] = table.concat({ field, a, b, ("%.17g"):format(c), ("%.17g"):format(d) }, FIELD)
		else
			lines[#lines + 1] = field .. FIELD .. a
		end
	end)
	table.sort(lines)
	return lines
end

---The same as a single text: sets with equal entries have equal texts.
function dependencySet:serialize()
	return table.concat(self:lines(), LINE)
end

---@param text string @of `serialize`
---@return table @a detached set
function dependencySet.deserialize(text)
	local set = dependencySet.detached()
	for line in text:gmatch("[^\n]+") do
		local field, a, b, c, d = line:match("^([^\t]*)\t([^\t]*)\t?([^\t]*)\t?([^\t]*)\t?([^\t]*)$")
		if field == "query" then
			set:add(field, a, b, tonumber(c), tonumber(d))
		elseif field == "read" then
			set:add("query", a, b, readSet.ANY, readSet.ANY)
		else
			set:add(field, a)
		end
	end
	return set
end

---Whether some query may have let this modifier in (I12).
---@param admits function @of query_tests.lua
function dependencySet:matters(mod, admits)
	return readSet.matters(self.reads, mod, admits) or self.base ~= nil and self.base:matters(mod, admits)
end

---Whether modifiers like this one were iterated over one by one (I13).
function dependencySet:isOrdered(mod)
	return readSet.isOrdered(self.reads, mod) or self.base ~= nil and self.base:isOrdered(mod)
end

---Whether modifiers like this one were looked at without testing whether they apply.
function dependencySet:isSeen(mod)
	return readSet.isSeen(self.reads, mod) or self.base ~= nil and self.base:isSeen(mod)
end

---Whether some query asked for a type and name.
function dependencySet:asks(kind, name)
	local asked = self.reads.asked[kind]
	return asked ~= nil and asked[name] ~= nil or self.base ~= nil and self.base:asks(kind, name)
end

return dependencySet
