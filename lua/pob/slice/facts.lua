-- What each statement of Path of Building's calculation does, as far as it shows: what it reads, what it writes, whether
-- it can be left out when nobody reads what it writes.
--
-- A unit is a statement (of a control statement: its head). Variables are told apart one by one; the fields of outputs and
-- flags by their name alone, whichever of these tables it is. Such a table is known by the name that it goes by: where
-- one gets another name, that is noted. Nothing is said about when a statement runs. Units that do more than write
-- variables, fields of outputs, or tables that only one variable knows, are rooted: they stay wherever their function does.

local conclusions = require("pob.slice.conclusions")
local copies = require("pob.slice.copies")
local parser = require("pob.slice.parser")
local units = require("pob.slice.units")
local values = require("pob.slice.values")
local vocabulary = require("pob.slice.vocabulary")

local facts = {}
facts.__index = facts

local push, define = units.push, units.define

local OUTPUT, QUERIES, QUERY_FUNCTIONS = vocabulary.OUTPUT, vocabulary.QUERIES, vocabulary.QUERY_FUNCTIONS
local FIRST_NAME, LAST_NAME = vocabulary.FIRST_NAME, vocabulary.LAST_NAME
local PURE, PURE_METHODS, MUTATORS, NEVER = vocabulary.PURE, vocabulary.PURE_METHODS, vocabulary.MUTATORS, vocabulary.NEVER
local MAKERS = vocabulary.MAKERS
local isFalse, pathOf, isOutput, isFlags = vocabulary.isFalse, vocabulary.pathOf, vocabulary.isOutput, vocabulary.isFlags
local stateOf, isStore, isElsewhere = vocabulary.stateOf, vocabulary.isStore, vocabulary.isElsewhere

-- The name of the modifier that would say the same as the state `key`.
local function stateName(prefix, key)
	return { k = "binary", op = "..", a = { k = "string", v = prefix }, b = key }
end

---@param world table @globals of the running Path of Building, for its lists of names
function facts.new(world)
	return setmetatable({
		world = world,
		units = {},
		files = {},
		copyCount = 0,
		-- { variable, key }: tables that are changed, at a key that is written out, or nil
		changed = {},
		-- names under which outputs are known that do not sound like one
		aliases = {},
		-- functions of `calcs` by name
		functions = {},
		-- name of a function -> statements that are calls of it
		statementsByCallee = {},
	}, facts)
end

local walkFunction

-- Copies of functions for their calls with texts as arguments: so many at most, of functions up to so many statements.
local MAX_COPIES, MAX_STATEMENTS = 200, 60

-- The function that a call with texts as arguments calls, looked at for this call alone: what it writes and reads is often
-- named by them. Answers a variable that stands for it; nil where all calls are looked at as one.
function facts:specialized(unit, e)
	local callee = e.f.v
	local f = callee.func
	if not f or not callee.owner or #callee.defs > 1 or self.copyCount >= MAX_COPIES then
		return nil
	end
	local literal = false
	for i, arg in ipairs(e.args) do
		literal = literal or f.params[i] ~= nil and (arg.k == "string" or arg.k == "binary" and arg.op == "..")
	end
	f.size = f.size or copies.countStatements(f.body)
	if not literal or f.size > MAX_STATEMENTS or f.hasFunctions then
		return nil
	end
	self.copyCount = self.copyCount + 1
	local made = copies.of(f, e.args)
	for i, parameter in ipairs(made.params) do
		units.addSource(parameter, "itself", e.args[i] or { k = "constant" })
		self:nameOutput(parameter.name, e.args[i] or { k = "constant" })
	end
	callee.isSpecialized = true
	walkFunction(self, made, callee.owner)
	return { name = callee.name, func = made, defs = { callee.owner } }
end

-- Where a variable is only looked into.
local BASE = "base"

