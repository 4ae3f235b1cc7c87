--- The order in which Path of Building filled its table of allocated nodes.
--
-- PoB walks that table when it adds up what the nodes bring, and the walk depends on the order in which the nodes
-- were put in. It shows where nodes share modifiers (the small nodes around a timeless jewel, those around a
-- time-lost one): PoB marks a modifier with the weapon set of the node that it comes to last, for all of them. So a
-- row's table is filled the way PoB fills it: the starts, then the nodes as the build's <Spec> lists them.

local allocationOrder = {}

--- Ids of the nodes that the element `spec` of a build lists, in its order; none where there is no list.
function allocationOrder.listed(spec)
	local ids = {}
	for id in (spec and spec.attrib.nodes or ""):gmatch("%d+") do
		ids[#ids + 1] = tonumber(id)
	end
	return ids
end

local function isWalkedAlike(one, other)
	local key
	for id in pairs(one) do
		key = next(other, key)
		if key ~= id then
			return false
		end
	end
	return next(other, key) == nil
end

--- A table of the nodes `order` (ids), filled in this order.
function allocationOrder.fill(order, nodes)
	local filled = {}
	for i = 1, #order do
		filled[order[i]] = nodes[order[i]]
	end
	return filled
end

local function add(order, seen, allocated, id)
	if id and allocated[id] and not seen[id] then
		seen[id] = true
		order[#order + 1] = id
	end
end

--- Ids of the build's nodes, in an order in which a table must be filled to be walked like spec.allocNodes; by id
-- where the build came to its nodes in another way than by the list `listed`.
function allocationOrder.order(spec, listed)
	local allocated, order, seen = spec.allocNodes, {}, {}
	local class = spec.tree.classes[spec.curClassId]
	local ascendancy = class.classes[spec.curAscendClassId]
	add(order, seen, allocated, class.startNodeId)
	add(order, seen, allocated, ascendancy and ascendancy.startNodeId)
	for _, id in ipairs(listed) do
		add(order, seen, allocated, id)
	end
	if isWalkedAlike(allocated, allocationOrder.fill(order, allocated)) then
		return order
	end
	order = {}
	for id in pairs(allocated) do
		order[#order + 1] = id
	end
	table.sort(order)
	return order
end

return allocationOrder
