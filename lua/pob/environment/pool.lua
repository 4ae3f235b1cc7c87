-- Environments that rows share. calcs.initEnv of Path of Building's Modules/CalcSetup.lua accounts for a third of a row's
-- work (items, gems, supports and skills), and most rows do not differ in any of that. This module decides which kept
-- environment serves a row, and when another one is made; snapshot.lua defines what one is, and when it serves. Numbers
-- with an I are invariants of docs/internals/memo.md.

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

-- The number of environments of one kind that a row may use at the same time: triggers calculate other skills in their own.
local SIDE_BY_SIDE = 4
-- The number of failed attempts to make one before it is given up.
local ATTEMPTS = 3

-- The number of rows with the same difference to an environment before one is made for them, too; and how many of those
-- there may be. A search gives up the same few nodes over and over.
local OFTEN, OTHERS = 3, 4
-- The number of differences that are counted before all are forgotten.
local DIFFERENCES = 200

-- The initial number of successive rows that an environment may fail to serve before another one is made from the current
-- row; it doubles each time. The very first row may be unusual, and a search moves away from where it began.
local PATIENCE = 8

-- Environments with the same base. `used`: by the present row so far; `attempts`: failed ones. `others`: for each
-- environment, the additional ones for rows that it does not serve; `unserved`: how often rows came that none serves, by
-- their difference.
local function newKind(enemyDB, minionDB)
	return {
		used = 0, attempts = 0, patience = PATIENCE, enemyDB = enemyDB, minionDB = minionDB,
		others = {}, unserved = {}, unservedCount = 0,
	}
end

function part.install(shared, env, calcs)
	local buildList = calcs.buildModListForNodeList

	-- `now.making` is the environment that is being made, if any. It is in a table because of how the nursery treats
	-- variables of old functions: see binding/luajit/nursery.h.
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
		-- Runs once to record its queries (I4; those of the memo are separate), and once to keep the result.
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
		-- Environments whose base is in another store belong to an environment that is kept itself.
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

	-- What is kept for one build: `own`, environments with their own base; `within`, the others, by the store that has the
	-- base. And for the present row: `present`, the differences of its first environment from the kept one, if it is one.
	shared.newEnvironments = function(build)
		return { build = build, own = newKind(), within = {}, reused = 0, plain = 0, made = 0 }
	end

	-- All environments are free again; from now on those of the strategy are used.
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
