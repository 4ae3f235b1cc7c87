-- Names that Path of Building composes while it calculates (`damageType .. "Resist"`). The 1,300 such places in its modules
-- run 4,000 times per row, and each time LuaJIT builds the string, hashes it and looks it up among 300,000 strings. Here
-- each becomes a lookup of a cached result.
--
-- The results are equal in any version of Path of Building, since only the form matters: one or two variables or fields
-- between literals, where no neighbouring operator binds tighter than `..`. Strings are cache keys by identity. So are
-- numbers, except 0 and -0, which are one key but two texts. Everything else, including what cannot be concatenated, is
-- concatenated as written.
--
-- The edited text stays on its line, so that line numbers in messages keep their meaning.

local new = require("table.new")

local composedNames = {}

-- The maximum number of results that one place may cache.
local MAX_KEPT = 512

local KEYWORDS = require("pob.slice.lexer").KEYWORDS

local function setOf(tokens)
	local set = {}
	for token in tokens:gmatch("%S+") do
		set[token] = true
	end
	return set
end

-- The tokens that may surround the expression: delimiters, and operators that bind less tightly than `..`. (A name between
-- a colon and `..` cannot be a method, so the colon is that of `?:`.)
local BEFORE = setOf("[ ( , = { == ~= != and or && || ?? ? : -> return")
local AFTER = setOf("] ) , } == ~= != and or && || ?? ? then")
-- ... and after a literal: a literal cannot be the object of a method call, because calls need a name.
local AFTER_LITERAL = setOf(":")

