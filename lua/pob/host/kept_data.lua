-- Data derived from long texts, kept like the modules' bytecode: for all states of an engine, and for later processes.

local concat, sort = table.concat, table.sort

local keptData = {}

local write

local function isList(value)
	local count = 0
	for _ in pairs(value) do
		count = count + 1
	end
	return count == #value
end

local function writeTable(value, out)
	out[#out + 1] = "{"
	if isList(value) then
		for i = 1, #value do
			write(value[i], out)
			out[#out + 1] = ","
		end
	else
		local keys = {}
		for key in pairs(value) do
			keys[#keys + 1] = key
		end
		-- Every state must write the same text.
		sort(keys, function(a, b)
			if type(a) == type(b) then
				return a < b
			end
			return type(a) < type(b)
		end)
		for _, key in ipairs(keys) do
			out[#out + 1] = "["
			write(key, out)
			out[#out + 1] = "]="
			write(value[key], out)
			out[#out + 1] = ","
		end
	end
	out[#out + 1] = "}"
end

-- Writes plain data as Lua source: tables, strings, booleans and integers.
function write(value, out)
	if type(value) == "table" then
		writeTable(value, out)
	elseif type(value) == "string" then
		out[#out + 1] = ("%q"):format(value)
	else
		out[#out + 1] = tostring(value)
	end
end

--- Returns `make()`, or the kept result of an earlier call with the same `text`.
--- store: the engine's, nil if there is none; name: identifies the data; text: everything that the result depends on, apart
--- from this package's own Lua. The result is plain data: integers, strings, booleans and tables of these. Each table must be
--- referenced only once.
function keptData.of(store, name, text, make)
	local chunk = store and store.find(name, "data", text, "=" .. name)
	if chunk then
		return chunk()
	end
	local data = make()
	if store then
		local out = { "return " }
		write(data, out)
		-- If the data exceeds the constants of one function, it is derived again each time.
		chunk = loadstring(concat(out), "=" .. name)
		if chunk then
			store.keep(name, "data", text, string.dump(chunk, true))
		end
	end
	return data
end

return keptData
