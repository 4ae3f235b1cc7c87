-- Path of Building's calculation without what the asked stats do not need.
--
-- A row of a few stats calculates all others too: two thousand numbers of how a character leeches, recovers and is
-- stunned, for all kinds of skills. Here the three modules that do nearly all of it are read as a program; the
-- statements that cannot show in the asked stats are found (effects.lua, liveness.lua), and the rest is compiled once
-- more. A row that makes fewer queries costs less, and is more often like another one: the cache of rows does not see
-- what nobody asks for.
--
-- Equal because a statement is left out only when it does nothing but write variables, outputs or modifiers that nothing
-- left in reads, whichever way the program goes. Outputs are read by names that the modules' texts have; by names that
-- are put together, and by modifiers ("per ...", through GetStat). The last two are watched: where one asks for a number
-- that was left out, the row is calculated anew, in full, and the number stays in from then on. Path of Building's own
-- errors in what is left out do not happen.
--
-- A slice takes half a second to a second to make, and saves a tenth to two fifths of a row: a state makes one after many
-- rows of the same stats. What it is made of (kept.lua) serves later states from their first row.
--
-- In use only where what calcs.perform does after `calcs.offence` has a form that is known: that it reads nothing of what
-- offence does, besides the outputs, was read in these (pob.versions.functions).

local effects = require("pob.slice.effects")
local liveness = require("pob.slice.liveness")
local emitter = require("pob.slice.emitter")
local keptSlices = require("pob.slice.kept")
local mentions = require("pob.slice.names")

local slices = {}
slices.__index = slices

-- Statements are left out of these.
local SLICED = { "Modules/CalcPerform.lua", "Modules/CalcDefence.lua", "Modules/CalcOffence.lua" }
-- These run, too, while a row is calculated; names in them may be names of modifiers that they ask for, and the outputs
-- and flags that they read are read by name.
local OTHERS = {
	"Modules/Calcs.lua", "Modules/CalcSetup.lua", "Modules/CalcActiveSkill.lua", "Modules/CalcTriggers.lua",
	"Modules/CalcMirages.lua", "Modules/CalcTools.lua", "Modules/Common.lua", "Classes/ModStore.lua", "Classes/ModDB.lua",
	"Classes/ModList.lua",
}

-- Makes modifiers of the lines of items and of the tree.
local PARSER = "Modules/ModParser.lua"

local ALL = {}
for _, list in ipairs({ SLICED, OTHERS }) do
	for _, path in ipairs(list) do
		ALL[path] = true
	end
end

-- Rows that asked for what was left out before it is put in; doubles each time.
local PATIENCE = 1
-- Where that helps no more, the state had better calculate in full.
local IMPATIENCE = 512
-- Slices that a state keeps at a time; it is mostly asked for the same stats again.
local KEPT = 4

-- How functions of skills begin, short ones too, and what they take at most.
local SKILL_FUNCTION, SKILL_FUNCTION_BEGINS, SKILL_FUNCTION_LENGTH = "Func", "^Func%s*=%s*[%a_|]", 8000

local TRAPPED, FAILED = "pobatch: left out", "the work failed"

