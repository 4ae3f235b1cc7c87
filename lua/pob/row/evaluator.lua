--- One row: a node set's stats, with the bits that PoB's window shows. docs/internals/rows.md draws the ways that it can take.
--
-- The window recalculates in PoB's mode MAIN after every change; a row takes mode
-- CALCULATOR, PoB's own for what-if questions, which leaves the build alone and
-- skips what only the window shows. Both run the same calculation on the same
-- tree, except where MAIN first adapts the build to the tree: skills that nodes
-- grant, explosions and thorns become socket groups, and a weapon that is no longer
-- allowed is put down. Rows in which one of these changes take MAIN, and the build is
-- put back afterwards (pob.row.adaptation knows which, and how).

local allocation = require("pob.tree.allocation")
local windowRules = require("pob.tree.window_rules")
local adaptation = require("pob.row.adaptation")
local statsModule = require("pob.row.stats")
local answers = require("pob.memo.results")

local rows = {}
rows.__index = rows

-- Whether PoB's first calculation found jewels over their limit, which count no longer when the tree is rebuilt.
local function hasDisabledJewels(mode)
	for _, itemId in pairs(mode.spec.jewels) do
		local item = mode.itemsTab.items[itemId]
		if item and item.jewelData and item.jewelData.limitDisabled then
			return true
		end
	end
	return false
end

--- options: { rowCache = true, verify = share }, see pob.memo.results; clicks = true: all rows are allocated by clicks.
function rows.new(world, build, options)
	local mode = build.mode
	-- As after the first click in the window.
	if hasDisabledJewels(mode) then
		mode.spec:BuildAllDependsAndPaths()
	end
	-- They are the checkout's, whatever the build.
	world.windowRules = world.windowRules or options and options.clicks and windowRules.NONE or windowRules.of(mode.spec)
	local self = setmetatable({
		world = world,
		build = build,
		mode = mode,
		calcs = mode.calcsTab.calcs,
		options = options,
		allocation = allocation.new(mode, build.listed, world.windowRules),
		stats = statsModule.new(world, mode),
		result = {},
		loadedEnv = mode.calcsTab.mainEnv,
		strategyStats = { loaded = 0, calculator = 0, main = 0, answered = 0, sliced = 0, anew = 0, defences = 0, clicked = 0 },
	}, rows)
	self.adaptation = adaptation.new(world, mode)
	if options and options.rowCache and world.extension then
		self.answers = answers.new(world.extension, options.verify, build.number)
	end
	return self
end

-- Rows of a variant before an environment is kept for those that follow: that costs about as much as two rows.
local PLAIN_ROWS = 2

--- Rows of a variant of `base`'s build, which is changed at present (pob.variant).
-- `adapted`: of the changed build; `number` stands for the variant in all states, or nil; `changesTree`: its jewels are
-- others.
function rows.ofVariant(base, adapted, number, changesTree)
	local self = setmetatable({
		world = base.world,
		build = base.build,
		mode = base.mode,
		calcs = base.calcs,
		options = base.options,
		number = number,
		allocation = base.allocation,
		stats = base.stats,
		result = {},
		adaptation = adapted,
		strategyStats = base.strategyStats,
		-- of the present variant, until an environment is kept
		plainRows = 0,
	}, rows)
	if changesTree then
		if hasDisabledJewels(self.mode) then
			self.mode.spec:BuildAllDependsAndPaths()
		end
		self.allocation = allocation.new(self.mode, self.build.listed, self.world.windowRules)
	end
	return self
end

-- A variant of one or two rows is calculated as it comes.
local function countVariantRow(self)
	self.plainRows = self.plainRows + 1
	if self.plainRows > PLAIN_ROWS then
		self.plainRows = nil
		self:keepEnvironments()
		if self.options and self.options.rowCache and self.world.extension then
			self.answers = answers.new(self.world.extension, self.options.verify, self.number)
		end
	end
end

-- Sets FullDPS in `env`'s output the way the window does.
local function addFullDps(self, env, playerDB, enemyDB, minionDB)
	local output = env.player.output
	local full = self.calcs.calcFullDPS(self.mode, "CALCULATOR", {}, {
		cachedPlayerDB = playerDB,
		cachedEnemyDB = enemyDB,
		cachedMinionDB = minionDB,
	})
	-- The first skill of the sum may have taken `env`.
	env.player.output = output
	env.player.output.SkillDPS = full.skills
	env.player.output.FullDPS = full.combinedDPS
	env.player.output.FullDotDPS = full.TotalDotDPS
end

-- What earlier rows left, to use from now on: their environments, and the cache that learns from the queries. Nil for
-- none.
function rows:use(environments, cache)
	local extension = self.world.extension
	if extension then
		-- A row that was stopped may have left it.
		extension.defend(nil)
		extension.useEnvironments(environments)
		extension.useRows(cache)
	end
end

