-- The text of a module, line by line, so that line numbers in Path of Building's own error messages stay correct.

local ffi = require("ffi")
local bit = require("bit")

local source = {}

local PRIME = 0x100000001b3ULL
local OFFSET = 0xcbf29ce484222325ULL

---Splits a module's text into lines without their line ends. A first line that starts with # stays a line, so that line numbers
---agree with those of the compiler.
function source.lines(text)
	local lines = {}
	for line in (text .. "\n"):gmatch("([^\n]*)\n") do
		lines[#lines + 1] = line:gsub("\r$", "")
	end
	return lines
end

---The module's text with `statement`, which ends with a semicolon, inserted at the start of the first line: after a byte order
---mark, and in place of a first line that starts with #, which the compiler ignores.
---@param lines table @of source.lines
---@param statement string
---@return string
function source.begin(lines, statement)
	local mark, rest = lines[1]:match("^(\239\187\191)(.*)$")
	mark, rest = mark or "", rest or lines[1]
	local behind = (lines[2] and "\n" or "") .. table.concat(lines, "\n", 2)
	return mark .. statement .. (rest:find("^#") and "" or " " .. rest) .. behind
end

---64-bit FNV-1a: it distinguishes versions and does not protect against an attacker.
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
