-- A modifier as text, for keys of rows: equal texts mean an equal effect on every query, provided that the node around it
-- is the same (I9 in docs/internals/memo.md).

local modDescription = {}

local function sortedKeys(t)
	local keys = {}
	for key in pairs(t) do
		keys[#keys + 1] = key
	end
	table.sort(keys, function(a, b)
		if type(a) == type(b) then
			return a < b
		end
		return type(a) < type(b)
	end)
	return keys
end

-- A value as text: equal texts mean equal values. Functions, and tables that are met again, are described by identity.
local function describe(value, depth)
	if type(value) == "number" then
		return string.format("%.17g", value)
	elseif type(value) == "string" then
		return string.format("%q", value)
	elseif type(value) ~= "table" or depth > 8 then
		return tostring(value)
	end
	local out = {}
	for _, key in ipairs(sortedKeys(value)) do
		if key ~= "source" then
			out[#out + 1] = describe(key, depth + 1) .. "=" .. describe(value[key], depth + 1)
		end
	end
	return "{" .. table.concat(out, ",") .. "}"
end

-- Left out are the tag that buildModListForNode writes itself, which is not part of a modifier, and the weapon set, which
-- is part of the node's description.
--@return string
function modDescription.of(mod)
	local tags = {}
	for i = 1, #mod do
		local tag = mod[i]
		if not (tag.type == "Condition" and tag.var and tag.var:match("^WeaponSet")) then
			tags[#tags + 1] = describe(tag, 1)
		end
	end
	local fields = {}
	for _, key in ipairs(sortedKeys(mod)) do
		if type(key) ~= "number" and key ~= "source" then
			fields[#fields + 1] = key .. "=" .. describe(mod[key], 1)
		end
	end
	local source = type(mod.source) == "string" and mod.source:match("^[^:]*") or ""
	return table.concat(fields, ",") .. "|" .. table.concat(tags, ",") .. "|" .. source
end

return modDescription
