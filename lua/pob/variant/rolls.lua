-- The modifier lines that the item in a slot can roll, from Path of Building's own list of affixes.

local rolls = {}

-- A line with `#` for each number or range, and the largest value of the last of them.
local function template(line)
	local most = 0
	local text = line:gsub("%(([%-%d%.]+)%-([%-%d%.]+)%)", function(low, high)
		most = math.max(math.abs(tonumber(low) or 0), math.abs(tonumber(high) or 0))
		return "#"
	end):gsub("%d+%.?%d*", function(number)
		most = tonumber(number) or most
		return "#"
	end)
	return text, most
end

-- For an empty slot: an item on the plainest base that fits.
local function plainItem(world, mode, slot)
	local best
	for name, base in pairs(mode.data.itemBases) do
		local rank = ("%d %03d %s"):format(base.implicit and 1 or 0, base.req and base.req.level or 0, name)
		if not base.hidden and base.type == slot.slotName:gsub(" %d.*", "") and (not best or rank < best.rank) then
			best = { rank = rank, name = name }
		end
	end
	local item = best and world.env.new("Item", "Rarity: RARE\nNew Item\n" .. best.name)
	return item and item.base and mode.itemsTab:IsItemValidForSlot(item, slot.slotName) and item or nil
end

--- Returns { text = the item's text, or that of a plain item if the slot is empty (isEmpty), lines = { { line, most } } sorted
--- by line }, or { refused = why }. A line that several affixes have is listed once.
function rolls.of(world, mode, slotName)
	local tab = mode.itemsTab
	local slot = tab.slots[slotName]
	if not slot then
		return { refused = "there is no slot " .. tostring(slotName) }
	end
	local worn = tab.items[slot.selItemId]
	local item = worn or plainItem(world, mode, slot)
	if not item then
		return { refused = "there is no item in " .. slotName .. ", and no kind of item that it takes is known" }
	elseif not item.affixes then
		return { refused = ("%s cannot roll modifiers"):format(item.name) }
	end
	local most, names = {}, {}
	for _, mod in pairs(item.affixes) do
		if (mod.type == "Prefix" or mod.type == "Suffix") and item:GetModSpawnWeight(mod) > 0 then
			for _, line in ipairs(mod) do
				local text, value = template(line)
				if not most[text] then
					names[#names + 1] = text
				end
				most[text] = math.max(most[text] or 0, value)
			end
		end
	end
	table.sort(names)
	local lines = {}
	for i, name in ipairs(names) do
		lines[i] = { line = name, most = most[name] }
	end
	return { text = item.raw or item:BuildRaw(), isEmpty = worn == nil, lines = lines }
end

return rolls
