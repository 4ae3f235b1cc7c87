-- Changes of a build as a player makes them in Path of Building's window: by its lists, boxes and buttons, with a frame
-- after each. For naive.lua, in a plain LuaJIT; nothing of it is pobatch's. The form of a change is docs/own-calculator.md's.
-- luacheck: globals build new runCallback

local window = {}

local function frame()
	build.buildFlag = true
	runCallback("OnFrame")
end

-- Takes an entry of a drop-down list.
local function choose(control, index)
	control.selIndex = index
	control.selFunc(index, control.list[index])
end

local function equip(slot, text)
	local tab = build.itemsTab
	local id = 0
	if text then
		local item = new("Item", text)
		tab:AddItem(item, true)
		tab:PopulateSlots()
		id = item.id
	end
	for index, known in ipairs(slot.items) do
		if known == id and known ~= slot.selItemId then
			choose(slot, index)
		end
	end
	assert(slot.selItemId == id, "the slot does not take the item")
	frame()
end

local parts = {}

function parts.level(level)
	local control = build.controls.characterLevel
	control:SetText(tostring(level), true)
	frame()
end

function parts.items(items)
	for _, slot in ipairs(build.itemsTab.orderedSlots) do
		local entry = not slot.nodeId and items[slot.slotName]
		if entry then
			if entry.text or entry.empty then
				equip(slot, entry.text)
			end
			if entry.active ~= nil then
				slot.controls.activate.state = entry.active
				slot.controls.activate.changeFunc(entry.active)
				frame()
			end
		end
	end
end

function parts.jewels(jewels)
	for _, entry in ipairs(jewels) do
		equip(build.itemsTab.sockets[entry.node], entry.text)
	end
end

function parts.anoints(anoints)
	local tab = build.itemsTab
	for name, entry in pairs(anoints) do
		local item = tab.items[tab.slots[name].selItemId]
		local node
		for _, other in pairs(build.spec.tree.nodes) do
			if other.id == entry.notable or other.type == "Notable" and other.dn == entry.notable and other.recipe then
				node = other
			end
		end
		local shown = new("Item", item:BuildRaw())
		shown.id = item.id
		tab:SetDisplayItem(shown)
		tab.anointEnchantSlot = 1
		tab:SetDisplayItem(tab:anointItem(node))
		tab:AddDisplayItem()
		frame()
	end
end

local function typeGem(index, entry)
	local tab = build.skillsTab
	local id, data
	for other, known in pairs(build.data.gems) do
		if known.name == entry.name then
			id, data = other, known
		end
	end
	local control = tab.gemSlots[index].nameSpec
	control.gems, control.list = { ["Default:" .. id] = data }, { "Default:" .. id }
	control.selIndex, control.buf = 1, data.name
	control:UpdateGem(true, true)
	frame()
end

local function setFields(index, entry)
	local slot = build.skillsTab.gemSlots[index]
	for _, name in ipairs({ "level", "quality", "count" }) do
		if entry[name] then
			slot[name]:SetText(tostring(entry[name]), true)
			frame()
		end
	end
	if entry.enabled ~= nil then
		slot.enabled.state = entry.enabled
		slot.enabled.changeFunc(entry.enabled)
		frame()
	end
end

local function isSupport(gem)
	local effect = gem.gemData and gem.gemData.grantedEffect or gem.grantedEffect
	return effect and effect.support
end

function parts.gems(gems)
	local tab = build.skillsTab
	for _, entry in ipairs(gems) do
		local group = tab.socketGroupList[entry.group or build.mainSocketGroup]
		tab:SetDisplayGroup(group)
		tab:UpdateGemSlots()
		if entry.supports then
			for index = #group.gemList, 1, -1 do
				if isSupport(group.gemList[index]) then
					tab.gemSlots[index].delete.onClick()
					tab:UpdateGemSlots()
					frame()
				end
			end
			for _, support in ipairs(entry.supports) do
				local index = #group.gemList + 1
				tab:UpdateGemSlots()
				typeGem(index, support)
				tab:UpdateGemSlots()
				setFields(index, support)
			end
		elseif entry.gem or entry.add then
			local index = entry.gem or #group.gemList + 1
			if entry.remove then
				tab.gemSlots[index].delete.onClick()
				frame()
			else
				if entry.name then
					typeGem(index, entry)
					tab:UpdateGemSlots()
				end
				setFields(index, entry)
			end
		else
			for name, control in pairs({ enabled = "groupEnabled", includeInFullDps = "includeInFullDPS" }) do
				if entry[name] ~= nil then
					tab.controls[control].state = entry[name]
					tab.controls[control].changeFunc(entry[name])
					frame()
				end
			end
		end
	end
end

local function setOption(name, entry)
	local control, value = build.configTab.varControls[name], entry.value
	if control.list then
		for index, other in ipairs(control.list) do
			if other.val == value then
				choose(control, index)
			end
		end
	elseif control.SetText then
		control:SetText(tostring(value), true)
	else
		control.state = value
		control.changeFunc(value)
	end
	frame()
end

function parts.config(config)
	local names = {}
	for name in pairs(config) do
		names[#names + 1] = name
	end
	table.sort(names)
	for _, name in ipairs(names) do
		setOption(name, config[name])
	end
end

function parts.customModifiers(lines)
	local before = build.configTab.varControls.customMods.buf
	local text = table.concat(lines, "\n")
	setOption("customMods", { value = before ~= "" and before .. "\n" .. text or text })
end

function parts.mainSkill(wanted)
	local groups = build.skillsTab.socketGroupList
	local place, skill = wanted.group, wanted.skill
	if type(skill) == "string" then
		local name = skill
		skill = nil
		for i = place or 1, place or #groups do
			for index, active in ipairs(groups[i].displaySkillList or {}) do
				if not skill and active.activeEffect.grantedEffect.name == name then
					place, skill = i, index
				end
			end
		end
	end
	build.controls.mainSocketGroup.selFunc(place)
	frame()
	if skill then
		build.controls.mainSkill.selFunc(skill)
		frame()
	end
	if wanted.part then
		build.controls.mainSkillPart.selFunc(wanted.part)
		frame()
	end
end

-- As docs/own-calculator.md says: a change is applied in this order.
local ORDER = { "level", "items", "anoints", "jewels", "gems", "config", "customModifiers", "mainSkill" }

--- Makes a change in the window.
function window.change(change)
	for _, name in ipairs(ORDER) do
		if change[name] then
			parts[name](change[name])
		end
	end
end

return window
