-- Equipped items: which of their lines apply to the item itself (local), the class of a weapon, and the quantities for
-- modifiers "per Item Armour on ...".
local statLines = require("reference.stat_lines")

local items = {}

local armourSlots = { ["Body Armour"] = "BodyArmour", Helmet = "Helmet", Gloves = "Gloves", Boots = "Boots" }
local defences = { Armour = "Armour", Evasion = "Evasion", EnergyShield = "Energy Shield" }

-- Words in names of base types -> weapon class; the first match wins. A class given by the source (item.type) is used as it is.
local classWords = {
	{ "Crossbow", "Crossbow" }, { "Bow$", "Bow" }, { "Quarterstaff", "Quarterstaff" }, { "Staff", "Staff" },
	{ "Wand", "Wand" }, { "Sceptre", "Sceptre" }, { "Focus", "Focus" }, { "Quiver", "Quiver" },
	{ "Shield", "Shield" }, { "Buckler", "Shield" }, { "Targe", "Shield" },
	{ "Spear", "Spear" }, { "Flail", "Flail" }, { "Talisman", "Talisman" },
	{ "Greathammer", "TwoHandMace" }, { "Greatclub", "TwoHandMace" }, { "Maul", "TwoHandMace" },
	{ "Greatsword", "TwoHandSword" }, { "Greataxe", "TwoHandAxe" },
	{ "Mace", "Mace" }, { "Hammer", "Mace" }, { "Club", "Mace" }, { "Sword", "Sword" }, { "Axe", "Axe" },
	{ "Dagger", "Dagger" }, { "Claw", "Claw" },
}
-- Scope tags of attacks with a weapon of the class.
local classTags = {
	Bow = { "Bow", "Projectile", "TwoHanded" },
	Crossbow = { "Crossbow", "Projectile", "TwoHanded" },
	Quarterstaff = { "Melee", "Quarterstaff", "TwoHanded" },
	Talisman = { "Melee", "Talisman", "TwoHanded" },
	Spear = { "Melee", "OneHanded", "Spear" },
	Flail = { "Flail", "Melee", "OneHanded" },
	Mace = { "Mace", "Melee", "OneHanded" },
	Sword = { "Melee", "OneHanded", "Sword" },
	Axe = { "Axe", "Melee", "OneHanded" },
	Dagger = { "Dagger", "Melee", "OneHanded" },
	Claw = { "Claw", "Melee", "OneHanded" },
	TwoHandMace = { "Mace", "Melee", "TwoHanded" },
	TwoHandSword = { "Melee", "Sword", "TwoHanded" },
	TwoHandAxe = { "Axe", "Melee", "TwoHanded" },
}

function items.weaponClass(item)
	local text = item.type or item.base or ""
	for _, entry in ipairs(classWords) do
		if text:find(entry[1]) then
			return entry[2]
		end
	end
end

function items.attackTags(class)
	return classTags[class]
end

-- A property is a number, "12-34", or { 12, 34 }.
function items.range(value)
	if type(value) == "number" then
		return value, value
	elseif type(value) == "table" then
		return tonumber(value[1] or value.min) or 0, tonumber(value[2] or value.max) or 0
	elseif type(value) == "string" then
		local low, high = value:match("^%s*([%d.]+)%s*%-%s*([%d.]+)")
		low = tonumber(low or value:match("^%s*([%d.]+)"))
		return low or 0, tonumber(high) or low or 0
	end
	return 0, 0
end

local function property(item, name)
	local low, high = items.range((item.properties or {})[name])
	return (low + high) / 2
end

local function isPlain(modifier)
	return not (modifier.conditions or modifier.per or modifier.actor)
end

-- The defences that an armour item shows already include its local modifiers.
local function isLocalDefence(modifier, hasProperties)
	if not isPlain(modifier) or modifier.scope or not defences[modifier.name] then
		return false
	end
	return hasProperties or modifier.kind == "INC"
end

local localWeapon = { CritChance = true, CritMultiplier = true, Accuracy = true }

local function isLocalWeapon(modifier)
	if not isPlain(modifier) then
		return false
	end
	local scope = modifier.scope
	if modifier.name == "Speed" and modifier.kind == "INC" then
		return scope and #scope == 1 and scope[1] == "Attack"
	end
	if scope then
		return false
	end
	if modifier.kind == "BASE" then
		return localWeapon[modifier.name] or modifier.name:find("M[ia][nx]$") ~= nil
	end
	return modifier.kind == "INC" and modifier.name == "PhysicalDamage"
end

-- Reads an item into the build: modifiers of the character go into `target`, properties of the item into `build.gear`.
function items.read(build, item, target)
	local gear = build.gear
	local slot = item.slot or ""
	local piece = armourSlots[slot]
	local class = slot:find("^Weapon") and items.weaponClass(item)
	if class == "Shield" or class == "Focus" then
		piece = class
	end
	local isWeapon = class ~= nil and classTags[class] ~= nil
	local hasDefences = false
	if piece then
		gear.pieces[piece] = true
		for stat, name in pairs(defences) do
			local value = property(item, name)
			if value ~= 0 then
				hasDefences = true
			end
			gear.defences[piece .. stat] = value
			target[#target + 1] = { name = stat, kind = "BASE", value = value }
		end
		if class == "Shield" then
			gear.blockChance = math.max(property(item, "Block chance"), property(item, "Chance to Block"))
		end
	end
	local spirit = property(item, "Spirit")
	target[#target + 1] = { name = "Spirit", kind = "BASE", value = spirit }
	local localModifiers = {}
	for _, line in ipairs(item.lines or {}) do
		local parsed = statLines.parse(line)
		if not parsed then
			local name = item.name ~= "" and item.name or slot ~= "" and slot or "item"
			build.unknownItemLines[#build.unknownItemLines + 1] = { line = line, where = name }
		end
		for _, modifier in ipairs(parsed or {}) do
			if piece and isLocalDefence(modifier, hasDefences) then
				-- already included in the property, or a percentage of an unknown base
			elseif isWeapon and isLocalWeapon(modifier) then
				localModifiers[#localModifiers + 1] = modifier
			elseif class == "Shield" and modifier.name == "BlockChance" and modifier.kind == "INC" then
				gear.localBlock = (gear.localBlock or 0) + modifier.value
			elseif spirit ~= 0 and modifier.name == "Spirit" and isPlain(modifier) then
				-- already included in the property
			else
				target[#target + 1] = modifier
			end
		end
	end
	if isWeapon then
		gear.weapons[slot] = { item = item, class = class, localModifiers = localModifiers }
	elseif class then
		gear.offHand = class
	end
end

return items
