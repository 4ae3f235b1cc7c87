-- ModStore:EvalMod, GetCondition and GetMultiplier of Path of Building's Classes/ModStore.lua.
--
-- EvalMod is a chain of 25 string comparisons per tag. Nearly all modifiers carry only plain conditions and tests of the
-- skill. Those are handled here, and all others by the original, from the start. The results are equal because the tags are
-- tested in order, by the same reads; a failing tag ends with no value; and what was read before the original takes over
-- has no side effects. Tags that the original's chain does not know pass. Tags with a global limit or with lists of names,
-- and all tags that change the value, go to the original.
--
-- GetCondition and GetMultiplier make the same reads in the same order; the names of the modifiers that stand for a
-- condition or multiplier are cached in a table.

local part = {
	name = "eval_mod",
	targets = {
		{ name = "EvalMod", file = "Classes/ModStore.lua", label = "ModStore:EvalMod" },
		{ name = "GetCondition", file = "Classes/ModStore.lua", label = "ModStore:GetCondition" },
		{ name = "GetMultiplier", file = "Classes/ModStore.lua", label = "ModStore:GetMultiplier" },
	},
}

function part.ready(env)
	local list = env.common and env.common.classes
	return list and list.ModDB and list.ModDB.HasModInternal and list.ModList and list.ModList.HasModInternal
end

-- What to do for each type of tag; nil: left to the original
local CONDITION, SKILL_TYPE, SKILL_ID, SKILL_NAME, SLOT_NAME, PASS = 1, 2, 3, 4, 5, 6
local action = {
	Condition = CONDITION,
	SkillType = SKILL_TYPE,
	SkillId = SKILL_ID,
	SkillName = SKILL_NAME,
	SlotName = SLOT_NAME,
	GlobalEffect = PASS,
	Global = PASS,
	IgnoreCond = PASS,
}

function part.install(_, env)
	local classes = env.common.classes
	local modDB, modList = classes.ModDB, classes.ModList
	local original = classes.ModStore.EvalMod

	local lowered = setmetatable({}, {
		__index = function(t, text)
			local low = text:lower()
			t[text] = low
			return low
		end,
	})

	-- true: passes, false: fails, nil: ask the original
	local function passes(self, tag, cfg)
		local act = action[tag.type]
		if act == nil or tag.globalLimit then
			return nil
		end
		local match
		if act == PASS then
			return true
		elseif act == CONDITION then
			local var = tag.var
			if tag.varList or var == nil then
				return nil
			end
			if tag.neg then
				-- a weapon that counts as all one-handed weapons matters here
				local actor = self.actor
				local weapon1, weapon2 = actor.weaponData1, actor.weaponData2
				if (weapon1 and weapon1.countsAsAll1H) or (weapon2 and weapon2.countsAsAll1H) then
					return nil
				end
			end
			match = self:GetCondition(var, cfg) or (cfg and cfg.skillCond and cfg.skillCond[var])
		elseif act == SKILL_TYPE then
			if tag.skillTypeList then
				return nil
			end
			match = cfg and cfg.skillTypes and cfg.skillTypes[tag.skillType]
		elseif act == SKILL_ID then
			return cfg ~= nil and cfg ~= false and cfg.skillGrantedEffect ~= nil
				and cfg.skillGrantedEffect.id == tag.skillId
		elseif act == SKILL_NAME then
			if tag.includeTransfigured or tag.skillNameList or tag.partialMatch or tag.skillName == nil then
				return nil
			end
			local name
			if tag.summonSkill then
				name = cfg and cfg.summonSkillName or ""
			else
				name = cfg and cfg.skillName or ""
			end
			match = lowered[tag.skillName] == lowered[name]
		else
			if tag.slotNameList then
				return nil
			end
			if not cfg then
				return false
			end
			match = tag.slotName == cfg.slotName
		end
		if tag.neg then
			return not match
		end
		return match and true or false
	end

	local function evalMod(self, mod, cfg, globalLimits)
		for i = 1, #mod do
			local answer = passes(self, mod[i], cfg)
			if answer == nil then
				return original(self, mod, cfg, globalLimits)
			elseif not answer then
				return
			end
		end
		return mod.value
	end

	local conditionName = setmetatable({}, {
		__index = function(t, var)
			local name = "Condition:" .. var
			t[var] = name
			return name
		end,
	})
	local multiplierName = setmetatable({}, {
		__index = function(t, var)
			local name = "Multiplier:" .. var
			t[var] = name
			return name
		end,
	})

	local function getCondition(self, var, cfg, noMod)
		if cfg and cfg.overrideCond and cfg.overrideCond[var] ~= nil then
			return cfg.overrideCond[var]
		end
		local value = self.conditions[var]
		if value then
			return value
		end
		local parent = self.parent
		value = parent and parent:GetCondition(var, cfg, true)
		if value then
			return value
		end
		return not noMod and self:Flag(cfg, conditionName[var])
	end

	local function getMultiplier(self, var, cfg, noMod)
		if noMod then
			local parent = self.parent
			return (self.multipliers[var] or 0) + (parent and parent:GetMultiplier(var, cfg, true) or 0) + 0
		end
		local name = multiplierName[var]
		local value = self:Override(cfg, name)
		if value then
			return value
		end
		local parent = self.parent
		return (self.multipliers[var] or 0) + (parent and parent:GetMultiplier(var, cfg, true) or 0)
			+ (self:Sum("BASE", cfg, name) or 0)
	end

	for _, class in ipairs({ modDB, modList }) do
		class.EvalMod = evalMod
		class.GetCondition = getCondition
		class.GetMultiplier = getMultiplier
	end
end

return part
