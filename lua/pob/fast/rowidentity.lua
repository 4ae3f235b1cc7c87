-- What a node is to the cache of rows: the modifiers that it brings, in the weapon set
-- that it is allocated for, and what of them stands in a row's key. The functions here
-- are methods of the cache (rows.lua).

local recorder = require("pob.fast.recorder")
local exact = require("pob.fast.exact")
local moddescription = require("pob.fast.moddescription")

local identities = {}

-- Read by buildModListForNode from the node's own list, so also when its answer was kept.
local ALWAYS = {
	PassiveSkillHasNoEffect = true, AllocatedPassiveSkillHasNoEffect = true, PassiveSkillEffect = true,
	PassiveSkillHasOtherEffect = true, NodeModifier = true, ExtraSkill = true, CanExplode = true,
	JewelSmallPassiveSkillEffect = true, JewelNotablePassiveSkillEffect = true, SmallPassiveSkillEffect = true,
	Keystone = true,
}

-- initEnv looks for this node by its id.
local LOOKED_FOR = { [39935] = true }

-- stands for the first modifier of a node without any
local EMPTY = {}

function identities:number(text)
	local number = self.numbers[text]
	if not number then
		number = self.numberCount + 1
		self.numberCount = number
		self.numbers[text] = number
	end
	return number
end

-- The types of modifiers that are summed, or only looked for: their order shows only
-- where the sum rounds.
local UNORDERED = { BASE = true, INC = true, FLAG = true }

function identities:weigh(identity)
	local sequence, free, names, inexact = nil, {}, {}, false
	if self.special[identity.node.id] or identity.itself then
		sequence = "#" .. identity.number
	end
	for i, mod in ipairs(identity.mods) do
		local always = ALWAYS[mod.name]
		if always or recorder.matters(self.asked, mod, self.admits) then
			local isExact = exact.isExact(mod)
			if not isExact and (mod.type == "BASE" or mod.type == "INC") then
				inexact = inexact or {}
				inexact[#inexact + 1] = mod.type .. " " .. mod.name
			end
			if not self.special[identity.node.id] and not identity.itself then
				local number = self:number(identity.head .. identity.texts[i])
				if always or not isExact or not UNORDERED[mod.type] or recorder.isOrdered(self.asked, mod)
					or self.rounding[mod.type .. " " .. mod.name] then
					sequence = (sequence or "") .. number .. "."
				else
					free[#free + 1] = number
					names[#names + 1] = mod.type .. " " .. mod.name
				end
			end
		end
	end
	identity.sequence = sequence or false
	identity.free = free
	-- of each in `free`: type and name
	identity.names = names
	-- type and name of modifiers of this node that round
	identity.inexact = inexact
end

-- The names that are summed with this one, and with those.
function identities:spread(into, name)
	local together = self.asked.together
	local kind, bare = name:match("^(%S+) (.*)$")
	into[name] = true
	for other in pairs(together[bare] or {}) do
		into[kind .. " " .. other] = true
		for third in pairs(together[other] or {}) do
			into[kind .. " " .. third] = true
		end
	end
end

local function fits(identity, node, list)
	local mods = identity.mods
	if #mods ~= #list or identity.keystone ~= node.keystoneMod then
		return false
	end
	for i = 1, #list do
		if mods[i] ~= list[i] then
			return false
		end
	end
	return true
end

function identities:identify(node)
	local byFirst = self.identityOf[node]
	if not byFirst then
		byFirst = {}
		self.identityOf[node] = byFirst
	end
	local list = node.modList
	local first = list[1] or EMPTY
	local bySet = byFirst[first]
	if not bySet then
		bySet = {}
		byFirst[first] = bySet
	end
	local allocMode = node.allocMode or 0
	local identity = bySet[allocMode]
	if identity and fits(identity, node, list) then
		return identity
	end
	local number = #self.identities + 1
	identity = {
		node = node,
		number = number,
		mods = {},
		texts = {},
		keystone = node.keystoneMod,
		-- the scaling of small and notable passives looks at these
		head = allocMode .. "/" .. tostring(node.type) .. "/" .. tostring(node.isAttribute or false) .. "/"
			.. tostring(node.ascendancyName and true or false) .. ":",
		itself = node.type == "Socket" or node.type == "Keystone" or node.containJewelSocket
			or node.keystoneMod ~= nil or node.conqueredBy ~= nil or LOOKED_FOR[node.id] or false,
	}
	for i = 1, #list do
		local mod = list[i]
		identity.mods[i] = mod
		self.treeMods[mod] = true
		identity.texts[i] = moddescription.of(mod)
		identity.itself = identity.itself or mod.name == "ExtraSkill" or mod.name == "CanExplode"
		local named = self.byName[mod.name]
		if not named then
			named = {}
			self.byName[mod.name] = named
		end
		named[#named + 1] = identity
	end
	self.identities[number] = identity
	bySet[allocMode] = identity
	self:weigh(identity)
	return identity
end

return identities
