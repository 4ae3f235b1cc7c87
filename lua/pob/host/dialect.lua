-- Explains why a source does not compile: in most cases it uses syntax that the embedded LuaJIT does not know.
--
-- LuaJIT got new syntax on 2026-07-20 (its doc/extensions.html lists it), and Path of Building has used it since August 2026.
-- Whether the embedded LuaJIT knows a construct is found by trying it, not from the version: forks number theirs differently.

local dialect = {}

-- The first version that has all of these.
local SINCE = "2.1.1784535649"

-- Each construct: its name, a text that compiles only if LuaJIT has it, and patterns of lines that use it.
local CONSTRUCTS = {
	{ "compound assignment (a += b)", "local a = 1 a += 1", { "[%+%-%*/%%&|]=[^=]", "[^%.]%.%.=", "<<=", ">>=" } },
	{ "safe navigation (a?.b)", "local a = nil return a?.b", { "%?%." } },
	{ "the operator ??", "local a = nil return a ?? 1", { "%?%?" } },
	{ "a short function (|a| -> b)", "return |a| -> a", { "%->" } },
	{ "the operator !=", "return 1 != 2", { "!=" } },
	{ "the operators && and ||", "return true && false", { "&&", "||" } },
	{ "continue", "while false do continue end", { "%f[%w_]continue%f[^%w_]" } },
	{ "const", "const a = 1", { "%f[%w_]const%f[^%w_]" } },
	{ "the ternary operator (a ? b : c)", "return true ? 1 : 2", { "%?[^%.%?]" } },
	{ "the operator !", "return !true", { "!" } },
	{ "an underscore in a number (1_000)", "return 1_000", { "%d_%d" } },
	{ "a bit operator", "return 1 & 2", { "&", "|", "~>>", "<<", ">>", "~" } },
}

-- A line without its strings and its comment, as far as a single line shows them.
local function bare(line)
	return (line:gsub("\\.", ""):gsub('"[^"]*"', '""'):gsub("'[^']*'", "''"):gsub("%-%-.*", ""))
end

local function lineOf(text, number)
	local at = 1
	for line in (text .. "\n"):gmatch("([^\n]*)\n") do
		if at == number then
			return line
		end
		at = at + 1
	end
	return ""
end

---Names of the constructs that the embedded LuaJIT does not know.
---@return table @list, empty if it knows all of them
function dialect.lacking()
	local names = {}
	for _, construct in ipairs(CONSTRUCTS) do
		if not loadstring(construct[2]) then
			names[#names + 1] = construct[1]
		end
	end
	return names
end

---Explains in one line why a source does not compile.
---@param path string @of the source
---@param text string
---@param message string @of the compiler
---@return string
function dialect.explain(path, text, message)
	local number = tonumber(message:match(":(%d+): "))
	local where = path .. (number and ":" .. number or "")
	local line = number and bare(lineOf(text, number)) or ""
	-- The position is that of the token at which LuaJIT failed: the construct may have begun on the line before.
	local before = number and bare(lineOf(text, number - 1)) or ""
	for _, place in ipairs({ line, before }) do
		for _, construct in ipairs(CONSTRUCTS) do
			if not loadstring(construct[2]) then
				for _, pattern in ipairs(construct[3]) do
					if place:find(pattern) then
						return ("%s uses %s, which takes LuaJIT %s or newer; the LuaJIT inside is %s"):format(
							where, construct[1], SINCE, (jit.version:gsub("^LuaJIT ", "")))
					end
				end
			end
		end
	end
	local reason = message:gsub("^.-:%d+: ", "")
	return ("%s does not compile with the LuaJIT inside, %s (%s)"):format(where, (jit.version:gsub("^LuaJIT ", "")), reason)
end

return dialect
