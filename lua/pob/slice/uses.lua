-- What the evaluation of an expression uses, queries and reads, collected for the unit that it belongs to (effects.lua).

local copies = require("pob.slice.copies")
local emitter = require("pob.slice.emitter")
local units = require("pob.slice.units")
local values = require("pob.slice.strings")
local vocabulary = require("pob.slice.vocabulary")

local uses = {}

local push = units.push

local OUTPUT, QUERIES, QUERY_FUNCTIONS = vocabulary.OUTPUT, vocabulary.QUERIES, vocabulary.QUERY_FUNCTIONS
local FIRST_NAME, LAST_NAME = vocabulary.FIRST_NAME, vocabulary.LAST_NAME
local PURE, PURE_METHODS, MUTATORS, NEVER = vocabulary.PURE, vocabulary.PURE_METHODS, vocabulary.MUTATORS, vocabulary.NEVER
local MAKERS = vocabulary.MAKERS
local isFalse, pathOf, isOutput, isFlags = vocabulary.isFalse, vocabulary.pathOf, vocabulary.isOutput, vocabulary.isFlags
local statesOf, isMods, isStore, isElsewhere =
	vocabulary.statesOf, vocabulary.isMods, vocabulary.isStore, vocabulary.isElsewhere
local plain, choices = vocabulary.plain, vocabulary.choices

-- The name of the modifier that is equivalent to the state `key`.
function uses.stateName(prefix, key)
	return { k = "binary", op = "..", a = { k = "string", v = prefix }, b = key }
end
local stateName = uses.stateName

-- Limits for copies of functions that are called with strings as arguments: the number of copies, and statements per
-- function.
local MAX_COPIES, MAX_STATEMENTS = 200, 60

-- The function called by a call with strings as arguments, analyzed for this call alone, because the names that it writes
-- and reads often depend on them. Returns a variable that stands for it; nil if all calls are analyzed as one.
local function specialized(self, e)
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
	self:walkFunction(made, callee.owner)
	return { name = callee.name, func = made, defs = { callee.owner } }
end

-- Marks a variable of which only fields are accessed.
local BASE = "base"

-- Notes where a field is read by a composed name, so that the read is watched in rows (emitter.lua).
local function watch(unit, e)
	if not emitter.canWatch(e) then
		-- If that is not possible, the unit counts as reading every field that such a name can match.
		push(unit, "openKeys", e.key)
		return
	end
	push(unit, "readKeys", e.key)
	local s = unit.statement.original or unit.statement
	s.reads = s.reads or {}
	s.reads[e.open] = e
end

-- Functions that are passed on are called by whatever receives them, maybe at once.
local function pass(unit, e)
	e = plain(e)
	local a, b = choices(e)
	if a then
		pass(unit, a)
		if b then
			pass(unit, b)
		end
	elseif e.k == "function" or e.k == "local" and e.v.func then
		push(unit, "passes", e.f or e.v.func)
	end
end

-- `names`: strings in this expression are names of modifiers, or are only compared
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
			-- Whatever receives a table as a value may change it.
			e.v.leaks = e.v.leaks or not isCallee
		end
	elseif k == "global" then
		return
	elseif k == "index" then
		collect(self, unit, e.o, names, e.o.k == "local" and BASE or nil)
		local states, ofMods = statesOf(e.o), isMods(e.o)
		for _, state in ipairs(states) do
			push(unit, "askKeys", stateName(state, e.key))
		end
		if ofMods then
			push(unit, "askKeys", e.key)
		end
		if e.key.k == "string" then
			if e.o.name == "calcs" then
				local variable = self:named("calcs." .. e.key.v)
				variable.escapes = variable.escapes or not isCallee
				push(unit, "uses", variable)
			elseif isOutput(e.o) or isFlags(e.o) then
				push(unit, "reads", e.key.v)
			end
		elseif e.key.k ~= "constant" then
			if isOutput(e.o) and not isElsewhere(e.o) or isFlags(e.o) then
				watch(unit, e)
			end
			collect(self, unit, e.key, true)
		end
	elseif k == "call" then
		local path = pathOf(e.f)
		local isQuery = QUERY_FUNCTIONS[path]
		if not isQuery and not PURE[path] then
			local callee = e.f.k == "local" and e.f.v or e.f.k == "global" and self:named("_G." .. e.f.v)
				or path and e.f.o and e.f.o.name == "calcs" and self:named(path)
			local special = e.f.k == "local" and specialized(self, e)
			for i = 2, MUTATORS[path] and #e.args or 0 do
				self:nameOutput("", e.args[i])
			end
			if MUTATORS[path] and e.args[1] then
				values.eachRoot(e.args[1], function(root)
					self.changed[#self.changed + 1] = { variable = root }
				end)
			end
			if MUTATORS[path] and e.args[1] and e.args[1].k == "local" and unit.statement.e == e then
				unit.changes = e.args[1].v
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
			pass(unit, arg)
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
			pass(unit, arg)
			if prefix and i >= FIRST_NAME[e.name] and i <= (LAST_NAME[e.name] or i) then
				if prefix == OUTPUT then
					push(unit, "readKeys", arg)
				elseif prefix == "" then
					push(unit, "askKeys", arg)
				else
					-- If the name is not known, the read is watched in rows.
					push(unit, "stateKeys", stateName(prefix, arg))
				end
			end
			collect(self, unit, arg, prefix or MAKERS[e.name] and i == 1)
		end
	elseif k == "function" then
		push(unit, "functions", self:walkFunction(e.f, unit))
		table.insert(unit.statement.inner, e.f)
	elseif k == "binary" then
		if e.op == "and" then
			collect(self, unit, e.a, names)
			if not isFalse(e.a) then
				collect(self, unit, e.b, names)
			end
		elseif e.op == "or" or e.op == "??" then
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
	elseif k == "ternary" then
		collect(self, unit, e.cond, names)
		if not isFalse(e.cond) then
			collect(self, unit, e.a, names)
		end
		collect(self, unit, e.b, names)
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

---Collects the uses of an expression.
---@param self table @the facts
---@param names boolean|nil @whether strings in it are names of modifiers, or are only compared
---@param isCallee boolean|string|nil @whether it is called, or only its fields are accessed
uses.collect = collect
uses.BASE = BASE

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return uses
