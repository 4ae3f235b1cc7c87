-- Weapon-set branches behind which a normal node is allocated.
--
-- When the window allocates a node with normal points, the path starts at one of the nearest allocated nodes: the last one
-- that it visits (PassiveSpec:BuildPathFromNode). If that node belongs to a weapon set, its branch becomes normal, back to the
-- nearest normal node, and the branch's attribute nodes get the attribute chosen for that click
-- (PassiveSpec:GetEffectiveAllocationPath, AllocNode). A node set that only names the new nodes means the same: the click is
-- the one on the nearest added attribute node, which includes the nodes between.
--
-- Connected added nodes may touch the build in several places. Then the order of the clicks would decide where a path starts.
-- In that case nothing becomes normal if the group touches a normal node; otherwise the group counts as a single node.

local weaponSetBranches = {}
weaponSetBranches.__index = weaponSetBranches

-- Whether PoB continues from `node` to its neighbour `other`.
local function passable(node, other)
	return node.type ~= "Mastery" and (node.ascendancyName == other.ascendancyName or not other.ascendancyName)
end

local function isInSet(node)
	return (node.allocMode or 0) ~= 0
end

--- Collects what is the same for all rows of a build with the allocated nodes `alloc` (id -> node).
function weaponSetBranches.new(alloc)
	local inSet, places, count = {}, {}, 0
	for _, node in pairs(alloc) do
		count = count + 1
		places[node] = count
		if isInSet(node) then
			inSet[#inSet + 1] = node
		end
	end
	return setmetatable({ inSet = inSet, places = places }, weaponSetBranches)
end

-- Whether PoB visits `a` before `b`. Added nodes come after those of the build.
local function isBefore(self, a, b)
	local one, other = self.places[a] or math.huge, self.places[b] or math.huge
	if one ~= other then
		return one < other
	end
	return a.id < b.id
end

-- The nodes of `waiting` (id -> true) that are connected with `first`.
local function groupOf(first, alloc, waiting)
	local group, seen, at = { first }, { [first] = true }, 1
	while group[at] do
		for _, other in ipairs(group[at].linked) do
			if waiting[other.id] and alloc[other.id] and not seen[other] then
				seen[other] = true
				group[#group + 1] = other
			end
		end
		at = at + 1
	end
	return group
end

-- The allocated node at which a group's path starts. Nil if the group touches none, or if it touches a normal node and has
-- several places where it touches the build. Weapon-set nodes that are added themselves count only where the group touches
-- nothing else.
local function rootOf(self, group, alloc, waiting)
	local root, added, touching, isSpread, hasNormal
	for i = 1, #group do
		for _, other in ipairs(group[i].linked) do
			if alloc[other.id] and not waiting[other.id] and passable(other, group[i]) then
				if not self.places[other] then
					added = added and isBefore(self, other, added) and added or other
				else
					isSpread = isSpread or touching and touching ~= group[i]
					touching = group[i]
					hasNormal = hasNormal or not isInSet(other)
					root = root and isBefore(self, other, root) and root or other
				end
			end
		end
	end
	if isSpread and hasNormal then
		return nil
	end
	return root or added
end

-- Inserts the allocated normal neighbours of `node`, a weapon-set node, into `list`, in the order in which PoB visits them.
local function addBorder(self, node, alloc, waiting, list, seen)
	for _, other in ipairs(alloc[node.id] and isInSet(node) and node.linked or {}) do
		if alloc[other.id] and not isInSet(other) and not waiting[other.id] and not seen[other] then
			seen[other] = true
			local at = #list
			while at > 0 and isBefore(self, other, list[at]) do
				list[at + 1] = list[at]
				at = at - 1
			end
			list[at + 1] = other
		end
	end
end

-- The allocated normal nodes next to weapon-set nodes, in the order in which PoB visits them.
local function border(self, added, alloc, waiting)
	local list, seen = {}, {}
	for i = 1, #self.inSet do
		addBorder(self, self.inSet[i], alloc, waiting, list, seen)
	end
	for i = 1, #added do
		addBorder(self, added[i], alloc, waiting, list, seen)
	end
	return list
end

-- The shortest path of weapon-set nodes from the normal nodes in `queue` to `root`, with the root first.
local function branch(root, queue, alloc)
	local previous, seen, at = {}, {}, 1
	while queue[at] do
		local node = queue[at]
		at = at + 1
		if node == root then
			local path = {}
			while previous[node] do
				path[#path + 1] = node
				node = previous[node]
			end
			return path
		end
		for _, other in ipairs(node.linked) do
			if alloc[other.id] and other.allocMode == root.allocMode and not seen[other] and passable(node, other) then
				seen[other] = true
				previous[other] = node
				queue[#queue + 1] = other
			end
		end
	end
	return { root }
end

-- The attribute node of a group that is nearest to `root`; of several at the same distance, the one with the smallest id.
local function attributeBehind(root, group)
	local inGroup, ring = {}, { root }
	for i = 1, #group do
		inGroup[group[i]] = true
	end
	while ring[1] do
		local nextRing, found = {}, nil
		for i = 1, #ring do
			for _, other in ipairs(ring[i].linked) do
				if inGroup[other] then
					inGroup[other] = nil
					nextRing[#nextRing + 1] = other
					if other.isAttribute and (not found or other.id < found.id) then
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

--- Finds the nodes that become normal because a node of `added` needs them. `alloc` (id -> node) has all nodes of the set;
--- `clickedInSet` (node -> true) has the added nodes that were clicked in a weapon set's mode of the window.
---
--- `promote(context, node, attributeNode)` is called for each and must set its allocMode to 0. `attributeNode`, if any, is the
--- added node whose attribute it gets. It must not be a function created for the row: compiled code would keep that alive
--- (binding/luajit/closures.h).
function weaponSetBranches:run(alloc, added, clickedInSet, promote, context)
	-- Normal nodes that no click has reached yet.
	local waiting = {}
	for i = 1, #added do
		local node = added[i]
		local needsNoPath = node.intuitiveLeapLikesAffecting and #node.intuitiveLeapLikesAffecting > 0
		waiting[node.id] = not isInSet(node) and not needsNoPath and not clickedInSet[node] or nil
	end
	for i = 1, #added do
		if waiting[added[i].id] then
			local group = groupOf(added[i], alloc, waiting)
			local root = rootOf(self, group, alloc, waiting)
			if root and isInSet(root) then
				local path = branch(root, border(self, added, alloc, waiting), alloc)
				local attributeNode = attributeBehind(root, group)
				for j = 1, #path do
					promote(context, path[j], attributeNode)
				end
			end
			for j = 1, #group do
				waiting[group[j].id] = nil
			end
		end
	end
end

return weaponSetBranches
