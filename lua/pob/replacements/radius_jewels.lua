-- What jewels bring to the nodes in their radius, kept from row to row: refreshJewelStatCache of Path of Building's
-- Modules/CalcSetup.lua, and what buildModListForNode makes of it.
--
-- PoB asks the functions of a time-lost or timeless jewel once per calculation what a small node, an attribute and a notable
-- get, and adds the same modifiers to all such nodes. As long as the same jewels are in the same sockets, the answers are the
-- same. A setting of jewels is kept under these conditions:
--  * Each function is one of such a jewel, or the one that sums attributes for a tooltip, whose text says that it only does
--    that (`derive`). The former did not write into the data that PoB empties before each list of nodes.
--  * At the end of a list, where PoB calls the functions with the whole list and no node, none of them touches the list or
--    the data: tried with values that allow nothing. So what the list holds makes no difference to them.
-- Other settings are calculated by the original, node by node.
--
-- PoB writes a node's weapon set into all of the node's modifiers, those from jewels too, which other nodes have as well: the
-- last node that it looks at decides. A tree is calm if no node in a radius is in a weapon set. It is settled if the last
-- one is in none, for each list of modifiers from jewels: if a node that is not allocated gets it, since those come last.
-- In a calm tree, a node's modifiers depend on the node and the setting alone. In a settled one they do when all nodes have
-- been looked at, and nothing reads them before that.

local calculation = require("pob.patch.calculation")
local walk = require("pob.slice.walk")

local SETUP, LIST = "Modules/CalcSetup.lua", "radiusJewelList"

local part = {
	name = "radius_jewels",
	targets = {
		{ name = "buildModListForNode", file = SETUP },
		{ name = "buildModListForNodeList", file = SETUP },
	},
	derive = {},
}

-- Whether a function of a node, a list and data only reads the node, sums in the list, and writes into the data.
local function onlySums(f)
	local list, data = f.params[2], f.params[3]
	local isKnown, visitor = list ~= nil and data ~= nil, {}
	local function isData(target)
		return target.k == "index" and target.o.k == "local" and target.o.v == data
	end
	function visitor:statement(s)
		local k = s.k
		if k == "assign" then
			for _, target in ipairs(s.targets) do
				isKnown = isKnown and isData(target)
			end
		elseif k == "compound" then
			isKnown = isKnown and isData(s.target)
		else
			isKnown = isKnown and (k == "if" or k == "in" or k == "for" or k == "local" or k == "do")
		end
	end
	function visitor:expression(e)
		if e.k == "method" then
			isKnown = isKnown and e.name == "Sum" and e.o.k == "local" and e.o.v == list
		elseif e.k == "call" then
			isKnown = isKnown and (e.f.name == "pairs" or e.f.name == "ipairs")
		elseif e.k == "function" then
			isKnown = false
		end
	end
	walk.through({ params = {}, body = f.body }, visitor)
	return isKnown
end

-- The function of a table { type = "Self", func = function }.
local function functionOfSelf(e)
	local isOfSelf, f = false, nil
	for _, item in ipairs(e.items) do
		local key = item.key and item.key.k == "string" and item.key.v
		if key == "type" then
			isOfSelf = item.value.k == "string" and item.value.v == "Self"
		elseif key == "func" then
			f = item.value.k == "function" and item.value or nil
		end
	end
	return isOfSelf and f or nil
end

-- Where the list of jewels is made and emptied; whoever else uses it is among the targets.
local MAKES = { t_insert = true, wipeTable = true }

part.derive[SETUP] = function(module)
	local line, isKnown, visitor, depth = nil, true, {}, 0
	local targets = {}
	for _, name in ipairs({ "refreshJewelStatCache", "buildModListForNode", "buildModListForNodeList" }) do
		for _, entry in ipairs(module.functions[name] or {}) do
			targets[entry.f] = true
		end
	end
	function visitor:openFunction(f)
		depth = (depth > 0 or targets[f]) and depth + 1 or 0
	end
	function visitor:closeFunction()
		depth = math.max(depth - 1, 0)
	end
	function visitor:expression(e, place, parent)
		if e.k == "table" then
			local f = functionOfSelf(e)
			if f then
				isKnown = isKnown and line == nil and onlySums(f.f)
				line = module:lineOf(f.from)
			end
		elseif depth == 0 and e.k == "index" and e.key.k == "string" and e.key.v == LIST and place ~= "target" then
			isKnown = isKnown and parent.k == "call" and MAKES[parent.f.name] == true
		end
	end
	walk.through(module.chunk, visitor)
	if not isKnown or not line then
		return nil, module.path .. " uses jewels with a radius in a way that is not known"
	end
	return { line = line }
end

for path in pairs(calculation.isPart) do
	part.derive[path] = part.derive[path] or function(module)
		if module.text:find(LIST, 1, true) then
			return nil, path .. " looks at jewels with a radius"
		end
		return true
	end
