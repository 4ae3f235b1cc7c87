--- One row: a node set's stats, bit-identical to those that PoB's window shows. docs/internals/rows.md shows the paths that
-- it can take.
--
-- The window recalculates in PoB's mode MAIN after every change. A row uses mode CALCULATOR, PoB's own mode for what-if
-- questions, which leaves the build alone and skips what only the window shows. Both run the same calculation on the same
-- tree, except where MAIN first adapts the build to the tree: skills that nodes grant, explosions and thorns become socket
-- groups, and a weapon that is no longer allowed is unequipped. Rows in which one of these changes use MAIN, and the build
-- is restored afterwards (pob.row.adaptation knows which, and how).

local allocation = require("pob.tree.allocation")
local windowRules = require("pob.tree.window_rules")
local adaptation = require("pob.row.adaptation")
local statsModule = require("pob.row.stats")
local sessions = require("pob.row.session")
local strategies = require("pob.row.strategy")
local answers = require("pob.memo.results")

local REASONS = strategies.REASONS
local NOTHING = { add = {}, addAttribute = {}, addWeaponSet = {}, addCount = 0, remove = {}, removeCount = 0 }

local rows = {}
rows.__index = rows

-- Whether PoB's first calculation found jewels over their limit, which no longer count once the tree is rebuilt.
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
	-- Gets the tree into its state after the first click in the window.
	if hasDisabledJewels(mode) then
		mode.spec:BuildAllDependsAndPaths()
	end
	-- The rules belong to the checkout and are the same for every build.
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
		-- variant of a plan -> true if a modifier asked for an estimation
		needsEstimations = {},
		strategyStats = { loaded = 0, calculator = 0, main = 0, answered = 0, sliced = 0, anew = 0, defences = 0, clicked = 0 },
	}, rows)
	self.adaptation = adaptation.new(world, mode)
	self.session = sessions.new(world, mode, self.allocation, self.adaptation)
	if options and options.rowCache and world.extension then
		self.answers = answers.new(world.extension, options.verify, build.number)
	end
	return self
end

-- The number of rows of a variant before an environment is kept for the following ones: keeping it costs about as much as
-- two rows.
local PLAIN_ROWS = 1

--- Rows of a variant of `base`'s build, which is currently changed (pob.variant) and has yet to be adapted. `number`
-- identifies the variant in all states, or is nil; `changesTree`: its jewels differ.
function rows.ofVariant(base, number, changesTree)
	local adapted = adaptation.ofChanged(base.world, base.mode)
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
		needsEstimations = {},
		strategyStats = base.strategyStats,
		isVariant = true,
		-- until an environment is kept
		plainRows = 0,
		-- what initEnv returned for the variant's own nodes, for the first row
		ready = nil,
	}, rows)
	if changesTree then
		if hasDisabledJewels(self.mode) then
			self.mode.spec:BuildAllDependsAndPaths()
		end
		self.allocation = allocation.new(self.mode, self.build.listed, self.world.windowRules)
	end
	self.session = sessions.new(self.world, self.mode, self.allocation, adapted)
	return self
end

--- Has mode MAIN adapt the changed build to its own nodes and returns their environment. If the build is still what `base`,
-- the rows of the unchanged build, knows, that environment also serves the first row: mode CALCULATOR would only make it
-- again.
function rows:adapt(base)
	local session, extension = self.session, self.world.extension
	session:begin()
	self.allocation:apply(NOTHING)
	if extension then
		extension.hooks:begin(nil)
		extension.adapt()
	end
	local env, playerDB, enemyDB, minionDB = self.adaptation:adapt()
	session:rollback()
	if not base.adaptation:isNeeded(env) then
		self.ready = { env = env, playerDB = playerDB, enemyDB = enemyDB, minionDB = minionDB }
	end
	return env
end

-- The environment of a row according to the strategy, and the stores of its base.
local function environmentOf(self, set, strategy)
	local ready = self.ready
	self.ready = nil
	if ready and set.addCount == 0 and set.removeCount == 0 and strategy.mode == "CALCULATOR" and not strategy.isClicked then
		ready.env.mode = strategy.mode
		return ready.env, ready.playerDB, ready.enemyDB, ready.minionDB
	end
	return self.calcs.initEnv(self.mode, strategy.mode)
end

-- A variant with only one or two rows is calculated without keeping anything.
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
	-- The first skill of the sum may have used `env`.
	env.player.output = output
	env.player.output.SkillDPS = full.skills
	env.player.output.FullDPS = full.combinedDPS
	env.player.output.FullDotDPS = full.TotalDotDPS
end

--- From now on rows may reuse what they have in common with earlier rows.
function rows:keepEnvironments()
	local extension = self.world.extension
	self.environments = extension and extension.environments(self.mode) or nil
end

-- Lets the memo record the numbers of a row that was calculated; `known`: the numbers that it already has, which must be
-- equal.
local function note(memo, plan, known, result)
	if known then
		memo:verify(known, plan, result)
	else
		memo:keep(plan, result)
	end
end