--- From now on rows may use what earlier rows have in common with them.
function rows:keepEnvironments()
	local extension = self.world.extension
	self.environments = extension and extension.environments(self.mode)
end

local ANSWERED = {}

-- After initEnv: the calculation of what the plan asks for. False where a modifier depends on the estimations that the plan
-- leaves out, and the row has to be calculated anew.
local function perform(self, plan, env, playerDB, enemyDB, minionDB)
	local extension = self.world.extension
	-- Minions come after the player, and may look at all that the player has.
	if plan and plan.defences and env.mode == "CALCULATOR" and not env.player.mainSkill.minion then
		self.strategyStats.defences = self.strategyStats.defences + 1
		extension.defend(env)
	end
	local shares = plan and plan.fullDps and not plan.sums and extension
	if shares then
		shares.beginFirst(self.mode, env)
	end
	if plan and not plan.estimated then
		if not extension.performUnestimated(self.calcs, env) then
			plan.estimated = true
			return false
		end
	else
		self.calcs.perform(env)
	end
	if plan and plan.defences then
		extension.defend(nil)
	end
	if shares then
		shares.endFirst(env)
	end
	if plan and plan.fullDps then
		addFullDps(self, env, playerDB, enemyDB, minionDB)
	end
	return true
end

--- Calculates the tree as it is now: the finished environment.
-- `mode` is "MAIN" to have the build adapted first; "CALCULATOR" answers nil when it would have to be.
-- `plan`, when given, says what can be left out. With `kept`, rows that are known already are not calculated: ANSWERED,
-- and self.result has the numbers. `slice`: what is in use, if anything.
function rows:calculate(mode, plan, kept, slice)
	local calcs = self.calcs
	self.world.env.wipeGlobalCache()
	local environments = mode == "CALCULATOR" and not self.allocation.isClicked and self.environments or nil
	self:use(environments, kept and kept:use(slice))
	local env, playerDB, enemyDB, minionDB = calcs.initEnv(self.mode, mode)
	if mode == "CALCULATOR" and self.adaptation:isNeeded(env) then
		return nil
	end
	local known = kept and kept:find(plan)
	local verifies = known and kept:mustVerify()
	if kept then
		kept:count(known ~= nil, verifies)
	end
	if known and not verifies then
		kept:give(known, plan, self.result)
		return ANSWERED
	end
	if not perform(self, plan, env, playerDB, enemyDB, minionDB) then
		return self:calculate(mode, plan, kept, slice)
	elseif slice and slice.missed then
		-- What counts is calculated by run().
		return env
	end
	if known then
		kept:verify(known, plan, statsModule.take(plan, env, {}))
	elseif kept then
		kept:keep(plan, statsModule.take(plan, env, {}))
	end
	return env
end

-- `isFull`: a row that met what its slice left out is calculated anew.
local function calculateSet(self, set, plan, kept, isFull)
	self.allocation:apply(set)
	local env, slice
	if self.allocation.isClicked then
		-- Nothing that earlier rows left is used: they did not click.
		kept, isFull = nil, true
		self.strategyStats.clicked = self.strategyStats.clicked + 1
	end
	if not self.allocation.losesWeaponRule then
		if plan and not plan.sums and not isFull and self.environments and not self.isUnsliced then
			slice = self.world.extension.slices:of(plan, self.mode)
		end
		if slice then
			self.world.extension.slices:use(slice)
		end
		env = self:calculate("CALCULATOR", plan, kept, slice)
		if slice and not slice.missed then
			self.world.extension.slices:use(nil)
		end
	end
	if env == ANSWERED then
		self.strategyStats.answered = self.strategyStats.answered + 1
		return env
	elseif env then
		self.strategyStats.calculator = self.strategyStats.calculator + 1
		self.strategyStats.sliced = self.strategyStats.sliced + (slice and 1 or 0)
		return env
	end
	self.strategyStats.main = self.strategyStats.main + 1
	self.adaptation:save()
	return self:calculate("MAIN", plan)
end

--- Puts back whatever a row changed. A row that was stopped from outside (time limit, memory cap) never
-- comes to its own end; the next one begins with this.
function rows:recover()
	local window = self.windowBefore
	if window then
		local tab = self.mode.calcsTab
		tab.mainEnv, tab.mainOutput = window[1], window[2]
		self.mode.characterLevelAutoMode, self.mode.characterLevel = window[3], window[4]
		self.windowBefore = nil
	end
	self:use(nil)
	if self.world.extension then
		self.world.extension.slices:use(nil)
	end
	self.adaptation:restore()
	self.allocation:restore()
	self.dirty = false
end

