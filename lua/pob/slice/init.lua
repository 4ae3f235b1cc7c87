-- Path of Building's calculation without what the asked stats of a build do not need.
--
-- A row of a few stats calculates all others too: two thousand numbers of how a character leeches, recovers and is
-- stunned, for all kinds of skills. Here the three modules that do nearly all of it are read as a program; the
-- statements that cannot show in the asked stats are found (facts.lua, liveness.lua), and the rest is compiled once
-- more. What follows after a condition that was never true in the state counts as not there. A row that makes fewer
-- queries costs less, and is more often like another one: the cache of rows does not see what nobody asks for.
--
-- Equal because a statement is left out only when it does nothing but write variables, outputs or modifiers that nothing
-- left in reads; and because whatever was taken for granted is watched. Where a condition is true for the first time, a
-- trap stands in the place of what follows. A number or a condition that was left out and is read all the same (by a
-- name that only a modifier or other modules know) is noticed when it is not found. Both end the row, which is
-- calculated anew, in full; and what was missing stays in from then on. Path of Building's own errors in what is left
-- out do not happen.
--
-- Off by default: it pays when a state calculates thousands of rows of one build. Each new slice has to be compiled by
-- LuaJIT anew, and another build runs into its traps. In use only for versions of Path of Building that are known as a
-- whole: that nothing after `calcs.offence` reads what it does, besides the outputs, was read in them.

local factsModule = require("pob.slice.facts")
local liveness = require("pob.slice.liveness")
local emitter = require("pob.slice.emitter")

local slices = {}
slices.__index = slices

-- Statements are left out of these.
local SLICED = { "Modules/CalcPerform.lua", "Modules/CalcDefence.lua", "Modules/CalcOffence.lua" }
-- These run, too, while a row is calculated; names in them may be names of modifiers that they ask for.
local OTHERS = {
	"Modules/Calcs.lua", "Modules/CalcSetup.lua", "Modules/CalcActiveSkill.lua", "Modules/CalcTriggers.lua",
	"Modules/CalcMirages.lua", "Modules/CalcTools.lua", "Modules/Common.lua", "Classes/ModStore.lua", "Classes/ModDB.lua",
	"Classes/ModList.lua",
}

local ALL = {}
for _, list in ipairs({ SLICED, OTHERS }) do
	for _, path in ipairs(list) do
		ALL[path] = true
	end
end

-- Rows that show what runs, before the first slice is made.
local LEARN = 16
-- Rows that ran into what was left out before it is put in; doubles each time.
local PATIENCE = 1
-- Where that helps no more, the state had better calculate in full.
local IMPATIENCE = 512
-- Slices that a state keeps at a time; it is mostly asked for the same stats again.
local KEPT = 6

-- How functions of skills begin, and what they take at most.
local SKILL_FUNCTION, SKILL_FUNCTION_LENGTH = "Func = function", 8000

local NONE = {}
local TRAPPED = "pobatch: left out"

---@param shared table @of the extension
---@param finish function @(path, text) -> text: what else is done to a module's text before it is compiled
---@param wait number|nil @rows of the state before slices are made; nil: never
function slices.new(shared, finish, wait)
	local self = setmetatable({
		shared = shared, finish = finish, texts = {}, skillNames = {},
		-- rows so far; clauses that ran; slices by what is wanted; whether that helps
		rows = 0, step = 1, learned = 0, ran = {}, kept = {}, off = wait == nil, isAtWork = false, wait = wait,
	}, slices)
	shared.leftOutConditions, shared.leftOutMultipliers, shared.ran = NONE, NONE, self.ran

	---Stands around the constructors of outputs in sliced modules.
	function shared.watchOutput(output)
		return setmetatable(output, self.present.meta)
	end

	---Stands where something begins that never ran before.
	function shared.trap()
		-- What runs is learned when the row is calculated anew.
		self.present.missed = true
		error(TRAPPED, 0)
	end

	---A modifier was asked for that is not made.
	function shared.missModifier(name)
		self:miss(self.present.modifiers, name)
	end
	return self
end

