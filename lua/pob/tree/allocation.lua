-- Allocates a node set in a build's tree for one calculation, and takes it back.
--
-- PoB's window allocates nodes and then rebuilds all paths and dependencies of the tree, which takes 20 ms and more. A
-- calculation reads only part of that: which nodes are allocated and in which weapon set, the nodes' modifiers, three
-- counters, and the distance of jewel sockets to the class start. Exactly these are written here, as PoB's PassiveSpec would
-- leave them.

local clicks = require("pob.tree.clicks")
local timelessJewels = require("pob.tree.timeless_jewels")
local allocationOrder = require("pob.tree.allocation_order")
local weaponSetBranches = require("pob.tree.weapon_set_branches")
local clear = require("table.clear")

local allocation = {}
allocation.__index = allocation

-- Fields of a node that PassiveSpec:ReplaceNode writes.
local NODE_FIELDS = {
	"dn", "sd", "mods", "modKey", "modList", "keystoneMod", "activeEffectImage", "reminderText", "overlay", "icon",
	"alloc", "allocMode", "connectedToStart", "distanceToClassStart",
}

-- Restrictions on weapons that a node can lift (modifier, PoB's flag). When the last such node is removed, PoB takes off the
-- weapons that are no longer allowed.
local WEAPON_RULES =
	{ GiantsBlood = "giantsBlood", InstrumentsOfPower = "instrumentsOfPower", LordOfTheWilds = "lordOfTheWilds" }

local UNALLOCATABLE = { ClassStart = true, AscendClassStart = true, OnlyImage = true, Mastery = true }

-- Nodes that lift restrictions on weapons: list of { rule, id }.
local function weaponNodes(spec)
	local list = {}
	for id, node in pairs(spec.nodes) do
		for _, mod in ipairs(node.modList or {}) do
			if WEAPON_RULES[mod.name] then
				list[#list + 1] = { rule = mod.name, id = id }
			end
		end
	end
	return list
end

local function hasMod(node, name)
	for _, mod in ipairs(node.modList or {}) do
		if mod.name == name then
			return true
		end
	end
	return false
end

-- How a node counts in the counters of notables and of nodes of the Smith's body armour.
local function countsAs(node)
	if node.type ~= "Notable" then
		return 0, 0
	end
	return 1, node.applyToArmour and 1 or 0
end

--- `mode` is the build object, `listed` the nodes that its <Spec> lists, `rules` those of pob.tree.window_rules.
function allocation.new(mode, listed, rules)
	local notables, smith, inWeaponSet = 0, 0, false
	for _, node in pairs(mode.spec.allocNodes) do
		local notable, smithNode = countsAs(node)
		notables, smith = notables + notable, smith + smithNode
		inWeaponSet = inWeaponSet or (node.allocMode or 0) ~= 0
	end
	return setmetatable({
		-- counters of the build's own nodes
		ownNotables = notables, ownSmith = smith, ownInWeaponSet = inWeaponSet,
		weaponSetBranches = weaponSetBranches.new(mode.spec.allocNodes),
		order = allocationOrder.order(mode.spec, listed),
		weaponNodes = weaponNodes(mode.spec),
		mode = mode,
		spec = mode.spec,
		rules = rules,
		variants = {},
		saved = {},
		timelessJewels = timelessJewels.new(mode),
	}, allocation)
end

-- The node with the attribute `attribute` (1 Str, 2 Dex, 3 Int) chosen. PoB's own function creates it; the entry in
-- hashOverrides is restored at once.
function allocation:variant(id, attribute)
	local key = id * 4 + attribute
	local variant = self.variants[key]
	if not variant then
		local spec = self.spec
		local before = spec.hashOverrides[id]
		spec.hashOverrides[id] = nil
		spec:SwitchAttributeNode(id, attribute)
		variant = spec.hashOverrides[id]
		spec.hashOverrides[id] = before
		self.variants[key] = variant
	end
	return variant
end

function allocation:save(node)
	if self.saved[node] then
		return
	end
	local values = {}
	for i = 1, #NODE_FIELDS do
		values[i] = rawget(node, NODE_FIELDS[i])
	end
	self.saved[node] = values
end

-- A node's modifiers as PoB leaves them when it rebuilds the tree: first those of the tree (or of its variant for the class),
-- then the chosen attribute.
function allocation:rebuildNode(node)
	local spec = self.spec
	local treeNode = spec.tree.nodes[node.id]
	if treeNode then
		local source = treeNode
		if treeNode.isSwitchable then
			source = treeNode.options[spec.curClassName] or treeNode.options[spec.curAscendClassName] or treeNode
		end
		spec:ReplaceNode(node, source)
	end
	local override = spec.hashOverrides[node.id]
	if override then
		spec:ReplaceNode(node, override)
	end
end

local function remove(self, node)
	self:save(node)
	node.alloc = false
	node.allocMode = 0
	if node.isAttribute and self.spec.hashOverrides[node.id] then
		self.spec.hashOverrides[node.id] = nil
		self:rebuildNode(node)
	end
end

local function choose(self, node, attribute)
	self.spec.hashOverrides[node.id] = self:variant(node.id, attribute)
	self:rebuildNode(node)
end

local function add(self, node, attribute, weaponSet)
	self:save(node)
	node.alloc = true
	-- As in PassiveSpec:AllocNode, these never belong to a single weapon set.
	if node.ascendancyName or node.type == "Keystone" or node.type == "Socket" or node.containJewelSocket then
		weaponSet = 0
	end
	node.allocMode = weaponSet
	if node.isAttribute then
		-- Without a choice in the set, a node that the build has allocated keeps its attribute. Any other node gets what
		-- PassiveSpec:AllocNode gives it, whatever the build's file says: the attribute chosen last, or else Strength.
		local kept = self.baseAllocNodes[node.id] and self.baseOverrides[node.id]
		if attribute ~= 0 or not kept then
			choose(self, node, attribute ~= 0 and attribute or self.spec.attributeIndex or 1)
		else
			self.spec.hashOverrides[node.id] = kept
			self:rebuildNode(node)
		end
	end
end

-- Only one option of a choice ("Path of the Sorceress") can be allocated: PassiveSpec:AllocNode deallocates the other options.
-- Their ids are added to `removed`.
local function giveUpOtherOptions(self, set, removed)
	local nodes, allocated = self.spec.nodes, self.spec.allocNodes
	local added = {}
	for i = 1, set.addCount do
		added[set.add[i]] = true
	end
	for i = 1, set.addCount do
		local node = nodes[set.add[i]]
		for _, choice in ipairs(node and node.isMultipleChoiceOption and node.linked or {}) do
			for _, other in ipairs(choice.isMultipleChoice and choice.linked or {}) do
				if other.isMultipleChoiceOption and other ~= node then
					if added[other.id] then
						error(
							("nodes %d (%s) and %d (%s) exclude each other"):format(node.id, tostring(node.dn), other.id, tostring(other.dn)),
							0
						)
					elseif allocated[other.id] and not removed[other.id] then
						removed[other.id] = true
						remove(self, other)
					end
				end
			end
		end
	end
end

-- The callback for pob.tree.weapon_set_branches: makes a node of a weapon set normal.
local function promote(context, node, attributeNode)
	local self, set = context.allocation, context.set
	self:save(node)
	context.changed[node.id] = true
	node.allocMode = 0
	if node.isAttribute then
		local chosen = 0
		for i = 1, attributeNode and set.addAttribute and set.addCount or 0 do
			if set.add[i] == attributeNode.id then
				chosen = set.addAttribute[i]
			end
		end
		choose(self, node, chosen ~= 0 and chosen or self.spec.attributeIndex or 1)
	end
end

-- Makes the branches of weapon-set nodes normal that the added nodes need. A node that the build has already and the set adds
-- again changes only itself.
local function promoteBranches(self, set, allocNodes, changed)
	local added, clickedInSet = {}, {}
	for i = 1, set.addCount do
		local node = allocNodes[set.add[i]]
		if not self.baseAllocNodes[set.add[i]] then
			added[#added + 1] = node
			-- Keystones and sockets are normal in every mode of the window, but a click in a weapon set's mode makes no other node
			-- normal.
			clickedInSet[node] = set.addWeaponSet and (set.addWeaponSet[i] or 0) ~= 0
		end
	end
	self.weaponSetBranches:run(allocNodes, added, clickedInSet, promote, { allocation = self, set = set, changed = changed })
end

-- Whether a restriction that the build's nodes lift is in force again with `allocNodes`.
function allocation:losesRule(allocNodes)
	local flags = self.mode.itemsTab.lastWeaponFlagState
	if not flags or not (flags.giantsBlood or flags.instrumentsOfPower or flags.lordOfTheWilds) then
		return false
	end
	local lifted = {}
	for _, entry in ipairs(self.weaponNodes) do
		local node = allocNodes[entry.id]
		-- A jewel may have replaced the node's modifiers.
		if node and hasMod(node, entry.rule) then
			lifted[WEAPON_RULES[entry.rule]] = true
		end
	end
	for flag, set in pairs(flags) do
		if set and not lifted[flag] then
			return true
		end
	end
	return false
end

-- Updates what jewels change in the changed nodes, and in all nodes around the changed sockets.
function allocation:conquer(removed, set, allocNodes)
	local jewels = self.timelessJewels
	local function keep(node)
		self:save(node)
	end
	if #jewels.sockets > 0 then
		local changed = removed
		for i = 1, set.addCount do
			changed[set.add[i]] = true
		end
		local affected = jewels:affected(changed)
		if affected then
			jewels:rebuild(affected, allocNodes, keep)
		end
	end
	if #jewels.distances > 0 then
		jewels:measure(allocNodes, keep)
	end
end

-- Whether the set touches a rule of the window that is not known for this version of Path of Building.
local function needsClicks(self, set)
	local unknown = self.rules.unknown
	if next(unknown) == nil or set.addCount + set.removeCount == 0 then
		return false
	elseif unknown.all or unknown.weaponSets and self.ownInWeaponSet then
		return true
	end
	for i = 1, set.addCount do
		local node = self.spec.nodes[set.add[i]]
		if unknown.weaponSets and set.addWeaponSet and (set.addWeaponSet[i] or 0) ~= 0
			or unknown.attributes and node and node.isAttribute
			or unknown.options and node and node.isMultipleChoiceOption then
			return true
		end
	end
	for i = 1, unknown.attributes and set.removeCount or 0 do
		local node = self.spec.nodes[set.remove[i]]
		if node and node.isAttribute then
			return true
		end
	end
	return false
end

local function fieldsOf(object)
	local fields = {}
	for key, value in next, object do
		fields[key] = value
	end
	return fields
end

local function putBack(object, fields)
	for key in next, object do
		if fields[key] == nil then
			object[key] = nil
		end
	end
	for key, value in next, fields do
		if rawget(object, key) ~= value then
			rawset(object, key, value)
		end
	end
end

-- Allocates the set by the window's own clicks. False, with nothing changed, if clicks do not lead to exactly this set.
function allocation:click(set)
	local spec = self.spec
	-- Saved once for all rows of the build: nothing else changes these fields permanently.
	self.unclicked = self.unclicked or { spec = fieldsOf(spec), nodes = {} }
	for _, node in pairs(spec.nodes) do
		self.unclicked.nodes[node] = self.unclicked.nodes[node] or fieldsOf(node)
	end
	self.isClicked = true
	spec.allocNodes = allocationOrder.fill(self.order, spec.allocNodes)
	spec.hashOverrides = fieldsOf(spec.hashOverrides)
	-- The paths and dependencies from the last clicks are not among the restored fields.
	spec:BuildAllDependsAndPaths()
	if not clicks.perform(spec, set) then
		self:unclick()
		return false
	end
	self.losesWeaponRule = self:losesRule(spec.allocNodes)
	return true
end

function allocation:unclick()
	if self.isClicked then
		self.isClicked = false
		putBack(self.spec, self.unclicked.spec)
		for node, fields in pairs(self.unclicked.nodes) do
			putBack(node, fields)
		end
		self.timelessJewels:restore()
	end
end

--- Applies `set`. `restore` must be called afterwards, also after an error.
function allocation:apply(set)
	local spec = self.spec
	local nodes = spec.nodes
	if needsClicks(self, set) and self:click(set) then
		return
	end
	self.baseAllocNodes = spec.allocNodes
	-- A copy to write to: removing entries and adding them again would change the order in which PoB iterates over the table when
	-- it saves the build.
	self.baseOverrides = spec.hashOverrides
	spec.hashOverrides = {}
	for id, override in pairs(self.baseOverrides) do
		spec.hashOverrides[id] = override
	end
	self.notables, self.smith = spec.allocatedNotableCount, spec.allocatedSmithBodyArmourNodeCount
	-- Ids of the removed nodes; later also of nodes that change in another way.
	local removed = {}
	for i = 1, set.removeCount do
		local id = set.remove[i]
		local node = nodes[id]
		if not node or not spec.allocNodes[id] then
			error("node " .. id .. " is not allocated", 0)
		end
		removed[id] = true
		remove(self, node)
	end
	giveUpOtherOptions(self, set, removed)
	-- A new table, filled in the order in which PoB filled its own. Then the order in which PoB adds modifiers depends only on
	-- the set, not on earlier calculations.
	local allocNodes = allocationOrder.fill(self.order, spec.allocNodes)
	local notables, smith, inWeaponSet = self.ownNotables, self.ownSmith, self.ownInWeaponSet
	for id in pairs(removed) do
		allocNodes[id] = nil
		local notable, smithNode = countsAs(nodes[id])
		notables, smith = notables - notable, smith - smithNode
	end
	for i = 1, set.addCount do
		local id = set.add[i]
		local node = nodes[id]
		if not node then
			error("node " .. id .. " is not in the passive tree " .. spec.treeVersion, 0)
		end
		if spec.allocNodes[id] and not removed[id] then
			error("node " .. id .. " is allocated already", 0)
		end
		if UNALLOCATABLE[node.type] then
			error("node " .. id .. " (" .. tostring(node.dn) .. ") cannot be allocated", 0)
		end
		add(self, node, set.addAttribute and set.addAttribute[i] or 0, set.addWeaponSet and set.addWeaponSet[i] or 0)
		if not allocNodes[id] then
			allocNodes[id] = node
			local notable, smithNode = countsAs(node)
			notables, smith = notables + notable, smith + smithNode
		end
		inWeaponSet = inWeaponSet or (node.allocMode or 0) ~= 0
	end
	if inWeaponSet and set.addCount > 0 and self.rules.promotes then
		promoteBranches(self, set, allocNodes, removed)
	end
	self:conquer(removed, set, allocNodes)
	self.losesWeaponRule = self:losesRule(allocNodes)
	spec.allocNodes = allocNodes
	spec.allocatedNotableCount = notables
	spec.allocatedSmithBodyArmourNodeCount = smith
end

--- Restores the tree to its state before `apply`.
function allocation:restore()
	local spec = self.spec
	self:unclick()
	self.timelessJewels:restoreSpec()
	for node, values in pairs(self.saved) do
		for i = 1, #NODE_FIELDS do
			node[NODE_FIELDS[i]] = values[i]
		end
	end
	clear(self.saved)
	self.timelessJewels:restore()
	if self.baseAllocNodes then
		spec.hashOverrides = self.baseOverrides
		spec.allocNodes = self.baseAllocNodes
		spec.allocatedNotableCount = self.notables
		spec.allocatedSmithBodyArmourNodeCount = self.smith
		self.baseAllocNodes = nil
	end
end

return allocation
