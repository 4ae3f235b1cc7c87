-- Modifiers that never apply because of a tag: it asks for a condition that was never met, for a type of skill that no
-- skill has, or for a multiplier that was never anything but 0, in any calculation of a build so far. A row with one more
-- or one fewer of them has the same numbers: I17 to I19 in docs/internals/memo.md.
--
-- Used only if every module of the calculation is a known one.

local next, type, rawset, getmetatable, setmetatable = next, type, rawset, getmetatable, setmetatable

local inertModifiers = {}

local CONDITION, MULTIPLIER = "^Condition:(.+)", "^Multiplier:"

-- name of a modifier -> the condition that it sets, its own name if it is a multiplier, or false
local conditionOf = setmetatable({}, {
	__index = function(t, name)
		local condition = type(name) == "string" and (name:match(CONDITION) or name:find(MULTIPLIER) and name) or false
		if name ~= nil then
			t[name] = condition
		end
		return condition
	end,
})
inertModifiers.conditionOf = conditionOf

-- What the calculation writes into `skillCond` (I18).
local SKILL_CONDITIONS = {
	MainHandAttack = true, OffHandAttack = true, usedByMirage = true, SkillIsTriggered = true, SkillIsFocused = true,
	CriticalStrike = true,
}
-- Types that the calculation adds to skills.
local SKILL_TYPES = { "CreatesCompanion", "OtherThingUsesSkill" }

-- The prefix under which types of skills are recorded among the conditions.
local SKILL_TYPE = "SkillType "

-- Types of modifiers whose value is ignored entirely when they do not apply (I17).
local KINDS = { BASE = true, INC = true, FLAG = true }
-- Actors whose stores are among those watched.
local ACTORS = { enemy = true, player = true }

local met = {}
met.__index = met

---The record for the calculations of one build.
---@param env table @the globals of Path of Building's code
function inertModifiers.new(env)
	local self = setmetatable({
		-- the conditions that were met; how many were recorded
		conditions = {}, count = 0,
		-- environment -> what it had when it was set up
		seen = setmetatable({}, { __mode = "k" }),
	}, met)
	for _, name in ipairs(SKILL_TYPES) do
		local skillType = env.SkillType[name]
		if skillType then
			self.conditions[SKILL_TYPE .. tostring(skillType)] = true
		end
	end
	return self
end

---@param base table|nil
---@return table @what rows meet in addition to what `base` has
function inertModifiers.row(base)
	return setmetatable({ base = base, conditions = {}, count = 0 }, met)
end

function met:note(condition)
	local base = self.base
	if not self.conditions[condition] and not (base and base.conditions[condition]) then
		self.conditions[condition] = true
		self.count = self.count + 1
	end
end

---To be called before a row.
function met:begin()
	if self.count > 0 then
		self.conditions, self.count = {}, 0
	end
end

local function lookAtStore(found, store)
	while store do
		for name, value in next, store.conditions do
			if value then
				found[name] = true
			end
		end
		for name, value in next, store.multipliers do
			if value ~= 0 then
				found["Multiplier:" .. name] = true
			end
		end
		for name, list in next, store.mods or {} do
			if conditionOf[name] and list[1] then
				found[conditionOf[name]] = true
			end
		end
		for i = 1, #store do
			local condition = conditionOf[store[i].name]
			if condition then
				found[condition] = true
			end
		end
		store = store.parent
	end
end

local function lookAtSkills(found, skills)
	for _, skill in ipairs(skills or {}) do
		for skillType, has in next, skill.skillTypes or {} do
			if has then
				found[SKILL_TYPE .. tostring(skillType)] = true
			end
		end
		for _, field in ipairs({ "skillModList", "baseSkillModList" }) do
			if skill[field] then
				lookAtStore(found, skill[field])
			end
		end
		if skill.minion then
			lookAtSkills(found, skill.minion.activeSkillList)
			lookAtStore(found, skill.minion.modDB)
		end
	end
end

