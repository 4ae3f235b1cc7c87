-- The observable effects of each statement of Path of Building's calculation: what it reads, what it writes, and whether it
-- can be left out when nothing reads what it writes.
--
-- A unit is a statement (for a control statement, its head). The analysis distinguishes individual variables, but it tells
-- the fields of outputs and flags apart only by field name, whichever of these tables they belong to. Such a table is
-- recognized by the name it is known under, so aliases are recorded. The analysis is flow-insensitive: it says nothing
-- about when a statement runs. Units that do more than write variables, fields of outputs, or tables that only one variable
-- refers to are rooted: they stay wherever their function stays.

local interprocedural = require("pob.slice.interprocedural")
local parser = require("pob.slice.parser")
local printer = require("pob.slice.printer")
local units = require("pob.slice.units")
local uses = require("pob.slice.uses")
local values = require("pob.slice.strings")
local vocabulary = require("pob.slice.vocabulary")

local facts = {}
facts.__index = facts

local push, define = units.push, units.define

local collect, stateName, BASE = uses.collect, uses.stateName, uses.BASE
local isFalse, pathOf, isOutput, isFlags = vocabulary.isFalse, vocabulary.pathOf, vocabulary.isOutput, vocabulary.isFlags
local statesOf, plain, choices, cutOf = vocabulary.statesOf, vocabulary.plain, vocabulary.choices, vocabulary.cutOf

---@param world table @globals of the running Path of Building, for its lists of names
function facts.new(world)
	return setmetatable({
		world = world,
		units = {},
		files = {},
		copyCount = 0,
		-- { variable, key }: tables that are modified; `key` is the key if it is a literal, else nil
		changed = {},
		-- names under which outputs are known that do not look like the name of an output
		aliases = {},
		-- functions of `calcs` by name
		functions = {},
		-- name of a function -> statements that are calls to it
		statementsByCallee = {},
	}, facts)
end

