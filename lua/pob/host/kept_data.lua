--- What is found out of long texts, kept as the modules' bytecode is: by all states of an engine, and for later processes.

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
		-- The same text in each state.
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

-- Plain data as Lua source: tables, texts, booleans and numbers that are integers.
function write(value, out)
	if type(value) == "table" then
		writeTable(value, out)
	elseif type(value) == "string" then
		out[#out + 1] = ("%q"):format(value)
	else
		out[#out + 1] = tostring(value)
	end
end

--- `make()`, or what it answered when it was asked for with the same `text`.
-- store: of the engine, nil where there is none; name: of the question; text: all that the answer follows from, besides this
-- package's own Lua. The answer is plain data of integers, texts, booleans and tables of them, each of one place only.
function keptData.of(store, name, text, make)
	local chunk = store and store.find(name, "data", text, "=" .. name)
	if chunk then
		return chunk()
	end
	local data = make()
	if store then
		local out = { "return " }
		write(data, out)
		-- Too large for one function's constants, it is found out again each time.
		chunk = loadstring(concat(out), "=" .. name)
		if chunk then
			store.keep(name, "data", text, string.dump(chunk, true))
		end
	end
	return data
end

return keptData
