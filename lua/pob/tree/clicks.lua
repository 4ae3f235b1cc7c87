-- Allocates a node set as clicks in Path of Building's window do: with PassiveSpec's own AllocNode and DeallocNode, node by
-- node.
--
-- This defines what a row means. Rows normally do not work this way, since each click rebuilds the whole tree (20 ms). It is
-- used to find out which rules a checkout has (pob.tree.window_rules), and for rows that an unknown rule affects.

local clicks = {}

local DEFAULT_ATTRIBUTE = 1

-- The attribute that is selected for the click on `node`: its own, or else that of the nearest added attribute node behind it,
-- because the path to an attribute node is part of the click on that node.
local function attributeOf(node, chosen, waiting)
	if node.isAttribute then
		return chosen[node.id]
	end
	local ring, seen = { node }, { [node] = true }
	while ring[1] do
		local nextRing, found = {}, nil
		for _, inner in ipairs(ring) do
			for _, other in ipairs(inner.linked) do
				if waiting[other.id] and not seen[other] then
					seen[other] = true
					nextRing[#nextRing + 1] = other
					if other.isAttribute and (not found or other.id < found.id) then
						found = other
					end
				end
			end
		end
		if found then
			return chosen[found.id]
		end
		ring = nextRing
	end
	return DEFAULT_ATTRIBUTE
end

local function touches(node, allocNodes)
	if node.intuitiveLeapLikesAffecting and node.intuitiveLeapLikesAffecting[1] then
		return true
	end
	for _, other in ipairs(node.linked) do
		if allocNodes[other.id] then
			return true
		end
	end
	return false
end

local function allocate(spec, node, attribute, weaponSet)
	spec.attributeIndex = attribute
	spec.allocMode = weaponSet
	-- What the popup does that a click on an attribute node opens.
	if node.isAttribute then
		spec:SwitchAttributeNode(node.id, attribute)
	end
	spec:AllocNode(node)
end

--- Applies the set to `spec` by clicks. The paths and dependencies of `spec` must be up to date. A node that is both removed
--- and added is changed in place.
---@param set table @see the calculator contract
---@return boolean @whether exactly the nodes of the set are allocated in the end, not counting options that others exclude
function clicks.perform(spec, set)
	local nodes = spec.nodes
	local wanted, restated, waiting, chosen, weaponSets, left = {}, {}, {}, {}, {}, 0
	for id in pairs(spec.allocNodes) do
		wanted[id] = true
	end
	for i = 1, set.addCount do
		local id = set.add[i]
		local attribute = set.addAttribute and set.addAttribute[i] or 0
		chosen[id] = attribute ~= 0 and attribute or spec.attributeIndex or DEFAULT_ATTRIBUTE
		weaponSets[id] = set.addWeaponSet and set.addWeaponSet[i] or 0
		waiting[id], wanted[id] = nodes[id] ~= nil or nil, true
		left = left + 1
	end
	local before = { spec.attributeIndex, spec.allocMode }
	for i = 1, set.removeCount do
		local id = set.remove[i]
		if waiting[id] then
			restated[#restated + 1] = nodes[id]
			waiting[id], left = nil, left - 1
		else
			wanted[id] = nil
		end
	end
	for _, node in ipairs(restated) do
		node.allocMode = weaponSets[node.id]
		if node.isAttribute then
			spec:SwitchAttributeNode(node.id, chosen[node.id])
		end
	end
	if restated[1] then
		spec:BuildAllDependsAndPaths()
	end
	for i = 1, set.removeCount do
		local node = nodes[set.remove[i]]
		if node.alloc and not wanted[node.id] then
			if node.isAttribute then
				spec.hashOverrides[node.id] = nil
			end
			spec:DeallocNode(node)
		end
	end
	while left > 0 do
		local clicked
		for i = 1, set.addCount do
			local node = nodes[set.add[i]]
			if node and waiting[node.id] and touches(node, spec.allocNodes) then
				allocate(spec, node, attributeOf(node, chosen, waiting), weaponSets[node.id])
				waiting[node.id], left, clicked = nil, left - 1, true
			end
		end
		if not clicked then
			break
		end
	end
	spec.attributeIndex, spec.allocMode = before[1], before[2]
	for id in pairs(wanted) do
		if not spec.allocNodes[id] and not nodes[id].isMultipleChoiceOption then
			return false
		end
	end
	for id in pairs(spec.allocNodes) do
		if not wanted[id] then
			return false
		end
	end
	return true
end

return clicks
