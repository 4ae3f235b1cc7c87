--- Where a build's paths may begin: PoB's rules about starts, and what jewels change about them.

local topology = {}

-- Types that are not for points: starts are given, images are drawn only.
local NOT_FOR_POINTS = { ClassStart = true, AscendClassStart = true, OnlyImage = true, Mastery = true }

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

return topology
