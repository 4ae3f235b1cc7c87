--- Weapon-set branches that a normal node is allocated behind.
--
-- A node allocated with normal points must hang on normal nodes. When the window allocates one behind a branch of weapon-set
-- nodes, it turns the branch back to normal, up to the nearest normal node, and gives its attribute nodes the attribute
-- chosen for that click (PassiveSpec:GetEffectiveAllocationPath, AllocNode). A node set that only names the new nodes means
-- the same: the click is that on the nearest added attribute node, with whatever lies between.

local promotion = {}

local START = { ClassStart = true, AscendClassStart = true }

-- Whether PoB walks from `node` to its neighbour `other`.
local function passable(node, other)
	return node.type ~= "Mastery" and (node.ascendancyName == other.ascendancyName or not other.ascendancyName)
end

-- The allocated nodes that are connected to a start through normal nodes.
local function connected(alloc)
	local reached, queue, last = {}, {}, 0
	for _, node in pairs(alloc) do
		if START[node.type] then
			reached[node] = true
			last = last + 1
			queue[last] = node
		end
	end
	local at = 1
	while at <= last do
		local node = queue[at]
		at = at + 1
		for _, other in ipairs(node.linked) do
			if alloc[other.id] and (other.allocMode or 0) == 0 and not reached[other] and passable(node, other) then
				reached[other] = true
				last = last + 1
				queue[last] = other
			end
		end
	end
	return reached
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

-- The shortest way of weapon-set nodes from the normal tree to `root`, root first.
local function branch(root, ids, alloc, reached)
	local mode = root.allocMode
	local queue, previous, seen = {}, {}, {}
	for i = 1, #ids do
		local node = alloc[ids[i]]
		if reached[node] then
			queue[#queue + 1] = node
			seen[node] = true
		end
	end
	local at = 1
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
			if alloc[other.id] and not seen[other] and passable(node, other) then
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

-- Whether `node` hangs on a node of `reached`, or one of `others`.
local function hangs(node, reached, others)
	for _, other in ipairs(node.linked) do
		if (reached[other] or others[other]) and passable(other, node) then
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

--- The build's nodes that normal nodes connect to a start: to be known when only few nodes change.
function promotion.connected(alloc)
	return connected(alloc)
end

--- Whether no node has to become normal, as far as can be told from what the build's own nodes have `reached`: only leaves
-- of them are given up (`removed`: id -> true, of `nodes`), and each of `added` hangs on one that is left, or on another one
-- before it.
function promotion.isPlain(reached, nodes, removed, added)
	for id in pairs(removed) do
		local node = nodes[id]
		if reached[node] and not isLeaf(node, reached) then
			return false
		end
	end
	local others = {}
	for i = 1, #added do
		local node = added[i]
		if (node.allocMode or 0) == 0 then
			if not hangs(node, reached, others) then
				return false
			end
			others[node] = true
		end
	end
	for id in pairs(removed) do
		for _, other in ipairs(nodes[id].linked) do
			-- It may hang on this one.
			if others[other] then
				return false
			end
		end
	end
	return true
end

local function idsOf(alloc)
	local ids = {}
	for id in pairs(alloc) do
		ids[#ids + 1] = id
	end
	table.sort(ids)
	return ids
end

--- Nodes that become normal because a node of `added` needs them; `alloc` (id -> node) holds the whole set.
-- `promote(node, attributeNode)` is called for each and must set its allocMode to 0; the second one, if any, is the added
-- node whose attribute it gets.
function promotion.run(alloc, added, promote)
	local reached, ids
	local isAdded = {}
	for i = 1, #added do
		isAdded[added[i].id] = true
	end
	for i = 1, #added do
		local node = added[i]
		if (node.allocMode or 0) == 0 and not (node.intuitiveLeapLikesAffecting and #node.intuitiveLeapLikesAffecting > 0) then
			reached = reached or connected(alloc)
			if not reached[node] then
				local root = rootOf(node, alloc, reached)
				ids = ids or root and idsOf(alloc)
				local path = root and branch(root, ids, alloc, reached)
				if path then
					local attributeNode = attributeBehind(root, alloc, reached, isAdded)
					for j = 1, #path do
						if (path[j].allocMode or 0) ~= 0 then
							promote(path[j], attributeNode)
						end
					end
					reached = nil
				end
			end
		end
	end
end

return promotion