---Sees the text of a module as Path of Building wrote it.
function slices:see(path, text)
	if not self.wait then
		return
	elseif ALL[path] then
		self.texts[path] = text
	elseif path:find("^Data/Skills/") then
		-- Skills bring functions of their own, which calcs.offence calls.
		local at = text:find(SKILL_FUNCTION, 1, true)
		while at do
			for name in text:sub(at, at + SKILL_FUNCTION_LENGTH):gmatch('"([^"\n]+)"') do
				self.skillNames[name] = true
			end
			at = text:find(SKILL_FUNCTION, at + 1, true)
		end
	end
end

---After Modules/Calcs.lua ran: from now on slices can be made.
function slices:ready(env, calcs)
	for path in pairs(ALL) do
		if not self.texts[path] then
			return
		end
	end
	self.env, self.calcs = env, calcs
end

function slices:miss(list, name)
	list[name] = true
	self.present.missed = true
end

-- The numbers that FullDPS reads, and names in other modules that may be names of modifiers.
local function readOthers(self)
	local text = self.texts["Modules/Calcs.lua"]
	local fullDps = {}
	local first = text:find("function calcs.calcFullDPS", 1, true)
	for name in text:sub(first, (text:find("\nend", first, true))):gmatch("output%.([%a_][%w_]*)") do
		fullDps[name] = true
	end
	local names = {}
	for name in pairs(self.skillNames) do
		names[name], names["Condition:" .. name], names["Multiplier:" .. name] = true, true, true
	end
	for _, path in ipairs(OTHERS) do
		for name in self.texts[path]:gmatch('"([^"\n]+)"') do
			names[name], names["Condition:" .. name], names["Multiplier:" .. name] = true, true, true
		end
	end
	self.fullDps, self.names = fullDps, names
end

-- Runs a module anew; answers the functions of `calcs` that it makes, and leaves all others as they are.
local function functionsOf(self, path, text, functions)
	local calcs, env = self.calcs, self.env
	local before, globals = {}, {}
	for name, value in pairs(calcs) do
		before[name] = value
	end
	for name, value in pairs(env) do
		globals[name] = value
	end
	local chunk = assert(loadstring(self.finish(path, text), "@" .. path))
	setfenv(chunk, env)(calcs)
	for name, value in pairs(calcs) do
		if before[name] ~= value then
			functions[name] = value
		end
	end
	for name in pairs(functions) do
		calcs[name] = before[name]
	end
	for name, value in pairs(env) do
		if globals[name] ~= value then
			env[name] = globals[name]
		end
	end
end

