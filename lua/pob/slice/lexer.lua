-- Tokens of LuaJIT's Lua: Lua 5.1 with goto, plus the operators and statements that LuaJIT 2.1 got in July 2026
-- (doc/extensions.html in its sources; lj_lex.c is authoritative). When built with LUA52COMPAT, goto is a keyword;
-- `continue` and `const` are plain names that the parser recognizes by their position.

local byte, sub = string.byte, string.sub

local lexer = {}
lexer.__index = lexer

local KEYWORDS = {}
for word in ([[
	and break do else elseif end false for function goto if in local nil not or repeat return then true until while
]]):gmatch("%a+") do
	KEYWORDS[word] = true
end
lexer.KEYWORDS = KEYWORDS

-- byte -> whether it can begin, or continue, a name
local LETTER, NAME = {}, {}
for code = 0, 255 do
	local char = string.char(code)
	LETTER[code] = char:find("^[%a_]") ~= nil or code >= 128
	NAME[code] = LETTER[code] or char:find("^%d") ~= nil
end

-- Longest first, by first character. A compound assignment operator is two tokens; the parser checks that nothing stands
-- between the characters of `+=`.
local SYMBOLS = {}
for symbol in
	("... ~>> .. == ~= <= >= :: ?. ?? << >> && || != -> + - * / % ^ # & | ~ ! ? < > = ( ) { } [ ] ; : , ."):gmatch("%S+")
do
	local first = byte(symbol)
	SYMBOLS[first] = SYMBOLS[first] or {}
	table.insert(SYMBOLS[first], symbol)
end

local BYTE_ORDER_MARK = "\239\187\191"

