-- Functions of Path of Building's window that its code calls and the host does not have.
--
-- A newer Path of Building may call a function that was added to its window later. It then gets a function that does nothing,
-- instead of "attempt to call a nil value" in the middle of a load, and doctor names the function. Which names are functions of
-- the window is derived from the sources: they are called as globals, are not defined in the sources, and are never used in
-- another way. (A name that is tested before it is called may be absent, and stays absent.)

local windowApi = {}

-- Comments and strings must not count as calls.
local function code(text)
	text = text:gsub("\\.", ""):gsub("%-%-%[(=*)%[.-%]%1%]", ""):gsub('"[^"\n]*"', '""'):gsub("'[^'\n]*'", "''")
	return (text:gsub("%-%-[^\n]*", ""):gsub("%[(=*)%[.-%]%1%]", "''"))
end

-- How the global `name` at `first` to `last` in a text is used: as a "field", a "call", or "other" (a definition or a read).
local function useAt(text, first, last)
	local before = text:sub(math.max(1, first - 40), first - 1)
	if before:find("[%.:]%s*$") and not before:find("%.%.%s*$") then
		return "field"
	elseif before:find("function%s+$") or text:match("^%s*(.)", last + 1) ~= "(" then
		return "other"
	end
	return "call"
end

---Whether the sources call the global `name` and do nothing else with it.
---@param name string
---@param sources table @list of { path, text = function() -> string|nil }
local function isWindowFunction(name, sources)
	local isCalled, pattern = false, "%f[%w_]" .. name .. "%f[^%w_]"
	for _, source in ipairs(sources) do
		local text = source.text()
		-- Most texts do not contain the name at all.
		if text and text:find(name, 1, true) then
			text = code(text)
			local first, last = text:find(pattern)
			while first do
				local use = useAt(text, first, last)
				if use == "other" then
					return false
				end
				isCalled = isCalled or use == "call"
				first, last = text:find(pattern, last + 1)
			end
		end
	end
	return isCalled
end

local NAME = "^%u%w*%l%w*$"

---From now on, missing functions of the window do nothing.
---@param env table @globals of Path of Building's code; must not have a metatable
---@param sources table @list of { path, text } for the sources loaded so far; it grows
---@return table @list of the names that were asked for, filled as they are
function windowApi.guard(env, sources)
	-- name -> how many sources had been searched when it was not a window function
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

---Functions of the window that the sources call and `env` lacks, whether or not they were called so far.
---@param env table
---@param sources table @list of { path, text }
---@return table @sorted list of names
function windowApi.lacking(env, sources)
	-- name -> "call" if it is only called, or "other"; so each text is read only once
	local uses, names = {}, {}
	for _, source in ipairs(sources) do
		local text = code(source.text() or "")
		for first, name, after in text:gmatch("%f[%w_]()(%u%w*%l%w*)%f[^%w_]()") do
			if uses[name] ~= "other" and rawget(env, name) == nil then
				local use = useAt(text, first, after - 1)
				uses[name] = use ~= "field" and use or uses[name]
			end
		end
	end
	for name, use in pairs(uses) do
		if use == "call" then
			names[#names + 1] = name
		end
	end
	table.sort(names)
	return names
end

return windowApi