-- What has to be done once, in steps of at most a tenth of a second: one a row, so that none takes long.
local function steps(self)
	local list = {
		function()
			readOthers(self)
			self.facts = factsModule.new(self.env)
			self.all = { functions = {}, trips = 0, conditions = NONE, multipliers = NONE }
		end,
	}
	for _, path in ipairs(SLICED) do
		list[#list + 1] = function()
			self.facts:add(self.texts[path], path)
		end
	end
	list[#list + 1] = function()
		self.facts:finish()
	end
	for i in ipairs(SLICED) do
		list[#list + 1] = function()
			local file = self.facts.files[i]
			functionsOf(self, file.path, emitter.marked(file), self.all.functions)
		end
	end
	return list
end

-- Does the next step; answers whether all are done.
local function prepare(self)
	self.steps = self.steps or steps(self)
	local step = self.steps[self.step]
	if not step then
		return true
	end
	self.isAtWork = true
	step()
	self.isAtWork, self.step = false, self.step + 1
	return false
end

---What a calculation is asked for.
---@class Wanted
---@field id string @names the rest
---@field fields table @list of names of numbers
---@field fullDps boolean @whether calcs.calcFullDPS runs
---@field estimated boolean @whether calcs.buildDefenceEstimations runs
---@field offence boolean @whether calcs.offence has to run for the main skill

local function build(self, wanted, before)
	self.isAtWork = true
	local fields, modifiers, without = {}, {}, { "cacheData" }
	local function add(list, names)
		for name in pairs(names) do
			list[#list + 1] = name
		end
	end
	for _, name in ipairs(wanted.fields) do
		fields[#fields + 1] = name
	end
	add(fields, before and before.fields or NONE)
	add(fields, wanted.fullDps and self.fullDps or NONE)
	add(modifiers, before and before.modifiers or NONE)
	add(modifiers, self.names)
	if not wanted.estimated then
		without[#without + 1] = "calcs.buildDefenceEstimations"
	end
	if not wanted.offence then
		without[#without + 1] = "calcs.offence"
	end
	local found = liveness.of(self.facts, {
		fields = fields, modifiers = modifiers, functions = { "calcs.perform" }, without = without, ran = self.ran,
	})
	local slice = {
		functions = {}, trips = 0, missed = false,
		-- what it missed, and those before it
		fields = before and before.fields or {}, modifiers = before and before.modifiers or {},
		patience = before and 2 * before.patience or PATIENCE,
	}
	for _, file in ipairs(self.facts.files) do
		functionsOf(self, file.path, emitter.sliced(file, found), slice.functions)
	end
	-- Another skill's calculation would be kept for all that ask for it, and in full.
	slice.functions.buildActiveSkill = function()
		slice.missed, self.needsSkills = true, true
		error(TRAPPED, 0)
	end
	slice.meta = {
		-- A number that is not there: was it left out?
		__index = function(_, name)
			if found.isLeftOut(name) then
				self:miss(slice.fields, name)
			end
			return nil
		end,
	}
	local function watch(prefix)
		return setmetatable({}, {
			__index = function(answers, var)
				local name = prefix .. var
				local isLeftOut = found.isModifierLeftOut(name) and name or false
				answers[var] = isLeftOut
				return isLeftOut
			end,
		})
	end
	slice.conditions, slice.multipliers = watch("Condition:"), watch("Multiplier:")
	self.isAtWork, self.off = false, slice.patience > IMPATIENCE
	return slice
end

---How the next row is calculated: false, without slices; "learning", with all, saying what runs; or "sliced".
function slices:stage()
	-- Work that failed, or was stopped from outside, is not begun again.
	self.off = self.off or self.isAtWork
	if not self.calcs or self.off or not self.shared.watchesStates then
		return false
	end
	self.rows = self.rows + 1
	if self.rows <= self.wait or not prepare(self) then
		return false
	end
	self.learned = self.learned + 1
	return self.learned <= LEARN and "learning" or "sliced"
end

---The slice for what is wanted. One serves all builds of the state: what ran for one is not left out for others.
---@param wanted Wanted
function slices:of(wanted)
	local kept = self.kept
	for i, entry in ipairs(kept) do
		if entry.id == wanted.id and entry.estimated == wanted.estimated then
			if entry.slice.trips >= entry.slice.patience then
				entry.slice = build(self, wanted, entry.slice)
			end
			if i > 1 then
				table.insert(kept, 1, table.remove(kept, i))
			end
			return entry.slice
		end
	end
	local slice = build(self, wanted)
	table.insert(kept, 1, { id = wanted.id, estimated = wanted.estimated, slice = slice })
	kept[KEPT + 1] = nil
	return slice
end

---Whether calcs.offence writes the number.
function slices:isOfOffence(name)
	return self.facts:writes("Modules/CalcOffence.lua", name)
end

---From now on Path of Building calculates with `slice`; nil: with its own functions.
function slices:use(slice)
	local calcs, shared = self.calcs, self.shared
	if self.present ~= slice then
		for name, f in pairs(self.own or NONE) do
			calcs[name] = f
		end
		shared.performs, self.own = nil, nil
		shared.leftOutConditions, shared.leftOutMultipliers = NONE, NONE
		if slice then
			self.own = {}
			for name, f in pairs(slice.functions) do
				if name == "perform" and shared.wrapsPerform then
					shared.performs = f
				else
					self.own[name] = calcs[name]
					calcs[name] = f
				end
			end
			shared.leftOutConditions, shared.leftOutMultipliers = slice.conditions, slice.multipliers
		end
	end
	self.present = slice
	if slice then
		slice.missed = false
	end
end

---From now on Path of Building calculates all, and says what runs.
function slices:useAll()
	self:use(self.all)
end

---Whether the row must be calculated anew, in full: its slice, or the making of one, failed it.
---@param ok boolean @whether it came to its end
function slices:hasMissed(ok)
	local slice = self.present
	if not ok and self.isAtWork then
		return true
	elseif not slice or slice == self.all or ok and not slice.missed then
		return false
	end
	slice.trips = slice.trips + 1
	return true
end

---Whether a row asked for the calculation of another skill, since this was asked last: no slice has that.
function slices:hasNeededSkills()
	local answer = self.needsSkills
	self.needsSkills = false
	return answer
end

return slices
