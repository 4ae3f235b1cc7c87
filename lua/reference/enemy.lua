-- The enemy that a build fights and is hit by. Config names are Path of Building's; where the
-- build's text sets none, the enemy is a boss of the endgame, level 82, as Path of Building assumes.
local ffi = require("ffi")

local enemy = {}

-- Default monster stats of the game at some levels, as Path of Building lists them; levels between
-- are interpolated.
local levels = { 1, 20, 40, 60, 70, 82, 100 }
local accuracy = { 32, 149, 409, 951, 1403, 2114, 4011 }
local evasion = { 24, 168, 391, 591, 738, 923, 1304 }
local armour = { 3, 89, 418, 1500, 2712, 5375, 14441 }

local function at(level, values)
	for index = 2, #levels do
		if level <= levels[index] then
			local low, high = levels[index - 1], levels[index]
			local share = (math.max(level, low) - low) / (high - low)
			return math.floor(values[index - 1] + (values[index] - values[index - 1]) * share + 0.5)
		end
	end
	return values[#values]
end

function enemy.read(config)
	local function number(name, default)
		local value = config[name]
		return type(value) == "number" and value or default
	end
	local level = number("enemyLevel", 82)
	local self = {
		accuracy = number("enemyAccuracy", at(level, accuracy)),
		evasion = number("enemyEvasion", at(level, evasion)),
		-- Bosses have half again as much armour as other monsters of their level.
		armour = number("enemyArmour", math.floor(at(level, armour) * 1.5)),
		critChance = number("enemyCritChance", 5),
		critDamage = number("enemyCritDamage", 30),
		resist = {},
		pen = {},
		damage = {},
	}
	local hit = number("enemyPhysicalDamage", 965)
	for _, damageType in ipairs({ "Physical", "Fire", "Cold", "Lightning", "Chaos" }) do
		local elemental = damageType ~= "Physical" and damageType ~= "Chaos"
		self.resist[damageType] = number("enemy" .. damageType .. "Resist", elemental and 50 or 0)
		self.pen[damageType] = number("enemy" .. damageType .. "Pen", elemental and 3 or 0)
		self.damage[damageType] = number("enemy" .. damageType .. "Damage", damageType == "Chaos" and hit * 0.4 or hit)
	end
	-- Physical hits meet armour, not a resistance.
	self.resistOf = ffi.new("double[5]", { 0, self.resist.Fire, self.resist.Cold, self.resist.Lightning, self.resist.Chaos })
	return self
end

return enemy