-- `names`: texts in this expression are names of modifiers, or only compared
local function collect(self, unit, e, names, isCallee)
	local k = e.k
	if k == "constant" or k == "vararg" then
		return
	elseif k == "string" then
		if not names then
			push(unit, "texts", e.v)
		end
	elseif k == "local" then
		if not NEVER[e.name] then
			push(unit, "uses", e.v)
			e.v.isValue = e.v.isValue or isCallee ~= true
			-- Whoever gets a table as a value may change it.
			e.v.leaks = e.v.leaks or not isCallee
		end
	elseif k == "global" then
		return
	elseif k == "index" then
		collect(self, unit, e.o, names, e.o.k == "local" and BASE or nil)
		local state = stateOf(e.o)
		if state then
			push(unit, "askKeys", stateName(state, e.key))
			collect(self, unit, e.key, true)
		elseif e.key.k == "string" and e.o.k == "index" and e.o.key.v == "mods" then
			push(unit, "asks", e.key.v)
		elseif e.key.k == "string" then
			if e.o.name == "calcs" then
				local variable = self:named("calcs." .. e.key.v)
				variable.escapes = variable.escapes or not isCallee
				push(unit, "uses", variable)
			elseif isOutput(e.o) or isFlags(e.o) then
				push(unit, "reads", e.key.v)
			end
		elseif e.o.k == "index" and e.o.key.v == "mods" then
			push(unit, "askKeys", e.key)
			collect(self, unit, e.key, true)
		elseif e.key.k ~= "constant" then
			if isOutput(e.o) and not isElsewhere(e.o) or isFlags(e.o) then
				push(unit, "readKeys", e.key)
				-- Where it stands, to be watched in a row.
				local s = unit.statement.original or unit.statement
				s.reads = s.reads or {}
				s.reads[e.open] = e
			end
			collect(self, unit, e.key, true)
		end
	elseif k == "call" then
		local path = pathOf(e.f)
		local isQuery = QUERY_FUNCTIONS[path]
		if not isQuery and not PURE[path] then
			local callee = e.f.k == "local" and e.f.v or e.f.k == "global" and self:named("_G." .. e.f.v)
				or path and e.f.o and e.f.o.name == "calcs" and self:named(path)
			local special = e.f.k == "local" and self:specialized(unit, e)
			for i = 2, MUTATORS[path] and #e.args or 0 do
				self:nameOutput("", e.args[i])
			end
			local changed = MUTATORS[path] and e.args[1] and values.rootOf(e.args[1])
			if changed then
				self.changed[#self.changed + 1] = { variable = changed }
			end
			if changed and e.args[1].k == "local" and unit.statement.e == e then
				unit.changes = changed
			elseif special then
				push(unit, "calls", special)
				push(unit, "functions", special.func)
			elseif callee then
				push(unit, "calls", callee)
				callee.sites = callee.sites or {}
				table.insert(callee.sites, e.args)
			else
				unit.rooted = true
			end
			if unit.statement.e == e and path then
				self.statementsByCallee[path] = self.statementsByCallee[path] or {}
				table.insert(self.statementsByCallee[path], unit)
			end
		end
		collect(self, unit, e.f, names, true)
		for i, arg in ipairs(e.args) do
			if isQuery and i >= isQuery and i <= (LAST_NAME[path] or i) then
				push(unit, "askKeys", arg)
			end
			if not (i == 1 and unit.changes and unit.statement.e == e) then
				collect(self, unit, arg, isQuery, PURE[path] and arg.k == "local" and BASE or nil)
			end
		end
	elseif k == "method" then
		local prefix = QUERIES[e.name]
		local makes = MAKERS[e.name] and isStore(e.o) and unit.statement.e == e
		if makes then
			push(unit, "makeKeys", e.args[1])
		elseif not prefix and not PURE_METHODS[e.name] then
			unit.rooted = true
		end
		collect(self, unit, e.o, names)
		for i, arg in ipairs(e.args) do
			if prefix and i >= FIRST_NAME[e.name] and i <= (LAST_NAME[e.name] or i) then
				if prefix == OUTPUT then
					push(unit, "readKeys", arg)
				elseif prefix == "" then
					push(unit, "askKeys", arg)
				else
					-- Where it is not known which, that is watched in a row.
					push(unit, "stateKeys", stateName(prefix, arg))
				end
			end
			collect(self, unit, arg, prefix or MAKERS[e.name] and i == 1)
		end
	elseif k == "function" then
		push(unit, "functions", walkFunction(self, e.f, unit))
		table.insert(unit.statement.inner, e.f)
	elseif k == "binary" then
		if e.op == "and" then
			if not isFalse(e.a) then
				collect(self, unit, e.a, names)
				collect(self, unit, e.b, names)
			end
		elseif e.op == "or" then
			if not isFalse(e.a) then
				collect(self, unit, e.a, names)
			else
				collect(self, unit, e.a, true)
			end
			collect(self, unit, e.b, names)
		elseif e.op == "==" or e.op == "~=" then
			collect(self, unit, e.a, true)
			collect(self, unit, e.b, true)
		elseif e.op == ".." then
			if not names then
				push(unit, "textKeys", e)
			end
			collect(self, unit, e.a, true)
			collect(self, unit, e.b, true)
		else
			collect(self, unit, e.a, names)
			collect(self, unit, e.b, names)
		end
	elseif k == "unary" then
		collect(self, unit, e.a, names)
	elseif k == "table" then
		for _, item in ipairs(e.items) do
			if item.key then
				collect(self, unit, item.key, names)
			end
			self:nameOutput(item.key and item.key.k == "string" and item.key.v or "", item.value)
			collect(self, unit, item.value, names)
		end
	end
end

---Notes that a table is known as `name` from here on: reads of outputs are known by the names of the tables alone.
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

---The statements that call the function `path` ("calcs.offence") and do nothing with what it answers.
function facts:callsOf(path)
	return self.statementsByCallee[path] or {}
end

local function collectAll(self, unit, list)
	for _, e in ipairs(list) do
		collect(self, unit, e)
	end
end

local function assign(self, unit, target, value)
	if value and target.k ~= "index" then
		self:nameOutput(target.name, value)
	elseif value then
		self:nameOutput(target.key.k == "string" and target.key.v or "", value)
	end
	if target.k == "local" then
		if target.v.isFalse then
			error("a variable that was taken to be false in every row is assigned: " .. target.name, 0)
		end
		define(unit, target.v, value)
	elseif target.k == "global" then
		unit.rooted = true
	elseif stateOf(target.o) then
		push(unit, "makeKeys", stateName(stateOf(target.o), target.key))
		collect(self, unit, target.o)
		collect(self, unit, target.key, true)
	elseif (isOutput(target.o) or isFlags(target.o)) and target.key.k == "string" then
		push(unit, "stores", target.key.v)
		collect(self, unit, target.o)
	elseif (isOutput(target.o) or isFlags(target.o)) and target.key.k ~= "constant" then
		push(unit, "storeKeys", target.key)
		collect(self, unit, target.o)
		collect(self, unit, target.key, true)
	else
		local root = values.rootOf(target.o)
		if root then
			self.changed[#self.changed + 1] = { variable = root, key = target.key.k == "string" and target.key.v or nil }
		end
		if target.o.k == "local" then
			unit.changes = target.o.v
		else
			unit.rooted = true
			collect(self, unit, target.o)
		end
		collect(self, unit, target.key)
	end
end

local function inside(scope, parent, never)
	return { parent = parent, func = scope.func, file = scope.file, never = scope.never or never, loop = scope.loop }
end

local function walk(self, body, scope)
	for _, s in ipairs(body) do
		local k = s.k
		if s.startsOpen then
			error("a statement begins with a parenthesis", 0)
		end
		if k == "do" then
			walk(self, s.body, scope)
		else
			local unit = units.new(self.units, s, scope)
			-- functions in its expressions
			s.inner = {}
			if k == "local" then
				collectAll(self, unit, s.values)
				for i, variable in ipairs(s.names) do
					self:nameOutput(variable.name, s.values[i] or { k = "constant" })
					define(unit, variable, s.values[i] or #s.values == 0 and { k = "table" })
					variable.isFalse = s.values[i] ~= nil and isFalse(s.values[i])
				end
				local value = s.values[1]
				if #s.names == 1 and value and value.k == "function" then
					s.names[1].func = value.f
				end
			elseif k == "localfunction" then
				define(unit, s.var, nil)
				s.var.func, s.var.owner = s.f, unit
				push(unit, "functions", walkFunction(self, s.f, unit))
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
					-- More than one of a name: none is known.
					variable.func = not variable.func and s.f or nil
				else
					if s.target.k == "global" then
						local variable = self:named("_G." .. path)
						-- Others call it, too.
						variable.escapes = true
						define(unit, variable, nil)
						variable.func = not variable.func and s.f or nil
					end
					unit.rooted = true
				end
				push(unit, "functions", walkFunction(self, s.f, unit))
				s.inner[1] = s.f
			elseif k == "assign" then
				collectAll(self, unit, s.values)
				for i, target in ipairs(s.targets) do
					assign(self, unit, target, s.values[i])
				end
				if #s.targets > 1 and unit.changes then
					unit.rooted = true
				end
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
			elseif k == "break" or k == "goto" then
				if scope.loop then
					scope.loop.jumps = scope.loop.jumps or {}
					table.insert(scope.loop.jumps, unit)
				else
					unit.rooted = true
				end
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
							-- A number, where it is not what an iterator of the program's own answers.
							define(unit, variable, (k == "for" or path == "ipairs") and { k = "constant" } or nil)
						end
						variable.isShared = true
					end
				end
				local within = inside(scope, unit)
				within.loop = unit
				walk(self, s.body, within)
			end
		end
	end
end

function walkFunction(self, f, owner)
	units.newFunction(f, owner)
	for _, parameter in ipairs(f.params) do
		parameter.isShared = true
	end
	walk(self, f.body, { func = f, file = owner.file, never = owner.never })
	return f
end

---Takes in a module.
---@param text string
---@param path string
function facts:add(text, path)
	local chunk = parser.parse(text, path)
	local file = { text = text, path = path, chunk = chunk }
	self.files[#self.files + 1] = file
	units.newFunction(chunk, nil)
	walk(self, chunk.body, { func = chunk, file = file })
end

---After all modules are in.
function facts:finish()
	conclusions.draw(self)
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
			-- A name that is not known could be any.
			if unit.namesAny then
				return true
			end
		end
	end
	return false
end

-- It runs once or a few times: compiled, it would cost more than it does.
jit.off(true, true)

return facts
