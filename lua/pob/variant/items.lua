--- Items of a variant: put into slots and sockets, taken out, anointed, as Path of Building's Items tab does it.

local refuse = require("pob.variant.refuse")

local items = {}

-- Kinds of lines of an item.
local LINES = { "enchantModLines", "runeModLines", "implicitModLines", "explicitModLines" }

-- The first line of a text that says something, for messages.
local function firstLine(text)
	return (text:match("[^\r\n]+") or ""):sub(1, 60)
end

-- The slots of the window that a part of a change may name, in the window's order.
local function slotNames(tab)
	local names = {}
	for _, slot in ipairs(tab.orderedSlots) do
		if not slot.nodeId then
			names[#names + 1] = slot.slotName
		end
	end
	return names
end

local function newItem(world, where, text)
	if not text:find("%S") then
		refuse(where, "the item's text is empty")
	end
	local ok, item = pcall(world.env.new, "Item", text)
	if not ok then
		refuse(where, "Path of Building fails on the item's text: %s", tostring(item))
	end
	if not item.base then
		refuse(where, "Path of Building knows no base of this item: %s", firstLine(text))
	end
	return item
end

-- Lines that Path of Building's parser does not understand, as warnings.
local function unreadLines(item, where, warnings)
	for _, field in ipairs(LINES) do
		for _, line in ipairs(item[field] or {}) do
			if line.extra and line.line then
				warnings[#warnings + 1] = {
					code = "UNSUPPORTED_ITEM_LINE", where = where, text = "not supported by Path of Building: " .. line.line,
				}
			end
		end
	end
end

-- What is in other slots, to tell what an item puts down.
local function worn(tab)
	local ids = {}
	for name, slot in pairs(tab.slots) do
		ids[name] = slot.selItemId
	end
	return ids
end

local function warnOfPutDown(tab, before, own, where, warnings)
	for name, slot in pairs(tab.slots) do
		local item = before[name] ~= slot.selItemId and name ~= own and tab.items[before[name]]
		if item then
			warnings[#warnings + 1] = {
				code = "ITEM_PUT_DOWN", where = where, text = ("%s is put down from %s"):format(item.name or "an item", name),
			}
		end
	end
end

local function equip(world, tab, slot, where, text, warnings)
	if text == nil then
		slot:SetSelItemId(0)
	else
		local item = newItem(world, where, text)
		if not tab:IsItemValidForSlot(item, slot.slotName) then
			refuse(where, "%s does not fit into this slot", item.name or firstLine(text))
		end
		tab:AddItem(item, true)
		slot:SetSelItemId(item.id)
		unreadLines(item, where, warnings)
	end
	local before = worn(tab)
	tab:PopulateSlots()
	warnOfPutDown(tab, before, slot.slotName, where, warnings)
end

local function setActive(tab, slot, where, active)
	if not (slot.controls and slot.controls.activate) then
		refuse(where, "only flasks and charms can be switched on and off")
	end
	slot.controls.activate.state = active
	slot.controls.activate.changeFunc(active)
end

--- Puts items on: `change.items` by slot, in the window's order, so that a main hand comes before its off hand.
function items.wear(world, mode, change, warnings)
	local tab, wanted = mode.itemsTab, {}
	for name in pairs(change.items) do
		wanted[name] = true
	end
	for _, name in ipairs(slotNames(tab)) do
		local entry = change.items[name]
		if entry then
			local where = "items." .. name
			wanted[name] = nil
			if entry.text or entry.empty then
				equip(world, tab, tab.slots[name], where, entry.text, warnings)
			end
			if entry.active ~= nil then
				setActive(tab, tab.slots[name], where, entry.active)
			end
		end
	end
	local unknown = next(wanted)
	if unknown then
		refuse("items." .. unknown, "there is no such slot; there are %s", table.concat(slotNames(tab), ", "))
	end
end

--- Puts jewels into sockets of the tree: `change.jewels`, array of { node, text }, without a text: taken out.
function items.socket(world, mode, change, warnings)
	local tab = mode.itemsTab
	for _, entry in ipairs(change.jewels) do
		local where = "jewels." .. entry.node
		local slot = tab.sockets[entry.node]
		if not slot then
			refuse(where, "node %d is no jewel socket of this tree", entry.node)
		end
		equip(world, tab, slot, where, entry.text, warnings)
	end
end

-- The notable that a name or an id means, as the window's list of notables has it.
local function notable(mode, where, wanted)
	local nodes = mode.spec.tree.nodes
	if type(wanted) == "number" then
		local node = nodes[wanted]
		if not node or not node.dn then
			refuse(where, "node %d is not in the passive tree", wanted)
		end
		return node
	end
	local found
	for _, node in pairs(nodes) do
		if node.dn and node.type == "Notable" and node.dn:lower() == wanted:lower() then
			-- Of two with the same name the one that can be anointed counts.
			if not found or node.recipe and not found.recipe then
				found = node
			end
		end
	end
	return found or refuse(where, "no notable of the passive tree is called '%s'", wanted)
end

-- Which of the item's enchantments an anoint takes the place of.
local FIRST_ENCHANTMENT = 1

--- Anoints the items in slots: `change.anoints` by slot, { notable = name or node id }, nothing: the anoint is taken away.
function items.anoint(world, mode, change)
	local tab = mode.itemsTab
	for name, entry in pairs(change.anoints) do
		local where = "anoints." .. name
		local slot = tab.slots[name]
		local item = slot and tab.items[slot.selItemId]
		if not slot then
			refuse(where, "there is no such slot; there are %s", table.concat(slotNames(tab), ", "))
		elseif not item then
			refuse(where, "there is no item in this slot")
		elseif not item.enchantModLines then
			refuse(where, "%s cannot be anointed", item.name)
		end
		local node = entry.notable and notable(mode, where, entry.notable) or nil
		-- As the window does with the item that it shows.
		local shown = world.env.new("Item", item:BuildRaw())
		shown.id = item.id
		tab.displayItem, tab.anointEnchantSlot = shown, FIRST_ENCHANTMENT
		local anointed = tab:anointItem(node)
		tab.displayItem = nil
		tab:AddItem(anointed, true)
		tab:PopulateSlots()
	end
end

return items
