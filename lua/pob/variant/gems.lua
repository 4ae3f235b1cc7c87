-- Gems of a variant, set through the controls of Path of Building's Skills tab. What these controls write in addition to a gem
-- differs between versions.

local refuse = require("pob.variant.refuse")

local gems = {}

-- Finds a gem by its exact name, or as the window does for an abbreviation; returns its id and its data.
local function idOf(tab, where, name)
	for id, data in pairs(tab.build.data.gems) do
		if data.name == name then
			return id, data
		end
	end
	local message, data = tab:FindSkillGem(name)
	if not data then
		refuse(where, "%s", tostring(message))
	end
	return data.id, data
end

-- Shows a group; returns the window's slots for its gems.
local function show(tab, group)
	tab:SetDisplayGroup(group)
	return tab.gemSlots
end

local function setNumber(control, value)
	control:SetText(tostring(value), true)
end

local function setState(control, value)
	control.state = value
	control.changeFunc(value)
end

local function setFields(tab, group, index, entry, where)
	local slot, gem = tab.gemSlots[index], group.gemList[index]
	if entry.level then
		setNumber(slot.level, entry.level)
		if gem.level ~= entry.level then
			refuse(where, "%s has no level %d", gem.nameSpec, entry.level)
		end
	end
	if entry.quality then
		setNumber(slot.quality, entry.quality)
	end
	if entry.count then
		setNumber(slot.count, entry.count)
	end
	if entry.enabled ~= nil then
		setState(slot.enabled, entry.enabled)
	end
end

-- Sets the gem at `index`; one past the last gem adds a gem.
local function setGem(tab, group, index, entry, where)
	if group.source then
		refuse(where, "this group is granted by an item or the tree: its gems cannot be changed")
	end
	local id, data = idOf(tab, where, entry.name)
	-- As if the name had been typed and chosen from the list.
	local control, key = tab.gemSlots[index].nameSpec, "Default:" .. id
	control.gems, control.list, control.selIndex, control.buf = { [key] = data }, { key }, 1, data.name
	control:UpdateGem(false, false)
	tab:UpdateGemSlots()
end

local function remove(tab, group, index, where)
	if group.source then
		refuse(where, "this group is granted by an item or the tree: its gems cannot be changed")
	end
	tab.gemSlots[index].delete.onClick()
	tab:UpdateGemSlots()
end

local function isSupport(gem)
	local effect = gem.gemData and gem.gemData.grantedEffect or gem.grantedEffect
	return effect ~= nil and effect.support == true
end

-- Removes all supports of a group and adds these, in order.
local function setSupports(tab, group, supports, where)
	for index = #group.gemList, 1, -1 do
		if isSupport(group.gemList[index]) then
			remove(tab, group, index, where)
		end
	end
	for i, entry in ipairs(supports) do
		local index, place = #group.gemList + 1, ("%s.supports[%d]"):format(where, i - 1)
		setGem(tab, group, index, entry, place)
		setFields(tab, group, index, entry, place)
		if not isSupport(group.gemList[index]) then
			refuse(place, "%s is no support", entry.name)
		end
	end
end

local function setGroup(tab, group, entry)
	if entry.enabled ~= nil then
		setState(tab.controls.groupEnabled, entry.enabled)
	end
	if entry.includeInFullDps ~= nil then
		setState(tab.controls.includeInFullDPS, entry.includeInFullDps)
	end
end

