-- Finds which patterns of a long list can match a text at all: each pattern that requires some literal text is filed under
-- four bytes of it, and a text that lacks them cannot match.

local byte, sub, find = string.byte, string.sub, string.find

local keptData = require("pob.host.kept_data")

local patterns = {}

-- Lists up to this length are tried one by one.
local SHORT = 12
local LENGTH = 4

-- Where the character class that begins with `[` at `at` ends, as Lua's own matcher reads it; nil: nowhere.
local function classEnd(pattern, at)
	at = at + (sub(pattern, at + 1, at + 1) == "^" and 2 or 1)
	repeat
		if at > #pattern then
			return nil
		end
		at = at + (sub(pattern, at, at) == "%" and 2 or 1)
	until sub(pattern, at, at) == "]"
	return at
end

---The literal texts that every match of a pattern contains. It may omit some, but never has one too many.
---@param pattern string
---@return string[]
function patterns.literals(pattern)
	local runs, run, n = {}, "", #pattern
	local function finish()
		if run ~= "" then
			runs[#runs + 1] = run
			run = ""
		end
	end
	local at = sub(pattern, 1, 1) == "^" and 2 or 1
	while at <= n do
		local char = sub(pattern, at, at)
		if char == "(" or char == ")" then
			-- Captures match no text themselves.
			at = at + 1
		else
			local literal = char
			if char == "%" then
				literal = sub(pattern, at + 1, at + 1)
				if find(literal, "^[bf%d]") then
					-- What follows is not a plain item; ignore the rest.
					break
				elseif find(literal, "^%a") or literal == "" then
					literal = nil
				end
				at = at + 2
			elseif char == "[" then
				literal = nil
				local stop = classEnd(pattern, at)
				if not stop then
					break
				end
				at = stop + 1
			elseif char == "." then
				literal = nil
				at = at + 1
			elseif char == "$" and at == n then
				break
			else
				at = at + 1
			end
			local repeats = at <= n and sub(pattern, at, at) or ""
			if repeats == "*" or repeats == "?" or repeats == "-" then
				finish()
				at = at + 1
			elseif repeats == "+" then
				run = run .. (literal or "")
				finish()
				at = at + 1
			elseif literal then
				run = run .. literal
			else
				finish()
			end
		end
	end
	finish()
	return runs
end

-- Counts each sequence of four bytes, as a number.
local function countGrams(text, counts)
	local a, b, c = byte(text, 1, LENGTH - 1)
	for i = LENGTH, #text do
		local d = byte(text, i)
		local gram = ((a * 256 + b) * 256 + c) * 256 + d
		counts[gram] = (counts[gram] or 0) + 1
		a, b, c = b, c, d
	end
end

-- The text's least frequent sequence, if its count is below `least`; else `rarest`.
local function rarestGram(text, counts, rarest, least)
	local a, b, c = byte(text, 1, LENGTH - 1)
	for i = LENGTH, #text do
		local d = byte(text, i)
		local gram = ((a * 256 + b) * 256 + c) * 256 + d
		if counts[gram] < least then
			rarest, least = gram, counts[gram]
		end
		a, b, c = b, c, d
	end
	return rarest, least
end

local function indexOf(keys, plain)
	-- A rare sequence leaves few patterns to try.
	local literals, counts = {}, {}
	for i, pattern in ipairs(keys) do
		literals[i] = plain and { pattern } or patterns.literals(pattern)
		for _, text in ipairs(literals[i]) do
			countGrams(text, counts)
		end
	end
	local always, byGram = {}, {}
	for i, pattern in ipairs(keys) do
		local rarest, least = nil, math.huge
		for _, text in ipairs(literals[i]) do
			rarest, least = rarestGram(text, counts, rarest, least)
		end
		local place = always
		if rarest then
			place = byGram[rarest] or {}
			byGram[rarest] = place
		end
		place[#place + 1] = pattern
	end
	return { always = always, byGram = byGram }
end

---An index of the keys of `list`, which must not change from here on.
---@param list table @keys: patterns
---@param plain boolean @whether they are plain texts
---@param store table|nil @of the engine, see pob.host.kept_data
---@return table @{ always = patterns that may match any text, byGram = { number = patterns } }
function patterns.index(list, plain, store)
	local keys = {}
	for pattern in pairs(list) do
		keys[#keys + 1] = pattern
	end
	if #keys <= SHORT then
		return { always = keys, byGram = {} }
	end
	table.sort(keys)
	local text = table.concat(keys, "\0")
	-- Lists have no names of their own.
	local name = ("index of %d %s %d"):format(#keys, plain and "texts" or "patterns", #text)
	return keptData.of(store, name, text, function()
		return indexOf(keys, plain)
	end)
end

---The patterns of an index that may match `text`; the same one may occur more than once.
---@param out table|nil @a list to overwrite
---@return table, number @the list and how many of its entries are valid
function patterns.candidates(index, text, out)
	local always, byGram = index.always, index.byGram
	local count = #always
	out = out or {}
	for i = 1, count do
		out[i] = always[i]
	end
	local a, b, c = byte(text, 1, LENGTH - 1)
	for i = LENGTH, #text do
		local d = byte(text, i)
		local found = byGram[((a * 256 + b) * 256 + c) * 256 + d]
		if found then
			for k = 1, #found do
				out[count + k] = found[k]
			end
			count = count + #found
		end
		a, b, c = b, c, d
	end
	return out, count
end

return patterns
