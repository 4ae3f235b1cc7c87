-- One environment that is made once and restored for each row that it serves. What calcs.initEnv of Path of Building's
-- Modules/CalcSetup.lua makes is copied natively (`host.checkpoints`), restored in place, and given a row's nodes. pool.lua
-- chooses among several.
--
-- It serves a row only if none of the ways in which initEnv reads the allocated nodes can distinguish the row's nodes from
-- those that the environment was made with: I3 to I9 in docs/internals/memo.md.

local exact = require("pob.memo.exact_sums")
local modDescription = require("pob.memo.mod_description")
local readSet = require("pob.memo.read_set")
local tests = require("pob.replacements.query_tests")
local treeSegment = require("pob.environment.tree_segment")
local inertModifiers = require("pob.memo.inert_modifiers")

local next, pairs = next, pairs

-- initEnv looks for this node by its id (I5).
local LOOKED_FOR = 39935

-- Modifiers that make a node more than the sum of its modifiers, or change those of other nodes (I5).
local SPECIAL = { ExtraSkill = true, CanExplode = true, SmallPassiveSkillEffect = true }

-- Counters of the tree that initEnv turns into modifiers, placed before those of the nodes (I6).
local COUNTERS = {
	{ field = "allocatedNotableCount", name = "Multiplier:AllocatedNotable" },
	{ field = "allocatedSmithBodyArmourNodeCount", name = "Multiplier:AllocatedConnectedNotable" },
}

