-- The enemy that a build fights and is hit by. The names in the configuration are Path of Building's. Where the build does not
-- set a value, the enemy is an endgame boss of level 82, as Path of Building assumes.
local ffi = require("ffi")

local enemy = {}

-- The game's default monster stats at some levels, as listed by Path of Building. Values between these levels are interpolated.
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
		-- Bosses have 50 % more armour than other monsters of their level.
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
	-- Physical hits are reduced by armour, not by a resistance.
	self.resistOf = ffi.new("double[5]", { 0, self.resist.Fire, self.resist.Cold, self.resist.Lightning, self.resist.Chaos })
	return self
end

return enemy
