-- Where a build's paths may begin: PoB's rules about start nodes, and how jewels change them.

local topology = {}

-- Types that cost no points: starts are given, images are only drawn.
local NOT_FOR_POINTS = { ClassStart = true, AscendClassStart = true, OnlyImage = true, Mastery = true }

--- Ids of the nodes from which the build's tree grows: its own starts, and those of other classes that a jewel opens.
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

--- Ids of the nodes that can be allocated without a connection, because of jewels.
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

return topology
