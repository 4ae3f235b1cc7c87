-- Changes of a module that do not change its meaning.

local parser = require("pob.slice.parser")
local printer = require("pob.slice.printer")
local walk = require("pob.slice.walk")

local cosmetics = {}

-- Names that the text also uses for something else.
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

---The module in a new layout, without comments, and with all local variables renamed.
function cosmetics.renamed(path, text)
	local chunk = parser.parse(text, path)
	local taken, names, count, visitor = takenNames(chunk), {}, 0, {}
	function visitor:declare(variable)
		-- The `self` of methods is not written in the parameters.
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

---The module moved down by a comment and an empty line.
function cosmetics.commented(_, text)
	local out = {}
	for line in (text .. "\n"):gmatch("([^\n]*)\n") do
		out[#out + 1] = line
	end
	return "-- moved\n\n" .. table.concat(out, "\n")
end

-- The functions of a module that have a body: { first = where the body begins, f }.
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

-- An entry of a list, selected by a number; nil if the list is empty.
local function chosen(list, number)
	return list[(number * 7919) % math.max(#list, 1) + 1]
end

-- The text if it compiles, or nil.
local function compiled(text)
	return loadstring(text) and text or nil
end

local function begunWith(path, text, number, statement)
	local entry = chosen(functionsOf(path, text), number)
	return entry and compiled(text:sub(1, entry.first - 1) .. statement .. text:sub(entry.first))
end

local LOCALS = { "local pobatchDrift = nil; ", "do local unused = { }; end; " }
local GUARDS = { "if false then return end; ", "if type(nil) ~= 'nil' then error('no number') end; " }

---Adds an unused variable to one of the module's functions; nil if there is no function.
---@param number number @from 1
function cosmetics.newLocal(path, text, number)
	return begunWith(path, text, number, LOCALS[number % #LOCALS + 1])
end

---Adds a guard that never holds to one of the module's functions.
function cosmetics.guard(path, text, number)
	return begunWith(path, text, number, GUARDS[number % #GUARDS + 1])
end

-- The variables of enclosing functions that an expression reads, as a list, if the expression can be moved to a separate
-- function; otherwise nil.
local function variablesOf(e, levels, own)
	local names, isSeen, visitor, isFit = {}, {}, {}, true
	-- The walk wraps the expression in a function of its own; any other function inside it rules it out.
	function visitor:openFunction(_, node)
		isFit = isFit and node.k == nil
	end
	function visitor:expression(part)
		if part.k == "vararg" or part.k == "local" and part.v == own then
			isFit = false
		elseif part.k == "local" and (levels[part.v] or 2) > 1 and not isSeen[part.v] then
			isSeen[part.v] = true
			names[#names + 1] = part.name
		end
	end
	walk.through({ params = {}, body = { { k = "return", values = { e } } } }, visitor)
	return isFit and names or nil
end

---Moves a calculation of one of the module's functions into a separate function in front of it.
function cosmetics.helper(path, text, number)
	local levels, list, visitor, depth, outermost = {}, {}, {}, 0, nil
	function visitor:openFunction()
		depth = depth + 1
	end
	function visitor:closeFunction()
		depth = depth - 1
	end
	function visitor:declare(variable)
		levels[variable] = depth
	end
	function visitor:statement(s)
		if depth == 1 and (s.k == "function" or s.k == "localfunction") then
			outermost = s
		end
		local e = (s.k == "local" or s.k == "assign") and #s.values == 1 and s.values[1]
		if depth > 1 and outermost and outermost.first and e and e.k == "binary" and e.from then
			local names = variablesOf(e, levels, outermost.var)
			local written = text:sub(e.from, e.to)
			if names and not written:find("self", 1, true) and not written:find("--", 1, true) then
				list[#list + 1] = { e = e, names = table.concat(names, ", "), first = outermost.first, written = written }
			end
		end
	end
	walk.through(parser.parse(text, path, true), visitor)
	local entry = chosen(list, number)
	if not entry then
		return nil
	end
	local name = "pobatchHelper" .. number
	return compiled(("%slocal function %s(%s) return %s end; %s%s(%s)%s"):format(
		text:sub(1, entry.first - 1), name, entry.names, entry.written,
		text:sub(entry.first, entry.e.from - 1), name, entry.names, text:sub(entry.e.to + 1)))
end

---Turns a loop over a list in one of the module's functions into a counting loop.
function cosmetics.loop(path, text, number)
	local list, visitor, depth = {}, {}, 0
	function visitor:openFunction()
		depth = depth + 1
	end
	function visitor:closeFunction()
		depth = depth - 1
	end
	function visitor:statement(s)
		local call = s.k == "in" and depth > 1 and #s.values == 1 and s.values[1]
		if call and call.k == "call" and call.f.name == "ipairs" and #call.args == 1 and #s.names == 2
			and s.first and s.last and call.args[1].from then
			local over = call.args[1]
			local body = text:match("^%s*%)%s*do()%f[%W]", over.to + 1)
			if body then
				list[#list + 1] = { s = s, over = text:sub(over.from, over.to), body = text:sub(body, s.last - 3) }
			end
		end
	end
	walk.through(parser.parse(text, path, true), visitor)
	local entry = chosen(list, number)
	if not entry then
		return nil
	end
	local s = entry.s
	local key, value = s.names[1].name, s.names[2].name
	return compiled(text:sub(1, s.first - 1)
		.. ("do local list__, at__ = %s, 0 while true do at__ = at__ + 1 local %s, %s = at__, list__[at__]"):format(
			entry.over, key, value)
		.. (" if %s == nil then break end"):format(value) .. entry.body .. "end end" .. text:sub(s.last + 1))
end

return cosmetics
