--- The passive tree of a build as plain data, with PoB's rules about where a path may go.

local topology = {}

-- Types that are not for points: starts are given, images are drawn only.
local NOT_FOR_POINTS = { ClassStart = true, AscendClassStart = true, OnlyImage = true, Mastery = true }

local function lines(node)
	local list = {}
	for _, line in ipairs(node.sd or {}) do
		list[#list + 1] = line
	end
	return list
end

-- PoB's paths stay inside an ascendancy or outside of all.
local function passable(a, b)
	return a.ascendancyName == b.ascendancyName and a.type ~= "OnlyImage" and b.type ~= "OnlyImage"
end

local function classes(tree)
	local list = {}
	local ids = {}
	for id in pairs(tree.classes) do
		ids[#ids + 1] = id
	end
	table.sort(ids)
	for _, id in ipairs(ids) do
		local class = tree.classes[id]
		local ascendancies = {}
		local ascendIds = {}
		for ascendId in pairs(class.classes) do
			ascendIds[#ascendIds + 1] = ascendId
		end
		table.sort(ascendIds)
		for _, ascendId in ipairs(ascendIds) do
			local ascendancy = class.classes[ascendId]
			if ascendId ~= 0 then
				ascendancies[#ascendancies + 1] = { name = ascendancy.name, id = ascendancy.id, start = ascendancy.startNodeId }
			end
		end
		list[#list + 1] = { name = class.name, id = id, start = class.startNodeId, ascendancies = ascendancies }
	end
	return list
end

--- Ids from which the build's tree grows: its starts, and those of other classes that a jewel opens.
function topology.starts(mode)
	local spec = mode.spec
	local starts = {}
	for id, node in pairs(spec.allocNodes) do
		if NOT_FOR_POINTS[node.type] then
			starts[#starts + 1] = id
		end
	end
	for nodeId, itemId in pairs(spec.jewels) do
		local item = spec.allocNodes[nodeId] and mode.itemsTab.items[itemId]
		local className = item and item.jewelData and item.jewelData.alternateClassStart
		local start = className and spec.tree.classStartNodeNameMap and spec.tree.classStartNodeNameMap[className]
		if start then
			starts[#starts + 1] = start
		end
	end
	table.sort(starts)
	return starts
end

--- Ids of nodes that need no connection to be allocated, because of jewels.
function topology.free(mode)
	local free = {}
	for id, node in pairs(mode.spec.nodes) do
		if node.intuitiveLeapLikesAffecting and #node.intuitiveLeapLikesAffecting > 0 and not NOT_FOR_POINTS[node.type] then
			free[#free + 1] = id
		end
	end
	table.sort(free)
	return free
end

--- `nodes`: id, name, type, stats, x, y and what limits allocation; `edges`: pairs of ids in one flat array;
-- `starts`: ids from which the build's tree grows; `free`: ids that need no connection, because of jewels.
function topology.of(build)
	local mode = build.mode
	local spec = mode.spec
	local ids = {}
	for id in pairs(spec.nodes) do
		ids[#ids + 1] = id
	end
	table.sort(ids)
	local nodes, edges = {}, {}
	for i, id in ipairs(ids) do
		local node = spec.nodes[id]
		nodes[i] = {
			id = id,
			name = node.dn,
			type = node.type,
			stats = lines(node),
			ascendancy = node.ascendancyName,
			x = node.x,
			y = node.y,
			attribute = node.isAttribute and true or nil,
			allocatable = not NOT_FOR_POINTS[node.type],
			-- Nodes that must be allocated before this one can be.
			needs = node.unlockConstraint and node.unlockConstraint.nodes or nil,
			-- Only one option of a multiple choice is allocated at a time; options cost no point.
			choice = node.isMultipleChoice and true or nil,
			option = node.isMultipleChoiceOption and true or nil,
			costsNothing = node.isFreeAllocate and true or nil,
			socket = (node.type == "Socket" or node.containJewelSocket) and true or nil,
		}
		local seen = {}
		for _, other in ipairs(node.linked) do
			if other.id > id and not seen[other.id] and passable(node, other) then
				seen[other.id] = true
				edges[#edges + 1] = id
				edges[#edges + 1] = other.id
			end
		end
	end
	return {
		version = spec.treeVersion,
		nodes = nodes,
		edges = edges,
		starts = topology.starts(mode),
		free = topology.free(mode),
		classes = classes(spec.tree),
	}
end

return topology
