-- Jewels that change nodes around their socket, and jewels that depend on the distance to the class start.
--
-- A timeless jewel conquers the nodes in its radius while its socket is allocated: PassiveSpec then gives them other
-- modifiers. PoB does that while it rebuilds the whole tree; here its own function runs only over the affected nodes.

local timelessJewels = {}
timelessJewels.__index = timelessJewels

-- Fields of nodes and of the spec that PassiveSpec:BuildAllDependsAndPaths replaces.
local NODE_FIELDS =
	{ "depends", "intuitiveLeapLikesAffecting", "conqueredBy", "connectedToStart", "pathDist", "path", "pathRoot", "visited" }
local SPEC_FIELDS = {
	"nodes", "allocNodes", "switchableNodes", "intuitiveLeapLikeNodes", "allocatedMasteryCount", "allocatedNotableCount",
	"allocatedSmithBodyArmourNodeCount", "allocatedMasteryTypes", "allocatedMasteryTypeCount",
}

local function nothing() end

function timelessJewels.new(mode)
	local self = setmetatable({
		mode = mode, spec = mode.spec, sockets = {}, distances = {}, limits = {}, saved = {},
	}, timelessJewels)
	local spec = mode.spec
	for nodeId, itemId in pairs(spec.jewels) do
		local item = mode.itemsTab.items[itemId]
		local node = spec.nodes[nodeId]
		local data = item and item.jewelData
		if data and node then
			self.limits[#self.limits + 1] = { data = data, disabled = data.limitDisabled }
			local radius = data.conqueredBy and item.jewelRadiusIndex and node.nodesInRadius
			if radius then
				self.sockets[#self.sockets + 1] = { id = nodeId, radius = radius[item.jewelRadiusIndex] or {} }
			end
			if data.jewelIncEffectFromClassStart then
				self.distances[#self.distances + 1] = nodeId
			end
		end
	end
	table.sort(self.sockets, function(a, b)
		return a.id < b.id
	end)
	table.sort(self.distances)
	return self
end

--- Nodes whose modifiers must be rebuilt after `changed` (id -> true) changed, or nil.
function timelessJewels:affected(changed)
	local affected
	for _, socket in ipairs(self.sockets) do
		if changed[socket.id] then
			affected = affected or {}
			for id in pairs(socket.radius) do
				affected[id] = true
			end
		else
			for id in pairs(changed) do
				if socket.radius[id] then
					affected = affected or {}
					affected[id] = true
				end
			end
		end
	end
	return affected
end

function timelessJewels:restoreSpec()
	local spec, before = self.spec, self.before
	if before then
		spec.DeallocSingleNode, spec.BuildPathFromNode, spec.SetNodeDistanceToClassStart = nil, nil, nil
		for _, field in ipairs(SPEC_FIELDS) do
			spec[field] = before[field]
		end
		self.before = nil
	end
end

--- Lets PoB rebuild the modifiers of the `affected` nodes for the allocation `allocNodes`. `keep(node)` is called for each node
--- before it is written.
function timelessJewels:rebuild(affected, allocNodes, keep)
	local spec = self.spec
	local all = spec.nodes
	local before = {}
	for _, field in ipairs(SPEC_FIELDS) do
		before[field] = rawget(spec, field)
	end
	self.before = before
	local some, sockets = {}, {}
	for id in pairs(affected) do
		if all[id] then
			some[id] = all[id]
		end
	end
	for nodeId in pairs(spec.jewels) do
		sockets[nodeId] = allocNodes[nodeId]
	end
	for _, nodes in ipairs({ some, sockets }) do
		for _, node in pairs(nodes) do
			keep(node)
			if not self.saved[node] then
				local values = {}
				for i, field in ipairs(NODE_FIELDS) do
					values[i] = rawget(node, field)
				end
				self.saved[node] = values
				node.depends = {}
			end
		end
	end
	spec.nodes = setmetatable(some, { __index = all })
	spec.allocNodes = sockets
	spec.intuitiveLeapLikeNodes = {}
	-- The set is final: nothing is to be pruned, and no paths are needed.
	spec.DeallocSingleNode, spec.BuildPathFromNode, spec.SetNodeDistanceToClassStart = nothing, nothing, nothing
	local ok, message = pcall(spec.BuildAllDependsAndPaths, spec)
	self:restoreSpec()
	if not ok then
		error(message, 0)
	end
end

--- Updates the distances of sockets whose jewel depends on them. spec.allocNodes must be that of the set.
function timelessJewels:measure(allocNodes, keep)
	for _, id in ipairs(self.distances) do
		local node = allocNodes[id]
		if node then
			keep(node)
			node.connectedToStart = true
			self.spec:SetNodeDistanceToClassStart(node)
		end
	end
end

function timelessJewels:restore()
	self:restoreSpec()
	for node, values in pairs(self.saved) do
		for i, field in ipairs(NODE_FIELDS) do
			node[field] = values[i]
		end
		self.saved[node] = nil
	end
	for i = 1, #self.limits do
		local limit = self.limits[i]
		limit.data.limitDisabled = limit.disabled
	end
end

return timelessJewels
