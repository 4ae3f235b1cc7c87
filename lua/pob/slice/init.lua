-- Path of Building's calculation, reduced to what the requested stats need.
--
-- A row of a few stats also calculates all the others: two thousand numbers about how a character leeches, recovers and is
-- stunned, for all kinds of skills. This module treats the three modules that do nearly all of this work as a program to be
-- sliced. It finds the statements that cannot affect the requested stats (effects.lua, liveness.lua) and compiles the rest
-- again. A row that makes fewer queries costs less and is more often the same as another row, because the memo does not see
-- what nobody asks for.
--
-- The result is the same because a statement is left out only if all it does is write variables, outputs or modifiers that
-- no remaining statement reads, on any path through the program. Outputs are read by names that are written out in the
-- modules, by names that are composed at run time, and by modifiers ("per ...", through GetStat). The last two kinds are
-- watched: when one asks for a number that was left out, the row is calculated again in full, and from then on the number
-- stays in. Errors that Path of Building itself would raise in the parts left out do not occur.
--
-- A slice takes half a second to a second to make and saves between a tenth and two fifths of a row's time, so a state
-- makes one only after many rows of the same stats. What a slice is made of (kept.lua) serves later states from their first
-- row.
--
-- Slices are used only if the part of calcs.perform after `calcs.offence` has a known form (pob.versions.functions). Those
-- forms were read to make sure that this part uses nothing of what offence does except the outputs.

local effects = require("pob.slice.effects")
local liveness = require("pob.slice.liveness")
local emitter = require("pob.slice.emitter")
local keptSlices = require("pob.slice.kept")
local mentions = require("pob.slice.names")

local slices = {}
slices.__index = slices

-- The modules that statements are left out of.
local SLICED = { "Modules/CalcPerform.lua", "Modules/CalcDefence.lua", "Modules/CalcOffence.lua" }
-- These modules run, too, while a row is calculated. Names in them may be names of modifiers that they ask for; the outputs
-- and flags that they read, they read by literal name.
local OTHERS = {
	"Modules/Calcs.lua", "Modules/CalcSetup.lua", "Modules/CalcActiveSkill.lua", "Modules/CalcTriggers.lua",
	"Modules/CalcMirages.lua", "Modules/CalcTools.lua", "Modules/Common.lua", "Classes/ModStore.lua", "Classes/ModDB.lua",
	"Classes/ModList.lua",
}

-- Makes modifiers from the lines of items and of the tree.
local PARSER = "Modules/ModParser.lua"

local ALL = {}
for _, list in ipairs({ SLICED, OTHERS }) do
	for _, path in ipairs(list) do
		ALL[path] = true
	end
end

-- The number of rows that may ask for something left out before it is put back in; it doubles each time.
local PATIENCE = 1
-- Past this limit, slicing no longer pays and the state had better calculate in full.
local IMPATIENCE = 512
-- The number of slices that a state keeps at a time; it is mostly asked for the same stats again.
local KEPT = 4

-- How the functions of skills begin, short functions included, and their maximum length.
local SKILL_FUNCTION, SKILL_FUNCTION_BEGINS, SKILL_FUNCTION_LENGTH = "Func", "^Func%s*=%s*[%a_|]", 8000

local TRAPPED, FAILED = "pobatch: left out", "the work failed"