---Notes that a table is known as `name` from here on: reads of outputs are recognized by the names of the tables alone.
function facts:nameOutput(name, e)
	if vocabulary.hides(name, e) then
		self.aliases[#self.aliases + 1] = name
	end
end

---The variable that stands for a function of `calcs`.
function facts:named(path)
	self.functions[path] = self.functions[path] or { name = path }
	return self.functions[path]
end

---The statements that call the function `path` ("calcs.offence") and ignore its results.
function facts:callsOf(path)
	return self.statementsByCallee[path] or {}
end

local function collectAll(self, unit, list)
	for _, e in ipairs(list) do
		collect(self, unit, e)
	end
end

-- Used so that no part of a target is collected twice.
local function nothing() end

-- `isRead`: whether the target is also read, as in a compound assignment
local function assign(self, unit, target, value, isRead)
	if value and target.k ~= "index" then
		self:nameOutput(target.name, value)
	elseif value then
		self:nameOutput(target.key.k == "string" and target.key.v or "", value)
	end
	if isRead then
		collect(self, unit, target)
	end
	if target.k == "local" then
		if target.v.isFalse then
			error("a variable that was taken to be false in every row is assigned: " .. target.name, 0)
		end
		define(unit, target.v, value)
		return
	elseif target.k == "global" then
		unit.rooted = true
		return
	end
	local take = isRead and nothing or collect
	local o, key = plain(target.o), target.key
	local states = statesOf(o)
	local isNumbers = isOutput(o) or isFlags(o)
	for _, state in ipairs(states) do
		push(unit, "makeKeys", stateName(state, key))
	end
	if isNumbers and key.k == "string" then
		push(unit, "stores", key.v)
	elseif isNumbers and key.k ~= "constant" then
		push(unit, "storeKeys", key)
	end
	if choices(o) then
		-- It may just as well be some other table.
		unit.rooted = true
	elseif states[1] or isNumbers and key.k ~= "constant" then
		take(self, unit, o)
		take(self, unit, key, true)
		return
	end
	values.eachRoot(o, function(root)
		self.changed[#self.changed + 1] = { variable = root, key = key.k == "string" and key.v or nil }
	end)
	if o.k == "local" then
		unit.changes = o.v
	else
		unit.rooted = true
		take(self, unit, o)
	end
	take(self, unit, key)
end

local function inside(scope, parent, never)
	return {
		parent = parent, func = scope.func, file = scope.file, never = scope.never or never, loop = scope.loop, block = scope.block,
	}
end

-- A jump is needed whenever a loop that it affects is: that is each enclosing loop, up to the one whose body holds its
-- label.
local function jump(unit, scope)
	local statement, last = unit.statement, scope.loop
	if statement.k == "goto" then
		local block = scope.block
		while not block.labels[statement.name] do
			block = block.around
		end
		last = block.loop
	end
	local loop = last and scope.loop
	unit.rooted = not loop
	while loop do
		push(loop, "jumps", unit)
		loop = loop ~= last and loop.around or nil
	end
end

-- Whether an assignment or a call never takes effect.
local function isSkipped(s)
	local e = s.k == "call" and s.e or s.k == "compound" and s.target or s.k == "assign" and s.targets[1]
	local cut = e and cutOf(e)
	return cut and printer.isPath(cut)
end

local function walk(self, body, around)
	local scope = inside(around, around.parent)
	scope.block = { labels = {}, loop = around.loop, around = around.block }
	for _, s in ipairs(body) do
		if s.k == "label" then
			scope.block.labels[s.name] = true
		end
	end
	for _, s in ipairs(body) do
		local k = s.k
		if k == "do" then
			walk(self, s.body, scope)
		else
			local unit = units.new(self.units, s, scope)
			-- functions in its expressions
			s.inner = {}
			if isSkipped(s) then
				unit.never = true
			elseif k == "local" then
				collectAll(self, unit, s.values)
				for i, variable in ipairs(s.names) do
					self:nameOutput(variable.name, s.values[i] or { k = "constant" })
					define(unit, variable, s.values[i] or #s.values == 0 and units.EMPTY)
					variable.isFalse = s.values[i] ~= nil and isFalse(s.values[i])
				end
				local value = s.values[1]
				if #s.names == 1 and value and value.k == "function" then
					s.names[1].func = value.f
				end
			elseif k == "localfunction" then
				define(unit, s.var, nil)
				s.var.func, s.var.owner = s.f, unit
				push(unit, "functions", self:walkFunction(s.f, unit))
				s.inner[1] = s.f
			elseif k == "function" then
				local path = pathOf(s.target)
				if s.target.o then
					collect(self, unit, s.target.o, true, BASE)
				end
				if path and s.target.o and s.target.o.name == "calcs" then
					local variable = self:named(path)
					unit.rooted = false
					define(unit, variable, nil)
					-- With more than one function of the same name, none is known.
					variable.func = not variable.func and s.f or nil
				else
					if s.target.k == "global" then
						local variable = self:named("_G." .. path)
						-- It can be called from elsewhere, too.
						variable.escapes = true
						define(unit, variable, nil)
						variable.func = not variable.func and s.f or nil
					end
					unit.rooted = true
				end
				push(unit, "functions", self:walkFunction(s.f, unit))
				s.inner[1] = s.f
			elseif k == "assign" then
				collectAll(self, unit, s.values)
				for i, target in ipairs(s.targets) do
					assign(self, unit, target, s.values[i])
				end
				if #s.targets > 1 and unit.changes then
					unit.rooted = true
				end
			elseif k == "compound" then
				collect(self, unit, s.value)
				assign(self, unit, s.target, { k = "binary", op = s.op, a = s.target, b = s.value }, true)
			elseif k == "call" then
				collect(self, unit, s.e)
			elseif k == "if" then
				for _, clause in ipairs(s.clauses) do
					if clause.cond then
						collect(self, unit, clause.cond)
					end
					walk(self, clause.body, inside(scope, unit, clause.cond and isFalse(clause.cond)))
				end
			elseif k == "return" then
				unit.isReturn = true
				collectAll(self, unit, s.values)
				for _, value in ipairs(s.values) do
					self:nameOutput("", value)
				end
			elseif k == "break" or k == "continue" or k == "goto" then
				jump(unit, scope)
			elseif k ~= "label" then
				if k == "while" or k == "repeat" then
					collect(self, unit, s.cond)
				else
					collectAll(self, unit, s.values)
					local call = s.values[1]
					local path = k == "in" and call.k == "call" and pathOf(call.f)
					for i, variable in ipairs(s.names) do
						if path == "pairs" or path == "ipairs" and i == 2 then
							define(unit, variable, call.args[1], i == 1 and "keys" or "values")
						else
							-- A number, unless it comes from one of the program's own iterators.
							define(unit, variable, (k == "for" or path == "ipairs") and { k = "constant" } or nil)
						end
						variable.isShared = true
					end
				end
				local within = inside(scope, unit)
				unit.around, within.loop = scope.loop, unit
				walk(self, s.body, within)
			end
		end
	end
end

---Adds a function that a unit creates.
function facts:walkFunction(f, owner)
	units.newFunction(f, owner)
	for _, parameter in ipairs(f.params) do
		parameter.isShared = true
	end
	walk(self, f.body, { func = f, file = owner.file, never = owner.never })
	return f
end

---Adds a module.
---@param text string
---@param path string
function facts:add(text, path)
	local chunk = parser.parse(text, path)
	local file = { text = text, path = path, chunk = chunk }
	self.files[#self.files + 1] = file
	units.newFunction(chunk, nil)
	walk(self, chunk.body, { func = chunk, file = file })
end

---To be called after all modules have been added.
function facts:finish()
	interprocedural.draw(self)
end

---Whether a statement of the module at `path` writes the field `name` of an output.
function facts:writes(path, name)
	for _, unit in ipairs(self.units) do
		if unit.file.path == path then
			for _, stored in ipairs(unit.stores) do
				if stored == name then
					return true
				end
			end
			for _, pattern in ipairs(unit.storePatterns) do
				if values.fits(name, pattern) then
					return true
				end
			end
			-- An unknown name could be any name.
			if unit.namesAny then
				return true
			end
		end
	end
	return false
end

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return facts
