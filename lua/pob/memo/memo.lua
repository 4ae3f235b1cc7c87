-- Rows that need not be calculated: if the nodes of two node sets bring the same modifiers, as far as the queries of the
-- calculation let them in, the two have the same stats, to the bit. docs/internals/memo.md has the proof; numbers with an I
-- are its invariants.
--
-- A row has a first key, in the context of all rows (key.lua). That context has what most rows ask for: the queries of
-- whichever of the first rows asked for the least, plus what most rows after it asked for in addition. A row that asks for
-- more is kept under its first key with a context of its own, and a second key in that context (I21).

local dependencySet = require("pob.memo.dependency_set")
local memoKey = require("pob.memo.key")
local exact = require("pob.memo.exact_sums")
local sharedMemo = require("pob.memo.shared")

local next = next

local part = {
	name = "memo",
	targets = {
		{ name = "buildModListForNode", file = "Modules/CalcSetup.lua" },
	},
	wholeCalculation = true,
	requires = { "pool", "queries" },
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

-- The number of first rows, of which the one that asks for the least determines what matters to all; and the interval in
-- rows after which the context gets what most of them asked for in addition.
local FIRST, THEN = 4, 32

-- How the sources of modifiers that nodes bring begin.
local TREE = "Tree:"

local WEAK = { __mode = "k" }

local cache = {}
cache.__index = cache

local function newCache(shared, env, build, id)
	local share = build and sharedMemo.new(shared.texts, build, id)
	local context = memoKey.new(shared, env, share and function(text)
		return share:number(text)
	end)
	return setmetatable({
		shared = shared,
		-- what other states of the engine know, or nil
		share = share,
		-- of all rows; determined by the first ones; how many later rows had each further dependency
		context = context, isSettled = false, seen = 0, least = nil, leastCount = 0, tally = {},
		-- what the present row depends on beyond the context
		row = context.dependencies:over(),
		-- names in the tree's segment, and all names summed with them: where to look for fractions
		watched = {}, watchedLinks = -1,
		treeNames = {},
		-- list of { type, name } that round in every row of the context
		fractions = {},
		-- first key -> { value } or { context, rows = second key -> value }, for the present environment; the same by
		-- environment
		nodes = {}, nodesOf = setmetatable({}, WEAK),
		count = 0, sharedCount = 0,
		limit = 1,
		-- environments of the present row
		envs = {},
		envCount = 0,
		-- which links were known when the stores were searched early; false: they are searched only at the end
		lookedLinks = false,
	}, cache)
end

---The value kept for a row like the present one. Nil also for rows without a kept environment.
---@param variant string @what else the value depends on: the stats, what was left out
---@return any|nil
function cache:find(variant)
	local environments = self.shared.environments
	local present = environments and environments.present
	self.present, self.variant = present, variant
	-- I11
	if not present then
		return nil
	end
	if self.environment ~= present.environment then
		-- Keys are relative to the environment's own nodes.
		self.environment, self.nodes = present.environment, self.nodesOf[present.environment]
		if not self.nodes then
			self.nodes = {}
			self.nodesOf[present.environment] = self.nodes
		end
		for name in next, present.environment.place.segments do
			if not self.treeNames[name] then
				self.treeNames[name], self.watchedLinks = true, -1
			end
		end
	end
	for name in next, present.changed or {} do
		if not self.treeNames[name] then
			self.treeNames[name], self.watchedLinks = true, -1
		end
	end
	if not self.isSettled then
		return nil
	end
	self.foundRoundings = #self.fractions
	self.presentKey = self.context:key(present, variant)
	local node = self.nodes[self.presentKey]
	if node then
		-- I21
		return node.value or node.context and node.rows[node.context:key(present, "")]
	end
	local value = self.share and self.share:find(present.environment, self.presentKey)
	if value then
		self:put(self.presentKey, { value = value })
		self.sharedCount = self.sharedCount + 1
	end
	return value
end

function cache:put(key, node)
	if self.count >= self.limit then
		self.nodes, self.count, self.sharedCount = {}, 0, 0
		self.nodesOf = setmetatable({ [self.environment] = self.nodes }, WEAK)
	end
	self.nodes[key] = node
	self.count = self.count + 1
end

-- The names whose sums include modifiers of the tree: I16.
function cache:watch()
	local reads, watched, isWatched = self.context.dependencies.reads, {}, {}
	local together = reads.together
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
	self.watched, self.watchedLinks = watched, reads.links
end

-- A fraction in one sum affects all names that are summed with it: I16.
function cache:round(dependencies, kind, name)
	local together = self.context.dependencies.reads.together
	local function add(other)
		dependencies:add("rounding", kind .. " " .. other)
	end
	add(name)
	for other in next, together[name] or {} do
		add(other)
		for third in next, together[other] or {} do
			add(third)
		end
	end
end

local function rounds(list, name)
	for i = 1, list and #list or 0 do
		local mod = list[i]
		if mod.name == name and (mod.type == "BASE" or mod.type == "INC") and not exact.isExact(mod) then
			return true
		end
	end
	return false
end

-- The same for modifiers that others carry.
function cache:lookForCarried(calcEnv)
	local row = self.row
	for name in next, self.context.carried do
		if not row:has("carriedRounding", name) then
			local minion, skill = calcEnv.minion, calcEnv.player.mainSkill
			if rounds(calcEnv.enemyDB.mods[name], name) or minion and rounds(minion.modDB.mods[name], name)
				or rounds(skill and skill.skillModList, name) then
				row:add("carriedRounding", name)
			end
		end
	end
end

function cache:lookForFractions()
	local context, row = self.context, self.row
	local known = context.dependencies
	if self.watchedLinks ~= known.reads.links then
		self:watch()
		-- More names may be linked by now.
		for _, fraction in ipairs(self.fractions) do
			self:round(known, fraction[1], fraction[2])
		end
		context:forget()
	end
	for i = 1, self.envCount do
		self:lookForCarried(self.envs[i])
		local mods = self.envs[i].modDB.mods
		for k = 1, #self.watched do
			local list = mods[self.watched[k]]
			for j = 1, list and #list or 0 do
				local mod = list[j]
				if (mod.type == "BASE" or mod.type == "INC") and not exact.isExact(mod) then
					local id = mod.type .. " " .. mod.name
					if not row:has("rounding", id) then
						-- What does not come from the tree is in other rows, too.
						local isOwn = type(mod.source) == "string" and mod.source:sub(1, #TREE) == TREE
						self:round(isOwn and row or known, mod.type, mod.name)
						if not isOwn then
							self.fractions[#self.fractions + 1] = { mod.type, mod.name }
							context:forget()
						end
					end
				end
			end
		end
	end
end

---From now on all rows depend on what `added` has. Entries already kept stay valid (I22).
---@param added table|nil @of dependency_set.lua
function cache:settle(added)
	if self.share then
		added = self.share:agree(added)
	end
	self.context:add(added)
	self.context.dependencies:settle()
end

-- Counts what a row depends on beyond the context, and at intervals adds to the context what most rows had.
function cache:tallyOf(row)
	local tally = self.tally
	for _, line in ipairs(row:lines()) do
		tally[line] = (tally[line] or 0) + 1
	end
	self.seen = self.seen + 1
	if self.seen % THEN > 0 then
		return
	end
	self.tally = {}
	local most = {}
	for line, count in next, tally do
		if count * 2 > THEN then
			most[#most + 1] = line
		end
	end
	if most[1] then
		self:settle(dependencySet.deserialize(table.concat(most, "\n")))
	end
end

---Keeps the value of the row that find() did not know, after it was calculated.
function cache:keep(value)
	local present, row, context = self.present, self.row, self.context
	-- I13, I24
	row:learn()
	if not present or self.lookedLinks and self.lookedLinks ~= context.dependencies.reads.links then
		return
	end
	self:lookForFractions()
	local key = self.presentKey
	if not self.isSettled then
		self.seen = self.seen + 1
		if not self.least or row.reads.count < self.leastCount then
			self.least, self.leastCount = dependencySet.detached(), row.reads.count
			self.least:merge(row)
		end
		if self.seen == FIRST then
			self:settle(self.least)
			self.isSettled, self.least = true, nil
		end
		return
	end
	-- Sums that round in all rows may have become known only now: I23.
	key = self.foundRoundings == #self.fractions and key or context:key(present, self.variant)
	local node = self.nodes[key] or {}
	if context.dependencies:covers(row) then
		node.value = value
		if self.share then
			self.share:keep(present.environment, key, value)
		end
	else
		node.context = node.context or context:more()
		node.context:add(row)
		node.rows = node.rows or {}
		node.rows[node.context:key(present, "")] = value
	end
	self:put(key, node)
	self:tallyOf(row)
	if self.share and self.share:isBehind() then
		self:settle()
	end
end

function part.install(shared, env, calcs)
	local mine

	shared.hooks:around(calcs, "initEnv", part.name, function(initEnv, ...)
		shared.listen(mine and mine.row.reads)
		if not mine then
			return initEnv(...)
		end
		local calcEnv, a, b, c = initEnv(...)
		-- What the tree does to the enemy is stated by modifiers of the player, and those are queried: I12.
		shared.leaveOut(calcEnv.enemyDB)
		mine.envCount = mine.envCount + 1
		mine.envs[mine.envCount] = calcEnv
		mine.row.met:look(calcEnv)
		return calcEnv, a, b, c
	end)

	---@param build number|nil @identifies the build in all states of the engine; nil: this state shares nothing
	---@param id string @identifies what else its rows are calculated with
	shared.newRows = function(build, id)
		return newCache(shared, env, build, id)
	end

	---Also looks at the stores as they are now: I24.
	shared.lookEarly = function()
		if mine then
			mine.row:learn()
			mine:lookForFractions()
			mine.lookedLinks = mine.context.dependencies.reads.links
		end
	end

	-- Selects whose queries to record from now on, if anyone's.
	shared.hooks:beforeRow(part.name, function(strategy)
		local rows = strategy and strategy.cache
		mine = rows
		shared.met = rows and rows.row.met
		shared.listen(nil)
		if rows then
			rows.row:begin()
			for i = 1, rows.envCount do
				rows.envs[i] = nil
			end
			rows.envCount, rows.lookedLinks = 0, false
		end
	end)
end

return part
