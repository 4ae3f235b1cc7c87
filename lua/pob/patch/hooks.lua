-- Where parts intervene while a row is calculated, and in which order. All orders are listed here; a part only adds its
-- function.

local hooks = {}
hooks.__index = hooks

-- Around functions of Path of Building's table `calcs`, outermost first.
local FUNCTIONS = {
	-- The memo sees each environment that is set up. The first skill of FullDPS gets the row's own environment. All others come
	-- from what earlier rows left.
	initEnv = { "memo", "first_skill", "pool" },
	-- Skipped where the row's own calculation stands for that of the first skill.
	perform = { "first_skill" },
	-- Skipped for the row's own environment where no requested stat needs it.
	offence = { "defences" },
}

-- Around the calculation of a row's own environment, outermost first. `defences` ends before `first_skill`, which passes the
-- environment on.
local CALCULATION = { "first_skill", "defences", "estimations" }

-- Run before each calculation of a row, and after each row. They first end what an interrupted row left unfinished; the memo
-- starts to listen last.
local BEGIN = { "defences", "first_skill", "queries", "node_modifiers", "pool", "memo" }

local PLACES = { calculation = CALCULATION, begin = BEGIN }
for name, order in pairs(FUNCTIONS) do
	PLACES[name] = order
end

local function perform(calcs, _, calcEnv, skipsEstimations)
	calcs.perform(calcEnv, skipsEstimations)
	return true
end

function hooks.new()
	local self = setmetatable({
		-- place -> part -> function
		added = {},
		-- the current table `calcs`; the functions that it had; those that slices put in their place
		calcs = nil, originals = {}, replaced = {},
		begins = {}, calculation = perform,
	}, hooks)
	for place in pairs(PLACES) do
		self.added[place] = {}
	end
	return self
end

-- The hooks of a place around `innermost`. With `outer`, only the hooks inside that part's hook.
local function chain(self, place, innermost, outer)
	local order, chained = PLACES[place], innermost
	for i = #order, 1, -1 do
		local hook, inner = self.added[place][order[i]], chained
		if order[i] == outer then
			break
		elseif hook then
			chained = function(...)
				return hook(inner, ...)
			end
		end
	end
	return chained
end

local function isPlaceOf(place, part)
	for _, name in ipairs(PLACES[place]) do
		if name == part then
			return true
		end
	end
	return false
end

local function put(self, place, part, hook)
	if not isPlaceOf(place, part) then
		error(("%s has no place around %s: hooks.lua names those that have"):format(part, place), 0)
	end
	self.added[place][part] = hook
end

---Makes `calcs[name](...)` call `hook(inner, ...)`. A different table `calcs` starts without hooks: its module was loaded
---again.
---@param calcs table
---@param name string @initEnv, perform or offence
---@param part string
---@param hook function
function hooks:around(calcs, name, part, hook)
	if self.calcs ~= calcs then
		self.calcs, self.originals, self.replaced = calcs, {}, {}
		for place in pairs(FUNCTIONS) do
			self.added[place] = {}
		end
	end
	self.originals[name] = self.originals[name] or calcs[name]
	put(self, name, part, hook)
	calcs[name] = self:within(name)
end

---The function with the hooks inside that of `part`; nil: with all hooks.
function hooks:within(name, part)
	local originals, replaced = self.originals, self.replaced
	return chain(self, name, function(...)
		return (replaced[name] or originals[name])(...)
	end, part)
end

---Calls `f` in place of Path of Building's own function, inside the hooks; nil: its own function again.
---@return boolean @false: there are no hooks around this function
function hooks:replace(name, f)
	if not self.originals[name] then
		return false
	end
	self.replaced[name] = f
	return true
end

---Calls `hook(inner, calcs, strategy, calcEnv)` to calculate a row's own environment. `inner` takes the remaining arguments,
---and whether to skip the estimations. Both return false if the row needs another strategy.
function hooks:aroundCalculation(part, hook)
	put(self, "calculation", part, hook)
	self.calculation = chain(self, "calculation", perform)
end

---Calculates a row's own environment with the given strategy.
---@param calcs table
---@param strategy pobatch.Strategy
---@param calcEnv table
---@return boolean @false: a modifier depends on the estimations, which were left out
function hooks:calculate(calcs, strategy, calcEnv)
	return self.calculation(calcs, strategy, calcEnv)
end

---Calls `hook(strategy)` before each calculation of a row, and with nil after a row.
function hooks:beforeRow(part, hook)
	put(self, "begin", part, hook)
	self.begins = {}
	for _, name in ipairs(BEGIN) do
		self.begins[#self.begins + 1] = self.added.begin[name]
	end
end

---To be called before each calculation of a row, and with nil after a row.
---@param strategy pobatch.Strategy|nil
function hooks:begin(strategy)
	for i = 1, #self.begins do
		self.begins[i](strategy)
	end
end

return hooks
