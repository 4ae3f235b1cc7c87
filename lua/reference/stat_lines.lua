-- The parser of stat lines. A line is read as
--
--   [subject] clause [qualifier...]       "Minions deal" "10% increased Damage" "while moving"
--
-- It counts as understood only if every word was used: an unknown phrase anywhere makes the whole line unknown, because a
-- modifier without one of its conditions would be wrong.
local modifiers = require("reference.modifiers")
local names = require("reference.stat_names")
local damageNames = require("reference.damage_names")
local conditions = require("reference.conditions")
local qualifiers = require("reference.qualifiers")
local subjects = require("reference.subjects")
local clauses = require("reference.clauses_offence")

local statLines = {}

local function countNumbers(text)
	local _, count = text:gsub("#", "")
	return count
end

-- "12% increased X" -> "#% increased x" and { 12 }, because the tables of words contain no numbers.
local function template(line)
	local numbers = {}
	local text = line:lower():gsub("%s+", " "):match("^ ?(.-) ?$")
	text = text:gsub("#", "\1"):gsub("%d+%.?%d*", function(number)
		numbers[#numbers + 1] = tonumber(number)
		return "#"
	end)
	return text, numbers
end

-- Creates a qualifier from its table entry and the numbers at its place in the line.
local function readQualifier(entry, numbers, at)
	if entry.named then
		return { conditions = { entry.named:format(tostring(numbers[at])) } }
	end
	if entry.every == "number" then
		local every = numbers[at]
		return every > 0 and { per = entry.per, every = every, scope = entry.scope } or nil
	end
	if entry.limit then
		return { limit = numbers[at] }
	end
	return entry
end

local function readName(phrase)
	local list = names[phrase] or damageNames.read(phrase)
	if list then
		return list
	end
	-- "+10 to Strength and Dexterity"
	local left, right = phrase:match("^(.-) and (.+)$")
	local first, second = names[left], names[right]
	if first and second then
		local both = {}
		for _, entry in ipairs(first) do
			both[#both + 1] = entry
		end
		for _, entry in ipairs(second) do
			both[#both + 1] = entry
		end
		return both
	end
end

-- Pattern, kind, sign, and whether the number is a percentage.
local forms = {
	{ "^#%% increased (.+)$", "INC", 1, true },
	{ "^#%% reduced (.+)$", "INC", -1, true },
	{ "^#%% more (.+)$", "MORE", 1, true },
	{ "^#%% less (.+)$", "MORE", -1, true },
	{ "^%+#%% to (.+)$", "BASE", 1, true },
	{ "^%-#%% to (.+)$", "BASE", -1, true },
	{ "^%+# to (.+)$", "BASE", 1, false },
	{ "^%-# to (.+)$", "BASE", -1, false },
	{ "^%+# (life)$", "BASE", 1, false },
	{ "^%+# (maximum stacks of .+)$", "BASE", 1, false },
}

-- "+10% to Evasion Rating" or "+10 to Fire Resistance" do not exist. A percentage added to a quantity, or a quantity added to a
-- percentage, is a line of another game or a typing error.
local percentBases = { BlockChance = true, BlockChanceMax = true, CritChance = true, CritMultiplier = true }

local function isPercentBase(name)
	return percentBases[name] or name:find("Resist", 1, true) ~= nil or name == "QualityOfAllSkills"
end

local function readForm(text, numbers, at)
	for _, form in ipairs(forms) do
		local phrase = text:match(form[1])
		if phrase then
			local list = readName(phrase == "life" and "maximum life" or phrase)
			if not list then
				return nil
			end
			local result = {}
			for _, entry in ipairs(list) do
				if form[2] == "BASE" and isPercentBase(entry.name) ~= form[4] then
					return nil
				end
				local modifier = modifiers.new(entry.name, form[2], form[3] * numbers[at], entry.scope)
				modifier.actor = entry.actor
				result[#result + 1] = modifier
			end
			return result
		end
	end
end

local function readWholeClause(text, numbers, at)
	local entry = clauses[text]
	if not entry then
		return nil
	end
	local result = {}
	for _, part in ipairs(entry) do
		local value = part.constant or numbers[at + part.number - 1]
		local modifier = modifiers.new(part.name, part.kind, part.sign * value)
		for _, word in ipairs(part.scope) do
			local key, word2 = word:match("^(%l+):(%w+)$")
			if key == "per" then
				modifier.per, modifier.every = word2, 1
			elseif key == "actor" then
				modifier.actor = word2
			elseif key == "if" then
				modifiers.addConditions(modifier, { word2 })
			else
				modifiers.addScope(modifier, { word })
			end
		end
		result[#result + 1] = modifier
	end
	return result
end

local function qualifyAll(list, qualifier)
	for _, modifier in ipairs(list) do
		if not modifiers.qualify(modifier, qualifier) then
			return nil
		end
	end
	return list
end

local readClause

-- Tries the longest qualifier at the end first: "with hits against burning enemies" has no entry of its own, but "against
-- burning enemies" and then "with hits" have one.
local function readQualified(text, numbers, at)
	local position = 0
	while true do
		position = text:find("[ ,]", position + 1)
		if not position then
			return nil
		end
		local tail = text:sub(text:sub(position, position) == "," and position or position + 1)
		local entry = conditions[tail] or qualifiers[tail]
		if entry then
			local head = text:sub(1, position - 1)
			local qualifier = readQualifier(entry, numbers, at + countNumbers(head))
			local list = qualifier and readClause(head, numbers, at)
			if list then
				return qualifyAll(list, qualifier)
			end
		end
	end
end

-- "10% increased Attack Speed and 5% increased Cast Speed": two clauses, each with its own value.
local function readPair(text, numbers, at)
	local position = 0
	while true do
		position = text:find(" and [#+-]", position + 1)
		if not position then
			return nil
		end
		local head, tail = text:sub(1, position - 1), text:sub(position + 5)
		local first = readClause(head, numbers, at)
		local second = first and readClause(tail, numbers, at + countNumbers(head))
		if second then
			for _, modifier in ipairs(second) do
				first[#first + 1] = modifier
			end
			return first
		end
	end
end

function readClause(text, numbers, at)
	return readWholeClause(text, numbers, at)
		or readForm(text, numbers, at)
		or readQualified(text, numbers, at)
		or readPair(text, numbers, at)
end

local function readSubject(text, numbers)
	local position = #text
	while position > 1 do
		local phrase = text:sub(1, position - 1)
		local entry = text:sub(position, position) == " " and subjects[phrase]
		if entry then
			local at = 1 + countNumbers(phrase)
			local list = readClause(text:sub(position + 1), numbers, at)
			local qualifier = list and readQualifier(entry, numbers, 1)
			if qualifier then
				return qualifyAll(list, qualifier)
			end
		end
		position = position - 1
	end
end

-- Returns an array of modifiers, or nil if the line is not understood.
function statLines.parse(line)
	local text, numbers = template(line)
	return readClause(text, numbers, 1) or readSubject(text, numbers)
end

return statLines
