-- Replaces calcs.calcFullDPS of Path of Building's Modules/Calcs.lua when the first skill of the sum is the main skill: the
-- row has already calculated that one.
--
-- The original calculates it once more, in an environment of its own that differs from the row's only in the position of
-- the base (what every character starts with, and the config tab): it is in the parents of the stores instead of at their
-- front. The second calculation would repeat the first: I28 to I33 in docs/internals/memo.md.

local graphEquality = require("pob.environment.graph_equality")
local orderGuard = require("pob.environment.order_guard")

local part = {
	name = "first_skill",
	targets = {
		{ name = "calcFullDPS", file = "Modules/Calcs.lua" },
		{ name = "GetStat", file = "Classes/ModStore.lua" },
	},
	-- I2
	wholeCalculation = true,
	requires = { "estimations", "pool", "queries" },
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

-- What a base may have besides modifiers: no calculation of a player writes these, or reads them except through the stores'
-- own functions, which also look into the parent (I30).
local CONDITIONS = { Buffed = true, Combat = true, Effective = true }

-- Whether a store's base may be moved to a parent.
local function isPlain(base)
	for name in next, base.multipliers do
		if name ~= "Level" then
			return false
		end
	end
	for name in next, base.conditions do
		if not CONDITIONS[name] then
			return false
		end
	end
	return true
end

-- Whether a store still has the state of its base.
local function keeps(store, base)
	for name, value in next, base.multipliers do
		if store.multipliers[name] ~= value then
			return false
		end
	end
	for name, value in next, base.conditions do
		if store.conditions[name] ~= value then
			return false
		end
	end
	return true
end

local function without(own, base)
	local rest = {}
	for name, value in next, own do
		if base[name] ~= value then
			rest[name] = value
		end
	end
	return rest
end

-- Whether, for each name, the modifiers in `whole` are those of `base` followed by those of `rest`.
local function isWhole(whole, base, rest, pairsOf)
	for name, list in next, whole do
		local front, back = base[name] or {}, rest[name] or {}
		if #list ~= #front + #back then
			return false
		end
		for i = 1, #list do
			pairsOf[#pairsOf + 1] = { list[i], i <= #front and front[i] or back[i - #front] }
		end
	end
	for _, half in ipairs({ base, rest }) do
		for name, list in next, half do
			if #list > 0 and not whole[name] then
				return false
			end
		end
	end
	return true
end

-- After this many failed comparisons of the two environments, further ones are expected to fail, too. Each costs a tenth of
-- a row.
local IN_VAIN = 3

-- The fields of a store that are compared here.
local STORE = { mods = true, parent = true, multipliers = true, conditions = true }

local function isEqualStore(store, other, base, pairsOf)
	if other.parent ~= base or store.parent or getmetatable(store) ~= getmetatable(other)
		or not isWhole(store.mods, base.mods, other.mods, pairsOf) then
		return false
	end
	for field, value in next, store do
		if not STORE[field] then
			pairsOf[#pairsOf + 1] = { value, rawget(other, field) }
		end
	end
	for field in next, other do
		if not STORE[field] and rawget(store, field) == nil then
			return false
		end
	end
	pairsOf[#pairsOf + 1] = { without(store.multipliers, base.multipliers), other.multipliers }
	pairsOf[#pairsOf + 1] = { without(store.conditions, base.conditions), other.conditions }
	return true
end

-- I28: whether `calcEnv`, fresh from initEnv, equals `other` with the base at the front of its stores.
local function isSame(calcEnv, other, playerDB, enemyDB, watches)
	local playerStore, enemyStore = calcEnv.modDB, calcEnv.enemyDB
	-- The stores fill themselves when first read.
	local _ = playerStore.mods, enemyStore.mods, other.modDB.mods, other.enemyDB.mods, playerDB.mods, enemyDB.mods
	if not isPlain(playerDB) or not isPlain(enemyDB) then
		return false
	end
	local pairsOf = {}
	if not isEqualStore(playerStore, other.modDB, playerDB, pairsOf)
		or not isEqualStore(enemyStore, other.enemyDB, enemyDB, pairsOf) then
		return false
	end
	local first, second = { calcEnv }, { other }
	for i = 1, #pairsOf do
		first[i + 1], second[i + 1] = pairsOf[i][1], pairsOf[i][2]
	end
	return graphEquality.compare(first, second, { [playerStore] = other.modDB, [enemyStore] = other.enemyDB }, watches)
end

function part.install(shared, env, calcs)
	local hooks = shared.hooks
	local arm = orderGuard.install(env.common.classes.ModDB, shared, env)

	-- The first skill of the sum, in the order of calcFullDPS.
	local function firstOf(skills)
		for i = 1, #skills do
			local skill = skills[i]
			if skill.socketGroup and skill.socketGroup.includeInFullDPS then
				local _, enabled = calcs.getActiveSkillCount(skill)
				if enabled then
					return skill
				end
			end
		end
	end

	-- The bases of an environment's stores; false if it cannot stand for that of FullDPS. `answer`: the results of initEnv.
	local function basesOf(answer, build)
		local calcEnv, playerDB, enemyDB, minionDB = answer[1], answer[2], answer[3], answer[4]
		if minionDB or firstOf(calcEnv.player.activeSkillList) ~= calcEnv.player.mainSkill then
			return false
		end
		-- Runs the original, unobserved.
		local asked, environments = shared.asked, shared.environments
		shared.listen(nil)
		shared.environments = nil
		local initEnv = hooks:within("initEnv", part.name)
		local other = initEnv(build, "CALCULATOR", {}, { cachedPlayerDB = playerDB, cachedEnemyDB = enemyDB })
		shared.listen(asked)
		shared.environments = environments
		if not isSame(calcEnv, other, playerDB, enemyDB, shared.watches or {}) then
			return false
		end
		local player, enemy = orderGuard.of(playerDB.mods), orderGuard.of(enemyDB.mods)
		return player and enemy and { player = player, enemy = enemy }
	end

	shared.firstSkills = setmetatable({}, { __mode = "k" })
	-- For builds whose rows have no kept environment: how many comparisons in a row have failed.
	local vain = setmetatable({}, { __mode = "k" })

	-- To be called before the calculation of a row with FullDPS: starts watching whether it can stand for that of the sum's
	-- first skill. Returns the results of initEnv for the row, or nil if it cannot.
	local function begin(calcEnv, single)
		local environments = shared.environments
		local kept = environments and environments.present and environments.present.environment
		local answer, bases
		if kept and kept.answer[1] == calcEnv then
			if kept.bases == nil then
				kept.bases = basesOf(kept.answer, environments.build)
			end
			answer, bases = kept.answer, kept.bases
		elseif single and single[1] == calcEnv then
			local build = calcEnv.build
			if (vain[build] or 0) < IN_VAIN then
				answer, bases = single, basesOf(single, build)
				-- Counts as failed until the row has shown otherwise.
				vain[build] = (vain[build] or 0) + 1
			end
		end
		if not bases then
			return nil
		end
		arm(calcEnv.modDB, bases.player)
		arm(calcEnv.enemyDB, bases.enemy)
		shared.guarding, shared.mixed, shared.readsEstimated, shared.isNested = true, false, false, false
		return answer
	end

	-- To be called after it: if the calculation can be used, calcFullDPS takes it, and later puts another output into
	-- `calcEnv`.
	local function finish(calcEnv, answer)
		shared.guarding = false
		local environments, mainSkill = shared.environments, calcEnv.player.mainSkill
		local isNested = shared.isNested
		if environments then
			isNested = environments.own.used ~= 1
		end
		-- I29, I31, I32, I30
		if shared.mixed or shared.readsEstimated or calcEnv.minion or isNested
			or not keeps(calcEnv.modDB, answer[2]) or not keeps(calcEnv.enemyDB, answer[3])
			or firstOf(calcEnv.player.activeSkillList) ~= mainSkill then
			return
		end
		vain[calcEnv.build] = nil
		shared.firstSkills[calcEnv.build] = (shared.firstSkills[calcEnv.build] or 0) + 1
		if shared.lookEarly then
			-- The memo looks into the stores, which FullDPS empties: I24.
			shared.lookEarly()
		end
		shared.performed = { env = calcEnv, skill = mainSkill, playerDB = answer[2] }
	end

	hooks:aroundCalculation(part.name, function(inner, ownCalcs, strategy, calcEnv)
		local answer = strategy.firstSkill and begin(calcEnv, strategy.single)
		local isDone = inner(ownCalcs, strategy, calcEnv)
		if isDone and answer then
			finish(calcEnv, answer)
		end
		return isDone
	end)

	-- A row that was stopped may have left these set.
	hooks:beforeRow(part.name, function()
		shared.guarding, shared.performed = false, nil
	end)

	hooks:around(calcs, "initEnv", part.name, function(initEnv, build, mode, override, specEnv)
		local performed = shared.performed
		if performed and specEnv and not specEnv.env and specEnv.cachedPlayerDB == performed.playerDB then
			return performed.env, specEnv.cachedPlayerDB, specEnv.cachedEnemyDB, specEnv.cachedMinionDB
		end
		shared.isNested = true
		return initEnv(build, mode, override, specEnv)
	end)

	hooks:around(calcs, "perform", part.name, function(perform, calcEnv, skipEHP)
		local performed = shared.performed
		if performed then
			shared.performed = nil
			if performed.env == calcEnv and performed.skill == calcEnv.player.mainSkill then
				return
			end
		end
		return perform(calcEnv, skipEHP)
	end)
end

return part