end

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

-- Modifiers that make more of a node than the sum of its modifiers (environment/snapshot.lua).
local SPECIAL = { ExtraSkill = true, CanExplode = true, SmallPassiveSkillEffect = true }

local KINDS = { "smallModList", "attributeModList", "notableModList" }
local NONE = {}

-- The number of settings that are kept: a search moves jewels.
local SETTINGS = 16

local WEAK = { __mode = "k" }

local setting = {}
setting.__index = setting

-- The modifiers from jewels that a node gets; nil: none.
local function listOf(self, node)
	local answer, list = self.answerOf[node.id], nil
	if node.type == "Normal" then
		list = answer[node.isAttribute and "attributeModList" or "smallModList"]
	elseif node.type == "Notable" then
		list = answer.notableModList
	end
	return list and list[1] and list or nil
end

---@param spec table @the build's tree
---@param allocated table @the allocated nodes, by id, also those that items grant
---@param granted table|nil @ids of further ones
---@return string|nil @"calm" or "settled"; nil: neither
function setting:stateOf(spec, allocated, granted)
	local nodes, sockets, list = spec.nodes, self.sockets, self.list
	for i = 1, #sockets do
		if nodes[sockets[i]].allocMode ~= 0 then
			return nil
		end
	end
	local written
	for i = 1, #list do
		local node = nodes[list[i]]
		if node and node.allocMode ~= 0 then
			if not allocated[list[i]] then
				return nil
			end
			written = written or {}
			written[listOf(self, node) or NONE] = true
		end
	end
	if not written then
		return "calm"
	end
	written[NONE] = nil
	for i = 1, #list do
		local id = list[i]
		if nodes[id] and not allocated[id] and not (granted and granted[id]) then
			written[listOf(self, nodes[id]) or NONE] = nil
		end
	end
	return next(written) == nil and "settled" or nil
end

-- Takes the weapon set out of modifiers.
local function untag(list)
	for i = 1, #list do
		local mod = list[i]
		for k = #mod, 1, -1 do
			local tag = mod[k]
			if tag.type == "Condition" and tag.var and tag.var:find("^WeaponSet") then
				table.remove(mod, k)
			end
		end
	end
end

---Where node_modifiers.lua caches what it made of a node in a radius: with the setting, since jewels come and go.
---@param known table @stands for the node with the modifiers of its own that it has at present
---@return table
function setting:answersOf(known)
	local answers = self.answers[known]
	if not answers then
		answers = {}
		self.answers[known] = answers
	end
	return answers
end

---Calls `look`, with which the original looks at a node, and leaves what jewels bring as the last node would.
function setting:around(node, look, ...)
	local list = node.allocMode ~= 0 and listOf(self, node)
	if not list then
		return look(...)
	end
	self.isWritten = true
	local made = look(...)
	untag(list)
	self.isWritten = false
	return made
end

---Puts what the jewels bring where buildModListForNode looks for it.
function setting:place(cached)
	if self.isWritten then
		-- The row was stopped in the middle.
		for _, answer in pairs(self.bySocket) do
			for _, kind in ipairs(KINDS) do
				untag(answer[kind])
			end
		end
		self.isWritten = false
	end
	cached.radiusJewelData = self.bySocket
end

---The nodes in a radius that are not allocated, as PoB lists them.
---@param spec table
---@param nodes table @the allocated ones, by id
---@return table @by id
function setting:outside(spec, nodes)
	local outside, all, list = {}, spec.nodes, self.list
	for i = 1, #list do
		local id = list[i]
		if not nodes[id] then
			outside[id] = all[id]
		end
	end
	return outside
end

