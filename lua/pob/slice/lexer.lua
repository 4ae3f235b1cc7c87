-- Tokens of Lua 5.1 source with LuaJIT's goto and labels.

local byte, sub = string.byte, string.sub

local lexer = {}
lexer.__index = lexer

local KEYWORDS = {}
for word in
	("and break do else elseif end false for function goto if in local nil not or repeat return then true until while"):gmatch("%a+")
do
	KEYWORDS[word] = true
end

-- byte -> whether it begins, or continues, a name
local LETTER, NAME = {}, {}
for code = 0, 255 do
	local char = string.char(code)
	LETTER[code] = char:find("^[%a_]") ~= nil or code >= 128
	NAME[code] = LETTER[code] or char:find("^%d") ~= nil
end

-- Longest first, by first character.
local SYMBOLS = {}
for symbol in ("... .. == ~= <= >= :: + - * / % ^ # < > = ( ) { } [ ] ; : , ."):gmatch("%S+") do
	local first = byte(symbol)
	SYMBOLS[first] = SYMBOLS[first] or {}
	table.insert(SYMBOLS[first], symbol)
end

---@param text string
---@param chunkName string @for messages
function lexer.new(text, chunkName)
	local self = setmetatable({ text = text, chunkName = chunkName, at = 1, previousEnd = 0 }, lexer)
	if byte(text) == 35 then
		self.at = text:find("\n", 1, true) or #text + 1
	end
	return self
end

function lexer:fail(message)
	local _, lines = sub(self.text, 1, self.at):gsub("\n", "")
	error(("%s:%d: %s"):format(self.chunkName, lines + 1, message), 0)
end

-- The end of a long bracket that begins at `at`, and its content; nil where none begins there.
local function longBracket(self, at)
	local level = self.text:match("^%[(=*)%[", at)
	if not level then
		return nil
	end
	local first, last = self.text:find("]" .. level .. "]", at, true)
	if not first then
		self:fail("a long bracket is not closed")
	end
	return last, sub(self.text, at + #level + 2, first - 1)
end

local function skipSpace(self)
	local text, at = self.text, self.at
	while true do
		local code = byte(text, at)
		if code == 32 or code == 9 or code == 10 or code == 13 or code == 12 or code == 11 then
			at = at + 1
		elseif code == 45 and byte(text, at + 1) == 45 then
			local last = longBracket(self, at + 2)
			at = (last or (text:find("\n", at, true) or #text + 1) - 1) + 1
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
		elseif not code then
			self:fail("a string is not closed")
		end
		at = at + 1
	end
	local value = sub(text, self.at + 1, at - 1)
	if escaped then
		value = loadstring("return " .. sub(text, self.at, at))()
	end
	return value, at
end

---Goes on to the next token: `kind` is "name", "string", "number", "eof", or the keyword or symbol itself; `value` of a
---name or string; `first` and `last` its bytes, `previousEnd` the last byte of the token before.
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
	elseif code >= 48 and code <= 57 or code == 46 and (byte(text, first + 1) or 0) >= 48 and (byte(text, first + 1) or 0) <= 57 then
		self.kind = "number"
		last = select(2, text:find("^0[xX]%x*%.?%x*[pP]?[%+%-]?%w*", first))
			or select(2, text:find("^%d*%.?%d*[eE][%+%-]?%d+%w*", first))
			or select(2, text:find("^%d*%.?%d*%w*", first))
		if text:find("^0[xX]", first) then
			last = select(2, text:find("^0[xX][%x%.]*%w*", first))
		elseif sub(text, first, last):find("%.$") and byte(text, last + 1) == 46 then
			-- 1.. is a number and an operator
			last = last - 1
		end
	else
		local long, content
		if code == 91 then
			long, content = longBracket(self, first)
		end
		if long then
			self.kind, self.value, last = "string", content:gsub("^\r?\n", ""), long
		else
			for _, symbol in ipairs(SYMBOLS[code] or {}) do
				if sub(text, first, first + #symbol - 1) == symbol then
					self.kind, last = symbol, first + #symbol - 1
					break
				end
			end
			if not last then
				self:fail("unexpected character " .. string.format("%q", sub(text, first, first)))
			end
		end
	end
	self.last, self.at = last, last + 1
end

-- It runs once or a few times: compiled, it would cost more than it does.
jit.off(true, true)

return lexer
