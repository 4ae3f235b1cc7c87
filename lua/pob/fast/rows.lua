-- Rows that need not be calculated: two node sets whose nodes bring the same modifiers,
-- as far as any query of the build lets them in, have the same stats, to the bit.
--
-- A row's key has two parts. Modifiers whose order shows (products, lists, overrides,
-- whatever is tabulated, sums with fractions) stand in it in the order in which Path of
-- Building adds them up: that of initEnv's own copy of spec.allocNodes. All others,
-- summed without rounding (see exact.lua), stand in it as a multiset: what the row has
-- more or less than the build's own nodes. A modifier is described by type, name,
-- value, flags, tags, the kind of its source, its node's weapon set and what the
-- scaling of passives looks at. Modifiers that no query lets in leave no trace. A node
-- that is looked at as a node stands for itself: jewel sockets, keystones, nodes inside
-- a radius jewel, nodes that items grant, nodes that grant skills.
--
-- What queries are known grows while rows are calculated; a row is kept as its full
-- list of nodes, so that its key can be made anew.

local ffi = require("ffi")
local recorder = require("pob.fast.recorder")
local tests = require("pob.fast.querytests")
local exact = require("pob.fast.exact")

local part = {
	name = "rows",
	targets = {
		{ name = "initEnv", file = "Modules/CalcSetup.lua", lines = 1577, hash = "dcfa0e68c7fb6bde" },
		{ name = "buildModListForNode", file = "Modules/CalcSetup.lua", lines = 152, hash = "d32bb67370feb980" },
	},
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

-- Read by buildModListForNode from the node's own list, so also when its answer was kept.
local ALWAYS = {
	PassiveSkillHasNoEffect = true, AllocatedPassiveSkillHasNoEffect = true, PassiveSkillEffect = true,
	PassiveSkillHasOtherEffect = true, NodeModifier = true, ExtraSkill = true, CanExplode = true,
	JewelSmallPassiveSkillEffect = true, JewelNotablePassiveSkillEffect = true, SmallPassiveSkillEffect = true,
	Keystone = true,
}

-- initEnv looks for this node by its id.
local LOOKED_FOR = { [39935] = true }

-- Read from the store itself, by BASE and the thorns flag: whether the build gets PoB's
-- thorns skill.
local THORNS = { "Physical", "Fire", "Cold", "Lightning", "Chaos" }

local EMPTY = {}

local MAX_NODES = 4096
local MAX_IDENTITIES = 65000

local function sortedKeys(t)
	local keys = {}
	for key in pairs(t) do
		keys[#keys + 1] = key
	end
	table.sort(keys, function(a, b)
		if type(a) == type(b) then
			return a < b
		end
		return type(a) < type(b)
	end)
	return keys
end

-- A value as text: equal text, equal value. Functions and other tables met again stand
-- for themselves.
local function describe(value, depth)
	if type(value) == "number" then
		return string.format("%.17g", value)
	elseif type(value) == "string" then
		return string.format("%q", value)
	elseif type(value) ~= "table" or depth > 8 then
		return tostring(value)
	end
	local out = {}
	for _, key in ipairs(sortedKeys(value)) do
		if key ~= "source" then
			out[#out + 1] = describe(key, depth + 1) .. "=" .. describe(value[key], depth + 1)
		end
	end
	return "{" .. table.concat(out, ",") .. "}"
end

-- The tag that buildModListForNode writes itself is no part of a modifier; the weapon
-- set is part of the node's description.
local function describeMod(mod)
	local tags = {}
	for i = 1, #mod do
		local tag = mod[i]
		if not (tag.type == "Condition" and tag.var and tag.var:match("^WeaponSet")) then
			tags[#tags + 1] = describe(tag, 1)
		end
	end
	local fields = {}
	for _, key in ipairs(sortedKeys(mod)) do
		if type(key) ~= "number" and key ~= "source" then
			fields[#fields + 1] = key .. "=" .. describe(mod[key], 1)
		end
	end
	local source = type(mod.source) == "string" and mod.source:match("^[^:]*") or ""
	return table.concat(fields, ",") .. "|" .. table.concat(tags, ",") .. "|" .. source
end

local cache = {}
cache.__index = cache

local function newCache(mode, shared, env, limit)
	local asked = recorder.new()
	for _, damage in ipairs(THORNS) do
		recorder.record(asked, "BASE", damage .. "Min", recorder.ANY, recorder.ANY)
		recorder.record(asked, "BASE", damage .. "Max", recorder.ANY, recorder.ANY)
	end
	return setmetatable({
		mode = mode,
		admits = (tests.new(shared, env)),
		asked = asked,
		limit = limit,
		-- node -> its first modifier, or EMPTY -> weapon set -> identity
		identityOf = setmetatable({}, { __mode = "k" }),
		identities = {},
		-- modifier name -> identities that have it
		byName = {},
		-- descriptions -> small numbers
		numbers = {},
		numberCount = 0,
		-- ids of nodes that stand for themselves
		special = {},
		seenRadius = {},
		-- key -> value; rows: all of them with their nodes
		answers = {},
		rows = {},
		nodes = ffi.new("uint16_t[?]", MAX_NODES),
		nodeCount = 0,
		stale = false,
		-- type and name of modifiers in whose sums others than the tree's bring fractions
		rounding = {},
		-- the modifiers of all nodes met; what of them rounds is seen row by row
		treeMods = setmetatable({}, { __mode = "k" }),
		-- the build's own nodes: id -> identity
		base = {},
		-- what was calculated since find()
		envs = {},
		envCount = 0,
		hits = 0,
		misses = 0,
	}, cache)
end

function cache:number(text)
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

function cache:weigh(identity)
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
function cache:spread(into, name)
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

function cache:identify(node)
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
		identity.texts[i] = describeMod(mod)
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

-- What the last rows asked for that was not known before.
function cache:learn()
	local asked = self.asked
	local changed = self.stale
	for i = 1, asked.freshCount do
		for _, identity in ipairs(self.byName[asked.fresh[i]] or {}) do
			local sequence, free = identity.sequence, table.concat(identity.free, ",")
			self:weigh(identity)
			changed = changed or identity.sequence ~= sequence or table.concat(identity.free, ",") ~= free
		end
		asked.fresh[i] = nil
	end
	asked.freshCount = 0
	if self.stale then
		for _, identity in ipairs(self.identities) do
			self:weigh(identity)
		end
		self.stale = false
	end
	if changed then
		self.answers = {}
		for _, row in ipairs(self.rows) do
			local nodes = ffi.cast("const uint16_t *", row.nodes)
			self.answers[self:key(nodes, #row.nodes / 2, row.rest, row.variant)] = row
		end
	end
end

local function count(counts, identity, step)
	local free = identity.free
	for i = 1, #free do
		counts[free[i]] = (counts[free[i]] or 0) + step
	end
end

function cache:key(nodes, size, rest, variant)
	local identities, base = self.identities, self.base
	local out, n = {}, 0
	local counts, met = {}, {}
	local rounded
	for i = 0, size - 1 do
		local inexact = identities[nodes[i]].inexact
		for k = 1, inexact and #inexact or 0 do
			rounded = rounded or {}
			self:spread(rounded, inexact[k])
		end
	end
	for i = 0, size - 1 do
		local identity = identities[nodes[i]]
		if identity.sequence then
			n = n + 1
			out[n] = identity.sequence
		end
		-- what rounds in this row shows the order of all that is summed with it
		for k = 1, rounded and #identity.names or 0 do
			if rounded[identity.names[k]] then
				n = n + 1
				out[n] = identity.free[k] .. "!"
			end
		end
		local id = identity.node.id
		if base[id] == identity then
			met[id] = true
		else
			count(counts, identity, 1)
		end
	end
	for id, identity in pairs(base) do
		if not met[id] then
			count(counts, identity, -1)
		end
	end
	local numbers, m = {}, 0
	for number, times in pairs(counts) do
		if times ~= 0 then
			m = m + 1
			numbers[m] = number
		end
	end
	table.sort(numbers)
	for i = 1, m do
		n = n + 1
		out[n] = numbers[i] .. "*" .. counts[numbers[i]]
	end
	local byName = self.asked.asked.BASE or {}
	local counters = (byName["Multiplier:AllocatedNotable"] and rest.notables or "") .. ";"
		.. (byName["Multiplier:AllocatedConnectedNotable"] and rest.smith or "") .. ";" .. rest.others
	return variant .. ";" .. counters .. ";" .. table.concat(out, ",", 1, n)
end

-- Reads the allocated nodes of the build as they are now.
function cache:read()
	local spec = self.mode.spec
	if #self.identities > MAX_IDENTITIES then
		self:clear()
	end
	local copy, count, others = {}, 0, { tostring(spec.allocatedMasteryCount), tostring(spec.curClassId) }
	for id, node in pairs(spec.allocNodes) do
		copy[id] = node
	end
	for _, node in pairs(copy) do
		self.nodes[count] = self:identify(node).number
		count = count + 1
		if node.type == "Socket" then
			others[#others + 1] = node.id .. "@" .. tostring(node.distanceToClassStart)
		end
	end
	table.sort(others)
	self.nodeCount = count
	return {
		nodes = ffi.string(self.nodes, count * 2),
		rest = {
			notables = spec.allocatedNotableCount,
			smith = spec.allocatedSmithBodyArmourNodeCount,
			others = table.concat(others, ","),
		},
	}
end

---The value kept for a row like the present one.
---@param variant string @what else the value depends on: the stats, what was left out
---@return any|nil
function cache:find(variant)
	if self.asked.freshCount > 0 or self.stale then
		self:learn()
	end
	self.envCount = 0
	local row = self:read()
	row.variant = variant
	self.present = row
	local known = self.answers[self:key(self.nodes, self.nodeCount, row.rest, variant)]
	if known then
		self.hits = self.hits + 1
		return known.value
	end
	self.misses = self.misses + 1
	return nil
end

-- Names in whose sums a fraction takes part, with those that are summed with them: from
-- now on their order counts.
function cache:lookForFractions()
	local found = {}
	for i = 1, self.envCount do
		for name in pairs(exact.inexactNames(self.envs[i].modDB.mods, self.treeMods)) do
			self:spread(found, name)
		end
		self.envs[i] = nil
	end
	self.envCount = 0
	for name in pairs(found) do
		if not self.rounding[name] then
			self.rounding[name] = true
			self.stale = true
		end
	end
end

---Keeps the value of the row that find() did not know, after it was calculated.
function cache:keep(value)
	local row = self.present
	self:lookForFractions()
	row.value = value
	if #self.rows >= self.limit then
		self.rows, self.answers = {}, {}
	end
	self.rows[#self.rows + 1] = row
	if self.asked.freshCount > 0 or self.stale then
		self:learn()
	end
	local nodes = ffi.cast("const uint16_t *", row.nodes)
	self.answers[self:key(nodes, #row.nodes / 2, row.rest, row.variant)] = row
end

function cache:clear()
	self.rows, self.answers = {}, {}
	self.identities, self.byName = {}, {}
	self.identityOf = setmetatable({}, { __mode = "k" })
	self:setBase()
end

-- The nodes that rows are compared with; any set would do.
function cache:setBase()
	self.base = {}
	for id, node in pairs(self.mode.spec.allocNodes) do
		self.base[id] = self:identify(node)
	end
end

-- Called for every calculation: nodes that it looked at as nodes.
function cache:look(calcEnv)
	self.envCount = self.envCount + 1
	self.envs[self.envCount] = calcEnv
	for _, jewel in ipairs(calcEnv.radiusJewelList) do
		if not self.seenRadius[jewel.nodes] then
			self.seenRadius[jewel.nodes] = true
			for id in pairs(jewel.nodes) do
				self.stale = self.stale or not self.special[id]
				self.special[id] = true
			end
		end
	end
	for id in pairs(calcEnv.grantedPassives) do
		self.stale = self.stale or not self.special[id]
		self.special[id] = true
	end
end

function part.install(shared, env, calcs)
	local initEnv = calcs.initEnv
	local mine

	function calcs.initEnv(...)
		shared.asked = mine and mine.asked
		if not mine then
			return initEnv(...)
		end
		local calcEnv, a, b, c = initEnv(...)
		mine:look(calcEnv)
		return calcEnv, a, b, c
	end

	---@param limit number @rows to keep
	shared.openRows = function(mode, limit)
		return mode.calcsTab.calcs.pobatchOpenRows(mode, limit)
	end
	calcs.pobatchOpenRows = function(mode, limit)
		mine = newCache(mode, shared, env, limit or 20000)
		mine:setBase()
		return mine
	end
end

return part
