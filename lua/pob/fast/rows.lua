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
local rowidentity = require("pob.fast.rowidentity")
local rowkey = require("pob.fast.rowkey")

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

-- Read from the store itself, by BASE and the thorns flag: whether the build gets PoB's
-- thorns skill.
local THORNS = { "Physical", "Fire", "Cold", "Lightning", "Chaos" }

local MAX_NODES = 4096
local MAX_IDENTITIES = 65000

local cache = {}
cache.__index = cache
for _, methods in ipairs({ rowidentity, rowkey }) do
	for name, method in pairs(methods) do
		cache[name] = method
	end
end

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
			row.key = self:key(nodes, #row.nodes / 2, row.rest, row.variant)
			self.answers[row.key] = row
		end
	end
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
	row.key = self:key(self.nodes, self.nodeCount, row.rest, variant)
	local known = self.answers[row.key]
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
	local seen, found = {}, {}
	for i = 1, self.envCount do
		exact.inexactNames(self.envs[i].modDB.mods, self.treeMods, seen)
		self.envs[i] = nil
	end
	self.envCount = 0
	for name in pairs(seen) do
		self:spread(found, name)
	end
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
	self.answers[row.key] = row
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
