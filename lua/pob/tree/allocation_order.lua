-- The order in which Path of Building filled its table of allocated nodes.
--
-- PoB iterates over that table to collect the modifiers of the nodes, and the order of iteration depends on the order of
-- insertion. It affects results where nodes share modifiers (the small nodes around a timeless or a time-lost jewel): PoB
-- tags a shared modifier with the weapon set of the node that it visits last. So a row's table is filled as PoB fills it: the
-- starts first, then the nodes in the order of the build's <Spec>.

local allocationOrder = {}

--- The ids of the nodes that the element `spec` of a build lists, in order; empty if there is no list.
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

--- A table of the nodes with the ids `order`, filled in this order.
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

--- The ids of the build's nodes in an order that gives a table the same order of iteration as spec.allocNodes. Sorted by id if
--- the build did not get its nodes from the list `listed`.
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