--- The environment of `set`, calculated; everything is put back before this returns or raises.
-- With a plan, ANSWERED where self.result has its numbers already.
function rows:run(set, plan, kept)
	if self.dirty then
		self:recover()
	end
	self.dirty = true
	local ok, env = xpcall(calculateSet, debug.traceback, self, set, plan, kept)
	local extension = self.world.extension
	if extension and extension.slices:hasMissed(ok) then
		-- Other skills are calculated in full.
		self.isUnsliced = extension.slices:hasNeededSkills() or self.isUnsliced
		self.strategyStats.anew = self.strategyStats.anew + 1
		self:recover()
		self.dirty = true
		ok, env = xpcall(calculateSet, debug.traceback, self, set, plan, nil, true)
	end
	self:recover()
	if not ok then
		error(env, 0)
	end
	return env
end

local NOTHING = { add = {}, addAttribute = {}, addWeaponSet = {}, addCount = 0, remove = {}, removeCount = 0 }

-- The numbers of an environment by name, those of the minion with a prefix.
local function numbers(env)
	local found = {}
	for name, value in pairs(env.player.output) do
		if type(value) == "number" then
			found[name] = value
		elseif name == "Minion" and type(value) == "table" then
			for minionName, minionValue in pairs(value) do
				if type(minionValue) == "number" then
					found["Minion." .. minionName] = minionValue
				end
			end
		end
	end
	return found
end

--- All numbers that PoB answers for the build's own nodes but sums over skills, calculated now.
function rows:probe()
	return numbers(self:run(NOTHING))
end

--- All numbers that PoB answers for the build's own nodes, calculated now; those of them that are stats of the build;
-- and the environment.
function rows:everything()
	local names = {}
	for i, entry in ipairs(self.stats:list()) do
		names[i] = entry.name
	end
	local plan = self.stats:plan(names)
	local env = self:run(NOTHING, plan)
	local answered, found = statsModule.take(plan, env, {}), numbers(env)
	for name, value in pairs(answered) do
		found[name] = value
	end
	return found, answered, env
end

--- Names of the numbers that differ between two probes, added to `differing`.
function rows.compare(one, other, differing)
	for name, value in pairs(one) do
		local second = other[name]
		-- NaN is what it was, too.
		if second ~= value and (second == second or value == value) then
			differing[name] = true
		end
	end
	for name in pairs(other) do
		if one[name] == nil then
			differing[name] = true
		end
	end
	return differing
end

--- Remembers the build's own numbers, for `isClean`, and answers those that the window shows right after loading.
function rows:remember()
	self.own = self:probe()
	return numbers(self.loadedEnv)
end

--- True if the build's own nodes still answer the bits that they answered at first.
function rows:isClean()
	return next(rows.compare(self.own, self:probe(), {})) == nil
end

-- Environments that are kept are made of the build's own nodes, so that they are the same in each state.
function rows:prime(plan)
	if self.environments and not self.isPrimed then
		self.isPrimed = true
		pcall(self.run, self, NOTHING, plan)
	end
end

--- The values of the stats `names` for `set`, in a table that the next call overwrites; and true where they are those of
-- another row, which brought the same.
-- The build's own nodes answer what the window shows once the build is loaded; of a variant, after its change.
function rows:evaluate(set, names)
	local plan = self.stats:plan(names)
	if self.plainRows then
		countVariantRow(self)
	end
	self:prime(plan)
	if plan.count ~= self.resultCount then
		self.result, self.resultCount = {}, plan.count
	end
	if set.addCount == 0 and set.removeCount == 0 and self.loadedEnv then
		self.strategyStats.loaded = self.strategyStats.loaded + 1
		return statsModule.take(plan, self.loadedEnv, self.result)
	end
	local env = self:run(set, plan, self.answers)
	if env == ANSWERED then
		return self.result, true
	end
	return statsModule.take(plan, env, self.result)
end

--- Calls `look(mode, autoLevel)` while the build is as the window has it with `set` allocated: output of mode
-- MAIN in place, skills and items adapted, the automatic level off (autoLevel: whether the build has it on).
-- Nothing is calculated for nil: the build is as loaded, its level that of its numbers.
-- Answers what `look` answers.
function rows:window(set, look)
	local mode = self.mode
	local tab = mode.calcsTab
	if self.dirty then
		self:recover()
	end
	self.dirty = true
	local autoLevel = mode.characterLevelAutoMode
	self.windowBefore = { tab.mainEnv, tab.mainOutput, autoLevel, mode.characterLevel }
	local ok, result = xpcall(function()
		-- PoB would change the level of the character after the calculation.
		mode.characterLevelAutoMode = false
		if set then
			self.allocation:apply(set)
			self.adaptation:save()
			self.world.env.wipeGlobalCache()
			tab.mainEnv = self.calcs.buildOutput(mode, "MAIN")
			tab.mainOutput = tab.mainEnv.player.output
		else
			mode.characterLevel = self.build.level
		end
		return look(mode, autoLevel)
	end, debug.traceback)
	self:recover()
	self.world.env.wipeGlobalCache()
	if not ok then
		error(result, 0)
	end
	return result
end

return rows
