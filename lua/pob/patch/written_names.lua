-- Names of the numbers that a piece of Path of Building's code may write into an output, derived from its text: literal names,
-- and patterns of names that are joined at run time.

local knowledgeModule = require("pob.slice.knowledge")
local printer = require("pob.slice.printer")
local walk = require("pob.slice.walk")

local writtenNames = {}

local function nameOf(e)
	return e.k == "index" and e.key.k == "string" and e.key.v or (e.k == "local" or e.k == "global") and e.name or ""
end

local OUTPUT = "[oO]utput$"

-- Whether an expression is an output: by its name, or because a variable of another name was assigned one.
local function isOutput(look, e)
	if e.k == "unary" and e.op == "()" then
		return isOutput(look, e.a)
	elseif e.k == "ternary" or e.k == "binary" and (e.op == "or" or e.op == "and" or e.op == "??") then
		return isOutput(look, e.a) or isOutput(look, e.b)
	end
	return nameOf(e):find(OUTPUT) ~= nil or e.k == "local" and look.outputs[e.v] or false
end

-- Variables that hold an output whatever they are called: declared as one, or parameters that receive one.
local function findOutputs(look)
	look.outputs = {}
	local isNew
	local function take(variable, e)
		if not look.outputs[variable] and isOutput(look, e) then
			look.outputs[variable], isNew = true, true
		end
	end
	repeat
		isNew = false
		for variable, known in pairs(look.knowledge.about) do
			for _, value in ipairs(known.values) do
				if value ~= "unknown" then
					take(variable, value)
				end
			end
		end
		for variable, parameter in pairs(look.parameters) do
			for _, args in ipairs(look.calls[look.functionOf[parameter.f]] or {}) do
				if args[parameter.index] then
					take(variable, args[parameter.index])
				end
			end
		end
	until not isNew
end

-- Collects the calls by the variable that is called; the parameters, variable -> { f, index }; and the variables that are used
-- in any other way: whoever holds their functions may call them with any arguments.
local function lookAt(chunk)
	local calls, parameters, functionOf, isPassed = {}, {}, {}, {}
	local visitor = {}
	function visitor:openFunction(f)
		for i, variable in ipairs(f.params) do
			parameters[variable] = { f = f, index = i }
		end
	end
	function visitor:statement(s)
		if s.k == "localfunction" then
			functionOf[s.f] = s.var
		elseif s.k == "local" then
			for i, value in ipairs(s.values) do
				if value.k == "function" and s.names[i] then
					functionOf[value.f] = s.names[i]
				end
			end
		end
	end
	function visitor:expression(e, _, parent)
		if e.k == "call" and e.f.k == "local" then
			calls[e.f.v] = calls[e.f.v] or {}
			table.insert(calls[e.f.v], e.args)
		elseif e.k == "local" and not (parent and parent.k == "call" and parent.f == e) then
			isPassed[e.v] = true
		end
	end
	walk.through(chunk, visitor)
	return calls, parameters, functionOf, isPassed
end

-- Adds the possible values of a key to `found`, a list of { text } or { before, middle, after }. False if the key can be
-- anything.
local function keysOf(self, e, found, depth)
	local k = e.k
	if depth > 6 then
		return false
	elseif k == "string" then
		found[#found + 1] = { text = e.v }
		return true
	elseif k == "unary" and e.op == "()" then
		return keysOf(self, e.a, found, depth)
	elseif k == "binary" and e.op == ".." then
		local parts = {}
		local function flatten(part)
			if part.k == "binary" and part.op == ".." then
				flatten(part.a)
				flatten(part.b)
			else
				parts[#parts + 1] = part.k == "string" and part.v or ""
			end
		end
		flatten(e)
		local middle = ""
		for i = 2, #parts - 1 do
			middle = #parts[i] > #middle and parts[i] or middle
		end
		local key = { before = parts[1], middle = middle, after = #parts > 1 and parts[#parts] or "" }
		found[#found + 1] = key
		return key.before ~= "" or key.middle ~= "" or key.after ~= ""
	elseif k == "binary" and e.op == "and" then
		-- The left side is the value only if it is nil or false, and these are not names.
		return keysOf(self, e.b, found, depth)
	elseif k == "binary" and (e.op == "or" or e.op == "??") then
		return keysOf(self, e.a, found, depth) and keysOf(self, e.b, found, depth)
	elseif k == "ternary" then
		return keysOf(self, e.a, found, depth) and keysOf(self, e.b, found, depth)
	elseif k ~= "local" then
		return false
	end
	local parameter = self.parameters[e.v]
	if parameter then
		local variable = self.functionOf[parameter.f]
		if not variable or self.isPassed[variable] or self.knowledge:isAssigned(variable) or self.knowledge:isAssigned(e.v) then
			return false
		end
		for _, args in ipairs(self.calls[variable] or {}) do
			if not args[parameter.index] or not keysOf(self, args[parameter.index], found, depth + 1) then
				return false
			end
		end
		return true
	end
	local known = self.knowledge.about[e.v]
	if not known or #known.values == 0 then
		return false
	end
	for _, value in ipairs(known.values) do
		if value == "unknown" or not keysOf(self, value, found, depth + 1) then
			return false
		end
	end
	return true
end

local function lookOf(module)
	local look = module.look
	if not look then
		look = { knowledge = knowledgeModule.of(module.chunk) }
		look.calls, look.parameters, look.functionOf, look.isPassed = lookAt(module.chunk)
		findOutputs(look)
		module.look = look
	end
	return look
end

---Names of the numbers that a module reads from outputs.
---@param module table @of module_tree.lua
---@return table @name -> true
function writtenNames.readsOf(module)
	local look, names, visitor = lookOf(module), {}, {}
	function visitor:expression(e, place)
		if e.k == "index" and e.key.k == "string" and place ~= "target" and isOutput(look, e.o) then
			names[e.key.v] = true
		end
	end
	walk.through(module.chunk, visitor)
	return names
end

---@param module table @of module_tree.lua
---@param f table @the function
---@return table|nil @plain data, for `may`; nil if some key can be anything
---@return string|nil @the expression of that key
function writtenNames.of(module, f)
	local look = lookOf(module)
	local written = { exact = {}, patterns = {} }
	local unknown
	local function take(target)
		if target.k ~= "index" or not isOutput(look, target.o) then
			return
		end
		local found = {}
		if not keysOf(look, target.key, found, 0) then
			unknown = unknown or printer.expression(target)
		end
		for _, key in ipairs(found) do
			if key.text then
				written.exact[key.text] = true
			else
				written.patterns[#written.patterns + 1] = key
			end
		end
	end
	local visitor = {}
	function visitor:statement(s)
		if s.k == "assign" then
			for _, target in ipairs(s.targets) do
				take(target)
			end
		elseif s.k == "compound" then
			take(s.target)
		end
	end
	walk.through({ params = {}, body = { { k = "local", names = {}, values = { { k = "function", f = f } } } } }, visitor)
	if unknown then
		return nil, unknown
	end
	return written
end

---Whether a number with this name may be written.
---@param written table @of writtenNames.of
---@param name string
function writtenNames.may(written, name)
	if written.exact[name] then
		return true
	end
	for _, key in ipairs(written.patterns) do
		if #name >= #key.before + #key.after and name:sub(1, #key.before) == key.before
			and (key.after == "" or name:sub(-#key.after) == key.after) and name:find(key.middle, 1, true) then
			return true
		end
	end
	return false
end

-- This code runs only once: compiling it would cost more than running it.
jit.off(true, true)

return writtenNames
