-- calcs.perform without the estimations of how much the character survives (buildDefenceEstimations of Path of Building's
-- Modules/CalcDefence.lua), a tenth of a row, for rows that ask for none of their numbers. perform has a switch for this,
-- which the original uses for the skills of FullDPS.
--
-- The results are equal because the estimations write only numbers of the output, and tables of damage shifts that only
-- they read, and nothing calculated later reads one of these numbers by name. All of it is derived from the checkout's
-- text: what they write (pob.patch.written_names), that they add no modifier, that each call of them is guarded by
-- perform's switch, and that among the modules of the calculation only their own reads the names. A modifier may read one
-- through GetStat ("per ..."): such a row reports it (stat_reads.lua) and is calculated again in full.

local calculation = require("pob.patch.calculation")
local functions = require("pob.versions.functions")
local printer = require("pob.slice.printer")
local walk = require("pob.slice.walk")
local writtenNames = require("pob.patch.written_names")

local DEFENCE, PERFORM = "Modules/CalcDefence.lua", "Modules/CalcPerform.lua"
local ESTIMATIONS = "buildDefenceEstimations"

local part = {
	name = "estimations",
	targets = {
		{ name = "GetStat", file = "Classes/ModStore.lua", label = "ModStore:GetStat" },
	},
	-- What the estimations call, by whatever name: these functions have no side effects.
	calls = {
		{ name = "actionSpeedMod", file = PERFORM },
		{ name = "armourReduction", file = DEFENCE },
		{ name = "armourReductionF", file = DEFENCE },
		{ name = "calcLifeHitPoolWithLossPrevention", file = DEFENCE },
		{ name = "incomingDamageBreakdown", file = DEFENCE },
		{ name = "reducePoolsByDamage", file = DEFENCE },
		{ name = "takenHitFromDamage", file = DEFENCE },
	},
	derive = {},
}

function part.ready(_, path, _, this, shared)
	if path ~= "Modules/Calcs.lua" then
		return false
	end
	for name in pairs(shared.skillReads) do
		if writtenNames.may(this.facts[DEFENCE].written, name) then
			this.why = "a skill reads " .. name .. ", which the estimations write"
			return false
		end
	end
	return true
end

-- Fields of an actor that the estimations may write.
local OWN = { damageShiftTable = true, damageOverTimeShiftTable = true }

-- What they may write to. The breakdown does not exist when they are left out.
local OUTPUTS = { "[oO]utput$", "^breakdown$" }
-- Functions that change their first argument, and methods that change a modifier store.
local CHANGES = {
	t_insert = true, t_remove = true, t_sort = true, insert = true, remove = true, sort = true, wipeTable = true, mergeDB = true,
}
local METHODS = { "^NewMod", "^Add", "^Replace", "^Convert", "^Scale", "^Merge" }

local function rootOf(e)
	local under
	while e.k == "index" or e.k == "unary" and e.op == "()" do
		under, e = e, e.o or e.a
	end
	return e, under
end

local function isOneOf(name, patterns)
	for _, pattern in ipairs(patterns) do
		if name:find(pattern) then
			return true
		end
	end
	return false
end

local function lastName(e)
	return e.k == "index" and e.key.k == "string" and e.key.v or e.name or ""
end

-- Why a function cannot be left out; nil: it only writes numbers.
local function effectOf(f)
	-- isGiven: variables that hold an argument of the function, or a part of one
	local isOwn, isGiven, effect = {}, {}, nil
	local visitor = {}
	function visitor:openFunction(inner)
		for _, variable in ipairs(inner == f and f.params or {}) do
			isGiven[variable] = true
		end
	end
	function visitor:declare(variable)
		isOwn[variable] = true
	end
	local function isPart(e)
		if e.k == "binary" or e.k == "ternary" then
			return isPart(e.a) or isPart(e.b)
		end
		local root = rootOf(e)
		return root.k == "local" and (isGiven[root.v] or not isOwn[root.v])
	end
	local function note(variable, value)
		if value and isPart(value) and not isOneOf(lastName(value), OUTPUTS) and not isOneOf(variable.name, OUTPUTS) then
			isGiven[variable] = true
		end
	end
	local function take(target, isInside)
		local root, under = rootOf(target)
		local field = under and under.key and under.key.k == "string" and under.key.v
		local changes = isInside or root ~= target
		if root.k ~= "local" or not isOwn[root.v]
			or changes and isGiven[root.v] and not OWN[field] and not isOneOf(field or "", OUTPUTS) then
			effect = effect or printer.expression(target)
		end
	end
	function visitor:statement(s)
		for i, target in ipairs(s.k == "assign" and s.targets or s.k == "compound" and { s.target } or {}) do
			take(target)
			if target.k == "local" and s.values then
				note(target.v, s.values[i])
			end
		end
		if s.k == "call" and s.e.k == "method" then
			effect = effect or printer.expression(s.e)
		elseif s.k == "in" and s.values[1].k == "call" and s.values[1].args[1] then
			for _, variable in ipairs(s.names) do
				note(variable, s.values[1].args[1])
			end
		end
	end
	function visitor:after(s)
		for i, variable in ipairs(s.k == "local" and s.names or {}) do
			note(variable, s.values[i])
		end
	end
	function visitor:expression(e)
		if e.k == "method" and isOneOf(e.name, METHODS) then
			effect = effect or printer.expression(e)
		elseif e.k == "call" and CHANGES[lastName(e.f)] and e.args[1] then
			take(e.args[1], true)
		end
	end
	walk.through({ params = {}, body = { { k = "local", names = {}, values = { { k = "function", f = f } } } } }, visitor)
	return effect
