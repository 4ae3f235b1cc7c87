-- Changes of a module that leave its meaning as it is.

local parser = require("pob.slice.parser")
local printer = require("pob.slice.printer")
local walk = require("pob.slice.walk")

local cosmetics = {}

-- Names that the text uses for something else, too.
local function takenNames(chunk)
	local taken, visitor = {}, {}
	function visitor:expression(e)
		if e.k == "global" then
			taken[e.v] = true
		end
	end
	walk.through(chunk, visitor)
	return taken
end

---Laid out anew, without comments, all local variables under other names.
function cosmetics.renamed(path, text)
	local chunk = parser.parse(text, path)
	local taken, names, count, visitor = takenNames(chunk), {}, 0, {}
	function visitor:declare(variable)
		-- Methods have a `self` that is not written.
		if variable.name ~= "self" and not names[variable] then
			repeat
				count = count + 1
				names[variable] = "v" .. count
			until not taken[names[variable]]
		end
	end
	walk.through(chunk, visitor)
	for variable, name in pairs(names) do
		variable.name = name
	end
	function visitor:expression(e)
		if e.k == "local" then
			e.name = e.v.name
		end
	end
	walk.through(chunk, visitor)
	return printer.chunk(chunk)
end

---Comments and empty lines in other places.
function cosmetics.commented(_, text)
	local out = {}
	for line in (text .. "\n"):gmatch("([^\n]*)\n") do
		out[#out + 1] = line
	end
	return "-- moved\n\n" .. table.concat(out, "\n")
end

-- The functions of a module that have a body: { first = where it begins, f }.
local function functionsOf(path, text)
	local list, visitor = {}, {}
	function visitor:openFunction(f, node)
		local s = f.body[1]
		if node and s and s.first and not f.isShort then
			list[#list + 1] = { first = s.first, f = f }
		end
	end
	walk.through(parser.parse(text, path, true), visitor)
	return list
end

local HARMLESS = {
	"local pobatchDrift = nil; ", "if false then return end; ", "do local unused = { }; end; ",
	"local drift = (function() return 1 end)(); ",
}

---One of a module's functions with a statement more that does nothing; nil: no function of that number.
---@param number number @from 1
function cosmetics.harmless(path, text, number)
	local list = functionsOf(path, text)
	local entry = list[(number * 7919) % math.max(#list, 1) + 1]
	if not entry then
		return nil
	end
	local statement = HARMLESS[number % #HARMLESS + 1]
	local made = text:sub(1, entry.first - 1) .. statement .. text:sub(entry.first)
	return loadstring(made) and made or nil
end

return cosmetics