-- Everything that initEnv reads of a build except its tree. All of it is constant while rows are calculated, except for
-- what mode MAIN adapts (I3).
local function inputsOf(build)
	local spec, config, party, items, skills = build.spec, build.configTab, build.partyTab, build.itemsTab, build.skillsTab
	local list = {
		spec, spec.curClassId, spec.allocatedMasteryCount, spec.allocatedMasteryTypeCount, build.characterLevel,
		config.enemyLevel or false, config.modList, #config.modList, config.enemyModList, #config.enemyModList,
		party.enemyModList, #party.enemyModList, items.activeItemSet, items.activeItemSet.useSecondWeaponSet or false,
		build.mainSocketGroup, #skills.socketGroupList,
	}
	for _, group in ipairs(skills.socketGroupList) do
		list[#list + 1] = group
	end
	return list
end

local function same(a, b)
	if #a ~= #b then
		return false
	end
	for i = 1, #a do
		if a[i] ~= b[i] then
			return false
		end
	end
	return true
end

local function copyOf(nodes)
	local copy = {}
	for id, node in pairs(nodes) do
		copy[id] = node
	end
	return copy
end

-- Nodes as text: equal if the trees have the same nodes, in the same weapon sets, with the same attributes chosen.
local function textOf(nodes)
	local parts = {}
	for id, node in pairs(nodes) do
		parts[#parts + 1] = id .. " " .. (node.allocMode or 0) .. " " .. tostring(node.dn)
	end
	table.sort(parts)
	return table.concat(parts, "\n")
end

local NONE = {}

local kept = {}
kept.__index = kept

---@param shared table @of the extension
---@param env table @the globals of Path of Building's code
---@return table @an environment yet to be made: `asked` records initEnv's queries
function kept.new(shared, env)
	return setmetatable({ shared = shared, env = env, asked = readSet.new(), before = {}, misses = 0 }, kept)
end

function kept:isSpecial(node)
	if self.special[node.id] or self.readsRadius and self.inRadius[node.id] then
		return true
	end
	local mods = node.modList
	for i = 1, mods and #mods or 0 do
		if SPECIAL[mods[i].name] then
			return true
		end
	end
	return false
end

-- The nodes' own modifiers that queries let in: from the list that initEnv queries before items are added.
function kept:askedOfNodes(nodes)
	local sequence, n, records = {}, 0, self.ofNode
	for _, node in next, nodes do
		local entry, own = records[node], node.modList
		if not entry or entry.own ~= own or entry.count ~= #own then
			entry = { own = own, count = #own }
			for i = 1, #own do
				if self.isAsked(own[i]) then
					entry[#entry + 1] = own[i]
				end
			end
			records[node] = entry
		end
		for i = 1, #entry do
			n = n + 1
			sequence[n] = entry[i]
		end
	end
	return sequence
end

-- I4: whether the environment's queries only sum modifiers like this one, and none of the sums rounds.
function kept:isFree(mod)
	local kind, asked = mod.type, self.asked
	if kind ~= "BASE" and kind ~= "INC" or readSet.isOrdered(asked, mod) then
		return false
	end
	local key = kind .. " " .. mod.name
	if self.rounds[key] == nil then
		self.rounds[key] = false
		local names = { [mod.name] = true }
		for name in next, asked.together[mod.name] or {} do
			names[name] = true
			for other in next, asked.together[name] or {} do
				names[other] = true
			end
		end
		local store = self.answer[1].modDB
		while store do
			for name in next, names do
				for _, other in ipairs(store.mods[name] or {}) do
					self.rounds[key] = self.rounds[key] or other.type == kind and not exact.isExact(other)
				end
			end
			store = store.parent
		end
	end
	return not self.rounds[key] and exact.isExact(mod)
end

-- A sequence of modifiers as seen by the environment's queries, as text.
function kept:describe(sequence)
	local ordered, free = {}, {}
	for i = 1, #sequence do
		local mod = sequence[i]
		local list = self:isFree(mod) and free or ordered
		list[#list + 1] = table.concat({ modDescription.of(mod), tostring(mod.source), inertModifiers.setOf(mod) or "" }, "@")
	end
	table.sort(free)
	return table.concat(ordered, "\n") .. "\n\n" .. table.concat(free, "\n")
end

-- Whether two sequences of modifiers look the same to the environment's queries.
function kept:isEqual(own, others)
	return same(own, others) or #own == #others and self:describe(own) == self:describe(others)
end

-- What a jewel's radius sees of a node.
local function stateOf(node)
	return { node, node.modList, node.alloc or false, node.allocMode or 0, node.type, node.conqueredBy or false }
end

local function isInState(state, node)
	return state[1] == node and state[2] == node.modList and state[3] == (node.alloc or false)
		and state[4] == (node.allocMode or 0) and state[5] == node.type and state[6] == (node.conqueredBy or false)
end

-- I5 and I6: whether the nodes themselves look the same to initEnv as those of the environment did.
function kept:fits(build, nodes)
	local spec, own = build.spec, self.nodes
	self.readsRadius = not self.setting or not self.setting:stateOf(spec, nodes, self.special)
	for id, node in next, nodes do
		if own[id] ~= node and self:isSpecial(node) then
			return false
		end
	end
	for id, node in next, own do
		if nodes[id] ~= node and self:isSpecial(node) then
			return false
		end
	end
	for id, state in next, self.readsRadius and self.inRadius or NONE do
		if not isInState(state, spec.nodes[id]) then
			return false
		end
	end
	for id, distance in next, self.distances do
		if spec.nodes[id].distanceToClassStart ~= distance then
			return false
		end
	end
	for i = 1, #COUNTERS do
		local now, before = spec[COUNTERS[i].field], self.counts[i]
		if now ~= before and (not self.counters[i] or not now or now == 0) then
			return false
		end
	end
	return true
end

-- What keeps the environment from serving a row with these nodes, as text. If two rows have equal texts, an environment
-- made from one of them may serve the other. `sequence`: what is queried of their lists, if that is known.
function kept:differenceTo(nodes, sequence)
	local own, parts = self.nodes, {}
	for id, node in next, nodes do
		if own[id] ~= node and self:isSpecial(node) then
			parts[#parts + 1] = "+" .. id
		end
	end
	for id, node in next, own do
		if nodes[id] ~= node and self:isSpecial(node) then
			parts[#parts + 1] = "-" .. id
		end
	end
	table.sort(parts)
	return table.concat(parts, " ") .. "\n" .. self:describe(self:askedOfNodes(nodes)) .. "\n" .. self:describe(sequence or {})
end

-- Sets the counters of the row's tree. Returns a list of { name, count } of those that differ.
function kept:count(mods, spec, createMod)
	local changed = {}
	for i = 1, #COUNTERS do
		local now, name = spec[COUNTERS[i].field], COUNTERS[i].name
		if now ~= self.counts[i] then
			changed[#changed + 1] = { name = name, count = now }
			local fresh = copyOf(mods[name])
			fresh[self.counters[i]] = createMod(name, "BASE", now)
			mods[name] = fresh
		end
	end
	return changed
end

-- I6: the place of a counter's modifier in its list; false if it has none, or if there is more than one candidate.
local function placeOf(self, counter, count)
	local list = self.place.lists[counter.name]
	local place = false
	for i = 1, list and count and count > 0 and self.before[counter.name] or 0 do
		local mod = list[i]
		if mod.type == "BASE" and mod.value == count and mod.source == nil and mod[1] == nil then
			if place or self.isAsked(mod) then
				return false
			end
			place = i
		end
	end
	return place
end

-- Keeps what initEnv returned for a build, so that it can be restored. Nil if initEnv did more than is accounted for.
function kept:keep(build, override, calcEnv, playerDB, enemyDB, minionDB)
	local spec = build.spec
	local all = self.all
	-- I8
	if self.nested or not all or self.calcEnv ~= calcEnv or calcEnv.modDB:List(nil, "GrantedAscendancyNode")[1] then
		return nil
	end
	-- The stores fill themselves when first read.
	local _ = playerDB and playerDB.mods, enemyDB and enemyDB.mods
	self.answer = { calcEnv, playerDB, enemyDB, minionDB, override and override.extraJewelFuncs }
	self.inputs = inputsOf(build)
	-- I7
	self.place = treeSegment.new(calcEnv.modDB.mods, self.before, self.allLists)
	if not self.place then
		return nil
	end
	-- The nodes that items grant, in the order in which they are added to the tree's own.
	self.granted, self.special, self.distances = {}, { [LOOKED_FOR] = true }, {}
	for _, passive in ipairs(calcEnv.modDB:List(nil, "GrantedPassive")) do
		local node = spec.tree.notableMap[passive]
		if node and calcEnv.grantedPassives[node.id] then
			self.granted[#self.granted + 1] = node
			self.special[node.id] = true
		end
	end
	for _, slot in ipairs(build.itemsTab.orderedSlots) do
		if slot.nodeId and build.itemsTab.items[slot.selItemId] then
			self.special[slot.nodeId] = true
			self.distances[slot.nodeId] = spec.nodes[slot.nodeId].distanceToClassStart
		end
	end
	self.setting = self.shared.radiusSetting and self.shared.radiusSetting(calcEnv)
	self.inRadius = {}
	for _, jewel in ipairs(calcEnv.radiusJewelList) do
		for id in pairs(jewel.nodes) do
			self.inRadius[id] = spec.nodes[id] and stateOf(spec.nodes[id])
		end
	end
	self.nodes = copyOf(spec.allocNodes)
	self.nodesText = textOf(self.nodes)
	-- Nodes, and what is written into their modifiers, change from row to row.
	self.modes, self.sets = {}, {}
	for id, node in pairs(self.nodes) do
		self.modes[id] = node.allocMode or 0
	end
	for _, list in ipairs(self.allLists) do
		for _, mod in ipairs(list) do
			self.sets[mod] = inertModifiers.setOf(mod)
		end
	end
	if not calcEnv.player.itemList["Weapon 1"] then
		-- Read directly from the store: whether unarmed attacks have a technique.
		readSet.record(self.asked, "LIST", "Keystone", readSet.ANY, readSet.ANY)
	end
	local asked, admits, names = self.asked, tests.new(self.shared, self.env), {}
	readSet.learn(asked)
	for _, byName in pairs(asked.asked) do
		for name in pairs(byName) do
			names[name] = true
		end
	end
	-- Whether the environment's queries may let a modifier in.
	self.isAsked = function(mod)
		return names[mod.name] ~= nil and readSet.matters(asked, mod, admits)
	end
	self.ofNode, self.records, self.rounds = {}, {}, {}
	self.nodeSequence, self.listSequence = self:askedOfNodes(self.nodes), {}
	for i = 1, #all do
		if self.isAsked(all[i]) then
			table.insert(self.listSequence, all[i])
		end
	end
	self.increase = 0
	for _, node in pairs(calcEnv.allocNodes) do
		self.increase = self.increase + node.modList:Sum("INC", nil, "SmallPassiveSkillEffect")
	end
	self.counts, self.counters = {}, {}
	for i = 1, #COUNTERS do
		self.counts[i] = spec[COUNTERS[i].field]
		self.counters[i] = placeOf(self, COUNTERS[i], self.counts[i])
	end
	self.checkpoint = self.shared.checkpoints.take(self.answer, self.mark)
	self.all, self.allLists, self.calcEnv, self.mark = nil, nil, nil, nil
	return self.checkpoint and self
end

-- Drops the numbers of the previous row; calcs.offence still refers to them from a variable of its module.
local function drop(self, actor)
	if actor and actor.output then
		self.shared.nursery.empty(actor.output)
	end
end

-- Turns the environment into that of the build's present nodes. If that is not possible, returns nil, and what was queried
-- of their lists if they got as far as being made.
function kept:reuse(build, override)
	local spec = build.spec
	local nodes = copyOf(spec.allocNodes)
	-- I3, I5, I4
	if not same(self.inputs, inputsOf(build)) or not self:fits(build, nodes)
		or not self:isEqual(self.nodeSequence, self:askedOfNodes(nodes)) then
		return nil
	end
	local calcEnv = self.answer[1]
	drop(self, calcEnv.player)
	drop(self, calcEnv.minion)
	if not self.shared.checkpoints.restore(self.checkpoint) then
		return nil
	end
	self.env.ClearMatchKeywordFlagsCache()
	for i = 1, #self.granted do
		local node = self.granted[i]
		nodes[node.id] = spec.nodes[node.id] or node
	end
	calcEnv.allocNodes = nodes
	if not self.readsRadius then
		calcEnv.extraRadiusNodeList = self.setting:outside(spec, nodes)
	end
	-- The environment already contains the nodes that explode.
	local explodeSources = calcEnv.explodeSources
	calcEnv.explodeSources = {}
	local sequence = {}
	local setting = not self.readsRadius and self.setting or nil
	local lists = self.shared.listNodes(calcEnv, nodes, self.increase, self.records, self.isAsked, sequence, setting)
	calcEnv.explodeSources = explodeSources
	-- I4
	if not self:isEqual(self.listSequence, sequence) then
		return nil, sequence
	end
	local mods = calcEnv.modDB.mods
	local changed, others = self.place:exchange(mods, lists)
	local counts = self:count(mods, spec, self.env.modLib.createMod)
	if override then
		override.extraJewelFuncs = self.answer[5]
	end
	return calcEnv, { environment = self, nodes = nodes, changed = changed, others = others, counts = counts }
end

return kept
