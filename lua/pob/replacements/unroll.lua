-- Compiles the walks over a query's names, unrolled name by name.
--
-- LuaJIT never starts a trace at a vararg function, so queries take a fixed number of names. Nothing in Path of Building
-- asks for more than eight at once.

local unroll = {}

unroll.COUNT = 12

local names, texts = {}, {}
for i = 1, unroll.COUNT do
	names[i] = "n" .. i
	texts[i] = ('type(n%d) == "string" and n%d or nil'):format(i, i)
end
-- "n1, n2, ..."; and the same with nil for names that are not strings
unroll.NAMES = table.concat(names, ", ")
unroll.TEXTS = table.concat(texts, ", ")

---@param template string @Lua with NAMES for the list of names, TEXTS for those that are strings, and {{...}} repeated for each
---NAME, number I
---@param ... any @what the chunk is called with
---@return any @what the chunk returns
function unroll.compile(template, ...)
	local code = template:gsub("{{(.-)}}", function(body)
		local out = {}
		for i, name in ipairs(names) do
			out[i] = body:gsub("NAME", name):gsub("%f[%w]I%f[%W]", tostring(i))
		end
		return table.concat(out, "\n")
	end)
	code = code:gsub("NAMES", unroll.NAMES):gsub("TEXTS", unroll.TEXTS)
	return assert(loadstring(code, "=pob.replacements.queries"))(...)
end

return unroll
