-- A build: it is validated, its items and configuration are read, its sums without any change are computed, and a row of (slot,
-- amount) is made for each node and each choice of attribute.
local ffi = require("ffi")
local statLines = require("reference.stat_lines")
local attributes = require("reference.attributes")
local enemy = require("reference.enemy")
local items = require("reference.items")
local program = require("reference.program")
local rows = require("reference.rows")
local weapon = require("reference.weapon")

local build = {}

-- Permanent rewards of the campaign that Path of Building grants by default. The config entry "questRewards" = false leaves
-- them out.
local questRewards = {
	"+10% to Fire Resistance", "+10% to Cold Resistance", "+10% to Lightning Resistance",
	"+100 to Spirit", "+20 to maximum Life", "5% increased maximum Life", "5% increased maximum Mana",
}

local attributeNumbers = { Str = 1, Dex = 2, Int = 3, Strength = 1, Dexterity = 2, Intelligence = 3 }

local function fail(message, ...)
	error(message:format(...), 0)
end

local function expectTable(source, key)
	local value = source[key]
	if value == nil then
		return {}
	end
	if type(value) ~= "table" then
		fail("%s: expected a list but received %s", key, type(value))
	end
	return value
end

local function readConfig(list)
	local config = {}
	for _, entry in ipairs(list) do
		if type(entry) ~= "table" or type(entry.name) ~= "string" then
			fail("config: expected entries with a name and a value but received %s", tostring(entry))
		end
		config[entry.name] = entry.value
	end
	return config
end

local function isOn(value)
	return value ~= nil and value ~= false and value ~= 0 and value ~= "" and value ~= "false"
end

local function checkClass(tree, source)
	local class = tree.classes[source.class]
	if not class then
		fail("unknown class %q: this tree has %s", tostring(source.class), table.concat(tree.classNames, ", "))
	end
	if source.ascendancy ~= nil and source.ascendancy ~= "" and source.ascendancy ~= "None" then
		for _, name in ipairs(class.ascendancies or {}) do
			if name == source.ascendancy then
				return class, name
			end
		end
		fail("unknown ascendancy %q: %s has %s", tostring(source.ascendancy), class.name,
			table.concat(class.ascendancies or {}, ", "))
	end
	return class, nil
end

local function checkLevel(level)
	if type(level) ~= "number" or level % 1 ~= 0 or level < 1 or level > 100 then
		fail("level: expected a whole number of 1 to 100 but received %s", tostring(level))
	end
	return level
end

local function defaultAttribute(class, source)
	local named = source.defaultAttribute
	if named ~= nil then
		local number = attributeNumbers[named] or named
		if number ~= 1 and number ~= 2 and number ~= 3 then
			fail("defaultAttribute: expected Str, Dex or Int but received %s", tostring(named))
		end
		return number
	end
	local str, dex, int = class.baseStr or 0, class.baseDex or 0, class.baseInt or 0
	if str >= dex and str >= int then
		return 1
	end
	return dex >= int and 2 or 3
end

