-- The strings that an expression can evaluate to, as far as the program itself tells: literals, concatenations of them,
-- variables that iterate over lists of them, and parameters, through the arguments of all calls.

local vocabulary = require("pob.slice.vocabulary")

local values = {}

local plain, choices = vocabulary.plain, vocabulary.choices

-- The maximum number of alternatives for one expression; beyond it they are not considered individually.
local LIMIT = 200
-- The maximum depth of variables that stand for other variables.
local DEPTH = 12

local of, tablesOf

-- A table of the running program in the form that the parser would return, three levels deep.
local function lift(value, depth)
	if type(value) == "string" then
		return { k = "string", v = value }
	elseif type(value) == "table" and depth > 2 then
		return { k = "unknown" }
	elseif type(value) ~= "table" then
		return { k = "constant", v = type(value) == "number" and value or nil }
	end
	local items = {}
	for key, item in pairs(value) do
		local name = type(key) == "string" and { k = "string", v = key } or { k = "constant", v = key }
		items[#items + 1] = { key = name, value = lift(item, depth + 1) }
	end
	return { k = "table", items = items }
end

-- The value of `e`, a path into the globals in `world`; nil for anything else.
local function lookUp(e, world)
	if e.k == "global" then
		return rawget(world, e.v)
	elseif e.k == "index" and e.o.name == "env" and e.key.v == "data" then
		-- An environment has the same data as everything else.
		return rawget(world, "data")
	elseif e.k == "index" and e.key.k == "string" then
		local table = lookUp(e.o, world)
		if type(table) == "table" then
			return rawget(table, e.key.v)
		end
	end
	return nil
end

local function append(list, more)
	for _, value in ipairs(more) do
		list[#list + 1] = value
	end
	return #list <= LIMIT and list or nil
end

-- The members of a constructor: its keys, or its values, as expressions.
local function members(constructor, what)
	local list, position = {}, 0
	for _, item in ipairs(constructor.items) do
		position = position + (item.key and 0 or 1)
		list[#list + 1] = what == "values" and item.value or item.key or { k = "constant", v = position }
	end
	return list
end

---Calls `take` with every variable that an expression may be, or may be a field of.
local function eachRoot(e, take)
	e = plain(e)
	local a, b = choices(e)
	if a then
		eachRoot(a, take)
		if b then
			eachRoot(b, take)
		end
	elseif e.k == "local" then
		take(e.v)
	elseif e.k == "index" then
		eachRoot(e.o, take)
	elseif e.k == "call" and vocabulary.HANDS_ON[vocabulary.pathOf(e.f)] then
		for _, arg in ipairs(e.args) do
			eachRoot(arg, take)
		end
	end
end
values.eachRoot = eachRoot

-- Whether `is` holds for one of these variables.
local function anyRoot(e, is)
	local answer = false
	eachRoot(e, function(root)
		answer = answer or is(root)
	end)
	return answer
end

local function hasChangedKeys(root)
	return root.changedKeys ~= nil
end

local function doMembersLeak(root)
	return root.membersLeak == true
end

local function isOpen(root)
	return root.isChanged or root.leaks or root.membersLeak or false
end

-- Calls `take(e)` with every expression that a variable may stand for; returns false if some of them are not known.
local function eachSource(variable, take)
	if variable.escapes or not variable.sources or variable.unknown then
		return false
	end
	for _, source in ipairs(variable.sources) do
		if not take(source) then
			return false
		end
	end
	return true
end

-- The members of all tables that `e` may be.
local function membersOf(e, what, world, depth)
	local tables = tablesOf(e, world, depth)
	if not tables or anyRoot(e, hasChangedKeys) then
		return nil
	end
	local list = {}
	for _, constructor in ipairs(tables) do
		list = append(list, members(constructor, what))
		if not list then
			return nil
		end
	end
	return list
end

-- The expressions that a source of a variable stands for.
local function resolve(source, world, depth)
	if source.what == "itself" then
		return { source.e }
	end
	return membersOf(source.e, source.what, world, depth)
end

local function throughVariable(variable, world, depth, answer, strict)
	if variable.busy then
		-- A variable defined in terms of itself gains no strings from that, unless by concatenation.
		return variable.busy == "plain" and {} or nil
	end
	variable.busy = strict and "joined" or "plain"
	local list = {}
	local known = eachSource(variable, function(source)
		local expressions = resolve(source, world, depth)
		if not expressions or answer == tablesOf and source.what ~= "itself" and anyRoot(source.e, doMembersLeak) then
			return false
		end
		for _, e in ipairs(expressions) do
			local found = answer(e, world, depth, strict)
			list = found and append(list, found)
			if not list then
				return false
			end
		end
		return true
	end)
	variable.busy = nil
	return known and list or nil
end

---The table constructors that `e` may be; nil if it may be something else.
function tablesOf(e, world, depth)
	depth = depth + 1
	e = plain(e)
	local a, b = choices(e)
	if depth > DEPTH then
		return nil
	elseif a then
		local list = tablesOf(a, world, depth)
		local more = b and list and tablesOf(b, world, depth)
		return b and more and append(list, more) or not b and list or nil
	elseif e.k == "table" then
		return { e }
	elseif e.k == "local" then
		-- Other code may have put something else into it.
		return not e.v.isChanged and not e.v.leaks and throughVariable(e.v, world, depth, tablesOf) or nil
	end
	local found = lookUp(e, world)
	if type(found) == "table" then
		return { lift(found, 0) }
	elseif e.k == "index" then
		if anyRoot(e, isOpen) then
			return nil
		end
		local inner = membersOf(e.o, "values", world, depth)
		local list = {}
		for _, member in ipairs(inner or {}) do
			local tables = member.k == "constant" and {} or tablesOf(member, world, depth)
			list = tables and list and append(list, tables)
		end
		return inner and list
	end
	return nil
end

-- Methods of strings.
local METHODS = { gsub = true, lower = true, upper = true }

local NONE = { constant = true, ["function"] = true, table = true }

-- `strict`: numbers count, too, as in a concatenation.
function of(e, world, depth, strict)
	depth = depth + 1
	if depth > DEPTH then
		return nil
	elseif e.k == "string" then
		return { e.v }
	elseif NONE[e.k] then
		if not strict then
			return {}
		end
		return e.k == "constant" and e.v and { tostring(e.v) } or nil
	elseif e.k == "local" then
		return throughVariable(e.v, world, depth, of, strict)
	elseif choices(e) then
		local a, b = choices(e)
		local list = of(a, world, depth, strict)
		local more = b and list and of(b, world, depth, strict)
		return b and more and append(list, more) or not b and list or nil
	elseif e.k == "binary" then
		if e.op == ".." then
			local a, b = of(e.a, world, depth, true), of(e.b, world, depth, true)
			if not a or not b or #a * #b > LIMIT then
				return nil
			end
			local list = {}
			for _, x in ipairs(a) do
				for _, y in ipairs(b) do
					list[#list + 1] = x .. y
				end
			end
			return list
		end
		return not strict and {} or nil
	elseif e.k == "index" then
		local found = lookUp(e, world)
		if type(found) == "string" then
			return { found }
		end
		local tables = tablesOf(e.o, world, depth)
		if not tables then
			return nil
		end
		local isChanged = anyRoot(e, function(root)
			local changed = root.changedKeys
			return changed ~= nil and (e.key.k ~= "string" or changed[e.key.v] == true)
		end)
		if isChanged then
			return nil
		end
		local list = {}
		for _, constructor in ipairs(tables) do
			local keys = members(constructor, "keys")
			for i, item in ipairs(constructor.items) do
				-- A key that is not a literal may be any key.
				if e.key.k ~= "string" and e.key.v == nil or keys[i].v == e.key.v or keys[i].v == nil then
					local texts = of(item.value, world, depth, strict)
					list = texts and list and append(list, texts)
				end
			end
		end
		return list
	elseif e.k == "unary" and e.op == "()" then
		return of(e.a, world, depth, strict)
	elseif e.k == "call" and e.f.name == "unpack" and #e.args == 1 then
		local members = membersOf(e.args[1], "values", world, depth)
		local list = members and {}
		for _, member in ipairs(members or {}) do
			local found = of(member, world, depth, strict)
			list = found and list and append(list, found)
		end
		return list
	elseif e.k == "method" and METHODS[e.name] then
		local texts = of(e.o, world, depth, true)
		local args = {}
		for i, arg in ipairs(e.args) do
			if arg.k ~= "string" then
				return nil
			end
			args[i] = arg.v
		end
		local list = texts and {}
		for i, text in ipairs(texts or {}) do
			list[i] = string[e.name](text, unpack(args))
		end
		return list
	end
	return nil
end

---A list of the strings that `e` may be; nil if it may be something else.
---@param world table @globals of the running program
function values.known(e, world)
	return of(e, world, 0)
end

-- The operands of a concatenation, from left to right.
local function operands(e, list)
	if e.k == "binary" and e.op == ".." then
		operands(e.a, list)
		operands(e.b, list)
	else
		list[#list + 1] = e
	end
	return list
end

---The possible strings of `e`: a list of strings, and of { before, after, middle } patterns where the parts in between are
---not known. Nil if nothing is known.
---@param world table @globals of the running program
function values.shapes(e, world)
	local texts = of(e, world, 0)
	if texts then
		return texts
	end
	e = plain(e)
	if e.k ~= "binary" or e.op ~= ".." then
		local a, b = choices(e)
		if a then
			local list = values.shapes(a, world)
			local more = b and list and values.shapes(b, world)
			return b and more and append(list, more) or not b and list or nil
		elseif e.k == "local" and not e.v.busy then
			e.v.busy = "shapes"
			local list = {}
			local known = eachSource(e.v, function(source)
				local found = source.what == "itself" and values.shapes(source.e, world)
				list = found and append(list, found)
				return list ~= nil and list ~= false
			end)
			e.v.busy = nil
			return known and list or nil
		end
		return nil
	end
	local list = operands(e, {})
	-- The first operand that is not known well enough; the parts after it may be known again.
	local befores, afters, unknown = { "" }, { "" }, #list + 1
	for i = 1, #list do
		local found = of(list[i], world, 0, true)
		if not found or #found * #befores > LIMIT then
			unknown = i
			break
		end
		local joined = {}
		for _, before in ipairs(befores) do
			for _, text in ipairs(found) do
				joined[#joined + 1] = before .. text
			end
		end
		befores = joined
	end
	for i = #list, unknown + 1, -1 do
		local found = of(list[i], world, 0, true)
		if not found or #found * #afters > LIMIT then
			break
		end
		local joined = {}
		for _, after in ipairs(afters) do
			for _, text in ipairs(found) do
				joined[#joined + 1] = text .. after
			end
		end
		afters = joined
	end
	local shapes = {}
	for _, before in ipairs(befores) do
		for _, after in ipairs(afters) do
			local middle = ""
			for i = 2, before == "" and after == "" and #list - 1 or 0 do
				middle = list[i].k == "string" and #list[i].v > #middle and list[i].v or middle
			end
			if before == "" and after == "" and middle == "" then
				return nil
			end
			shapes[#shapes + 1] = { before, after, middle }
		end
	end
	return shapes
end

---Whether a string matches a { before, after, middle } pattern.
function values.fits(text, shape)
	local before, after, middle = shape[1], shape[2], shape[3]
	return #text >= #before + #after + #middle and text:sub(1, #before) == before
		and text:sub(#text - #after + 1) == after and (middle == "" or text:find(middle, 1, true) ~= nil)
end

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return values