---@param shared table @of the extension
---@param finish function @(path, text) -> text: what else is done to a module's text before it is compiled
---@param wait number|nil @rows of the same stats before a slice for them is made; nil: never
---@param kept table|nil @list of pobatch.KeptSlice, of this checkout and this Lua
function slices.new(shared, finish, wait, kept)
	local self = setmetatable({
		shared = shared, finish = finish, texts = {}, wait = wait,
		-- what functions of skills name: modifiers, and numbers and flags that they read
		skillNames = {}, skillReads = {},
		-- stats that modifiers may ask for, of any build
		tagStats = {},
		-- stats that modifiers asked for, of all rows
		statsAsked = {},
		-- what is wanted, by its id: rows so far; the slice that serves it
		rows = {}, serving = {},
		-- slices, the last used one first
		kept = {}, count = 0,
		-- what slices are made of: of earlier states, and of this one
		known = keptSlices.new(kept),
		-- why there are none; the work that goes on
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

	---Stands in slices where an output is read by a name that is put together.
	function shared.read(output, name)
		local value = output[name]
		if value == nil then
			look(name)
		end
		return value
	end

	---The same, where the name alone can be put together anew: the read stays where it is.
	function shared.watch(output, name)
		if output[name] == nil then
			look(name)
		end
		return name
	end
	return self
end

---Sees the text of a module as Path of Building wrote it.
function slices:see(path, text)
	if not self.wait then
		return
	elseif ALL[path] then
		self.texts[path] = text
	elseif path == PARSER then
		mentions.findTagStats(text, self.tagStats)
	elseif path:find("^Data/Skills/") then
		mentions.findTagStats(text, self.tagStats)
		-- Skills bring functions of their own, which calcs.offence calls.
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

---After Modules/Calcs.lua ran: from now on slices can be made.
function slices:ready(env, calcs)
	for path in pairs(ALL) do
		if not self.texts[path] then
			return
		end
	end
	self.env, self.calcs = env, calcs
end

---The calculation's modules are not known any more.
function slices:unready()
	self.env, self.calcs = nil, nil
end

-- What other modules read, and names in them that may be names of modifiers.
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
			-- What else it reads of a finished calculation only mode MAIN shows.
			mentions.findReads(mentions.fullDpsOf(text), reads)
		end
	end
	return reads, names
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
---@field id string @names the rest
---@field fields table @list of names of numbers
---@field fullDps boolean @whether calcs.calcFullDPS runs

local function add(list, names)
	for name in pairs(names) do
		list[#list + 1] = name
	end
end

-- A slice without its functions. `before`: what it takes the place of, if anything.
local function newSlice(wanted, before)
	local has = {}
	for _, name in ipairs(wanted.fields) do
		has[name] = true
	end
	return {
		wanted = wanted, has = has, functions = {}, trips = 0, missed = false,
		-- numbers that rows missed, and those before it did
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

-- The last steps: compiles what the slice is made of.
local function addCompiling(self, steps, slice, made)
	for i, path in ipairs(SLICED) do
		steps[#steps + 1] = function()
			functionsOf(self, path, made.texts[i], slice.functions)
		end
	end
	steps[#steps + 1] = function()
		-- Another skill's calculation would be kept for all that ask for it, and in full.
		slice.functions.buildActiveSkill = function()
			self.needsSkills = true
			error(TRAPPED, 0)
		end
		slice.isLeftOut = liveness.isLeftOut(made.leftOut)
		self.count = self.count + 1
		slice.id = "slice " .. self.count
	end
end

-- The work of making a slice for `wanted`, in steps of a tenth of a second at most: one a row, so that none takes long.
-- `before`: what it takes the place of, if anything.
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
		-- And what rows of other builds may ask for, which later states have.
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

-- A slice for `wanted` that an earlier state made, where it has all that this one needs by now; or nil.
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

-- The slice for what is wanted: one of its own before one that has more.
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

---The slice that the next row is calculated with, or nil. One serves all builds of the state, and all that is part of
---what it answers.
---@param wanted Wanted
---@param mode table @Path of Building's object of the build
function slices:of(wanted, mode)
	-- Work that failed, or was stopped from outside, is not begun again.
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

---Whether the row must be calculated anew, in full: its slice, or the making of one, failed it.
---@param ok boolean @whether it came to its end
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

---Makes the slice for what is wanted now, as many rows of it would; what it is made of is then among the `taken`.
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

---What slices that were made since the last time are made of: a list of pobatch.KeptSlice.
function slices:taken()
	return self.known:take()
end

---Whether a row asked for the calculation of another skill, since this was asked last: no slice has that.
function slices:hasNeededSkills()
	local answer = self.needsSkills
	self.needsSkills = false
	return answer
end

return slices
