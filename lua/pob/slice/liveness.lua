-- Which units of effects.lua are live, given the fields that are asked for.

local liveness = {}

-- Whether some string can match both patterns { before, after, middle }.
local function meet(a, b)
	local before = math.min(#a[1], #b[1])
	local after = math.min(#a[2], #b[2])
	return a[1]:sub(1, before) == b[1]:sub(1, before) and a[2]:sub(#a[2] - after + 1) == b[2]:sub(#b[2] - after + 1)
end

local fits = require("pob.slice.strings").fits

-- One namespace: who writes which names. It lives as long as the facts do and remembers the writers of every name ever
-- read.
local space = {}
space.__index = space

local function newSpace(units, names, patterns)
	local self = setmetatable({ byName = {}, byPattern = {}, ofName = {}, ofPattern = {} }, space)
	for _, unit in ipairs(units) do
		if not unit.never then
			for _, name in ipairs(unit[names]) do
				self.byName[name] = self.byName[name] or {}
				table.insert(self.byName[name], unit)
			end
			for _, pattern in ipairs(unit[patterns]) do
				self.byPattern[#self.byPattern + 1] = { pattern = pattern, unit = unit }
			end
		end
	end
	return self
end

-- The units that write `name`.
function space:writersOf(name)
	local writers = self.ofName[name]
	if not writers then
		writers = {}
		for _, unit in ipairs(self.byName[name] or writers) do
			writers[#writers + 1] = unit
		end
		for _, entry in ipairs(self.byPattern) do
			if fits(name, entry.pattern) then
				writers[#writers + 1] = entry.unit
			end
		end
		self.ofName[name] = writers
	end
	return writers
end

-- The units that may write a name that looks like `pattern`.
function space:writersOfPattern(pattern)
	local id = table.concat(pattern, "\0")
	local writers = self.ofPattern[id]
	if not writers then
		writers = {}
		for name, units in pairs(self.byName) do
			if fits(name, pattern) then
				for _, unit in ipairs(units) do
					writers[#writers + 1] = unit
				end
			end
		end
		for _, entry in ipairs(self.byPattern) do
			if meet(pattern, entry.pattern) then
				writers[#writers + 1] = entry.unit
			end
		end
		self.ofPattern[id] = writers
	end
	return writers
end

-- The names that are written only by units for which `isThere` does not hold.
function space:leftOut(isThere)
	local left, names, patterns = {}, {}, {}
	for name, units in pairs(self.byName) do
		for _, unit in ipairs(units) do
			left[name] = left[name] or not isThere(unit) or nil
		end
	end
	for name in pairs(left) do
		names[#names + 1] = name
	end
	table.sort(names)
	for _, entry in ipairs(self.byPattern) do
		if not isThere(entry.unit) then
			patterns[#patterns + 1] = { entry.pattern[1], entry.pattern[2], entry.pattern[3] }
		end
	end
	return { names = names, patterns = patterns }
end

---@param leftOut table @{ names, patterns }, plain data
---@return function @(name) -> whether something that was left out writes the field
function liveness.isLeftOut(leftOut)
	local answers = {}
	for _, name in ipairs(leftOut.names) do
		answers[name] = true
	end
	return function(name)
		local answer = answers[name]
		if answer == nil then
			answer = false
			for _, pattern in ipairs(type(name) == "string" and leftOut.patterns or {}) do
				answer = answer or fits(name, pattern)
			end
			answers[name] = answer
		end
		return answer
	end
end

---@param facts table @finished
---@param wanted table @{ fields, modifiers = lists of names that are read from outside, functions = list of those that are
---called from outside ("calcs.perform"), without = names of functions that are never called, states = whether modifiers may
---ask for any condition or multiplier }
---@return table @{ units = unit -> true for those that are needed, leftOut = the fields that only dead units write }
function liveness.of(facts, wanted)
	local live, locals = {}, {}
	facts.fields = facts.fields or newSpace(facts.units, "stores", "storePatterns")
	facts.modifiers = facts.modifiers or newSpace(facts.units, "makes", "makePatterns")
	local fields, modifiers = facts.fields, facts.modifiers
	local queue = {}
	-- the live units, and whether one of them asks for a modifier by an unknown name
	local units, textsAsked = {}, false

	-- Statements that only call what is never called, and the contents of these functions.
	local left = {}
	local function leave(f)
		for _, unit in ipairs(f.units) do
			left[unit] = true
			for _, inner in ipairs(unit.functions) do
				leave(inner)
			end
		end
	end
	for _, name in ipairs(wanted.without) do
		for _, unit in ipairs(facts:callsOf(name)) do
			left[unit] = true
		end
		local f = facts:named(name).func
		if f then
			leave(f)
		end
	end

	-- lists of units that have been visited
	local marked = {}

	local function mark(unit)
		if unit and not live[unit] and not unit.never and not left[unit] then
			live[unit] = true
			queue[#queue + 1] = unit
		end
	end
	local function markAll(list)
		if not marked[list] then
			marked[list] = true
			for _, unit in ipairs(list) do
				mark(unit)
			end
		end
	end
	local function activate(f)
		for _, unit in ipairs(f.units) do
			if unit.rooted then
				mark(unit)
			end
		end
	end
	local function use(variable)
		if not locals[variable] then
			locals[variable] = true
			for _, unit in ipairs(variable.defs or {}) do
				mark(unit)
			end
		end
	end

	for _, name in ipairs(wanted.fields) do
		markAll(fields:writersOf(name))
	end
	for _, name in ipairs(wanted.modifiers) do
		markAll(modifiers:writersOf(name))
	end
	for _, state in ipairs(wanted.states and { "Condition:", "Multiplier:" } or {}) do
		markAll(modifiers:writersOfPattern({ state, "", "" }))
	end
	for _, path in ipairs(wanted.functions) do
		use(facts:named(path))
	end
	for _, file in ipairs(facts.files) do
		activate(file.chunk)
	end
	local function step(unit)
		mark(unit.parent)
		-- For a function to have an effect, it must exist and be called.
		if unit.func.owner then
			mark(unit.func.owner)
			if not unit.isReturn then
				for _, caller in ipairs(unit.func.callers) do
					mark(caller)
				end
			end
		end
		for _, variable in ipairs(unit.uses) do
			use(variable)
		end
		for _, name in ipairs(unit.reads) do
			markAll(fields:writersOf(name))
		end
		for _, pattern in ipairs(unit.readPatterns) do
			markAll(fields:writersOfPattern(pattern))
		end
		for _, name in ipairs(unit.asks) do
			markAll(modifiers:writersOf(name))
		end
		for _, pattern in ipairs(unit.askPatterns) do
			markAll(modifiers:writersOfPattern(pattern))
		end
		-- An unknown name is one of the strings in the program.
		textsAsked = textsAsked or unit.asksUnknown
		units[#units + 1] = unit
		for _, f in ipairs(unit.functions) do
			activate(f)
		end
		for _, jump in ipairs(unit.jumps or {}) do
			mark(jump)
		end
	end
	local function askTexts(unit)
		for _, name in ipairs(unit.texts) do
			markAll(modifiers:writersOf(name))
		end
		for _, pattern in ipairs(unit.textPatterns) do
			markAll(modifiers:writersOfPattern(pattern))
		end
	end
	local asked = 0
	repeat
		while #queue > 0 do
			step(table.remove(queue))
		end
		while textsAsked and asked < #units do
			asked = asked + 1
			askTexts(units[asked])
		end
	until #queue == 0
	-- Whether a unit behaves as in the original: it runs, or it is never called there either.
	local function isThere(unit)
		return live[unit] or left[unit]
	end
	return { units = live, leftOut = fields:leftOut(isThere) }
end

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return liveness
