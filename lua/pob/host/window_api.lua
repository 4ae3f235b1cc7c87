--- Functions of Path of Building's window that its code calls and the host does not have.
--
-- A newer Path of Building may call a function of its window that was added later. It gets one that does nothing, rather
-- than "attempt to call a nil value" in the middle of a load; doctor names it. Which names are functions of the window is
-- read from the sources: called as a global, defined nowhere in them, and never only looked at. (What is tested before it
-- is called may be absent, and stays so.)

local windowApi = {}

-- Comments and strings say nothing about what is called.
local function code(text)
	text = text:gsub("\\.", ""):gsub("%-%-%[(=*)%[.-%]%1%]", ""):gsub('"[^"\n]*"', '""'):gsub("'[^'\n]*'", "''")
	return (text:gsub("%-%-[^\n]*", ""):gsub("%[(=*)%[.-%]%1%]", "''"))
end

---What one source does with the global `name`.
---@return boolean @whether it is called, and nothing else
---@return boolean @whether it is defined, or used in another way
local function usesOf(text, name)
	local isCalled, isOther = false, false
	local at = 1
	while true do
		local first, last = text:find("%f[%w_]" .. name .. "%f[^%w_]", at)
		if not first then
			return isCalled, isOther
		end
		local before = text:sub(math.max(1, first - 40), first - 1)
		local after = text:match("^%s*(.)", last + 1)
		local isField = before:find("[%.:]%s*$") and not before:find("%.%.%s*$")
		if not isField then
			if before:find("function%s+$") or after ~= "(" then
				isOther = true
			else
				isCalled = true
			end
		end
		at = last + 1
	end
end

---Whether the sources call the global `name` and do nothing else with it.
---@param name string
---@param sources table @list of { path, text = function() -> string|nil }
local function isWindowFunction(name, sources)
	local isCalled = false
	for _, source in ipairs(sources) do
		local text = source.text()
		if text and text:find(name, 1, true) then
			local called, other = usesOf(code(text), name)
			if other then
				return false
			end
			isCalled = isCalled or called
		end
	end
	return isCalled
end

local NAME = "^%u%w*%l%w*$"

---Makes missing functions of the window answer nothing, from now on.
---@param env table @globals of Path of Building's code; must not have a metatable
---@param sources table @list of { path, text }, of the sources loaded so far; grows
---@return table @list of the names that were asked for, filled as they are
function windowApi.guard(env, sources)
	-- name -> how many sources were looked at when it was none
	local given, absent = {}, {}
	local function nothing() end
	setmetatable(env, {
		__index = function(_, name)
			if absent[name] == #sources or type(name) ~= "string" or not name:find(NAME) then
				return nil
			elseif not isWindowFunction(name, sources) then
				absent[name] = #sources
				return nil
			end
			given[#given + 1] = name
			rawset(env, name, nothing)
			return nothing
		end,
	})
	return given
end

---Functions of the window that the sources call and `env` lacks, called so far or not.
---@param env table
---@param sources table @list of { path, text }
---@return table @sorted list of names
function windowApi.lacking(env, sources)
	local seen, names = {}, {}
	for _, source in ipairs(sources) do
		for name in code(source.text() or ""):gmatch("%f[%w_](%u%w*%l%w*)%s*%(") do
			if not seen[name] and rawget(env, name) == nil then
				seen[name] = true
				if isWindowFunction(name, sources) then
					names[#names + 1] = name
				end
			end
			seen[name] = true
		end
	end
	table.sort(names)
	return names
end

return windowApi