function part.install(shared, env, calcs, self)
	local refresh = calcs.buildModListForNode
	local fact = self.facts[SETUP]

	-- function of a jewel -> whether it is the one that sums attributes for a tooltip
	local sums = setmetatable({}, WEAK)
	local function onlySumsUp(jewel)
		local func = jewel.func
		if sums[func] == nil then
			local info = debug.getinfo(func, "S")
			sums[func] = info.linedefined == fact.line and info.short_src == SETUP
		end
		return sums[func] and jewel.type == "Self"
	end

	-- The conditions of buildModListForNode.
	local function isAskedOnce(jewel)
		local base = jewel.item.baseName
		return jewel.type == "Other" and (base:find("Time%-Lost") or base:find("Timeless Jewel")) and jewel.jewelHash ~= nil
	end

	local nothing = newproxy(true)
	local function ignoresTheEnd(jewel)
		return (pcall(jewel.func, nil, nothing, nothing))
	end

	local function wroteData(jewel)
		for name in pairs(jewel.data) do
			if name ~= "modSource" then
				return true
			end
		end
		return false
	end

	local function isPlain(answers)
		for _, kind in ipairs(KINDS) do
			local list = answers[kind]
			for i = 1, #list do
				if SPECIAL[list[i].name] then
					return false
				end
			end
		end
		return true
	end

	-- What jewels answer, by socket; nil where that cannot be kept.
	local function ask(calcEnv)
		local jewels, cached = calcEnv.radiusJewelList, env.GlobalCache.cachedData[calcEnv.mode]
		for i = 1, #jewels do
			local jewel = jewels[i]
			if not onlySumsUp(jewel) and not isAskedOnce(jewel) or not ignoresTheEnd(jewel) then
				return nil
			end
			env.wipeTable(jewel.data)
			jewel.data.modSource = "Tree:" .. jewel.nodeId
		end
		cached.radiusJewelData = nil
		local asked = shared.asked
		if asked then
			shared.listen(nil)
		end
		refresh(calcEnv, { id = "", type = "Normal", allocMode = 0, modList = env.new("ModList") }, 0)
		if asked then
			shared.listen(asked)
		end
		local answers = cached.radiusJewelData
		cached.radiusJewelData = nil
		for i = 1, #jewels do
			local jewel = jewels[i]
			local answer = answers[jewel.nodeId]
			if not answer or answer.hash ~= jewel.jewelHash or not isPlain(answer)
				or not onlySumsUp(jewel) and wroteData(jewel) then
				return nil
			end
		end
		return answers
	end

	local FIELDS = 5
	local function describe(jewels)
		local parts, n = {}, 0
		for i = 1, #jewels do
			local jewel = jewels[i]
			parts[n + 1], parts[n + 2], parts[n + 3] = jewel.item, jewel.nodeId, jewel.nodes
			-- PoB makes this function anew each time.
			parts[n + 4] = onlySumsUp(jewel) and onlySumsUp or jewel.func
			parts[n + 5] = jewel.jewelHash or false
			n = n + FIELDS
		end
		return parts
	end

	local function isOf(parts, jewels)
		if #parts ~= FIELDS * #jewels then
			return false
		end
		local n = 0
		for i = 1, #jewels do
			local jewel = jewels[i]
			if parts[n + 1] ~= jewel.item or parts[n + 2] ~= jewel.nodeId or parts[n + 3] ~= jewel.nodes
				or parts[n + 4] ~= (onlySumsUp(jewel) and onlySumsUp or jewel.func) or parts[n + 5] ~= (jewel.jewelHash or false) then
				return false
			end
			n = n + FIELDS
		end
		return true
	end

	-- settings, newest last; what the jewels of one answer -> true
	local settings, isKept = {}, setmetatable({}, WEAK)

	local function settingOf(calcEnv)
		local jewels = calcEnv.radiusJewelList
		for i = #settings, 1, -1 do
			if isOf(settings[i].parts, jewels) then
				return settings[i]
			end
		end
		if #settings == SETTINGS then
			table.remove(settings, 1)
		end
		local made = setmetatable({
			-- what jewels answer, by socket, or nil
			parts = describe(jewels), bySocket = ask(calcEnv),
			-- the nodes that get something: ids; id -> whose answer counts; the sockets' ids
			list = {}, answerOf = {}, sockets = {},
			answers = setmetatable({}, WEAK),
		}, setting)
		for i = 1, #jewels do
			local jewel = jewels[i]
			made.sockets[i] = jewel.nodeId
			for id, node in pairs(made.bySocket and jewel.type ~= "Self" and jewel.nodes or NONE) do
				if node.type ~= "Mastery" and not made.answerOf[id] then
					made.answerOf[id] = made.bySocket[jewel.nodeId]
					made.list[#made.list + 1] = id
				end
			end
		end
		settings[#settings + 1] = made
		if made.bySocket then
			isKept[made.bySocket] = true
		end
		return made
	end

	---The setting of an environment's jewels; nil: none, or one that is not kept.
	function shared.radiusSetting(calcEnv)
		-- A module that came later may be one that this part is not for.
		local found = self.active and calcEnv.radiusJewelList[1] and settingOf(calcEnv)
		return found and found.bySocket and found or nil
	end

	---The same, put in place for lists that are going to be made of an environment's nodes; nil, too, where its tree is neither
	---calm nor, for a list that jewels look at in the end, settled: the original has to look at each node in a radius.
	---@param finishes boolean @jewels look at the list in the end
	function shared.beginRadius(calcEnv, finishes)
		local found = shared.radiusSetting(calcEnv)
		local state = found and found:stateOf(calcEnv.build.spec, calcEnv.allocNodes)
		if state == "calm" or finishes and state then
			found:place(env.GlobalCache.cachedData[calcEnv.mode])
			return found
		end
		shared.leaveRadius(calcEnv)
		return nil
	end

	---To be called before the original runs as it is: it writes into what it finds.
	function shared.leaveRadius(calcEnv)
		local cached = env.GlobalCache.cachedData[calcEnv.mode]
		if cached.radiusJewelData and isKept[cached.radiusJewelData] then
			cached.radiusJewelData = nil
		end
	end
end

return part
