-- The text of a module, line by line: line numbers in Path of Building's own error messages keep their meaning.

local ffi = require("ffi")
local bit = require("bit")

local source = {}

local PRIME = 0x100000001b3ULL
local OFFSET = 0xcbf29ce484222325ULL

---Splits a module's text into lines without their ends. A shebang-like first line
---stays a line, so that numbers agree with those of the compiler.
function source.lines(text)
	local lines = {}
	for line in (text .. "\n"):gmatch("([^\n]*)\n") do
		lines[#lines + 1] = line:gsub("\r$", "")
	end
	return lines
end

---A module's text with `statement`, which ends with a semicolon, before its first one, on the same line: behind a byte
---order mark, in the place of a line that the compiler does not read.
---@param lines table @of source.lines
---@param statement string
---@return string
function source.begin(lines, statement)
	local mark, rest = lines[1]:match("^(\239\187\191)(.*)$")
	mark, rest = mark or "", rest or lines[1]
	local behind = (lines[2] and "\n" or "") .. table.concat(lines, "\n", 2)
	return mark .. statement .. (rest:find("^#") and "" or " " .. rest) .. behind
end

---64-bit FNV-1a: this tells versions apart, it does not defend against an attacker.
---@param text string
---@return string @16 hexadecimal digits
function source.hash(text)
	local h = OFFSET
	for k = 1, #text do
		h = bit.bxor(h, ffi.cast("uint64_t", text:byte(k))) * PRIME
	end
	return bit.tohex(h)
end

return source