---@param shared table @of the extension
---@param finish function @(path, text) -> text: the other edits to a module's text before it is compiled
---@param wait number|nil @rows of the same stats before a slice for them is made; nil: never
---@param kept table|nil @list of pobatch.KeptSlice, for this checkout and this version of the Lua code
function slices.new(shared, finish, wait, kept)
	local self = setmetatable({
		shared = shared, finish = finish, texts = {}, wait = wait,
		-- names in functions of skills: modifiers, and the numbers and flags that they read
		skillNames = {}, skillReads = {},
		-- stats that modifiers of any build may ask for
		tagStats = {},
		-- stats that modifiers asked for, over all rows
		statsAsked = {},
		-- by the id of what is wanted: the rows so far; the slice that serves it
		rows = {}, serving = {},
		-- slices, most recent first
		kept = {}, count = 0,
		-- what slices are made of, from earlier states and from this one
		known = keptSlices.new(kept),
		-- why there are no slices; the work in progress
		off = wait == nil and "not asked for" or false, work = nil, isAtWork = false,
	}, slices)

	local function look(name)
		local slice = self.present
		if slice and slice.isLeftOut(name) then
			slice.fields[name], slice.missed = true, true
		end
	end

	---GetStat was asked for a number.
	function shared.askStat(stat)
		self.statsAsked[stat] = true
		look(stat)
	end

	---In slices, replaces a read of an output by a composed name.
	function shared.read(output, name)
		local value = output[name]
		if value == nil then
			look(name)
		end
		return value
	end

	---The same for a name that can be composed a second time: the read itself stays in place.
	function shared.watch(output, name)
		if output[name] == nil then
			look(name)
		end
		return name
	end
	return self
end

---Takes in the text of a module as Path of Building wrote it.
function slices:see(path, text)
	if not self.wait then
		return
	elseif ALL[path] then
		self.texts[path] = text
	elseif path == PARSER then
		mentions.findTagStats(text, self.tagStats)
	elseif path:find("^Data/Skills/") then
		mentions.findTagStats(text, self.tagStats)
		-- Skills have functions of their own, which calcs.offence calls.
		local at = text:find(SKILL_FUNCTION, 1, true)
		while at do
			if text:find(SKILL_FUNCTION_BEGINS, at) then
				local body = text:sub(at, at + SKILL_FUNCTION_LENGTH)
				mentions.findTexts(body, self.skillNames)
				mentions.findReads(body, self.skillReads)
			end
			at = text:find(SKILL_FUNCTION, at + 1, true)
		end
	end
end

---To be called after Modules/Calcs.lua has run: from now on slices can be made.
function slices:ready(env, calcs)
	for path in pairs(ALL) do
		if not self.texts[path] then
			return
		end
	end
	self.env, self.calcs = env, calcs
end

---The calculation's modules are no longer known.
function slices:unready()
	self.env, self.calcs = nil, nil
end

-- The outputs and flags that other modules read, and the names in them that may be names of modifiers.
local function readOthers(self, wanted)
	local reads, names = {}, {}
	for name in pairs(self.skillReads) do
		reads[name] = true
	end
	for name in pairs(self.skillNames) do
		names[name] = true
	end
	for _, path in ipairs(OTHERS) do
		local text = self.texts[path]
		mentions.findTexts(text, names)
		if path ~= "Modules/Calcs.lua" then
			mentions.findReads(text, reads)
		elseif wanted.fullDps then
			-- Only mode MAIN shows the other things that it reads from a finished calculation.
			mentions.findReads(mentions.fullDpsOf(text), reads)
		end
	end
	return reads, names
end

-- Runs a module again. Returns the functions of `calcs` that it defines and leaves all others as they are.
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
	self.shared.generalize(chunk, 2)
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

---What a calculation is asked for.
---@class Wanted
---@field id string @identifies the other fields
---@field fields table @list of names of numbers
---@field fullDps boolean @whether calcs.calcFullDPS runs