local function groupOf(tab, entry, where)
	local group = tab.socketGroupList[entry.group]
	if not group then
		refuse(where, "there is no skill group %d: the build has %d", entry.group, #tab.socketGroupList)
	end
	return group
end

--- Changes gems: `change.gems`, array of { group, gem?, add?, remove?, supports?, name?, level?, quality?, count?, enabled?,
--- includeInFullDps? }. Groups and gems are numbered from 1. An entry without `gem`, `add` and `supports` changes the group
--- itself. Returns the supports that must be checked once the build is set up: a list of { group, gem, where }.
function gems.change(mode, change)
	local tab, supports = mode.skillsTab, {}
	for i, entry in ipairs(change.gems) do
		local where = ("gems[%d]"):format(i - 1)
		local group = groupOf(tab, entry, where)
		local shown = show(tab, group)
		local named = {}
		if entry.supports then
			setSupports(tab, group, entry.supports, where)
			for index = 1, #group.gemList do
				if isSupport(group.gemList[index]) then
					named[#named + 1] = index
				end
			end
		elseif entry.gem or entry.add then
			local index = entry.gem or #group.gemList + 1
			if entry.gem and not group.gemList[index] then
				refuse(where, "skill group %d has no gem %d, it has %d", entry.group, index, #group.gemList)
			elseif not shown[index] then
				refuse(where, "there is no room for a gem %d", index)
			end
			if entry.remove then
				remove(tab, group, index, where)
			else
				if entry.name then
					setGem(tab, group, index, entry, where)
					named[1] = index
				end
				setFields(tab, group, index, entry, where)
			end
		else
			setGroup(tab, group, entry)
		end
		for _, index in ipairs(named) do
			local gem = group.gemList[index]
			if isSupport(gem) and gem.enabled then
				supports[#supports + 1] = { group = group, gem = gem, where = where }
			end
		end
	end
	return supports
end

--- Names of gems, { all =, supports = }, sorted, without gems that players can no longer get.
function gems.names(mode)
	local all, supports = {}, {}
	for _, gem in pairs(mode.data.gems) do
		local effect = gem.grantedEffect
		if effect and not effect.legacy and not effect.hideFromSideBar then
			all[#all + 1] = gem.name
			if effect.support then
				supports[#supports + 1] = gem.name
			end
		end
	end
	table.sort(all)
	table.sort(supports)
	return { all = all, supports = supports }
end

--- The skill groups, in the window's order; the fields are those of SkillGroup in src/operations/skill-groups.ts.
function gems.groups(mode, plain)
	local list = {}
	for i, group in ipairs(mode.skillsTab.socketGroupList) do
		local own, skills = {}, {}
		for j, gem in ipairs(group.gemList) do
			own[j] = {
				name = gem.nameSpec or "", support = isSupport(gem), level = gem.level, quality = gem.quality or 0,
				enabled = gem.enabled and true or false,
			}
		end
		for _, skill in ipairs(group.displaySkillList or {}) do
			skills[#skills + 1] = skill.activeEffect.grantedEffect.name
		end
		list[i] = {
			group = i, label = plain(group.displayLabel or group.label or ""), enabled = group.enabled and true or false,
			includeInFullDps = group.includeInFullDPS and true or false, main = i == mode.mainSocketGroup,
			granted = group.source ~= nil, gems = own, skills = skills,
		}
	end
	return list
end

--- Names of the supports that some skill of the group can have, sorted.
function gems.supportsFor(world, mode, place)
	local group = mode.skillsTab.socketGroupList[place]
	if not group then
		error(("there is no skill group %d: the build has %d"):format(place, #mode.skillsTab.socketGroupList), 0)
	end
	local names = {}
	for _, gem in pairs(mode.data.gems) do
		local effect = gem.grantedEffect
		if effect and effect.support and not effect.legacy then
			for _, skill in ipairs(group.displaySkillList or {}) do
				if world.env.calcLib.canGrantedEffectSupportActiveSkill(effect, skill) then
					names[#names + 1] = gem.name
					break
				end
			end
		end
	end
	table.sort(names)
	return names
end

-- Whether the support can support a skill of the group, or a skill of another group in the same slot.
local function canSupport(calcLib, effect, group, skills)
	for _, skill in ipairs(skills) do
		local own = skill.socketGroup
		if (own == group or own and group.slot and own.slot == group.slot)
			and calcLib.canGrantedEffectSupportActiveSkill(effect, skill) then
			return true
		end
	end
	return false
end

--- Refuses a support that can support no skill of its group, in an environment of the changed build.
function gems.checkSupports(world, supports, env)
	for _, entry in ipairs(supports) do
		local effect = entry.gem.gemData and entry.gem.gemData.grantedEffect or entry.gem.grantedEffect
		if not canSupport(world.env.calcLib, effect, entry.group, env.player.activeSkillList) then
			refuse(entry.where, "%s supports no skill of this group", entry.gem.nameSpec)
		end
	end
end

return gems