end

-- A function of this module or of `calcs` that a function calls and that has no known form; nil: none.
local function strangerOf(module, f)
	local own, stranger, visitor = {}, nil, {}
	local known = functions[DEFENCE] or {}
	local isKnown = {}
	for _, forms in pairs(known) do
		for form in pairs(forms) do
			isKnown[form] = true
		end
	end
	function visitor:declare(variable)
		own[variable] = true
	end
	function visitor:expression(e)
		local callee = e.k == "call" and e.f
		local name = callee and lastName(callee)
		local inner = callee and callee.k == "local" and not own[callee.v] and module:functionOf(callee.v)
		if inner then
			stranger = stranger or not isKnown[module:fingerprint(inner)] and name or nil
		elseif callee and callee.k == "index" and callee.o.name == "calcs" then
			local entry = (module.functions[name] or {})[1]
			local isFine = entry and isKnown[module:fingerprint(entry.f)] or not entry and (functions[PERFORM] or {})[name]
			stranger = stranger or not isFine and "calcs." .. name or nil
		end
	end
	walk.through({ params = {}, body = { { k = "local", names = {}, values = { { k = "function", f = f } } } } }, visitor)
	return stranger
end

part.derive[DEFENCE] = function(module)
	local entry = (module.functions[ESTIMATIONS] or {})[1]
	local effect = entry and effectOf(entry.f) or not entry and "no " .. ESTIMATIONS
	if effect then
		return nil, ("%s does more than write numbers: %s"):format(module.path, effect)
	end
	local stranger = strangerOf(module, entry.f)
	if stranger then
		return nil, ("%s calls %s, which may do anything"):format(module.path, stranger)
	end
	local written, unknown = writtenNames.of(module, entry.f)
	if not written then
		return nil, ("%s writes a number by a name that can be any: %s"):format(module.path, unknown)
	end
	return { written = written }
end

local function deriveReads(module)
	return { reads = writtenNames.readsOf(module) }
end

---No other module may read what the estimations write.
function part.agree(facts)
	local written = facts[DEFENCE] and facts[DEFENCE].written
	for _, path in ipairs(written and calculation.MODULES or {}) do
		for name in pairs(facts[path] and facts[path].reads or {}) do
			if writtenNames.may(written, name) then
				return ("%s reads %s, which the estimations write"):format(path, name)
			end
		end
	end
	return nil
end

for _, path in ipairs(calculation.MODULES) do
	if path ~= DEFENCE then
		part.derive[path] = deriveReads
	end
end

-- Each call of the estimations must be guarded by `if not` and the second parameter of perform.
part.derive[PERFORM] = function(module)
	local entry = (module.functions.perform or {})[1]
	local switch = entry and entry.f.params[2]
	local behind, calls, guarded, guards, uses = 0, 0, 0, 0, 0
	local function isGuard(s)
		local cond = s.k == "if" and #s.clauses == 1 and s.clauses[1].cond
		return cond and cond.k == "unary" and cond.op == "not" and cond.a.k == "local" and cond.a.v == switch
	end
	local visitor = {}
	function visitor:statement(s)
		if isGuard(s) then
			behind, guards = behind + 1, guards + 1
		end
	end
	function visitor:after(s)
		behind = behind - (isGuard(s) and 1 or 0)
	end
	function visitor:expression(e)
		if e.k == "call" and e.f.k == "index" and e.f.key.v == ESTIMATIONS then
			calls, guarded = calls + 1, guarded + (behind > 0 and 1 or 0)
		end
		uses = uses + (e.k == "local" and e.v == switch and 1 or 0)
	end
	walk.through(module.chunk, visitor)
	-- The switch must do nothing else: FullDPS turns it on, while the row's own calculation may have it off.
	if not switch or calls == 0 or calls ~= guarded or uses ~= guards or guards ~= calls then
		return nil, module.path .. " has no switch for the estimations that is known"
	end
	return deriveReads(module)
end

function part.install(shared, _, _, this)
	-- name -> whether the estimations write it
	local written = setmetatable({}, {
		__index = function(t, name)
			local answer = writtenNames.may(this.facts[DEFENCE].written, name)
			t[name] = answer
			return answer
		end,
	})

	shared.hooks:aroundCalculation(part.name, function(inner, ownCalcs, strategy, calcEnv)
		if strategy.estimations then
			return inner(ownCalcs, strategy, calcEnv)
		end
		shared.unestimated, shared.missed = true, false
		inner(ownCalcs, strategy, calcEnv, true)
		shared.unestimated = false
		-- A modifier asked for one of them.
		return not shared.missed
	end)

	---Whether a stat can only be calculated with the estimations.
	function shared.isEstimated(name)
		return written[name]
	end
end

return part
