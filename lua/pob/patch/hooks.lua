-- Where parts come in while a row is calculated, and in which order. All orders are here; a part adds what it does.

local hooks = {}
hooks.__index = hooks

-- Around functions of Path of Building's table `calcs`, outermost first.
local FUNCTIONS = {
	-- The memo sees each environment that is set up; the first skill of FullDPS gets the row's own one; others are taken from
	-- what earlier rows left.
	initEnv = { "memo", "first_skill", "pool" },
	-- Not called where the row's calculation stands for that of the first skill.
	perform = { "first_skill" },
	-- Not called for the row's own environment where no asked stat needs it.
	offence = { "defences" },
}

-- Around the calculation of a row's own environment, outermost first. `defences` ends before `first_skill` does, which hands
-- the environment on.
local CALCULATION = { "first_skill", "defences", "estimations" }

-- Before each calculation of a row, and after each row. What an earlier row left half-way ends first; the memo listens last.
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
		-- the table `calcs` at hand; the functions that it had; those that slices put in their place
		calcs = nil, originals = {}, replaced = {},
		begins = {}, calculation = perform,
	}, hooks)
	for place in pairs(PLACES) do
		self.added[place] = {}
	end
	return self
end

-- The hooks of a place around `innermost`; `outer`: without those from this part's on outwards.
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

---Calls `hook(inner, ...)` instead of `calcs[name](...)`. Another table `calcs` begins without hooks: its module was loaded
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

---The function with the hooks inside those of `part`; nil: with all.
function hooks:within(name, part)
	local originals, replaced = self.originals, self.replaced
	return chain(self, name, function(...)
		return (replaced[name] or originals[name])(...)
	end, part)
end

---Calls `f` in place of Path of Building's own function, within the hooks; nil: the own one again.
---@return boolean @false: there are no hooks around this function
function hooks:replace(name, f)
	if not self.originals[name] then
		return false
	end
	self.replaced[name] = f
	return true
end

---Calls `hook(inner, calcs, strategy, calcEnv)` for the calculation of a row's own environment. `inner` takes the same, and
---whether to skip the estimations; both answer false where the row needs another strategy.
function hooks:aroundCalculation(part, hook)
	put(self, "calculation", part, hook)
	self.calculation = chain(self, "calculation", perform)
end

---Calculates a row's own environment as the strategy says.
---@param calcs table
---@param strategy pobatch.Strategy
---@param calcEnv table
---@return boolean @false: a modifier depends on the estimations, which were left out
function hooks:calculate(calcs, strategy, calcEnv)
	return self.calculation(calcs, strategy, calcEnv)
end

---Calls `hook(strategy)` before each calculation of a row, with nil after a row.
function hooks:beforeRow(part, hook)
	put(self, "begin", part, hook)
	self.begins = {}
	for _, name in ipairs(BEGIN) do
		self.begins[#self.begins + 1] = self.added.begin[name]
	end
end

---Before a calculation of a row; nil: after a row.
---@param strategy pobatch.Strategy|nil
function hooks:begin(strategy)
	for i = 1, #self.begins do
		self.begins[i](strategy)
	end
end

return hooks
