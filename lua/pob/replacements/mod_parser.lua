-- scan of Path of Building's Modules/ModParser.lua, and the loop over jewels' functions in
-- its parseMod: which of some thousand patterns fits a modifier's text, up to twenty
-- times a line. Trees and items of builds have lines that its cache does not know, and
-- reading them took a third of a load.
--
-- Equal because a pattern is left out only when the text lacks something that every
-- match of it contains (pob.replacements.pattern_index), and of those that match the same one wins:
-- the first by its place in the text, then the longest match, then the longest pattern,
-- then the one that the original walks first: its `pairs` is that of pob.host.ordered_pairs, sorted by
-- name. The lists are filled when the module is loaded, and constant from then on.
--
-- The edits put a function in place of the original's and narrow a loop's `pairs`; they hold no
-- text of Path of Building.

local patterns = require("pob.replacements.pattern_index")

local candidates = patterns.candidates
local find, lower, sub = string.find, string.lower, string.sub
local sort = table.sort

local FILE = "Modules/ModParser.lua"

local part = {
	name = "mod_parser",
	targets = {
		{ name = "scan", file = FILE, lines = 23, hash = "fe3bb1005fbdf0d4" },
		{ name = "parseMod", file = FILE, lines = 412, hash = "078866bcb1127b11" },
	},
	-- lines are counted from the function's first
	edits = {
		[1] = {
			{
				line = 22,
				after = " scan = (function(original) return function(line, list, plain) "
					.. "return (__pobatch.scan or original)(line, list, plain) end end)(scan)",
			},
		},
		[2] = {
			{
				line = 3,
				before = "do local pairs = __pobatch.narrowed and __pobatch.narrowed(lineLower) or pairs ",
			},
			{ line = 8, after = " end" },
		},
	},
}

function part.ready(_, path)
	return path == FILE
end

-- list -> its index; another for lists that are searched as plain texts
local function indexes(plain)
	return setmetatable({}, {
		__index = function(known, list)
			local index = patterns.index(list, plain)
			known[list] = index
			return index
		end,
	})
end

function part.install(shared)
	local ofPatterns, ofTexts = indexes(false), indexes(true)
	local tried = {}

	---As the original: the value of the pattern that fits best, the line without what it matched, the captures.
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

	---A `pairs` that leaves out patterns which cannot match `text`.
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
