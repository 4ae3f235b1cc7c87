--- Weapon-set branches that a normal node is allocated behind.
--
-- A node allocated with normal points must hang on normal nodes. When the window allocates one behind a branch of
-- weapon-set nodes, it turns the branch back to normal, up to the nearest normal node, and gives its attribute nodes the
-- attribute chosen for that click (PassiveSpec:GetEffectiveAllocationPath, AllocNode). A node set that only names the new
-- nodes means the same: the click is that on the nearest added attribute node, with whatever lies between.

local promotion = {}
promotion.__index = promotion

local START = { ClassStart = true, AscendClassStart = true }

-- Whether PoB walks from `node` to its neighbour `other`.
local function passable(node, other)
	return node.type ~= "Mastery" and (node.ascendancyName == other.ascendancyName or not other.ascendancyName)
end

-- Puts into `reached` what normal nodes connect to the nodes of `queue`, which are in it.
local function flood(queue, alloc, reached)
	local at = 1
	while queue[at] do
		local node = queue[at]
		at = at + 1
		for _, other in ipairs(node.linked) do
			if alloc[other.id] and (other.allocMode or 0) == 0 and not reached[other] and passable(node, other) then
				reached[other] = true
				queue[#queue + 1] = other
			end
		end
	end
	return reached
end

-- The allocated nodes that are connected to a start through normal nodes.
local function connected(alloc)
	local reached, queue = {}, {}
	for _, node in pairs(alloc) do
		if START[node.type] then
			reached[node] = true
			queue[#queue + 1] = node
		end
	end
	return flood(queue, alloc, reached)
end

-- Where the unconnected group of `node` touches weapon-set nodes: the one with the smallest id.
local function rootOf(node, alloc, reached)
	local seen, queue, at, root = { [node] = true }, { node }, 1, nil
	while queue[at] do
		local current = queue[at]
		at = at + 1
		for _, other in ipairs(current.linked) do
			if alloc[other.id] and not seen[other] and not reached[other] and passable(current, other) then
				seen[other] = true
				if (other.allocMode or 0) ~= 0 then
					if not root or other.id < root.id then
						root = other
					end
				else
					queue[#queue + 1] = other
				end
			end
		end
	end
	return root
end

local function byId(a, b)
	return a.id < b.id
end

-- The nodes of `reached` that touch nodes of weapon sets (`inSet`), the smallest id first.
local function border(inSet, alloc, reached)
	local list, seen = {}, {}
	for i = 1, #inSet do
		for _, other in ipairs(inSet[i].linked) do
			if alloc[other.id] and reached[other] and not seen[other] then
				seen[other] = true
				list[#list + 1] = other
			end
		end
	end
	table.sort(list, byId)
	return list
end

-- The shortest way of weapon-set nodes from the normal tree, which has the nodes `queue`, to `root`, root first.
local function branch(root, queue, alloc, reached)
	local mode = root.allocMode
	local previous, seen, at = {}, {}, 1
	while queue[at] do
		local node = queue[at]
		at = at + 1
		if node == root then
			local path = {}
			while node and previous[node] do
				path[#path + 1] = node
				node = previous[node]
			end
			return path
		end
		for _, other in ipairs(node.linked) do
			if alloc[other.id] and not seen[other] and not reached[other] and passable(node, other) then
				local otherMode = other.allocMode or 0
				if otherMode == 0 or otherMode == mode then
					seen[other] = true
					previous[other] = node
					queue[#queue + 1] = other
				end
			end
		end
	end
	return nil
end

-- Of the unconnected group behind `root` the nearest attribute node of `added` (id -> true); the one with the smallest id
-- where several are as near.
local function attributeBehind(root, alloc, reached, added)
	local seen, ring = { [root] = true }, { root }
	while ring[1] do
		local nextRing, found = {}, nil
		for i = 1, #ring do
			for _, other in ipairs(ring[i].linked) do
				local inGroup = alloc[other.id] and (other.allocMode or 0) == 0 and not reached[other]
				if inGroup and not seen[other] and passable(other, ring[i]) then
					seen[other] = true
					nextRing[#nextRing + 1] = other
					if other.isAttribute and added[other.id] and (not found or other.id < found.id) then
						found = other
					end
				end
			end
		end
		if found then
			return found
		end
		ring = nextRing
	end
	return nil
end

local function hangs(node, reached)
	for _, other in ipairs(node.linked) do
		if reached[other] and passable(other, node) then
			return true
		end
	end
	return false
end

-- Whether at most one way leads from `node` to nodes of `reached`.
local function isLeaf(node, reached)
	local count = 0
	for _, other in ipairs(node.linked) do
		if reached[other] then
			count = count + 1
		end
	end
	return count <= 1
end

local function isInSet(node)
	return (node.allocMode or 0) ~= 0
end

--- What does not change from row to row of a build whose own nodes are `alloc` (id -> node).
function promotion.new(alloc)
	local reached, inSet = connected(alloc), {}
	for _, node in pairs(alloc) do
		if isInSet(node) then
			inSet[#inSet + 1] = node
		end
	end
	return setmetatable({ reached = reached, inSet = inSet, asBuild = { __index = reached } }, promotion)
end

-- The nodes that normal nodes connect to a start: those of the build but for few, as a rule.
local function reachedOf(self, alloc, nodes, removed, added)
	local reached, queue = setmetatable({}, self.asBuild), {}
	for id in pairs(removed) do
		local node = nodes[id]
		if self.reached[node] then
			if not isLeaf(node, self.reached) then
				return connected(alloc)
			end
			reached[node] = false
		end
	end
	for i = 1, #added do
		local node = added[i]
		if not isInSet(node) and not reached[node] and hangs(node, reached) then
			reached[node] = true
			queue[#queue + 1] = node
		end
	end
	return flood(queue, alloc, reached)
end

-- Allocated nodes of weapon sets.
local function inSetOf(self, alloc, added)
	local list = {}
	for i = 1, #self.inSet do
		local node = self.inSet[i]
		if alloc[node.id] and isInSet(node) then
			list[#list + 1] = node
		end
	end
	for i = 1, #added do
		if isInSet(added[i]) then
			list[#list + 1] = added[i]
		end
	end
	return list
end

--- Nodes that become normal because a node of `added` needs them; `alloc` (id -> node) holds the whole set, `removed`
-- (id -> true, of `nodes`) is what left the build. `promote(node, attributeNode)` is called for each and must set its
-- allocMode to 0; the second one, if any, is the added node whose attribute it gets.
function promotion:run(alloc, nodes, removed, added, promote)
	local reached, isAdded
	for i = 1, #added do
		local node = added[i]
		if not isInSet(node) and not (node.intuitiveLeapLikesAffecting and #node.intuitiveLeapLikesAffecting > 0) then
			reached = reached or reachedOf(self, alloc, nodes, removed, added)
			local root = not reached[node] and rootOf(node, alloc, reached)
			local path = root and branch(root, border(inSetOf(self, alloc, added), alloc, reached), alloc, reached)
			if path then
				if not isAdded then
					isAdded = {}
					for j = 1, #added do
						isAdded[added[j].id] = true
					end
				end
				local attributeNode = attributeBehind(root, alloc, reached, isAdded)
				for j = 1, #path do
					if isInSet(path[j]) then
						promote(path[j], attributeNode)
					end
					reached[path[j]] = true
				end
				flood(path, alloc, reached)
			end
		end
	end
end

return promotion