-- One attempt at a row, from begin to commit. Returns the reason why the attempt failed and the next has to go without
-- something, or nil; and the finished environment, or nil if the memo had the numbers, which are then in `self.result`.
local function attempt(self, set, plan, memo, reasons)
	local session = self.session
	session:begin()
	self.allocation:apply(set)
	local strategy = strategies.choose(self, plan, memo, reasons)
	session:use(strategy)
	local env, playerDB, enemyDB, minionDB = environmentOf(self, set, strategy)
	if strategy.mode == "CALCULATOR" and self.adaptation:isNeeded(env) then
		return REASONS.adapts
	end
	if strategy.firstSkill and not self.environments then
		strategy.single = { env, playerDB, enemyDB, minionDB }
	end
	memo = strategy.memo
	local known = memo and memo:find(plan)
	-- A row that was being verified when another attempt became necessary is verified in that attempt, too.
	local verifies = known and (reasons ~= nil or memo:mustVerify())
	local isAnswered = known and not verifies
	if isAnswered then
		memo:give(known, plan, self.result)
	elseif not session:perform(self.calcs, env) then
		return REASONS.estimates
	elseif plan and plan.fullDps then
		addFullDps(self, env, playerDB, enemyDB, minionDB)
	end
	if strategy.slice and strategy.slice.missed then
		return REASONS.missed
	end
	if isAnswered or not memo then
		session:commit()
	else
		session:commit(note, memo, plan, known, statsModule.take(plan, env, {}))
	end
	self:count(strategy, isAnswered, verifies)
	return nil, not isAnswered and env or nil
end

-- Counts a row under the strategy that completed it.
function rows:count(strategy, isAnswered, isVerified)
	local stats = self.strategyStats
	local way = isAnswered and "answered" or strategy.mode == "MAIN" and "main" or "calculator"
	stats[way] = stats[way] + 1
	stats.clicked = stats.clicked + (strategy.isClicked and 1 or 0)
	if not isAnswered then
		stats.sliced = stats.sliced + (strategy.slice and 1 or 0)
		stats.defences = stats.defences + (strategy.isDefended and 1 or 0)
	end
	if strategy.memo then
		strategy.memo:count(isAnswered or isVerified, isVerified)
	end
end

--- Restores whatever a row changed, after one that was stopped from outside: see pob.row.session.
function rows:recover()
	self.session:rollback()
end

--- The environment of `set`, calculated; everything is restored before this returns or raises. With a plan and a memo, nil
-- if self.result already has its numbers.
function rows:run(set, plan, memo)
	local slices = self.world.extension and self.world.extension.slices
	local reasons
	while true do
		local ok, reason, env = xpcall(attempt, debug.traceback, self, set, plan, memo, reasons)
		if slices and slices:hasMissed(ok) then
			-- Other skills have to be calculated in full.
			self.isUnsliced = slices:hasNeededSkills() or self.isUnsliced
			self.strategyStats.anew = self.strategyStats.anew + 1
			ok, reason = true, REASONS.missed
		elseif ok and not reason then
			return env
		end
		self.session:rollback()
		if not ok then
			error(reason, 0)
		end
		if reason == REASONS.estimates then
			self.needsEstimations[plan.variant] = true
		end
		reasons = reasons or {}
		reasons[reason] = true
	end
end

-- The numbers of an environment by name; those of the minion have a prefix.
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

--- All numbers that PoB returns for the build's own nodes, except sums over skills, calculated now.
function rows:probe()
	return numbers(self:run(NOTHING))
end

--- All numbers that PoB returns for the build's own nodes, calculated now; which of them are stats of the build; and the
-- environment.
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

--- Adds the names of the numbers that differ between two probes to `differing`.
function rows.compare(one, other, differing)
	for name, value in pairs(one) do
		local second = other[name]
		-- NaN counts as equal to NaN.
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

--- Remembers the build's own numbers for `isClean`. Returns those that the window shows right after loading.
function rows:remember()
	self.own = self:probe()
	return numbers(self.loadedEnv)
end

--- Whether the build's own nodes still give the same bits as at first.
function rows:isClean()
	return next(rows.compare(self.own, self:probe(), {})) == nil
end

-- Sets up the environment of a set without a calculation.
local function setUp(self, set, plan)
	self.session:begin()
	self.allocation:apply(set)
	local strategy = strategies.choose(self, plan, nil, nil)
	self.session:use(strategy)
	self.calcs.initEnv(self.mode, strategy.mode)
	self.session:rollback()
end

-- Kept environments are made from the build's own nodes, so that they are the same in each state. A variant has too few
-- rows to calculate an extra one for that.
function rows:prime(plan)
	if self.environments and not self.isPrimed then
		self.isPrimed = true
		pcall(self.isVariant and setUp or self.run, self, NOTHING, plan)
	end
end

--- The values of the stats `names` for `set`, in a table that the next call overwrites; and true if they are those of
-- another row that brought the same modifiers. For the build's own nodes, these are the values that the window shows once
-- the build is loaded; for a variant, after its change.
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
	if not env then
		return self.result, true
	end
	return statsModule.take(plan, env, self.result)
end

--- Calls `look(mode, autoLevel)` while the build is as the window has it with `set` allocated: the output of mode MAIN is in
-- place, skills and items are adapted, the automatic level is off (autoLevel: whether the build has it on). With nil,
-- nothing is calculated: the build is as loaded, and its level is that of its numbers. Returns what `look` returns.
function rows:window(set, look)
	local mode, session = self.mode, self.session
	local tab = mode.calcsTab
	session:begin()
	local autoLevel = mode.characterLevelAutoMode
	local ok, result = xpcall(function()
		if set then
			self.allocation:apply(set)
		end
		session:useWindow()
		-- Otherwise PoB would change the character's level after the calculation.
		mode.characterLevelAutoMode = false
		if set then
			tab.mainEnv = self.calcs.buildOutput(mode, "MAIN")
			tab.mainOutput = tab.mainEnv.player.output
		else
			mode.characterLevel = self.build.level
		end
		return look(mode, autoLevel)
	end, debug.traceback)
	session:rollback()
	self.world.env.wipeGlobalCache()
	if not ok then
		error(result, 0)
	end
	return result
end

return rows
