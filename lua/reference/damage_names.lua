-- Composed names: adjectives before a noun ("attack physical damage", "melee critical hit chance"). Every adjective must be
-- known. Each adds a scope tag, an actor or the damage type.
local damageNames = {}

local nouns = {
	["damage"] = "Damage",
	["critical hit chance"] = "CritChance",
	["critical damage bonus"] = "CritMultiplier",
	["accuracy rating"] = "Accuracy",
	["area of effect"] = "AreaOfEffect",
	["attack speed"] = "Speed",
	["stun buildup"] = "StunBuildup",
	["immobilisation buildup"] = "ImmobilisationBuildup",
}

local types = {
	physical = "Physical",
	fire = "Fire",
	cold = "Cold",
	lightning = "Lightning",
	chaos = "Chaos",
	elemental = "Elemental",
}

local scopes = {
	attack = "Attack",
	spell = "Spell",
	melee = "Melee",
	projectile = "Projectile",
	area = "Area",
	totem = "Totem",
	ballista = "Ballista",
	trap = "Trap",
	grenade = "Grenade",
	hazard = "Hazard",
	thorns = "Thorns",
	parry = "Parry",
	warcry = "Warcry",
	herald = "Herald",
	unarmed = "Unarmed",
}

-- "attack damage" is a noun with one adjective, so the noun is looked for at the end of the phrase.
local function splitNoun(phrase)
	for noun, stat in pairs(nouns) do
		if phrase == noun then
			return stat, ""
		end
		if phrase:sub(-#noun - 1) == " " .. noun then
			return stat, phrase:sub(1, -#noun - 2)
		end
	end
end

function damageNames.read(phrase)
	local stat, adjectives = splitNoun(phrase)
	if not stat then
		return nil
	end
	local scope, damageType = {}, nil
	if stat == "Speed" then
		scope[1] = "Attack"
	end
	for word in adjectives:gmatch("%S+") do
		if scopes[word] then
			scope[#scope + 1] = scopes[word]
		elseif types[word] and stat == "Damage" and not damageType then
			damageType = types[word]
		else
			return nil
		end
	end
	table.sort(scope)
	return { { name = (damageType or "") .. stat, scope = #scope > 0 and scope or nil } }
end

return damageNames
