-- Rows that need not be calculated: two node sets whose nodes bring the same modifiers, as far as any query of the
-- build lets them in, have the same stats, to the bit.
--
-- Only rows that took a kept environment (environments.lua) can be told apart so cheaply, and by so little: nothing
-- differs between them but the modifiers in the tree's place of the store, which the environment lists by name, the
-- counters of the tree, and the weapon sets that nodes are allocated for. A row's key describes, for each name whose
-- modifiers are not those of the environment's own nodes, the ones that some query lets in (recorder.lua): as a
-- sequence where their order shows (products, lists, overrides, whatever is tabulated, sums with fractions), else as a
-- multiset. Sums without rounding have the same bits in any order; which do is looked at after each calculation, in
-- the stores as they are then (exact.lua). A modifier is described by type, name, value, flags, tags and the kind of
-- its source; by the source itself where modifiers are looked at one by one.
--
-- What queries are known grows while rows are calculated. A kept row stays right: it made none of the later ones.

local recorder = require("pob.fast.recorder")
local tests = require("pob.fast.querytests")
local exact = require("pob.fast.exact")
local moddescription = require("pob.fast.moddescription")

local next = next

local part = {
	name = "rows",
	targets = {
		{ name = "initEnv", file = "Modules/CalcSetup.lua", lines = 1577, hash = "dcfa0e68c7fb6bde" },
		{ name = "buildModListForNode", file = "Modules/CalcSetup.lua", lines = 152, hash = "d32bb67370feb980" },
	},
	wholeCalculation = true,
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

-- The types of modifiers that are summed, or only looked for: their order shows only where the sum rounds.
local UNORDERED = { BASE = true, INC = true, FLAG = true }

local cache = {}
cache.__index = cache

local function newCache(shared, env)
	return setmetatable({
		shared = shared,
		admits = (tests.new(shared, env)),
		asked = recorder.new(),
		-- modifier -> a small number, the same for equal descriptions
		numberOf = {},
		numbers = {},
		numberCount = 0,
		-- modifier -> whether it is asked for, as of `askedVersion`
		matter = {},
		askedVersion = -1,
		-- names in the tree's place, with all that are summed with them: where fractions are looked for
		watched = {},
		isWatched = {},
		watchedVersion = -1,
		treeNames = {},
		-- type and name of modifiers in whose sums fractions take part
		rounding = {},
		roundings = 0,
		-- key -> value
		answers = {},
		count = 0,
		limit = 1,
		-- environments of the present row
		envs = {},
		envCount = 0,
		-- what was known to be asked for when the stores were looked at before the end; false: only at the end
		lookedVersion = false,
	}, cache)
end

function cache:number(mod)
	local number = self.numberOf[mod]
	if not number then
		local text = moddescription.of(mod)
		number = self.numbers[text]
		if not number then
			number = self.numberCount + 1
			self.numberCount, self.numbers[text] = number, number
		end
		self.numberOf[mod] = number
	end
	return number
end

function cache:matters(mod)
	local answer = self.matter[mod]
	if answer == nil then
		answer = recorder.matters(self.asked, mod, self.admits)
		self.matter[mod] = answer
	end
	return answer
end

-- The modifiers `list` of a name that matter, as text; "" where none does.
function cache:describe(list)
	local sequence, free, n = "", nil, 0
	for i = 1, #list do
		local mod = list[i]
		if self:matters(mod) then
			if recorder.isOrdered(self.asked, mod) then
				-- Who looks at modifiers one by one may look at where they come from, too.
				sequence = sequence .. self:number(mod) .. "@" .. tostring(mod.source) .. "."
			elseif not UNORDERED[mod.type] or self.rounding[mod.type .. " " .. mod.name] or not exact.isExact(mod) then
				sequence = sequence .. self:number(mod) .. "."
			else
				free = free or {}
				n = n + 1
				free[n] = self:number(mod)
			end
		end
	end
	if free then
		if n > 1 then
			table.sort(free)
		end
		sequence = sequence .. "/" .. table.concat(free, ".")
	end
	return sequence
end

-- The nodes of weapon sets, each with its modifiers and the condition that Path of Building writes into them: which of
-- them are of which set. Nodes may share a modifier, and with it the condition.
function cache:weaponSets(nodes)
	local parts, n = {}, 0
	for id, node in next, nodes do
		if (node.allocMode or 0) ~= 0 then
			local text = id .. "=" .. node.allocMode
			for _, mod in ipairs(node.modList) do
				local tag = mod[#mod]
				text = text .. " " .. self:number(mod) .. (tag and tag.type == "Condition" and tag.var or "-")
			end
			n = n + 1
			parts[n] = text
		end
	end
	-- In which order the tree lists them shows in the order of their modifiers only.
	table.sort(parts)
	return table.concat(parts, ",")
end

function cache:key(present, variant)
	if self.askedVersion ~= self.asked.version then
		self.askedVersion, self.matter = self.asked.version, {}
	end
	local texts, n = { variant, self:weaponSets(present.nodes) }, 2
	for name, list in next, present.changed or {} do
		local segment = present.environment.place.segments[name]
		local text = self:describe(list)
		-- Another order of the same may be no difference.
		if text ~= (segment and self:describe(segment) or "") then
			n = n + 1
			texts[n] = name .. ":" .. text
		end
		if not self.treeNames[name] then
			self.treeNames[name], self.watchedVersion = true, -1
		end
	end
	local byName = self.asked.asked.BASE
	for i = 1, #present.counts do
		local counter = present.counts[i]
		if byName and byName[counter.name] then
			n = n + 1
			texts[n] = counter.name .. "=" .. counter.count
		end
	end
	if n > 3 then
		table.sort(texts)
	end
	return table.concat(texts, ";")
end

---The value kept for a row like the present one; nil also for rows that are set up as a whole.
---@param variant string @what else the value depends on: the stats, what was left out
---@return any|nil
function cache:find(variant)
	local environments = self.shared.environments
	local present = environments and environments.present
	self.present, self.variant = present, variant
	if not present then
		return nil
	end
	if self.environment ~= present.environment then
		-- Keys are relative to its own nodes.
		self.environment, self.answers, self.count = present.environment, {}, 0
		for name in next, present.environment.place.segments do
			self.treeNames[name] = true
		end
		self.watchedVersion = -1
	end
	recorder.learn(self.asked)
	self.foundVersion, self.foundRoundings = self.asked.version, self.roundings
	self.presentKey = self:key(present, variant)
	return self.answers[self.presentKey]
end

-- The names whose sums the tree's modifiers take part in.
function cache:watch()
	local together, watched, isWatched = self.asked.together, {}, {}
	local function add(name)
		if not isWatched[name] then
			isWatched[name] = true
			watched[#watched + 1] = name
		end
	end
	for name in next, self.treeNames do
		add(name)
		for other in next, together[name] or {} do
			add(other)
			for third in next, together[other] or {} do
				add(third)
			end
		end
	end
	self.watched, self.watchedVersion = watched, self.asked.version
end

-- A fraction in one sum shows in all that are summed with it.
function cache:round(kind, name)
	local together, rounding = self.asked.together, self.rounding
	local function add(other)
		if not rounding[kind .. " " .. other] then
			rounding[kind .. " " .. other] = true
			self.roundings = self.roundings + 1
		end
	end
	add(name)
	for other in next, together[name] or {} do
		add(other)
		for third in next, together[other] or {} do
			add(third)
		end
	end
end

function cache:lookForFractions()
	if self.watchedVersion ~= self.asked.version then
		self:watch()
		-- What is summed together may have grown.
		self.rounding = {}
	end
	for i = 1, self.envCount do
		local mods = self.envs[i].modDB.mods
		for k = 1, #self.watched do
			local list = mods[self.watched[k]]
			for j = 1, list and #list or 0 do
				local mod = list[j]
				if (mod.type == "BASE" or mod.type == "INC") and not exact.isExact(mod)
					and not self.rounding[mod.type .. " " .. mod.name] then
					self:round(mod.type, mod.name)
				end
			end
		end
	end
end

---Keeps the value of the row that find() did not know, after it was calculated.
function cache:keep(value)
	local present = self.present
	recorder.learn(self.asked)
	if not present or self.lookedVersion and self.lookedVersion ~= self.asked.version then
		return
	end
	self:lookForFractions()
	local key = self.presentKey
	if self.foundVersion ~= self.asked.version or self.foundRoundings ~= self.roundings then
		key = self:key(present, self.variant)
	end
	if self.count >= self.limit then
		self.answers, self.count = {}, 0
	end
	self.answers[key] = value
	self.count = self.count + 1
end

function part.install(shared, env, calcs)
	local initEnv = calcs.initEnv
	local mine

	function calcs.initEnv(...)
		shared.listen(mine and mine.asked)
		if not mine then
			return initEnv(...)
		end
		local calcEnv, a, b, c = initEnv(...)
		-- What the tree does to the enemy is said by the player's modifiers, and these are asked for.
		shared.leaveOut(calcEnv.enemyDB)
		mine.envCount = mine.envCount + 1
		mine.envs[mine.envCount] = calcEnv
		return calcEnv, a, b, c
	end

	shared.newRows = function()
		return newCache(shared, env)
	end

	---Looks at the stores as they are now, too.
	shared.lookEarly = function()
		if mine then
			recorder.learn(mine.asked)
			mine:lookForFractions()
			mine.lookedVersion = mine.asked.version
		end
	end

	---Before each calculation: whose queries to write down from now on; nil for nobody's. `calcEnv`: the first environment,
	---if there is one already.
	shared.useRows = function(rows, calcEnv)
		mine = rows
		shared.listen(rows and calcEnv and rows.asked or nil)
		if rows then
			for i = 1, rows.envCount do
				rows.envs[i] = nil
			end
			rows.envs[1] = calcEnv
			rows.envCount, rows.lookedVersion = calcEnv and 1 or 0, false
		end
	end
end

return part
