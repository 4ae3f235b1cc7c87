-- Environments that rows have in common: calcs.initEnv of Path of Building's Modules/CalcSetup.lua makes a third of a row's
-- work (items, gems, supports and skills), none of which differs between most rows. Which of those that are kept serves a
-- row, and when another one is made; snapshot.lua says what one is, and when it serves. Numbers with an I are invariants of
-- docs/internals/memo.md.

local kept = require("pob.environment.snapshot")

local next = next

local FILE = "Modules/CalcSetup.lua"

local part = {
	name = "pool",
	targets = {
		{ name = "buildModListForNode", file = FILE },
		{ name = "buildModListForNodeList", file = FILE },
	},
	-- I2
	wholeCalculation = true,
	requires = { "queries" },
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

-- Environments of one kind that a row may use side by side: triggers calculate other skills in one of their own.
local SIDE_BY_SIDE = 4
-- Rows that may fail to make one before it is given up.
local ATTEMPTS = 3

-- Rows with the same difference to an environment before one is made for them, too; and how many of these there may be.
-- A search gives up the same few nodes over and over.
local OFTEN, OTHERS = 3, 4
-- Differences that are counted, before all are forgotten.
local DIFFERENCES = 200

-- Rows in succession that an environment may not serve before another one is made of the row at hand, at first; twice
-- as many each time. The first row of all may be an odd one, and a search moves away from where it began.
local PATIENCE = 8

-- Environments with the same base: `used` by the present row so far, `attempts` in vain. `others`: besides each of them,
-- those for rows that it does not serve; `unserved`: how often rows came that none serves, by what they have otherwise.
local function newKind(enemyDB, minionDB)
	return {
		used = 0, attempts = 0, patience = PATIENCE, enemyDB = enemyDB, minionDB = minionDB,
		others = {}, unserved = {}, unservedCount = 0,
	}
end

function part.install(shared, env, calcs)
	local buildList = calcs.buildModListForNodeList

	-- The environment that is being made, if any, `now.making`. In a table: see binding/luajit/nursery.h on variables of old
	-- functions.
	local now = {}

	function calcs.buildModListForNodeList(calcEnv, nodeList, finishJewels, withKeystones)
		local list = buildList(calcEnv, nodeList, finishJewels, withKeystones)
		local making = now.making
		if making and finishJewels and not withKeystones and not making.all then
			making.all, making.allLists, making.calcEnv = list, shared.nodeLists, calcEnv
			for name, mods in next, calcEnv.modDB.mods do
				making.before[name] = #mods
			end
		end
		return list
	end

	local function make(initEnv, build, mode, override, specEnv)
		local self = kept.new(shared, env)
		-- Once to write its queries down (I4; the cache of rows has others to write down), once to keep it.
		local asked = shared.asked
		shared.listen(self.asked)
		initEnv(build, mode, override and {}, specEnv)
		shared.listen(asked)
		self.mark = {}
		now.making = self
		local calcEnv, playerDB, enemyDB, minionDB = initEnv(build, mode, override, specEnv)
		now.making = nil
		return self:keep(build, override, calcEnv, playerDB, enemyDB, minionDB), calcEnv, playerDB, enemyDB, minionDB
	end

	-- Whether rows with such nodes, which none of the environments serves, came often enough to make one for them.
	local function isOften(kind, place, nodes, sequence)
		local others = kind.others[place]
		if others and #others >= OTHERS then
			return false
		end
		local difference = place .. "\n" .. kind[place]:differenceTo(nodes, sequence)
		local count = (kind.unserved[difference] or 0) + 1
		if count == 1 then
			kind.unservedCount = kind.unservedCount + 1
			if kind.unservedCount > DIFFERENCES then
				kind.unserved, kind.unservedCount = {}, 1
			end
		end
		kind.unserved[difference] = count
		return count == OFTEN
	end

	-- What lies within an environment's base is of no use without it: I10.
	local function forgetWithin(environments, self)
		if self.answer[2] then
			environments.within[self.answer[2]] = nil
		end
	end

	shared.hooks:around(calcs, "initEnv", part.name, function(initEnv, build, mode, override, specEnv)
		local environments, making = shared.environments, now.making
		if making then
			making.nested = true
		end
		-- I3
		if not environments or making or mode ~= "CALCULATOR" or environments.build ~= build
			or override and next(override) or specEnv and specEnv.env then
			return initEnv(build, mode, override, specEnv)
		end
		local playerDB = specEnv and specEnv.cachedPlayerDB
		-- Those whose base lies in another store belong to an environment that is kept itself.
		local kind = playerDB == nil and environments.own or environments.within[playerDB]
		if not kind or kind.used >= SIDE_BY_SIDE or kind.attempts >= ATTEMPTS
			or kind.enemyDB ~= (specEnv and specEnv.cachedEnemyDB) or kind.minionDB ~= (specEnv and specEnv.cachedMinionDB) then
			environments.plain = environments.plain + 1
			return initEnv(build, mode, override, specEnv)
		end
		kind.used = kind.used + 1
		local place = kind.used
		local first, others = kind[place], kind.others[place]
		local isOther = false
		if first then
			local self, calcEnv, present = first, first:reuse(build, override)
			local unlike = not calcEnv and present
			for i = 1, not calcEnv and others and #others or 0 do
				self = others[i]
				calcEnv, present = self:reuse(build, override)
				if calcEnv then
					break
				end
			end
			if calcEnv then
				environments.reused = environments.reused + 1
				first.misses = 0
				if kind == environments.own and place == 1 then
					environments.present = present
				end
				return calcEnv, self.answer[2], self.answer[3], self.answer[4]
			end
			first.misses = first.misses + 1
			isOther = first.misses < kind.patience
			if isOther and not isOften(kind, place, build.spec.allocNodes, unlike) then
				environments.plain = environments.plain + 1
				return initEnv(build, mode, override, specEnv)
			elseif not isOther then
				kind.patience, kind[place] = 2 * kind.patience, nil
				kind.unserved, kind.unservedCount = {}, 0
				if kind == environments.own then
					forgetWithin(environments, first)
				end
			end
		end
		kind.attempts = kind.attempts + (isOther and 0 or 1)
		local self, calcEnv, enemyDB, minionDB
		self, calcEnv, playerDB, enemyDB, minionDB = make(initEnv, build, mode, override, specEnv)
		environments.made = environments.made + 1
		if self then
			if isOther then
				kind.others[place] = others or {}
				table.insert(kind.others[place], self)
			else
				kind.attempts = kind.attempts - 1
				kind[place] = self
			end
			if playerDB and not specEnv then
				environments.within[playerDB] = newKind(enemyDB, minionDB)
			end
		elseif not isOther then
			kind.used = kind.used - 1
		end
		return calcEnv, playerDB, enemyDB, minionDB
	end)

	-- What is kept for one build: `own`, environments with a base of their own; `within`, by the store that has it. And
	-- of the present row: `present`, what its first environment has otherwise than the one that is kept, if it is one.
	shared.newEnvironments = function(build)
		return { build = build, own = newKind(), within = {}, reused = 0, plain = 0, made = 0 }
	end

	-- All environments are free; those of the strategy are used from now on.
	shared.hooks:beforeRow(part.name, function(strategy)
		local environments = strategy and strategy.environments
		now.making, shared.environments = nil, environments
		if environments then
			environments.own.used, environments.present = 0, nil
			for _, kind in next, environments.within do
				kind.used = 0
			end
		end
	end)
end

return part