---Where the first token of a chunk can begin: after a byte order mark and a line that begins with `#`.
---@param text string
---@return number
function lexer.start(text)
	local at = sub(text, 1, 3) == BYTE_ORDER_MARK and 4 or 1
	return byte(text, at) == 35 and (text:find("[\r\n]", at) or #text + 1) or at
end

---@param text string
---@param chunkName string @for messages
function lexer.new(text, chunkName)
	return setmetatable({ text = text, chunkName = chunkName, at = lexer.start(text), previousEnd = 0 }, lexer)
end

function lexer:fail(message)
	local _, lines = sub(self.text, 1, self.at):gsub("\n", "")
	error(("%s:%d: %s"):format(self.chunkName, lines + 1, message), 0)
end

-- The end of a long bracket that begins at `at`, and its content; nil if none begins there.
local function longBracket(self, at)
	local level = self.text:match("^%[(=*)%[", at)
	if not level then
		return nil
	end
	local first, last = self.text:find("]" .. level .. "]", at + #level + 2, true)
	if not first then
		self:fail("a long bracket is not closed")
	end
	return last, sub(self.text, at + #level + 2, first - 1)
end

-- The value of a long string: each line break, whichever its form ("\n", "\r", "\r\n", "\n\r"), becomes one newline, and a
-- line break at the very start is dropped.
local function ofLongString(content)
	local pieces, at = {}, 1
	while true do
		local first = content:find("[\r\n]", at)
		if not first then
			pieces[#pieces + 1] = sub(content, at)
			return (table.concat(pieces):gsub("^\n", ""))
		end
		pieces[#pieces + 1] = sub(content, at, first - 1) .. "\n"
		local code, following = byte(content, first, first + 1)
		at = first + ((following == 10 or following == 13) and following ~= code and 2 or 1)
	end
end

local function skipSpace(self)
	local text, at = self.text, self.at
	while true do
		local code = byte(text, at)
		if code == 32 or code == 9 or code == 10 or code == 13 or code == 12 or code == 11 then
			at = at + 1
		elseif code == 45 and byte(text, at + 1) == 45 then
			local last = longBracket(self, at + 2)
			at = (last or (text:find("[\r\n]", at) or #text + 1) - 1) + 1
		else
			self.at = at
			return code
		end
	end
end

local function quoted(self, quote)
	local text, at = self.text, self.at + 1
	local escaped = false
	while true do
		local code = byte(text, at)
		if code == quote then
			break
		elseif code == 92 then
			escaped = true
			at = at + 1
			if byte(text, at) == 122 then
				-- \z: skips the whitespace that follows.
				at = text:find("%S", at + 1) or #text + 1
			else
				local breaks = text:match("^\r\n", at) or text:match("^\n\r", at)
				at = at + (breaks and 2 or 1)
			end
		elseif not code or code == 10 or code == 13 then
			self:fail("a string is not closed")
		else
			at = at + 1
		end
	end
	local value = sub(text, self.at + 1, at - 1)
	if escaped then
		local chunk = loadstring("return " .. sub(text, self.at, at))
		value = chunk and chunk() or self:fail("a string has an escape that is none")
	end
	return value, at
end

-- A number as LuaJIT scans it: all letters, digits and dots that follow, plus the sign of an exponent. Returns its text
-- without underscores, its value (a number, or a cdata: 1LL, 2i), and its last byte.
local function number(self, first)
	local text, at = self.text, first
	local exponent, before = 101, byte(text, first)
	if before == 48 then
		at = text:find("[^_]", at + 1) or #text + 1
		before = byte(text, at)
		exponent = (before == 88 or before == 120) and 112 or 101
	end
	local code = byte(text, at)
	while
		code
		and (NAME[code] or code == 46 or (code == 43 or code == 45) and (before == exponent or before == exponent - 32))
	do
		before = code == 95 and before or code
		at = at + 1
		code = byte(text, at)
	end
	local digits = sub(text, first, at - 1):gsub("_", "")
	local value = tonumber(digits)
	if not value then
		local chunk = loadstring("return " .. digits)
		value = chunk and chunk() or self:fail("malformed number '" .. digits .. "'")
	end
	return digits, value, at - 1
end

---Advances to the next token. `kind` is "name", "string", "number", "eof", or the keyword or symbol itself; `value` is
---that of a name, string or number; `digits` is the text of a number; `first` and `last` are its bytes, and `previousEnd`
---is the last byte of the token before.
function lexer:next()
	self.previousEnd = self.last or 0
	local code = skipSpace(self)
	local text, first = self.text, self.at
	local last
	self.first, self.value = first, nil
	if not code then
		self.kind, last = "eof", first
	elseif LETTER[code] then
		last = first
		while NAME[byte(text, last + 1)] do
			last = last + 1
		end
		local word = sub(text, first, last)
		self.kind = KEYWORDS[word] and word or "name"
		self.value = word
	elseif code == 34 or code == 39 then
		self.kind = "string"
		self.value, last = quoted(self, code)
	elseif code >= 48 and code <= 57
		or code == 46 and (byte(text, first + 1) or 0) >= 48 and (byte(text, first + 1) or 0) <= 57 then
		self.kind = "number"
		self.digits, self.value, last = number(self, first)
	else
		local long, content
		if code == 91 then
			long, content = longBracket(self, first)
		end
		if long then
			self.kind, self.value, last = "string", ofLongString(content), long
		else
			for _, symbol in ipairs(SYMBOLS[code] or {}) do
				if sub(text, first, first + #symbol - 1) == symbol then
					self.kind, last = symbol, first + #symbol - 1
					break
				end
			end
			if not last then
				self:fail("unexpected character " .. string.format("%q", sub(text, first, first)))
			elseif self.kind == "~" and byte(text, last + 1) == 62 or self.kind == "[" and byte(text, last + 1) == 61 then
				self:fail("unexpected character after '" .. self.kind .. "'")
			end
		end
	end
	self.last, self.at = last, last + 1
end

---The kind and value of the token that follows; the lexer does not advance.
function lexer:peek()
	local kind, value, digits, first, last, at, previousEnd =
		self.kind, self.value, self.digits, self.first, self.last, self.at, self.previousEnd
	self:next()
	local nextKind, nextValue = self.kind, self.value
	self.kind, self.value, self.digits, self.first, self.last, self.at, self.previousEnd =
		kind, value, digits, first, last, at, previousEnd
	return nextKind, nextValue
end

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return lexer
