-- scan of Path of Building's Modules/ModParser.lua, and the loop over the functions of jewels in its parseMod: they find
-- which of some thousand patterns fits a modifier's text, up to twenty times per line. Trees and items of builds have lines
-- that its cache does not know, and parsing them took a third of a load.
--
-- The results are equal because a pattern is skipped only when the text lacks something that every match of it contains
-- (pob.replacements.pattern_index), and among those that match the same one wins: the first by its position in the text,
-- then the longest match, then the longest pattern, then the one that the original visits first (its `pairs` is that of
-- pob.host.ordered_pairs, sorted by name). The lists are filled when the module is loaded, and constant from then on.
--
-- The loop is recognized by its form: one that does nothing for patterns that do not match. Its list is constant, too.

local patterns = require("pob.replacements.pattern_index")
local walk = require("pob.slice.walk")

local candidates = patterns.candidates
local find, lower, sub = string.find, string.lower, string.sub
local sort = table.sort

local FILE = "Modules/ModParser.lua"

local part = {
	name = "mod_parser",
	targets = {
		{ name = "scan", file = FILE },
	},
	edits = {},
}

-- The place where scan begins.
local function beginScan(module, f)
	local first, names = f.body[1], {}
	for i, variable in ipairs(f.params) do
		names[i] = variable.name
	end
	local arguments = table.concat(names, ", ")
	local text = module:textOf(first):match("^[^\r\n]*")
	return {
		line = module:lineOf(first.first), find = text,
		replace = ("if __pobatch.scan then return __pobatch.scan(%s) end %s"):format(arguments, text),
	}
end

-- A loop over patterns that does nothing for those not found in the text: its `pairs`, and the name of the text.
local function narrowable(s)
	local call = s.k == "in" and #s.names == 2 and s.values[1]
	if not call or call.k ~= "call" or call.f.name ~= "pairs" or #call.args ~= 1 or #s.body ~= 2 then
		return nil
	end
	local find, test = s.body[1], s.body[2]
	local found = find.k == "local" and #find.values == 1 and find.values[1]
	if not found or found.k ~= "method" or found.name ~= "find" or found.o.k ~= "local" or found.o.v == s.names[2]
		or not found.args[1] or found.args[1].v ~= s.names[1] then
		return nil
	elseif found.args[2] and found.args[2].v ~= 1 or found.args[3] then
		return nil
	end
	local clause = test.k == "if" and #test.clauses == 1 and test.clauses[1]
	local isFound = false
	for _, variable in ipairs(find.names) do
		isFound = isFound or clause and clause.cond.k == "local" and clause.cond.v == variable
	end
	return isFound and #clause.body == 1 and clause.body[1].k == "return" and call, found.o.name
end

part.edits[FILE] = function(module, found)
	local list, visitor = {}, {}
	if found[1] and found[1].f.body[1] then
		list[1] = beginScan(module, found[1].f)
	end
	function visitor:statement(s)
		local call, text = narrowable(s)
		if call then
			local source = module:textOf(call)
			local callee = module:textOf(call.f)
			list[#list + 1] = {
				line = module:lineOf(call.from), find = source,
				replace = ("(__pobatch.narrowed and __pobatch.narrowed(%s) or %s)%s"):format(text, callee, source:sub(#callee + 1)),
			}
		end
	end
	for _, entry in ipairs(module.functions.parseMod or {}) do
		walk.through({ params = {}, body = entry.f.body }, visitor)
	end
	return list
end

function part.ready(_, path)
	return path == FILE
end

-- list -> its index; a separate one for lists that are searched as plain texts
local function indexes(plain, store)
	return setmetatable({}, {
		__index = function(known, list)
			local index = patterns.index(list, plain, store)
			known[list] = index
			return index
		end,
	})
end

function part.install(shared)
	local ofPatterns, ofTexts = indexes(false, shared.compiled), indexes(true, shared.compiled)
	local tried = {}

	---Like the original: the value of the pattern that fits best, the line without the matched part, the captures.
	function shared.scan(line, list, plain)
		local text = lower(line)
		local _, count = candidates(plain and ofTexts[list] or ofPatterns[list], text, tried)
		local best, bestStart, bestEnd, captures
		for i = 1, count do
			local pattern = tried[i]
			local first, last, cap1, cap2, cap3, cap4, cap5 = find(text, pattern, 1, plain)
			if first then
				local better = not best or first < bestStart
				if not better and first == bestStart then
					better = last > bestEnd
						or last == bestEnd and (#pattern > #best or #pattern == #best and pattern < best)
				end
				if better then
					best, bestStart, bestEnd = pattern, first, last
					captures = { cap1, cap2, cap3, cap4, cap5 }
				end
			end
		end
		local value = best and list[best]
		if value then
			return value, sub(line, 1, bestStart - 1) .. sub(line, bestEnd + 1, -1), captures
		end
		return nil, line
	end

	---A `pairs` that skips patterns that cannot match `text`.
	function shared.narrowed(text)
		return function(list)
			local keys = candidates(ofPatterns[list], text)
			sort(keys)
			local at = 0
			return function()
				at = at + 1
				local key = keys[at]
				return key, key and list[key]
			end
		end
	end
end

return part
