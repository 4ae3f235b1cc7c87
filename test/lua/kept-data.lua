-- What pob.host.kept_data returns at first, and from what it kept.
local keptData = require("pob.host.kept_data")

local function newStore()
	local chunks = {}
	return {
		find = function(name, edits, text)
			local code = chunks[name .. "\0" .. edits .. "\0" .. text]
			return code and loadstring(code)
		end,
		keep = function(name, edits, text, code)
			chunks[name .. "\0" .. edits .. "\0" .. text] = code
		end,
	}
end

local function isSame(a, b)
	if type(a) ~= "table" or type(b) ~= "table" then
		return a == b
	end
	for key, value in pairs(a) do
		if not isSame(value, b[key]) then
			return false
		end
	end
	for key in pairs(b) do
		if a[key] == nil then
			return false
		end
	end
	return true
end

return {
	ask = function(_, args)
		local everyByte = {}
		for i = 0, 255 do
			everyByte[i + 1] = string.char(i)
		end
		local data = {
			list = { "a", { "b" }, true }, empty = {}, [7] = "seven", [2 ^ 31] = { [-1] = false },
			bytes = table.concat(everyByte) .. "\0001\n2\r3",
		}
		for i = 1, args.size do
			data.list[#data.list + 1] = { i }
		end
		local store, made = args.stores and newStore() or nil, 0
		local function ask(text)
			return keptData.of(store, "name", text, function()
				made = made + 1
				return data
			end)
		end
		local same = isSame(ask("one"), data) and isSame(ask("one"), data)
		local first = made
		ask("another")
		return { same = same, made = first, afterAnother = made }
	end,
}
