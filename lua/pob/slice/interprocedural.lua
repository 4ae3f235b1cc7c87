-- What follows from all units together: the strings that names can be, and which units must stay wherever their function
-- does.

local units = require("pob.slice.units")
local values = require("pob.slice.strings")

local interprocedural = {}

-- The pattern that matches any name.
local ANY = { "", "", "" }

local NONE, push, define, addSource = units.NONE, units.push, units.define, units.addSource

-- Binds parameters to the arguments of all calls, where all calls are known.
local function connect(self)
	for _, unit in ipairs(self.units) do
		for _, variable in ipairs(unit.defined or {}) do
			local f = variable.func
			if f and not f.connected then
				f.connected = true
				for i, parameter in ipairs(f.params) do
					-- Functions of `calcs` are also called from elsewhere.
					if variable.isValue or variable.escapes or #variable.defs > 1 or variable.name:find("^calcs%.") then
						parameter.unknown = true
					end
					for _, args in ipairs(variable.sites or {}) do
						local last = args[#args]
						for k = #f.params + 1, i == 1 and #args or 0 do
							self:nameOutput("", args[k])
						end
						if args[i] then
							addSource(parameter, "itself", args[i])
							self:nameOutput(parameter.name, args[i])
						elseif last and (last.k == "call" or last.k == "method" or last.k == "vararg") then
							parameter.unknown = true
						end
					end
				end
			end
		end
	end
end

-- Marks tables that may have other members than their constructors say, and the tables that contain them.
local function spreadChanges(self)
	local function roots(variable, each)
		for _, source in ipairs(variable.sources or NONE) do
			values.eachRoot(source.e, function(root)
				if root ~= variable then
					each(root)
				end
			end)
		end
	end
	local function change(variable, key)
		if key and (variable.isChanged or variable.changedKeys and variable.changedKeys[key]) or not key and variable.isChanged then
			return
		end
		if key then
			variable.changedKeys = variable.changedKeys or {}
			variable.changedKeys[key] = true
		else
			variable.isChanged = true
		end
		roots(variable, function(root)
			change(root, key)
		end)
	end
	local function leak(variable)
		roots(variable, function(root)
			if not root.membersLeak then
				root.membersLeak = true
				leak(root)
			end
		end)
	end
	for _, entry in ipairs(self.changed) do
		change(entry.variable, entry.key)
	end
	for _, unit in ipairs(self.units) do
		for _, variable in ipairs(unit.defined or NONE) do
			if variable.leaks then
				leak(variable)
			end
		end
		for _, variable in ipairs(unit.func.params) do
			if variable.leaks then
				leak(variable)
			end
		end
	end
end

-- Finds the possible values of the expressions in unit[keys]. Known names go to unit[names]. Returns a list of { before,
-- after } patterns for the others, and whether there are expressions about which nothing is known.
local function shapesOf(self, unit, keys, names)
	local patterns, unknown = NONE, false
	for _, e in ipairs(unit[keys] or NONE) do
		local shapes = values.shapes(e, self.world)
		for _, shape in ipairs(shapes or NONE) do
			if type(shape) == "string" then
				push(unit, names, shape)
			elseif patterns == NONE then
				patterns = { shape }
			else
				patterns[#patterns + 1] = shape
			end
		end
		unknown = unknown or not shapes
	end
	return patterns, unknown
end

-- Drops what only the analysis needed.
local function tidy(self)
	for _, unit in ipairs(self.units) do
		local s = unit.statement
		s.e, s.cond, s.params, s.targets, s.values, s.target, s.value = nil, nil, nil, nil, nil, nil, nil
		for _, clause in ipairs(s.clauses or NONE) do
			clause.cond = nil
		end
		unit.readKeys, unit.askKeys, unit.textKeys, unit.makeKeys, unit.stateKeys = nil, nil, nil, nil, nil
		unit.openKeys, unit.passes = nil, nil
		unit.namesAny = #unit.storeKeys > 0 and #unit.stores == 0 and #unit.storePatterns == 0 and not unit.never
		unit.storeKeys = nil
		for _, variable in ipairs(unit.defined or NONE) do
			variable.sources, variable.sites = nil, nil
		end
	end
end

---To be called after all modules have been added: finds which units are rooted after all, because they change something
---that others may see, or call a function that does.
---@param self table @the facts
function interprocedural.draw(self)
	connect(self)
	spreadChanges(self)
	for _, unit in ipairs(self.units) do
		local variable = unit.statement.k == "localfunction" and unit.statement.var
		if variable and variable.isSpecialized and not variable.sites and not variable.isValue then
			-- Copies represent all of its calls.
			for _, inner in ipairs(variable.func.units) do
				inner.never = true
			end
		end
	end
	local queue = {}
	local function root(unit)
		if not unit.isImpure then
			unit.rooted, unit.isImpure = true, true
			queue[#queue + 1] = unit
		end
	end
	for _, unit in ipairs(self.units) do
		if unit.changes then
			-- The statement may be needed for another of its effects.
			push(unit, "uses", unit.changes)
			if unit.changes.isShared then
				unit.rooted = true
			else
				define(unit, unit.changes, units.EMPTY)
			end
		end
		for _, callee in ipairs(unit.calls) do
			if callee.func and #callee.defs < 2 then
				table.insert(callee.func.callers, unit)
			else
				unit.rooted = true
			end
		end
		for _, f in ipairs(unit.passes or NONE) do
			table.insert(f.callers, unit)
		end
	end
	for _, unit in ipairs(self.units) do
		local unknown
		unit.readPatterns = shapesOf(self, unit, "readKeys", "reads")
		local open, openUnknown = shapesOf(self, unit, "openKeys", "reads")
		for _, pattern in ipairs(openUnknown and { ANY } or open) do
			unit.readPatterns = unit.readPatterns == NONE and {} or unit.readPatterns
			table.insert(unit.readPatterns, pattern)
		end
		unit.askPatterns, unknown = shapesOf(self, unit, "askKeys", "asks")
		unit.asksUnknown = unknown
		for _, e in ipairs(unit.stateKeys) do
			for _, name in ipairs(values.known(e, self.world) or NONE) do
				push(unit, "asks", name)
			end
		end
		unit.textPatterns = shapesOf(self, unit, "textKeys", "texts")
		unit.storePatterns, unknown = shapesOf(self, unit, "storeKeys", "stores")
		unit.rooted = unit.rooted or unknown
		unit.makePatterns, unknown = shapesOf(self, unit, "makeKeys", "makes")
		unit.rooted = unit.rooted or unknown
	end
	for _, unit in ipairs(self.units) do
		if unit.rooted and not unit.never then
			root(unit)
		end
		if unit.isReturn then
			unit.rooted = true
		end
	end
	while #queue > 0 do
		local unit = table.remove(queue)
		for _, caller in ipairs(unit.func.callers) do
			if not caller.never then
				root(caller)
			end
		end
	end
	tidy(self)
end

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return interprocedural
