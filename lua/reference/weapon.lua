-- The hit that the calculator evaluates: that of the source's skill, or else a basic attack with the main-hand weapon, or else
-- a basic unarmed attack.
local ffi = require("ffi")
local items = require("reference.items")
local slots = require("reference.slots")

local weapon = {}

-- If the build's text does not say what a weapon deals (the name of a base type gives only its class), the hit starts from the
-- unarmed one, and the build gets a warning.
local unarmed = { min = 2, max = 6, attacksPerSecond = 1.65, critChance = 5 }

local function baseAttack()
	local damage = {}
	for _, damageType in ipairs(slots.damageTypes) do
		damage[damageType] = { min = 0, max = 0 }
	end
	damage.Physical = { min = unarmed.min, max = unarmed.max }
	return {
		name = "Unarmed",
		damage = damage,
		speed = unarmed.attacksPerSecond,
		critChance = unarmed.critChance,
		tags = { Attack = true, Hit = true, Melee = true, Unarmed = true },
	}
end

local function readProperties(hit, properties)
	local known = false
	for _, damageType in ipairs(slots.damageTypes) do
		local value = properties[damageType .. " Damage"]
		if value then
			if not known then
				hit.damage.Physical = { min = 0, max = 0 }
			end
			known = true
			local low, high = items.range(value)
			hit.damage[damageType] = { min = low, max = high }
		end
	end
	local speed = items.range(properties["Attacks per Second"])
	local crit = items.range(properties["Critical Hit Chance"])
	hit.speed = speed > 0 and speed or hit.speed
	hit.critChance = crit > 0 and crit or hit.critChance
	return known, speed > 0, crit > 0
end

-- Local modifiers change the weapon's own numbers, except those that the properties already include.
local function applyLocal(hit, modifiers, knownDamage, knownSpeed, knownCrit)
	local physical, speed = 0, 0
	for _, modifier in ipairs(modifiers) do
		local damageType, bound = modifier.name:match("^(%a+)(M[ia][nx])$")
		if damageType then
			if not knownDamage then
				local key = bound:lower()
				hit.damage[damageType][key] = hit.damage[damageType][key] + modifier.value
			end
		elseif modifier.name == "PhysicalDamage" then
			physical = knownDamage and 0 or physical + modifier.value
		elseif modifier.name == "Speed" then
			speed = knownSpeed and 0 or speed + modifier.value
		elseif modifier.name == "CritChance" then
			hit.critChance = knownCrit and hit.critChance or hit.critChance + modifier.value
		elseif modifier.name == "CritMultiplier" then
			hit.critBonus = (hit.critBonus or 0) + modifier.value
		elseif modifier.name == "Accuracy" then
			hit.accuracy = (hit.accuracy or 0) + modifier.value
		end
	end
	for _, bound in ipairs({ "min", "max" }) do
		hit.damage.Physical[bound] = hit.damage.Physical[bound] * (1 + physical / 100)
	end
	hit.speed = hit.speed * (1 + speed / 100)
end

local function readSkill(hit, skill)
	hit.name = skill.name or hit.name
	if skill.tags then
		hit.tags = { Hit = true }
		for _, tag in ipairs(skill.tags) do
			hit.tags[tag] = true
		end
	end
	if hit.tags.Spell then
		hit.tags.Cast, hit.tags.Attack, hit.tags.Melee, hit.tags.Unarmed = true, nil, nil, nil
	end
	if skill.damage then
		for _, damageType in ipairs(slots.damageTypes) do
			local low, high = items.range(skill.damage[damageType])
			hit.damage[damageType] = { min = low, max = high }
		end
	end
	hit.speed = skill.speed or hit.speed
	hit.critChance = skill.critChance or hit.critChance
	-- The percentage of base damage that the skill deals, and of the base attack speed that it uses.
	hit.damageMultiplier = (skill.damageMultiplier or 100) / 100
	hit.speedMultiplier = (skill.speedMultiplier or 100) / 100
	hit.addedEffectiveness = (skill.addedEffectiveness or skill.damageMultiplier or 100) / 100
end

function weapon.read(build, source)
	local hit = baseAttack()
	local held = build.gear.weapons["Weapon 1" .. build.swap] or build.gear.weapons["Weapon 2" .. build.swap]
	if held then
		hit.name = held.item.name or held.item.base or held.class
		hit.tags = { Attack = true, Hit = true }
		for _, tag in ipairs(items.attackTags(held.class)) do
			hit.tags[tag] = true
		end
		local knownDamage, knownSpeed, knownCrit = readProperties(hit, held.item.properties or {})
		if not knownDamage then
			build.warnings[#build.warnings + 1] = {
				code = "WEAPON_DAMAGE_UNKNOWN", where = hit.name,
				text = "its text does not say what it deals: its hit starts from unarmed damage",
			}
		end
		applyLocal(hit, held.localModifiers, knownDamage, knownSpeed, knownCrit)
	end
	hit.damageMultiplier, hit.speedMultiplier, hit.addedEffectiveness = 1, 1, 1
	hit.accuracy, hit.critBonus = hit.accuracy or 0, hit.critBonus or 0
	if type(source.skill) == "table" then
		readSkill(hit, source.skill)
	end
	hit.low, hit.high = ffi.new("double[5]"), ffi.new("double[5]")
	for position, damageType in ipairs(slots.damageTypes) do
		hit.low[position - 1] = hit.damage[damageType].min
		hit.high[position - 1] = hit.damage[damageType].max
	end
	return hit
end

return weapon