local function add(list, names)
	for name in pairs(names) do
		list[#list + 1] = name
	end
end

-- A slice that has no functions yet. `before`: the slice that it replaces, if any.
local function newSlice(wanted, before)
	local has = {}
	for _, name in ipairs(wanted.fields) do
		has[name] = true
	end
	return {
		wanted = wanted, has = has, functions = {}, trips = 0, missed = false,
		-- the numbers that rows found missing, in this slice and in those it replaces
		fields = before and before.fields or {},
		patience = before and 2 * before.patience or PATIENCE,
	}
end

-- All numbers that stay in, and the names of modifiers that something else may ask for: two lists.
local function needsOf(self, wanted, mode, slice)
	local reads, names = readOthers(self, wanted)
	local stats, fields, modifiers = {}, {}, {}
	mentions.findStats(mode, stats)
	for _, name in ipairs(wanted.fields) do
		fields[#fields + 1] = name
	end
	add(fields, reads)
	add(fields, slice.fields)
	add(fields, self.statsAsked)
	add(fields, stats)
	add(modifiers, names)
	return fields, modifiers
end

-- The last steps: they compile what the slice is made of.
local function addCompiling(self, steps, slice, made)
	for i, path in ipairs(SLICED) do
		steps[#steps + 1] = function()
			functionsOf(self, path, made.texts[i], slice.functions)
		end
	end
	steps[#steps + 1] = function()
		-- The result of calculating another skill would be cached for every later reader, so it has to be complete.
		slice.functions.buildActiveSkill = function()
			self.needsSkills = true
			error(TRAPPED, 0)
		end
		slice.isLeftOut = liveness.isLeftOut(made.leftOut)
		self.count = self.count + 1
		slice.id = "slice " .. self.count
	end
end

-- The work of making a slice for `wanted`, split into steps of at most a tenth of a second: one step per row, so that no
-- row takes long. `before`: the slice that it replaces, if any.
local function newWork(self, wanted, mode, before)
	local slice = newSlice(wanted, before)
	local facts, found
	local made = { id = wanted.id, fullDps = wanted.fullDps, texts = {} }
	local steps = {
		function()
			facts = effects.new(self.env)
		end,
	}
	for _, path in ipairs(SLICED) do
		steps[#steps + 1] = function()
			facts:add(self.texts[path], path)
		end
	end
	steps[#steps + 1] = function()
		facts:finish()
	end
	steps[#steps + 1] = function()
		local fields, modifiers = needsOf(self, wanted, mode, slice)
		-- What earlier states could not do without will be asked for again.
		add(fields, self.known:fieldsOf(wanted.id))
		-- Rows of other builds may ask for these, in later states.
		add(fields, self.tagStats)
		found = liveness.of(facts, {
			fields = fields, modifiers = modifiers, functions = { "calcs.perform" }, without = { "cacheData" }, states = true,
		})
		made.fields, made.modifiers, made.leftOut = fields, modifiers, found.leftOut
		if facts.aliases[1] then
			self.off = "outputs are known as " .. facts.aliases[1]
		end
	end
	for i in ipairs(SLICED) do
		steps[#steps + 1] = function()
			made.texts[i] = emitter.sliced(facts.files[i], found)
		end
	end
	addCompiling(self, steps, slice, made)
	steps[#steps + 1] = function()
		self.known:add(made)
	end
	return { slice = slice, steps = steps, step = 1 }
end

-- A slice for `wanted` that an earlier state made, if it still has everything that this one needs; else nil.
local function revive(self, wanted, mode)
	local id = self.known:idFor(wanted)
	if not id then
		return nil
	end
	local fields = {}
	for name in id:gmatch("[^,]+") do
		fields[#fields + 1] = name
	end
	local slice, steps = newSlice({ id = id, fields = fields, fullDps = self.known:sumsSkills(id) }), {}
	local made = self.known:find(id, needsOf(self, slice.wanted, mode, slice))
	if not made then
		return nil
	end
	addCompiling(self, steps, slice, made)
	self.isAtWork = true
	for _, step in ipairs(steps) do
		step()
	end
	self.isAtWork = false
	return slice
end

local function keep(self, slice)
	table.insert(self.kept, 1, slice)
	self.kept[KEPT + 1] = nil
	self.serving = {}
end

-- Does the next step of the work, if there is any.
local function goOn(self)
	local work = self.work
	if not work then
		return
	end
	self.isAtWork = true
	work.steps[work.step]()
	self.isAtWork = false
	work.step = work.step + 1
	if self.off then
		self.work = nil
	elseif work.step > #work.steps then
		self.work = nil
		keep(self, work.slice)
	end
end

local function covers(slice, wanted)
	for _, name in ipairs(wanted.fields) do
		if not slice.has[name] then
			return false
		end
	end
	return true
end

-- The slice for what is wanted; an exact match is preferred to one that has more.
local function find(self, wanted)
	local found
	for _, slice in ipairs(self.kept) do
		if slice.wanted.id == wanted.id then
			return slice
		elseif not found and covers(slice, wanted) then
			found = slice
		end
	end
	return found or false
end

---The slice to calculate the next row with, or nil. A slice serves all builds of the state, and any subset of the stats
---that it was made for.
---@param wanted Wanted
---@param mode table @Path of Building's object of the build
function slices:of(wanted, mode)
	-- Work that failed, or was stopped from outside, is not started again.
	self.off = self.off or self.isAtWork and FAILED
	if self.off or not self.calcs or not self.shared.watchesStats then
		return nil
	end
	goOn(self)
	local slice = self.serving[wanted.id]
	if slice == nil then
		slice = find(self, wanted)
		if not slice and not self.rows[wanted.id] then
			slice = revive(self, wanted, mode)
			if slice then
				keep(self, slice)
			end
		end
		self.serving[wanted.id] = slice or false
	end
	if slice and slice.trips >= slice.patience then
		if slice.patience >= IMPATIENCE then
			self.off = "rows ask for ever more"
		elseif not self.work then
			self.work = newWork(self, slice.wanted, mode, slice)
		end
		for i, kept in ipairs(self.kept) do
			if kept == slice then
				table.remove(self.kept, i)
			end
		end
		self.serving = {}
		return nil
	elseif not slice then
		local rows = (self.rows[wanted.id] or 0) + 1
		self.rows[wanted.id] = rows
		if rows > self.wait and not self.work then
			self.work = newWork(self, wanted, mode)
		end
	end
	return slice or nil
end

---From now on Path of Building calculates with `slice`; nil: with its own functions.
function slices:use(slice)
	local calcs, shared = self.calcs, self.shared
	if self.present ~= slice then
		for name, f in pairs(self.own or {}) do
			calcs[name] = f
		end
		local hooks = shared.hooks
		for name in pairs(self.present and self.present.functions or {}) do
			hooks:replace(name, nil)
		end
		self.own = nil
		if slice then
			self.own = {}
			for name, f in pairs(slice.functions) do
				if not hooks:replace(name, f) then
					self.own[name] = calcs[name]
					calcs[name] = f
				end
			end
		end
	end
	self.present = slice
	if slice then
		slice.missed = false
	end
end

---Whether the row must be calculated again in full because its slice, or the making of one, failed.
---@param ok boolean @whether the calculation completed
function slices:hasMissed(ok)
	local slice = self.present
	if not ok and self.isAtWork then
		self.isAtWork, self.off = false, FAILED
		return true
	elseif not slice or ok and not slice.missed then
		return false
	end
	slice.trips = slice.trips + (slice.missed and 1 or 0)
	return true
end

---Makes the slice for what is wanted right away, as many rows of it would. What it is made of is then in what `taken`
---returns.
---@return string|nil @why there is none
function slices:make(wanted, mode)
	if self.off or not self.calcs or not self.shared.watchesStats then
		return self.off or "the calculation is not understood"
	end
	self.work = newWork(self, wanted, mode)
	while self.work do
		goOn(self)
	end
	return self.off or nil
end

---What the slices made since the last call are made of: a list of pobatch.KeptSlice.
function slices:taken()
	return self.known:take()
end

---Whether a row has asked for the calculation of another skill since the last call: no slice has that.
function slices:hasNeededSkills()
	local answer = self.needsSkills
	self.needsSkills = false
	return answer
end

return slices
