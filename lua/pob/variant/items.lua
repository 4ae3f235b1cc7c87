-- Items of a variant: put into slots and sockets, taken out, or anointed, as Path of Building's Items tab does it.

local refuse = require("pob.variant.refuse")

local items = {}

-- Kinds of lines of an item.
local LINES = { "enchantModLines", "runeModLines", "implicitModLines", "explicitModLines" }

-- The first lines of an item's text that name it, for messages.
local function nameIn(text)
	local lines = {}
	for line in text:gmatch("[^\r\n]+") do
		if #lines < 2 and not line:find("^Rarity:") and not line:find("^Item Class:") and not line:find("^%-%-") then
			lines[#lines + 1] = line:match("^%s*(.-)%s*$"):sub(1, 60)
		end
	end
	return table.concat(lines, ", ")
end

-- The slots without jewel sockets in items, which few items have. For messages.
local function usualSlots(names)
	local usual = {}
	for _, name in ipairs(names) do
		if not name:find("Jewel Socket") then
			usual[#usual + 1] = name
		end
	end
	return table.concat(usual, ", ")
end

-- The slots that a change may name, in the window's order.
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
		refuse(where, "Path of Building knows no base of this item: %s", nameIn(text))
	end
	return item
end

-- Adds a warning for each line that Path of Building's parser does not understand.
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

--- The slots that each of these items fits: { name, places = { { slot, worn } } } or { refused }. Slots that the window does
--- not show are left out, such as jewel sockets in an item that has none.
function items.fits(world, mode, texts)
	local tab, fits = mode.itemsTab, {}
	for i, text in ipairs(texts) do
		local ok, item = pcall(newItem, world, "item " .. i, text)
		if not ok then
			fits[i] = { refused = type(item) == "table" and item.text or tostring(item) }
		else
			local places = {}
			for _, slot in ipairs(tab.orderedSlots) do
				local isAllocated = not slot.nodeId or mode.spec.allocNodes[slot.nodeId]
				local isThere = slot.inactive ~= true and (type(slot.shown) ~= "function" or slot.shown())
				local worn = tab.items[slot.selItemId]
				if isAllocated and (isThere or slot.nodeId) and tab:IsItemValidForSlot(item, slot.slotName) then
					places[#places + 1] = { slot = slot.slotName, worn = worn and worn.name or "" }
				end
			end
			fits[i] = { name = item.name or nameIn(text), places = places }
		end
	end
	return fits
end

-- What is inside a jewel's radius at a socket, as text; empty if the jewel has no radius.
local function radiusText(node, item)
	local inside = item.jewelRadiusIndex and node.nodesInRadius and node.nodesInRadius[item.jewelRadiusIndex]
	if not inside then
		return ""
	end
	local notables, others = {}, 0
	for _, other in pairs(inside) do
		if other.type == "Notable" or other.type == "Keystone" then
			notables[#notables + 1] = other.dn
		else
			others = others + 1
		end
	end
	table.sort(notables)
	return ("%d notables (%s), %d others"):format(#notables, table.concat(notables, ", "), others)
end

--- The sockets of the tree, sorted by node id: { node, worn, jewels = { { fits, holds } } }, see SocketFacts in
--- src/operations/jewels.ts.
function items.sockets(world, mode, texts)
	local tab, list, jewels = mode.itemsTab, {}, {}
	for i, text in ipairs(texts) do
		jewels[i] = newItem(world, "jewel " .. i, text)
	end
	for id, slot in pairs(tab.sockets) do
		local node, worn = mode.spec.nodes[id], tab.items[slot.selItemId]
		local facts = {}
		for i, item in ipairs(jewels) do
			facts[i] = {
				fits = node ~= nil and tab:IsItemValidForSlot(item, slot.slotName) and true or false,
				holds = node and radiusText(node, item) or "",
			}
		end
		list[#list + 1] = { node = id, worn = worn and worn.name or "", jewels = facts }
	end
	table.sort(list, function(a, b)
		return a.node < b.node
	end)
	return list
end

--- The texts of all equipped items and jewels: { items = by slot, jewels = by node, names = by text }.
function items.contents(mode)
	local tab, contents = mode.itemsTab, { items = {}, jewels = {}, names = {} }
	for _, slot in ipairs(tab.orderedSlots) do
		local item = tab.items[slot.selItemId]
		if item then
			local text = item.raw or item:BuildRaw()
			if slot.nodeId then
				contents.jewels[tostring(slot.nodeId)] = text
			else
				contents.items[slot.slotName] = text
			end
			contents.names[text] = item.name
		end
	end
	return contents
end

--- The notables that can be anointed, as in the window's list: { id, name }, sorted by name.
function items.anointable(mode)
	local list = {}
	for id, node in pairs(mode.spec.tree.nodes) do
		if node.recipe and #node.recipe > 0 and node.dn then
			list[#list + 1] = { id = id, name = node.dn }
		end
	end
	table.sort(list, function(a, b)
		return a.name < b.name or a.name == b.name and a.id < b.id
	end)
	return list
end

-- The current contents of all slots, to find the items that another item displaces.
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
			refuse(where, "%s does not fit into this slot", item.name or nameIn(text))
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

--- Equips items: `change.items` by slot, in the window's order, so that a main hand comes before its off hand.
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
		refuse("items." .. unknown, "there is no such slot; there are %s", usualSlots(slotNames(tab)))
	end
end

--- Puts jewels into sockets of the tree: `change.jewels`, array of { node, text }; without a text, the jewel is taken out.
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

-- Finds a notable by name or id, as in the window's list of notables.
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
			-- Of two notables with the same name, the one that can be anointed counts.
			if not found or node.recipe and not found.recipe then
				found = node
			end
		end
	end
	return found or refuse(where, "no notable of the passive tree is called '%s'", wanted)
end

-- The enchantment of the item that an anoint replaces.
local FIRST_ENCHANTMENT = 1

--- Anoints the items in slots: `change.anoints` by slot, { notable = name or node id }; without a notable, the anoint is
--- removed.
function items.anoint(world, mode, change)
	local tab = mode.itemsTab
	for name, entry in pairs(change.anoints) do
		local where = "anoints." .. name
		local slot = tab.slots[name]
		local item = slot and tab.items[slot.selItemId]
		if not slot then
			refuse(where, "there is no such slot; there are %s", usualSlots(slotNames(tab)))
		elseif not item then
			refuse(where, "there is no item in this slot")
		elseif not item.enchantModLines then
			refuse(where, "%s cannot be anointed", item.name)
		end
		local node = entry.notable and notable(mode, where, entry.notable) or nil
		-- As the window does with the item that it displays.
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
