--- The names under which Path of Building's calculation can output numbers, for any build.
--
-- They are read from the text of its modules. Most names are written out; others are concatenated from words and variables
-- (damageType .. "Max"). The values of such a variable are inferred from the names that the build has.

local keptData = require("pob.host.kept_data")

local outputNames = {}

local SOURCES = {
	"Modules/CalcPerform.lua", "Modules/CalcOffence.lua", "Modules/CalcDefence.lua", "Modules/CalcTriggers.lua",
	"Modules/CalcMirages.lua", "Modules/CalcSections.lua", "Modules/Calcs.lua",
}

-- The parts of `inside`, the text between the brackets of output[...]: literals as strings, variables as { name }. Nil if
-- it is not a concatenation of these, with one or two variables.
local function partsOf(inside)
	local parts, variables = {}, 0
	for part in (inside .. ".."):gmatch("%s*(.-)%s*%.%.") do
		local literal, variable = part:match('^"([%w:_ ]*)"$'), part:match("^[%a_][%w_%.]*$")
		if not literal and not variable then
			return nil
		end
		parts[#parts + 1] = literal or { variable }
		variables = variables + (variable and 1 or 0)
	end
	return #parts > 1 and variables > 0 and variables < 3 and parts or nil
end

-- Adds what a module's text says about the names of the output to `found`.
local function readNames(text, found)
	local names, joinings, words, lists = found.names, found.joinings, found.words, found.lists
	-- with `.` or `?.`
	for name in text:gmatch("[oO]utput%??%.([%a_][%w_]*)") do
		names[name] = true
	end
	for name in text:gmatch('[oO]utput%??%.?%["([%a][%w:_]*)"%]') do
		names[name] = true
	end
	for name in text:gmatch("{%d*:?output:([%a][%w_]*)}") do
		names[name] = true
	end
	for inside in text:gmatch("[oO]utput%??%.?%[([^%[%]\n]-)%]") do
		joinings[#joinings + 1] = partsOf(inside)
	end
	for word in text:gmatch('"(%u[%w ]*)"') do
		words[word] = true
	end
	for list in text:gmatch("{([^{}]*)}") do
		if not list:gsub('"%u[%w ]*"', ""):find("[^%s,]") then
			local members = {}
			for word in list:gmatch('"(%u[%w ]*)"') do
				members[#members + 1] = word
			end
			lists[#lists + 1] = #members > 1 and members or nil
		end
	end
end

-- What the text of PoB's calculation says about the names of its output: the names that it writes out, how it concatenates
-- others, and quoted words that may be parts of names (alone, and in lists of nothing else).
local function sourceOf(world)
	if not world.outputSource then
		local texts = {}
		for i, path in ipairs(SOURCES) do
			texts[i] = world.files:read(path) or ""
		end
		local store = world.native and world.native.compiled
		world.outputSource = keptData.of(store, "output names", table.concat(texts, "\0"), function()
			local found = { names = {}, joinings = {}, words = {}, lists = {} }
			for _, text in ipairs(texts) do
				readNames(text, found)
			end
			return found
		end)
	end
	return world.outputSource
end

-- A word is taken as a value of a variable if it makes known names in this share of the concatenations with that variable;
-- a whole list is, if this share of its words is.
local SHARE_OF_JOININGS, SHARE_OF_LIST = 0.15, 0.5

-- Concatenations with one variable, by their suffix: { variable, before }; and how many a variable has.
local function singleJoinings(joinings)
	local byEnd, counts = {}, {}
	for _, parts in ipairs(joinings) do
		local variable, before, after = nil, "", ""
		for _, part in ipairs(parts) do
			if type(part) == "table" then
				variable = variable and "" or part[1]
			elseif variable then
				after = after .. part
			else
				before = before .. part
			end
		end
		if variable ~= "" then
			byEnd[after] = byEnd[after] or {}
			table.insert(byEnd[after], { variable = variable, before = before })
			counts[variable] = (counts[variable] or 0) + 1
		end
	end
	return byEnd, counts
end

-- variable -> word -> true, inferred from the names in `have`.
local function wordsByVariable(source, have)
	local byEnd, counts = singleJoinings(source.joinings)
	local uses, found = {}, {}
	for name in pairs(have) do
		for cut = 1, #name do
			for _, joining in ipairs(byEnd[name:sub(cut + 1)] or {}) do
				local word = name:sub(#joining.before + 1, cut)
				if source.words[word] and name:sub(1, #joining.before) == joining.before then
					uses[joining.variable] = uses[joining.variable] or {}
					uses[joining.variable][word] = (uses[joining.variable][word] or 0) + 1
				end
			end
		end
	end
	for variable, words in pairs(uses) do
		local learned, all = {}, {}
		for word, count in pairs(words) do
			learned[word] = count >= SHARE_OF_JOININGS * counts[variable] or nil
			all[word] = learned[word]
		end
		for _, list in ipairs(source.lists) do
			local shared = 0
			for _, word in ipairs(list) do
				shared = shared + (learned[word] and 1 or 0)
			end
			for _, word in ipairs(shared > 1 and shared >= SHARE_OF_LIST * #list and list or {}) do
				all[word] = true
			end
		end
		found[variable] = all
	end
	return found
end

-- Adds all names that `parts` make, from the part at `at` on, to `names`.
local function join(parts, at, text, words, names)
	local part = parts[at]
	if not part then
		names[text] = true
	elseif type(part) == "string" then
		join(parts, at + 1, text .. part, words, names)
	else
		for word in pairs(words[part[1]] or {}) do
			join(parts, at + 1, text .. word, words, names)
		end
	end
end

--- The names that are not in `have` (those of the build as it is), sorted; and the same as name -> true.
function outputNames.others(world, have)
	local source, names = sourceOf(world), {}
	for name in pairs(source.names) do
		names[name] = true
	end
	local words = wordsByVariable(source, have)
	for _, parts in ipairs(source.joinings) do
		join(parts, 1, "", words, names)
	end
	local others = {}
	for name in pairs(names) do
		if have[name] then
			names[name] = nil
		else
			others[#others + 1] = name
		end
	end
	table.sort(others)
	return others, names
end

return outputNames
