--- What PoB's mode MAIN changes in the build because of the tree: when it would, and how to undo it.

local adaptation = {}
adaptation.__index = adaptation

local DAMAGE_STATS = {
	"PhysicalMin", "PhysicalMax", "FireMin", "FireMax", "ColdMin", "ColdMax", "LightningMin", "LightningMax", "ChaosMin",
	"ChaosMax",
}

-- Fields of a gem that PoB's calculation writes back, in every mode, when the skill does not have what they select: stages,
-- parts, mines, minions.
local GEM_FIELDS = {
	"skillPart", "skillPartCalcs", "skillMineCount", "skillMineCountCalcs", "skillStageCount", "skillStageCountCalcs",
	"skillMinion", "skillMinionCalcs", "skillMinionItemSet", "skillMinionItemSetCalcs", "skillMinionSkill",
	"skillMinionSkillCalcs", "nameSpec", "displayEffect", "supportEffect",
}

local function copy(source)
	local target = {}
	for key, value in pairs(source) do
		target[key] = value
	end
	return target
end

local function refill(target, source)
	for key in pairs(target) do
		if source[key] == nil then
			target[key] = nil
		end
	end
	for key, value in pairs(source) do
		if target[key] ~= value then
			target[key] = value
		end
	end
end

-- Skills granted by nodes and items, as a single text: MAIN finds the socket group of each by these four fields.
local function grantedSignature(env)
	local list = {}
	for i, skill in ipairs(env.grantedSkills) do
		list[i] = table.concat({
			tostring(skill.source), tostring(skill.slotName), tostring(skill.skillId), tostring(skill.level),
			tostring(skill.noSupports), tostring(skill.triggered), tostring(skill.triggerChance),
		}, "|")
	end
	table.sort(list)
	return table.concat(list, "\n")
end

local function explodeSignature(env)
	local list = {}
	for _, source in ipairs(env.explodeSources) do
		list[tostring(source.modSource or source.id)] = true
	end
	local names = {}
	for name in pairs(list) do
		names[#names + 1] = name
	end
	table.sort(names)
	return table.concat(names, "\n")
end

local function make(world, mode)
	return setmetatable({ world = world, mode = mode, gems = {} }, adaptation)
end

--- For a build as loaded.
function adaptation.new(world, mode)
	local self = make(world, mode)
	self:rememberGems()
	self:rememberSkills((self:setUp("CALCULATOR")))
	self:restoreGems()
	return self
end

--- For a changed build, which `adapt` has yet to process.
function adaptation.ofChanged(world, mode)
	return make(world, mode)
end

--- Adapts a build that was changed for good, as the window's next frame does. Returns what initEnv returns.
function adaptation:adapt()
	self.world.env.wipeGlobalCache()
	local calcEnv, playerDB, enemyDB, minionDB = self:setUp("MAIN")
	self:rememberSkills(calcEnv)
	self:rememberGems()
	return calcEnv, playerDB, enemyDB, minionDB
end

function adaptation:setUp(kind)
	return self.mode.calcsTab.calcs.initEnv(self.mode, kind)
end

function adaptation:hasThorns(modDB)
	local env = self.world.env
	local thorns, band = env.ModFlag.Thorns, env.AND64
	while modDB do
		for i = 1, #DAMAGE_STATS do
			local mods = modDB.mods[DAMAGE_STATS[i]]
			if mods then
				for j = 1, #mods do
					if mods[j].type == "BASE" and band(mods[j].flags or 0, thorns) ~= 0 then
						return true
					end
				end
			end
		end
		modDB = modDB.parent
	end
	return false
end

-- Remembers what rows restore.
function adaptation:rememberGems()
	self.gems = {}
	for _, group in ipairs(self.mode.skillsTab.socketGroupList) do
		for _, gem in ipairs(group.gemList) do
			local values = {}
			for i = 1, #GEM_FIELDS do
				values[i] = gem[GEM_FIELDS[i]]
			end
			self.gems[#self.gems + 1] = { gem = gem, values = values }
		end
	end
end

-- Remembers what rows are compared with.
function adaptation:rememberSkills(env)
	self.granted = grantedSignature(env)
	self.explodes = explodeSignature(env)
	self.thorns = self:hasThorns(env.modDB)
end


--- Whether mode MAIN would change the socket groups of the build for the tree of `env`.
function adaptation:isNeeded(env)
	return grantedSignature(env) ~= self.granted
		or (#env.explodeSources > 0 or self.explodes ~= "") and explodeSignature(env) ~= self.explodes
		or self:hasThorns(env.modDB) ~= self.thorns
end

--- Saves everything that MAIN may write, before it runs.
function adaptation:save()
	local mode = self.mode
	local skills, items = mode.skillsTab, mode.itemsTab
	local saved = {
		list = copy(skills.socketGroupList),
		groups = {},
		displayGroup = skills.displayGroup,
		mainSocketGroup = mode.mainSocketGroup,
		weaponFlags = items.lastWeaponFlagState,
		slots = {},
		itemSet = items.activeItemSet,
		itemSetSlots = {},
		nodes = {},
	}
	for i, group in ipairs(skills.socketGroupList) do
		local gems = {}
		for j, gem in ipairs(group.gemList) do
			gems[j] = { gem = gem, fields = copy(gem) }
		end
		saved.groups[i] = { group = group, fields = copy(group), gemList = group.gemList, gems = gems }
	end
	for _, slot in pairs(items.slots) do
		saved.slots[slot] = slot.selItemId
	end
	for name, slot in pairs(items.activeItemSet) do
		if type(slot) == "table" and slot.selItemId then
			saved.itemSetSlots[name] = slot.selItemId
		end
	end
	self.saved = saved
end

function adaptation:restoreGems()
	for i = 1, #self.gems do
		local entry = self.gems[i]
		local gem, values = entry.gem, entry.values
		for j = 1, #GEM_FIELDS do
			local field = GEM_FIELDS[j]
			if gem[field] ~= values[j] then
				gem[field] = values[j]
			end
		end
	end
end

--- Restores the build to its state before the row.
function adaptation:restore()
	local saved = self.saved
	if saved then
		local mode = self.mode
		local skills, items = mode.skillsTab, mode.itemsTab
		refill(skills.socketGroupList, saved.list)
		for _, entry in ipairs(saved.groups) do
			refill(entry.group, entry.fields)
			local gems = {}
			for j, kept in ipairs(entry.gems) do
				refill(kept.gem, kept.fields)
				gems[j] = kept.gem
			end
			refill(entry.gemList, gems)
		end
		skills.displayGroup = saved.displayGroup
		mode.mainSocketGroup = saved.mainSocketGroup
		items.lastWeaponFlagState = saved.weaponFlags
		for slot, itemId in pairs(saved.slots) do
			slot.selItemId = itemId
		end
		for name, itemId in pairs(saved.itemSetSlots) do
			saved.itemSet[name].selItemId = itemId
		end
		self.saved = nil
	end
	self:restoreGems()
end

return adaptation
