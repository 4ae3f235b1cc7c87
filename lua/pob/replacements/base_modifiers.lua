-- The opening of calcs.initEnv of Path of Building's Modules/CalcSetup.lua: the
-- modifiers that every character and enemy starts with, those of the config tab and of
-- the party tab, and the copies of both databases for FullDPS.
--
-- The original makes 230 modifiers and copies both databases for every row. They are a
-- function of the class, the levels, the config, the buff mode and constants; here they
-- are kept while those are the same. Equal because the kept modifiers are those that
-- the original made, in its order per name, in fresh lists, with fresh copies of
-- conditions and multipliers; modifiers in a database are shared between rows by the
-- original too (those of items, tree and config), so nothing may write into them. The
-- two copies, which only FullDPS reads, are filled when they are first looked at.
--
-- The edits put the original's own lines into the else branch of a test; they hold no
-- text of Path of Building.

local pairs = pairs
local setmetatable = setmetatable

local part = {
	name = "base_modifiers",
	targets = {
		{ name = "initEnv", file = "Modules/CalcSetup.lua", lines = 1577, hash = "dcfa0e68c7fb6bde" },
	},
	-- lines are counted from the function's first
	edits = {
		[1] = {
			{
				line = 113,
				before = "local kept1, kept2 = __pobatch.restoreBase(env, classStats) "
					.. "if kept1 then cachedPlayerDB, cachedEnemyDB = kept1, kept2 else ",
			},
			{ line = 196, after = " __pobatch.saveBase(env, classStats) end" },
		},
	},
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

local function copyMods(mods)
	local copy = {}
	for name, list in pairs(mods) do
		local fresh = {}
		for i = 1, #list do
			fresh[i] = list[i]
		end
		copy[name] = fresh
	end
	return copy
end

local function copyFlat(values)
	local copy = {}
	for key, value in pairs(values) do
		copy[key] = value
	end
	return copy
end

local function snapshot(db)
	return {
		mods = copyMods(db.mods),
		conditions = copyFlat(db.conditions),
		multipliers = copyFlat(db.multipliers),
	}
end

local function fill(db, saved)
	db.mods = copyMods(saved.mods)
	for key, value in pairs(saved.conditions) do
		db.conditions[key] = value
	end
	for key, value in pairs(saved.multipliers) do
		db.multipliers[key] = value
	end
end

function part.install(shared, env)
	local class = env.common.classes.ModDB

	-- A ModDB that takes its contents when any field of it is first read.
	local function lazyCopy(saved)
		return setmetatable({}, {
			__index = function(db, key)
				setmetatable(db, nil)
				db.parent = false
				db.actor = {}
				db.mods = copyMods(saved.mods)
				db.conditions = copyFlat(saved.conditions)
				db.multipliers = copyFlat(saved.multipliers)
				db.Object = db
				setmetatable(db, class)
				return db[key]
			end,
		})
	end

	-- build -> what was kept of its last row
	local keptOf = shared.keptBase or setmetatable({}, { __mode = "k" })
	shared.keptBase = keptOf

	-- Everything the kept part is made from.
	local function inputs(calcEnv, classStats)
		local build = calcEnv.build
		local config, party = build.configTab, build.partyTab
		return {
			classStats, calcEnv.data, calcEnv.classId, calcEnv.mode_buffs, calcEnv.mode_combat,
			calcEnv.mode_effective, build.characterLevel, calcEnv.enemyLevel,
			calcEnv.configInput.resistancePenalty or -60,
			config.modList, #config.modList, config.enemyModList, #config.enemyModList,
			party.enemyModList, #party.enemyModList,
		}
	end

	local function same(a, b)
		for i = 1, #a do
			if a[i] ~= b[i] then
				return false
			end
		end
		return true
	end

	function shared.restoreBase(calcEnv, classStats)
		local kept = keptOf[calcEnv.build]
		if not kept or calcEnv.minion or calcEnv.mode ~= "CALCULATOR" then
			return nil
		end
		local player, enemy = calcEnv.modDB, calcEnv.enemyDB
		if next(player.mods) or next(enemy.mods) or player.parent or enemy.parent
			or not same(kept.inputs, inputs(calcEnv, classStats)) then
			return nil
		end
		fill(player, kept.player)
		fill(enemy, kept.enemy)
		return lazyCopy(kept.player), lazyCopy(kept.enemy)
	end

	function shared.saveBase(calcEnv, classStats)
		if calcEnv.mode == "CALCULATOR" and not calcEnv.minion then
			keptOf[calcEnv.build] = {
				inputs = inputs(calcEnv, classStats),
				player = snapshot(calcEnv.modDB),
				enemy = snapshot(calcEnv.enemyDB),
			}
		end
	end
end

return part
