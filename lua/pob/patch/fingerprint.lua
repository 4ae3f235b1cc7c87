-- Knows the text of Path of Building's functions without holding any of it: a
-- function is recognised by the hash of its source lines.
--
-- 64-bit FNV-1a over the lines [first, last], each ended by LF, with CR removed, so
-- that a checkout with Windows line ends gives the same hash. FNV is enough: this
-- tells versions apart, it does not defend against an attacker.

local ffi = require("ffi")
local bit = require("bit")
local util = require("jit.util")

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
	return mark .. statement .. (rest:find("^#") and "" or " " .. rest) .. (lines[2] and "\n" or "") .. table.concat(lines, "\n", 2)
end

---@return string @16 hexadecimal digits
function source.hash(lines, first, last)
	local h = OFFSET
	for i = first, last do
		local line = lines[i] or ""
		for k = 1, #line do
			h = bit.bxor(h, ffi.cast("uint64_t", line:byte(k))) * PRIME
		end
		h = bit.bxor(h, 10ULL) * PRIME
	end
	return bit.tohex(h)
end

-- Prototypes of nested functions are constants of their parent, numbered -1, -2, ...
local function walk(proto, visit)
	local info = util.funcinfo(proto)
	if info.children then
		local i = -1
		while true do
			local k = util.funck(proto, i)
			if k == nil then
				break
			end
			if type(k) == "proto" then
				local child = util.funcinfo(k)
				visit(child.linedefined, child.lastlinedefined)
				walk(k, visit)
			end
			i = i - 1
		end
	end
end

---Finds a function of a module by its length in lines and its hash.
---@param lines table @of source.lines
---@param chunk function @the compiled module, not run
---@param count number @lines of the function
---@param hash string
---@return number|nil @the function's first line
function source.find(lines, chunk, count, hash)
	local found
	walk(chunk, function(first, last)
		if not found and last - first + 1 == count and source.hash(lines, first, last) == hash then
			found = first
		end
	end)
	return found
end

return source
