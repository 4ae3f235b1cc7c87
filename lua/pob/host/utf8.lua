-- The part of the `lua-utf8` library that Path of Building calls.
--
-- Positions are characters, not bytes. Plain ASCII text goes to Lua's string library. For other text Lua's own patterns work
-- as well, although they match bytes, as long as positions are converted and no single `.` or set splits a character. PoB's
-- patterns only use ASCII classes (`%d%d%d`, `%.`, `[^%w]`), so a pattern matcher over characters is not needed.

local byte, sub, find, gsub, match, rep = string.byte, string.sub, string.find, string.gsub, string.match, string.rep
local concat = table.concat

local utf8 = {}

utf8.charpattern = "[%z\1-\127\194-\244][\128-\191]*"

local function isAscii(text)
	return not find(text, "[\128-\255]")
end

-- The byte positions at which the characters of `text` start, and one more for its end. A stray continuation byte counts as a
-- character, so nothing is lost.
local function starts(text)
	local list, n, i, size = {}, 0, 1, #text
	while i <= size do
		n = n + 1
		list[n] = i
		local first = byte(text, i)
		local length = first < 0xC2 and 1 or first < 0xE0 and 2 or first < 0xF0 and 3 or first < 0xF5 and 4 or 1
		local stop = i + 1
		while stop < i + length do
			local following = byte(text, stop)
			if not following or following < 0x80 or following > 0xBF then
				break
			end
			stop = stop + 1
		end
		i = stop
	end
	list[n + 1] = size + 1
	return list, n
end

local function charIndex(list, n, bytePosition)
	local low, high = 1, n + 1
	while low < high do
		local middle = math.floor((low + high + 1) / 2)
		if list[middle] <= bytePosition then
			low = middle
		else
			high = middle - 1
		end
	end
	return low
end

function utf8.len(text)
	if isAscii(text) then
		return #text
	end
	local _, n = starts(text)
	return n
end

function utf8.sub(text, from, to)
	if isAscii(text) then
		return sub(text, from, to)
	end
	local list, n = starts(text)
	from, to = from or 1, to or -1
	if from < 0 then
		from = math.max(n + from + 1, 1)
	elseif from == 0 then
		from = 1
	end
	if to < 0 then
		to = n + to + 1
	elseif to > n then
		to = n
	end
	if from > to then
		return ""
	end
	return sub(text, list[from], list[to + 1] - 1)
end

function utf8.reverse(text)
	if isAscii(text) then
		return text:reverse()
	end
	local list, n = starts(text)
	local pieces = {}
	for i = n, 1, -1 do
		pieces[#pieces + 1] = sub(text, list[i], list[i + 1] - 1)
	end
	return concat(pieces)
end

--- Like string.find, but any truthy value of `plain` turns patterns off.
function utf8.find(text, pattern, init, plain)
	if isAscii(text) then
		return find(text, pattern, init, plain and true or false)
	end
	local list, n = starts(text)
	init = init or 1
	if init < 0 then
		init = math.max(n + init + 1, 1)
	elseif init == 0 then
		init = 1
	end
	if init > n + 1 then
		return nil
	end
	local results = { find(text, pattern, list[init], plain and true or false) }
	if not results[1] then
		return nil
	end
	results[1], results[2] = charIndex(list, n, results[1]), results[2] < results[1] and charIndex(list, n, results[1]) - 1
		or charIndex(list, n, results[2])
	return unpack(results)
end

function utf8.match(text, pattern, init)
	if not init or isAscii(text) then
		return match(text, pattern, init)
	end
	local list, n = starts(text)
	if init < 0 then
		init = math.max(n + init + 1, 1)
	end
	return match(text, pattern, list[math.min(init, n + 1)])
end

utf8.gsub = gsub
utf8.gmatch = string.gmatch
utf8.rep = rep
utf8.lower = string.lower
utf8.upper = string.upper

--- The byte position `offset` characters away from the byte position `position`, or nil beyond either end.
function utf8.next(text, position, offset)
	local list, n = starts(text)
	if not position then
		return n > 0 and 1 or nil
	end
	offset = offset or 1
	local at
	if position > #text then
		at = n + 1
	elseif position < 1 then
		at = 0
	else
		at = charIndex(list, n, position)
	end
	local target = at + offset
	if target < 1 or target > n + 1 then
		return nil
	end
	return list[target]
end

function utf8.char(...)
	local pieces = {}
	for i = 1, select("#", ...) do
		local code = (select(i, ...))
		local floor = math.floor
		if code < 0x80 then
			pieces[i] = string.char(code)
		elseif code < 0x800 then
			pieces[i] = string.char(0xC0 + floor(code / 64), 0x80 + code % 64)
		elseif code < 0x10000 then
			pieces[i] = string.char(0xE0 + floor(code / 4096), 0x80 + floor(code / 64) % 64, 0x80 + code % 64)
		else
			pieces[i] = string.char(
				0xF0 + floor(code / 262144),
				0x80 + floor(code / 4096) % 64,
				0x80 + floor(code / 64) % 64,
				0x80 + code % 64
			)
		end
	end
	return concat(pieces)
end

return utf8