-- Node id -> { attribute, weaponSet }. Nodes of other tree versions are left out, with a warning.
local function readAllocated(self, tree, source)
	local allocated, attributesOf, weaponSets = {}, expectTable(source, "attributes"), expectTable(source, "weaponSets")
	local missing, seen = {}, {}
	self.info.allocated, self.info.attributes, self.info.weaponSets = {}, {}, {}
	for index, id in ipairs(expectTable(source, "allocated")) do
		local attribute, weaponSet = attributesOf[index] or 0, weaponSets[index] or 0
		if type(id) ~= "number" then
			fail("allocated[%d]: expected a node id but received %s", index, tostring(id))
		elseif attribute ~= 0 and attribute ~= 1 and attribute ~= 2 and attribute ~= 3 then
			fail("attributes[%d]: expected 0 to 3 but received %s", index, tostring(attribute))
		elseif weaponSet ~= 0 and weaponSet ~= 1 and weaponSet ~= 2 then
			fail("weaponSets[%d]: expected 0 to 2 but received %s", index, tostring(weaponSet))
		elseif seen[id] then
			fail("allocated[%d]: node %d is there twice", index, id)
		end
		seen[id] = true
		if tree.nodes[id] then
			allocated[#allocated + 1] = { id = id, attribute = attribute, weaponSet = weaponSet }
			self.info.allocated[#allocated] = id
			self.info.attributes[#allocated] = attribute
			self.info.weaponSets[#allocated] = weaponSet
		else
			missing[#missing + 1] = id
		end
	end
	if #missing > 0 then
		self.warnings[#self.warnings + 1] = {
			code = "UNKNOWN_NODES", where = "build",
			text = ("%d allocated nodes are not in tree %s and were left out: %s"):format(
				#missing, tostring(tree.version), table.concat(missing, ", ")),
		}
	end
	return allocated
end

local function appendLines(target, lines, unknown)
	for _, line in ipairs(lines) do
		local parsed = statLines.parse(tostring(line))
		if not parsed then
			unknown[#unknown + 1] = { line = tostring(line), where = "build" }
		end
		for _, modifier in ipairs(parsed or {}) do
			target[#target + 1] = modifier
		end
	end
end

-- False for slots of the weapon set that is not held, and for flasks and charms (they act only while used).
local function isActiveSlot(slot, swap)
	if slot:find("^Flask") or slot:find("^Charm") then
		return false
	end
	if slot:find("^Weapon") then
		return (slot:find("Swap$") ~= nil) == (swap ~= "")
	end
	return true
end

local function readItems(self, tree, source, global, jewels)
	for index, item in ipairs(expectTable(source, "items")) do
		if type(item) ~= "table" then
			fail("items[%d]: expected an item but received %s", index, tostring(item))
		end
		local slot = item.slot or ""
		local socket = tonumber(slot:match("^Jewel (%d+)$"))
		if socket then
			-- A jewel counts while its socket is allocated, so its modifiers belong to the socket's row.
			if tree.nodes[socket] then
				jewels[socket] = jewels[socket] or {}
				items.read(self, item, jewels[socket])
			else
				self.warnings[#self.warnings + 1] = {
					code = "UNKNOWN_SOCKET", where = slot, text = "its socket is not in the tree",
				}
			end
		elseif isActiveSlot(slot, self.swap) then
			items.read(self, item, global)
		end
	end
end

-- A shield blocks 25 % of hits if the item's text does not say, as Path of Building assumes.
local function finishGear(gear)
	gear.hasShield = gear.pieces.Shield == true
	local base = gear.blockChance or 0
	gear.blockChance = gear.hasShield and (base > 0 and base or 25 * (1 + (gear.localBlock or 0) / 100)) or 0
end

local function deriveConditions(self, conditions)
	local gear, hit = self.gear, self.hit
	conditions.UsingBodyArmour = gear.pieces.BodyArmour
	conditions.HoldingShield = gear.hasShield or nil
	conditions.DualWielding = gear.weapons["Weapon 1" .. self.swap] and gear.weapons["Weapon 2" .. self.swap] and true or nil
	conditions.UsingMeleeWeapon = hit.tags.Melee and not hit.tags.Unarmed or nil
	for _, held in pairs(gear.weapons) do
		conditions["Using" .. held.class:gsub("TwoHand", "")] = true
	end
	if gear.offHand then
		conditions["Using" .. gear.offHand] = true
	end
	if hit.tags.OneHanded and hit.tags.Melee and not gear.offHand and not gear.hasShield and not conditions.DualWielding then
		conditions.OneHandedMartialWithEmptyOffHand = true
	end
end

local function itemQuantities(gear, quantities)
	local defences = gear.defences
	local function of(piece, stat)
		return defences[piece .. stat] or 0
	end
	local pieces = { "BodyArmour", "Helmet", "Gloves", "Boots", "Shield", "Focus" }
	for _, stat in ipairs({ "Armour", "Evasion", "EnergyShield" }) do
		local sum = 0
		for _, piece in ipairs(pieces) do
			quantities["Item" .. stat .. "On" .. piece] = of(piece, stat)
			sum = sum + of(piece, stat)
		end
		quantities["Item" .. stat .. "OnArmourItems"] = sum
	end
	quantities.ItemArmourAndEvasionOnShield = of("Shield", "Armour") + of("Shield", "Evasion")
end

-- Conditions and counts that the configuration sets, such as "conditionLowLife" = true or "multiplierRage" = 12.
local function applyConfig(config, conditions, quantities)
	for name, value in pairs(config) do
		local short = name:gsub("^condition", "")
		if isOn(value) then
			conditions[short] = true
		end
		if type(value) == "number" then
			quantities[(name:gsub("^multiplier", ""))] = value
		end
	end
end

local function nodeModifiers(self, node, jewels)
	local variants = node.variants
	local modifiers = variants and (variants[self.info.ascendancy or ""] or variants[self.info.class]) or node.modifiers
	local jewel = jewels[node.id]
	if not jewel then
		return modifiers
	end
	local both = {}
	for _, list in ipairs({ modifiers, jewel }) do
		for _, modifier in ipairs(list) do
			both[#both + 1] = modifier
		end
	end
	return both
end

local function compileRows(self, tree, code, jewels)
	local count = #tree.order
	local position = ffi.new("int32_t[65536]")
	ffi.fill(position, 65536 * 4, 255)
	local choiceRow = ffi.new("int32_t[?]", math.max(count, 1) * 4)
	for index, id in ipairs(tree.order) do
		local node, place = tree.nodes[id], index - 1
		position[id] = place
		local own = code:row(nodeModifiers(self, node, jewels))
		for choice = 0, 3 do
			choiceRow[place * 4 + choice] = own
		end
		if node.choices then
			for choice = 1, 3 do
				choiceRow[place * 4 + choice] = code:row(node.choices[choice] or node.modifiers)
			end
			choiceRow[place * 4] = choiceRow[place * 4 + self.defaultAttribute]
		end
	end
	self.position, self.choiceRow = position, choiceRow
end

local function sumBase(self, allocated, globalRow)
	local work = self.work
	rows.addRow(work, work.base, globalRow, 1)
	local baseRow = ffi.new("int32_t[65536]")
	ffi.fill(baseRow, 65536 * 4, 255)
	for _, node in ipairs(allocated) do
		local active = node.weaponSet == 0 or node.weaponSet == self.activeWeaponSet
		local row = active and self.choiceRow[self.position[node.id] * 4 + node.attribute] or 0
		baseRow[node.id] = row
		rows.addRow(work, work.base, row, 1)
	end
	self.baseRow = baseRow
end

function build.load(tree, source)
	if type(source) ~= "table" then
		fail("build: expected a table but received %s", type(source))
	end
	local class, ascendancy = checkClass(tree, source)
	local self = { warnings = {}, unknownItemLines = {}, tree = tree, source = source }
	self.info = {
		class = class.name, ascendancy = ascendancy, level = checkLevel(source.level),
		treeVersion = source.treeVersion or tree.version, warnings = self.warnings,
	}
	self.defaultAttribute = defaultAttribute(class, source)
	self.activeWeaponSet = source.activeWeaponSet or 1
	if self.activeWeaponSet ~= 1 and self.activeWeaponSet ~= 2 then
		fail("activeWeaponSet: expected 1 or 2 but received %s", tostring(self.activeWeaponSet))
	end
	self.swap = self.activeWeaponSet == 2 and " Swap" or ""
	local allocated = readAllocated(self, tree, source)
	local config = readConfig(expectTable(source, "config"))
	self.enemy = enemy.read(config)
	self.gear = { pieces = {}, defences = {}, weapons = {} }

	local global, jewels = attributes.ofLevel(self.info.level), {}
	global[#global + 1] = { name = "Str", kind = "BASE", value = class.baseStr or 0 }
	global[#global + 1] = { name = "Dex", kind = "BASE", value = class.baseDex or 0 }
	global[#global + 1] = { name = "Int", kind = "BASE", value = class.baseInt or 0 }
	-- The campaign's penalty on each elemental resistance: -60 %.
	local penalty = type(config.resistancePenalty) == "number" and config.resistancePenalty or -60
	for _, element in ipairs({ "Fire", "Cold", "Lightning" }) do
		global[#global + 1] = { name = element .. "Resist", kind = "BASE", value = penalty }
	end
	if config.questRewards == nil or isOn(config.questRewards) then
		appendLines(global, questRewards, self.unknownItemLines)
	end
	readItems(self, tree, source, global, jewels)
	appendLines(global, expectTable(source, "lines"), self.unknownItemLines)
	finishGear(self.gear)
	self.hit = weapon.read(self, source)
	self.hit.isAttack = self.hit.tags.Attack == true

	local conditions, quantities = {}, { Level = self.info.level }
	deriveConditions(self, conditions)
	itemQuantities(self.gear, quantities)
	applyConfig(config, conditions, quantities)
	local code = program.new({
		tags = self.hit.tags, conditions = conditions, quantities = quantities, defences = self.gear.defences,
	})
	self.code = code
	local globalRow = code:row(global)
	compileRows(self, tree, code, jewels)
	rows.prepare(self, code:finish())
	sumBase(self, allocated, globalRow)
	for _, unknown in ipairs(self.unknownItemLines) do
		self.warnings[#self.warnings + 1] = {
			code = "UNSUPPORTED_ITEM_LINE", where = unknown.where,
			text = "not supported by the reference calculator: " .. unknown.line,
		}
	end
	return self, self.info
end

local function copyOf(source)
	local copy = {}
	for key, value in pairs(source) do
		copy[key] = value
	end
	return copy
end

-- The worn items, with those of a change in their place: `changed` by slot, { item = } or { empty = true }.
local function changeItems(source, changed)
	local list, slots = {}, {}
	for _, item in ipairs(expectTable(source, "items")) do
		slots[item.slot or ""] = true
		if not changed[item.slot or ""] then
			list[#list + 1] = item
		end
	end
	for slot, entry in pairs(changed) do
		if entry.item then
			list[#list + 1] = entry.item
		elseif not entry.empty then
			fail("items.%s: flasks and charms cannot be switched on and off here", slot)
		end
	end
	table.sort(list, function(a, b)
		return (a.slot or "") < (b.slot or "")
	end)
	source.items = list
end

local function changeConfig(source, changed)
	local list = {}
	for _, entry in ipairs(expectTable(source, "config")) do
		if not changed[entry.name] then
			list[#list + 1] = entry
		end
	end
	for name, entry in pairs(changed) do
		if not entry.default then
			list[#list + 1] = { name = name, value = entry.value }
		end
	end
	source.config = list
end

-- Warnings that the build did not have before the change.
local function newWarnings(before, after)
	local known, list = {}, {}
	for _, entry in ipairs(before) do
		known[entry.where .. "\n" .. entry.text] = true
	end
	for _, entry in ipairs(after) do
		if not known[entry.where .. "\n" .. entry.text] then
			list[#list + 1] = entry
		end
	end
	return list
end

-- The parts of a change that this calculator supports.
local KNOWN = { items = true, jewels = true, config = true, customModifiers = true, level = true }

--- The build with a change (docs/own-calculator.md): items, jewels, configuration, custom modifiers and level are supported.
--- The change's items are already parsed, as `item`.
function build.derive(tree, before, change)
	for part in pairs(change) do
		if not KNOWN[part] then
			fail("%s: the reference calculator changes items, jewels, config, customModifiers and level only", part)
		end
	end
	local source = copyOf(before.source)
	source.level = change.level or source.level
	if change.items then
		changeItems(source, change.items)
	end
	if change.jewels then
		local bySlot = {}
		for _, entry in ipairs(change.jewels) do
			if not tree.nodes[entry.node] then
				fail("jewels.%d: there is no such node in the tree", entry.node)
			end
			bySlot["Jewel " .. entry.node] = entry.item and entry or { empty = true }
		end
		changeItems(source, bySlot)
	end
	if change.config then
		changeConfig(source, change.config)
	end
	if change.customModifiers then
		source.lines = copyOf(expectTable(source, "lines"))
		for _, line in ipairs(change.customModifiers) do
			table.insert(source.lines, line)
		end
	end
	local derived = build.load(tree, source)
	return derived, { warnings = newWarnings(before.warnings, derived.warnings) }
end

return build