-- Symbols of more than one character, longer ones first.
local SYMBOLS = {}
for pattern in ("%.%.%.? ~>> [=~<>!]= %?%? %?%. && || << >> ->"):gmatch("%S+") do
	SYMBOLS[#SYMBOLS + 1] = "^" .. pattern:gsub("^%-", "%%-")
end

-- Caches the results of `make` by key, as long as a key determines a single text.
local function kept(make)
	local count = 0
	return setmetatable({}, {
		__index = function(memo, key)
			local answer = make(key)
			local kind = type(key)
			if (kind == "string" or kind == "number" and key ~= 0 and key == key) and count < MAX_KEPT then
				count = count + 1
				memo[key] = answer
			end
			return answer
		end,
	})
end

---The results of one place: `prefix .. key .. suffix` by key; with `between`, `prefix .. first .. between .. second ..
---suffix` by the first key, and then the second.
local function memo(prefix, suffix, between)
	if between then
		return kept(function(first)
			return memo(prefix .. first .. between, suffix)
		end)
	end
	return kept(function(key)
		return prefix .. key .. suffix
	end)
end

-- Room for the places of all modules: compiled code finds each by its slot, until the table is resized.
local PLACES = 2048

---The results of all places, by name: prefix, suffix and the text between two keys, separated by "\1". Edited modules know
---it as `__pobatchNames`. A name fully describes a place, so a module is edited the same way in each state.
function composedNames.places()
	return setmetatable(new(0, PLACES), {
		__index = function(places, name)
			local prefix, suffix, between = name:match("^([^\1]*)\1([^\1]*)\1?(.*)$")
			local answers = memo(prefix, suffix, name:find("\1.*\1") and between or nil)
			places[name] = answers
			return answers
		end,
	})
end

-- The tokens of a line: { first, last, kind = "name"|"string"|"other", text }; nil if the line cannot be read on its own.
local function tokens(line)
	local list, at = {}, 1
	while true do
		at = line:find("%S", at)
		if not at then
			return list
		end
		local first, last = line:find("^[%a_\128-\255][%w_\128-\255]*", at)
		local kind = "name"
		if not first then
			local quote = line:match("^[\"']", at)
			if quote then
				kind, first, last = "string", at, at
				repeat
					last = line:find("[\\" .. quote .. "]", last + 1)
					if not last then
						return nil
					end
					local escaped = line:sub(last, last) == "\\"
					last = escaped and last + 1 or last
				until not escaped
			elseif line:find("^%-%-", at) then
				return not line:find("^%-%-%[=*%[", at) and list or nil
			elseif line:find("^%[=*%[", at) then
				return nil
			else
				kind = "other"
				first, last = line:find("^%.?%d[%w%._]*", at)
				for i = 1, first and 0 or #SYMBOLS do
					first, last = line:find(SYMBOLS[i], at)
					if first then
						break
					end
				end
				if not first then
					first, last = at, at
				end
			end
		end
		local text = line:sub(first, last)
		if kind == "name" and KEYWORDS[text] then
			kind = "other"
		end
		list[#list + 1] = { first = first, last = last, kind = kind, text = text }
		at = last + 1
	end
end

-- The operand that begins at token `i`: its last token, or nil.
local function operand(list, i)
	local token = list[i]
	if not token or token.kind == "other" then
		return nil
	elseif token.kind == "string" then
		return i
	end
	while list[i + 1] and list[i + 1].text == "." and list[i + 2] and list[i + 2].kind == "name" do
		i = i + 2
	end
	return i
end

local function value(literal)
	return loadstring("return " .. literal)()
end

-- The concatenation that begins at token `i`, if it can be replaced: its last token, prefix, suffix, keys, and the text
-- between two keys.
local function concatenation(line, list, i)
	local before = list[i - 1]
	if not before or not BEFORE[before.text] then
		return nil
	end
	local texts, keys, at = { "", "", "" }, {}, i
	while true do
		local last = operand(list, at)
		if not last then
			return nil
		elseif list[at].kind == "string" then
			texts[#keys + 1] = texts[#keys + 1] .. value(list[at].text)
		elseif #keys == 2 then
			return nil
		else
			keys[#keys + 1] = line:sub(list[at].first, list[last].last)
		end
		local following = list[last + 1]
		if following and following.kind == "other"
			and (AFTER[following.text] or list[last].kind == "string" and AFTER_LITERAL[following.text]) then
			return keys[1] and last > i and last, texts[1], texts[#keys + 1], keys, keys[2] and texts[2]
		elseif not following or following.text ~= ".." then
			return nil
		end
		at = last + 2
	end
end

-- The name of a place as Lua source; nil if a literal contains characters that cannot be written this way on one line.
local function nameOf(prefix, suffix, between)
	if (prefix .. suffix .. (between or "")):find("[%c\\\"]") then
		return nil
	end
	return '"' .. prefix .. "\\001" .. suffix .. (between and "\\001" .. between or "") .. '"'
end

---A line with its concatenations replaced.
local function rewrite(line)
	local list = tokens(line)
	if not list then
		return line
	end
	local parts, done, i = {}, 0, 1
	while i <= #list do
		local last, prefix, suffix, keys, between = concatenation(line, list, i)
		local name = last and (prefix ~= "" or suffix ~= "" or between and between ~= "") and nameOf(prefix, suffix, between)
		if name then
			parts[#parts + 1] = line:sub(done + 1, list[i].first - 1)
			parts[#parts + 1] = "__pobatchNames[" .. name .. "][" .. table.concat(keys, "][") .. "]"
			done = list[last].last
			i = last
		end
		i = i + 1
	end
	return table.concat(parts) .. line:sub(done + 1)
end

---Replaces the concatenations in a module's lines, in place.
---@param lines table
---@param shared table @of the extension: `rewritten`, if present, caches lines
---@return boolean @whether any was replaced
function composedNames.apply(lines, shared)
	local changed, open = false, nil
	for n = 1, #lines do
		local line = lines[n]
		if open then
			-- inside a long comment or string
			if line:find("]" .. open .. "]", 1, true) then
				open = nil
			end
		else
			local at, level = line:match("()%[(=*)%[")
			if at and not line:find("]" .. level .. "]", at, true) then
				open = level
			elseif line:find("..", 1, true) and line:find("[\"']") then
				-- Slices are compiled with most of their lines unchanged.
				local kept = shared.rewritten
				local rewritten = kept and kept[line] or rewrite(line)
				if kept then
					kept[line] = rewritten
				end
				lines[n] = rewritten
				changed = changed or rewritten ~= line
			end
		end
	end
	return changed
end

return composedNames