-- A list of the conditions that an environment has when it is set up.
local function conditionsOf(calcEnv)
	local found, list = {}, {}
	for _, store in ipairs({ calcEnv.modDB, calcEnv.enemyDB, calcEnv.itemModDB }) do
		lookAtStore(found, store)
	end
	lookAtSkills(found, calcEnv.player.activeSkillList)
	lookAtSkills(found, { calcEnv.player.mainSkill })
	for condition in next, found do
		list[#list + 1] = condition
	end
	return list
end

---Watches where conditions are met: I18. False conditions and multipliers that are 0 are left out of their tables.
---@param shared table @of the extension: shared.met is where the present calculations record, if anywhere
function inertModifiers.install(shared)
	local meta = {
		__newindex = function(conditions, name, value)
			if value then
				rawset(conditions, name, value)
				local present = shared.met
				if present then
					present:note(name)
				end
			end
		end,
	}

	local ofMultipliers = {
		__newindex = function(multipliers, name, value)
			if value ~= 0 then
				rawset(multipliers, name, value)
				local present = shared.met
				if present then
					present:note("Multiplier:" .. name)
				end
			end
		end,
	}
	-- Environments are compared without these metatables.
	shared.watches = { [meta] = true, [ofMultipliers] = true }

	local function watch(store)
		if getmetatable(store.conditions) ~= meta then
			setmetatable(store.conditions, meta)
		end
		if getmetatable(store.multipliers) ~= ofMultipliers then
			setmetatable(store.multipliers, ofMultipliers)
		end
	end

	---Conditions for a new store that conditions may be written into: a store of modifiers by name, or a skill's own list.
	function shared.newConditions()
		return setmetatable({}, meta)
	end

	---Called when a modifier is added to a store. Modifiers that set no condition need not be reported.
	function shared.addCondition(name)
		local condition = shared.met and conditionOf[name]
		if condition then
			shared.met:note(condition)
		end
	end

	---Called when an environment was set up: records what it has, and watches it from now on.
	function met:look(calcEnv)
		-- A kept environment comes back as it was, with different modifiers of the tree.
		local seen = self.base.seen
		local list = seen[calcEnv]
		if not list then
			list = conditionsOf(calcEnv)
			seen[calcEnv] = list
		end
		for i = 1, #list do
			self:note(list[i])
		end
		-- Restoring an environment removes the watches.
		watch(calcEnv.modDB)
		watch(calcEnv.enemyDB)
	end
end

-- The row's own modifiers that set conditions are in its store (I18).
local function isMet(self, condition, mods)
	if self.conditions[condition] or SKILL_CONDITIONS[condition] or self.base and self.base.conditions[condition] then
		return true
	end
	local list = mods[conditionOf[condition] and condition or "Condition:" .. condition]
	return list ~= nil and list[1] ~= nil
end

-- Path of Building writes a node's weapon set into its modifiers as a tag, which changes from row to row (I20).
local function isWritten(tag)
	return tag.type == "Condition" and type(tag.var) == "string" and tag.var:find("^WeaponSet") ~= nil
end

---The condition of the weapon set that is currently written into a modifier, or false.
function inertModifiers.setOf(mod)
	for i = #mod, 1, -1 do
		if isWritten(mod[i]) then
			return mod[i].var
		end
	end
	return false
end

-- Tags that leave a value as it is, or keep the modifier from applying.
local PLAIN = {
	Condition = true, ActorCondition = true, SkillType = true, SkillName = true, SlotName = true, GlobalEffect = true,
}

-- Whether a value stays 0 once it is multiplied by 0.
local function staysZero(mod)
	for i = 1, #mod do
		local tag = mod[i]
		if not PLAIN[tag.type] and (tag.type ~= "Multiplier" or tag.base or tag.invert or tag.divVar or tag.limitVar
			or tag.limitTotal or tag.limitNegTotal or tag.limit and tag.limit < 0) then
			return false
		end
	end
	return (mod.type == "BASE" or mod.type == "INC") and type(mod.value) == "number"
end

local function multipliersOf(tag)
	local names = {}
	for _, var in next, tag.varList or { tag.var } do
		names[#names + 1] = "Multiplier:" .. var
	end
	return names
end

-- I17: the tags of a modifier that may never pass, as a list of { conditions } or { skillTypes } lists; false if it has
-- none.
local tagsOf = setmetatable({}, {
	__mode = "k",
	__index = function(t, mod)
		local tags = KINDS[mod.type] and {}
		for i = 1, tags and #mod or 0 do
			local tag = mod[i]
			if tag.globalLimit or tag.globalLimitKey then
				tags = false
				break
			elseif tag.neg or isWritten(tag) then
				-- This tag may pass.
			elseif tag.type == "Condition"
				or tag.type == "ActorCondition" and (tag.var or tag.varList) and (not tag.actor or ACTORS[tag.actor]) then
				tags[#tags + 1] = { conditions = tag.varList or { tag.var } }
			elseif tag.type == "MultiplierThreshold" and not tag.upper and not tag.equals and type(tag.threshold) == "number"
				and tag.threshold > 0 and not tag.thresholdActor and (not tag.actor or ACTORS[tag.actor])
				or tag.type == "Multiplier" and (not tag.actor or ACTORS[tag.actor]) and staysZero(mod) then
				tags[#tags + 1] = { conditions = multipliersOf(tag) }
			elseif tag.type == "SkillType" then
				local names = {}
				for _, skillType in next, tag.skillTypeList or { tag.skillType } do
					names[#names + 1] = SKILL_TYPE .. tostring(skillType)
				end
				tags[#tags + 1] = { skillTypes = names }
			end
		end
		tags = tags and tags[1] and tags or false
		t[mod] = tags
		return tags
	end,
})

local function mayPass(self, tag, mods)
	for _, condition in next, tag.conditions or {} do
		if isMet(self, condition, mods) then
			return true
		end
	end
	local base = self.base
	for _, name in next, tag.skillTypes or {} do
		if self.conditions[name] or base and base.conditions[name] then
			return true
		end
	end
	return false
end

---Whether the condition of a weapon set (of `setOf`) keeps a modifier from applying.
function met:isOutOfSet(mod, set, mods)
	return KINDS[mod.type] and set and not isMet(self, set, mods) or false
end

---Whether a modifier has applied in no calculation so far.
---@param mods table @name -> list, of the store that the current row is calculated with
function met:isVain(mod, mods)
	local tags = tagsOf[mod]
	for i = 1, tags and #tags or 0 do
		if not mayPass(self, tags[i], mods) then
			return true
		end
	end
	return false
end

return inertModifiers
