-- The rules that clicks follow in this version of Path of Building, determined by clicking on small trees.
--
-- Rows do not click (pob.tree.clicks): they write what clicks would leave. The rules for that differ between versions: since
-- 0.16, for example, a weapon-set branch becomes normal when a normal node is allocated behind it. So the checkout's own
-- PassiveSpec is tested: small trees, made of a few nodes of the real tree, are clicked, and the result is compared with what
-- a row would write. A row that is affected by a rule on which the two disagree is really clicked.

local clicks = require("pob.tree.clicks")

local windowRules = {}

-- Kinds of nodes in a made-up tree: tests for the real nodes that can stand for each kind.
local KINDS = {
	normal = function(node)
		return node.type == "Normal" and not node.isAttribute
	end,
	attribute = function(node)
		return node.type == "Normal" and node.isAttribute
	end,
	notable = function(node)
		return node.type == "Notable"
	end,
	keystone = function(node)
		return node.type == "Keystone"
	end,
	socket = function(node)
		return node.type == "Socket"
	end,
}

-- The made-up trees. `nodes`: name = { kind, then weapon set and attribute if the build has allocated the node }; `links`:
-- pairs of names, where "start" is the start of the class; `add`: name = { attribute, weapon set }; `remove`: names. `touches`:
-- the rows that the rule affects.
local TREES = {
	{
		touches = "weaponSets",
		nodes = {
			a = { "attribute", 0, 1 }, b = { "attribute", 1, 2 }, c = { "normal", 1, 0 }, d = { "attribute" }, e = { "normal" },
		},
		links = { "start a", "a b", "b c", "c d", "d e" },
		add = { d = { 3, 0 }, e = { 0, 0 } },
	},
	{
		touches = "weaponSets",
		nodes = { a = { "normal", 0, 0 }, b = { "attribute", 2, 3 }, c = { "attribute", 2, 2 }, d = { "normal" } },
		links = { "start a", "a b", "b c", "c d" },
		add = { d = { 0, 0 } },
	},
	{
		-- Reached from two allocated nodes, one normal and one of a weapon set.
		touches = "weaponSets",
		nodes = { a = { "normal", 0, 0 }, b = { "attribute", 1, 2 }, c = { "normal" } },
		links = { "start a", "start b", "a c", "b c" },
		add = { c = { 0, 0 } },
	},
	{
		-- Reached from branches of both weapon sets.
		touches = "weaponSets",
		nodes = { a = { "normal", 0, 0 }, b = { "attribute", 1, 2 }, c = { "attribute", 2, 3 }, d = { "attribute" } },
		links = { "start a", "a b", "a c", "b d", "c d" },
		add = { d = { 1, 0 } },
	},
	{
		-- A branch within a branch, and a node of the same weapon set behind it.
		touches = "weaponSets",
		nodes = { a = { "normal", 1, 0 }, b = { "attribute", 1, 1 }, c = { "normal" }, d = { "attribute" } },
		links = { "start a", "a b", "b c", "c d" },
		add = { c = { 0, 1 }, d = { 2, 1 } },
	},
	{
		touches = "weaponSets",
		nodes = { a = { "normal", 0, 0 }, b = { "keystone" }, c = { "socket" }, d = { "normal" }, e = { "notable" } },
		links = { "start a", "a b", "a c", "a d", "d e" },
		add = { b = { 0, 1 }, c = { 0, 2 }, d = { 0, 2 }, e = { 0, 2 } },
	},
	{
		touches = "attributes",
		nodes = { a = { "attribute", 0, 3 }, b = { "attribute" }, c = { "attribute" }, d = { "attribute", 0, 2 } },
		links = { "start a", "a b", "b c", "start d" },
		add = { b = { 0, 0 }, c = { 2, 0 } },
		remove = { "d" },
	},
	{
		touches = "options",
		nodes = { a = { "normal", 0, 0, isMultipleChoice = true }, b = { "normal", 0, 0, isMultipleChoiceOption = true },
			c = { "normal", isMultipleChoiceOption = true } },
		links = { "start a", "a b", "a c" },
		add = { c = { 0, 0 } },
	},
	{
		touches = "all",
		nodes = { a = { "notable", 0, 0 }, b = { "notable", applyToArmour = true }, c = { "notable" }, d = { "normal", 0, 0 } },
		links = { "start a", "a b", "b c", "start d" },
		add = { b = { 0, 0 }, c = { 0, 0 } },
		remove = { "d" },
	},
}

-- Fields of nodes that only describe paths through the tree. A calculation does not read them.
local PATHS = {
	depends = true, path = true, pathRoot = true, pathDist = true, visited = true, linked = true,
	intuitiveLeapLikesAffecting = true, connectedToStart = true, distanceToClassStart = true,
}

-- Ids of real nodes by kind, sorted.
local function candidates(spec)
	local found = {}
	for kind in pairs(KINDS) do
		found[kind] = {}
	end
	for id, node in pairs(spec.tree.nodes) do
		local copy = spec.nodes[id]
		if copy and not node.ascendancyName and not node.isSwitchable and not node.unlockConstraint then
			for kind, fits in pairs(KINDS) do
				if fits(copy) then
					table.insert(found[kind], id)
				end
			end
		end
	end
	for _, ids in pairs(found) do
		table.sort(ids)
	end
	return found
end

-- A separate spec with the made-up tree, built from the real nodes with the smallest ids or, `fromEnd`, with the largest, so
-- that rules that depend on the order of ids show. Returns it and the ids by name; nil if the real tree lacks such nodes.
local function scratch(spec, tree, fromEnd)
	local start = spec.nodes[spec.curClass and spec.curClass.startNodeId or spec.tree.classes[spec.curClassId].startNodeId]
	local made = { nodes = {}, allocNodes = {}, hashOverrides = {}, jewels = {}, masterySelections = {}, ignoredNodes = {},
		intuitiveLeapLikeNodes = {}, switchableNodes = {}, allocMode = 0,
		build = setmetatable({ treeTab = { viewer = {} } }, { __index = spec.build }) }
	-- Writes do not reach the build's own tree.
	setmetatable(made, { __index = spec })
	local names, ids, taken = {}, { start = start.id }, {}
	for name in pairs(tree.nodes) do
		names[#names + 1] = name
	end
	table.sort(names)
	local function put(id)
		local copy = {}
		for key, value in pairs(spec.nodes[id]) do
			copy[key] = value
		end
		setmetatable(copy, getmetatable(spec.nodes[id]))
		copy.linked, copy.depends, copy.intuitiveLeapLikesAffecting = {}, {}, {}
		copy.alloc, copy.allocMode, copy.path, copy.pathRoot, copy.pathDist, copy.visited = false, 0, nil, nil, 1000, false
		copy.unlockConstraint = nil
		made.nodes[id] = copy
		return copy
	end
	local function allocate(node, weaponSet)
		node.alloc, node.allocMode = true, weaponSet
		made.allocNodes[node.id] = node
	end
	allocate(put(start.id), 0)
	for _, name in ipairs(names) do
		local what = tree.nodes[name]
		local list, n = spec.candidates[what[1]], (taken[what[1]] or 0) + 1
		local id = list[fromEnd and #list + 1 - n or n]
		taken[what[1]] = n
		if not id then
			return nil
		end
		ids[name] = id
		local node = put(id)
		node.isMultipleChoice, node.isMultipleChoiceOption = what.isMultipleChoice, what.isMultipleChoiceOption
		node.applyToArmour = what.applyToArmour
		if what[2] then
			allocate(node, what[2])
			if what[3] ~= 0 then
				made:SwitchAttributeNode(id, what[3])
			end
		end
	end
	for _, link in ipairs(tree.links) do
		local one, other = link:match("(%S+) (%S+)")
		one, other = made.nodes[ids[one]], made.nodes[ids[other]]
		table.insert(one.linked, other)
		table.insert(other.linked, one)
	end
	made:BuildAllDependsAndPaths()
	return made, ids
end

local function setOf(tree, ids)
	local set = { add = {}, addAttribute = {}, addWeaponSet = {}, addCount = 0, remove = {}, removeCount = 0 }
	for name in pairs(tree.add or {}) do
		set.addCount = set.addCount + 1
		set.add[set.addCount] = ids[name]
	end
	table.sort(set.add)
	for name, choice in pairs(tree.add or {}) do
		for i = 1, set.addCount do
			if set.add[i] == ids[name] then
				set.addAttribute[i], set.addWeaponSet[i] = choice[1], choice[2]
			end
		end
	end
	for i, name in ipairs(tree.remove or {}) do
		set.remove[i], set.removeCount = ids[name], i
	end
	table.sort(set.remove)
	return set
end

-- What the window remembers for the next click.
local CHOICES = { attributeIndex = true, allocMode = true }

-- Everything in a spec that a calculation may read, as one string.
local function described(spec)
	local lines = {}
	for key, value in pairs(spec) do
		local kind = type(value)
		if not CHOICES[key] and (kind == "number" or kind == "string" or kind == "boolean") then
			lines[#lines + 1] = tostring(key) .. "=" .. tostring(value)
		end
	end
	for id, node in pairs(spec.nodes) do
		for key, value in pairs(node) do
			local kind = type(value)
			if not PATHS[key] and (kind == "number" or kind == "string" or kind == "boolean") then
				lines[#lines + 1] = id .. "." .. tostring(key) .. "=" .. tostring(value)
			end
		end
		lines[#lines + 1] = id .. " is allocated: " .. tostring(spec.allocNodes[id] == node)
		lines[#lines + 1] = id .. " chosen: " .. tostring(spec.hashOverrides[id] and spec.hashOverrides[id].dn)
	end
	table.sort(lines)
	return table.concat(lines, "\n")
end

-- The result of the clicks; nil if they do not lead to the set.
local function clicked(spec, tree, fromEnd)
	local made, ids = scratch(spec, tree, fromEnd)
	if not made then
		return nil
	end
	return clicks.perform(made, setOf(tree, ids)) and described(made) or nil
end

-- The result of what a row writes.
local function written(spec, tree, fromEnd, rules)
	local allocation = require("pob.tree.allocation")
	local made, ids = scratch(spec, tree, fromEnd)
	local mode = { spec = made, itemsTab = { items = {} } }
	allocation.new(mode, {}, rules):apply(setOf(tree, ids))
	return described(made)
end

-- The first line of a description that the other one lacks.
local function difference(wanted, found)
	local theirs = {}
	for line in found:gmatch("[^\n]+") do
		theirs[line] = true
	end
	for line in wanted:gmatch("[^\n]+") do
		if not theirs[line] then
			return line
		end
	end
	return "more is written than clicks leave"
end

-- Whether clicks and a row leave the same in a made-up tree, and if not, the difference. Nil and the reason if the tree cannot
-- be clicked.
local function agree(spec, tree, rules)
	for _, fromEnd in ipairs({ false, true }) do
		if scratch(spec, tree, fromEnd) then
			local ok, wanted = pcall(clicked, spec, tree, fromEnd)
			if not ok then
				return nil, wanted
			end
			local done, found = pcall(written, spec, tree, fromEnd, rules)
			if not done or not wanted then
				return false, done and "the clicks lead elsewhere" or found
			elseif wanted ~= found then
				return false, difference(wanted, found)
			end
		end
	end
	return true
end

--- For use where no rule counts as known.
windowRules.NONE = { promotes = false, unknown = { all = "not looked at" } }

--- The rules of the checkout that `spec`, the tree of a loaded build, belongs to.
---@return table @{ promotes = whether a weapon-set branch becomes normal when a normal node is allocated behind it, unknown = {
---weaponSets, attributes, options, all = what differs: rows that these affect are clicked }, unchecked = why the rules could
---not be determined: those of the newest known version are assumed }
function windowRules.of(spec)
	local rules, best = nil, math.huge
	-- Shared by all made-up trees.
	local base = setmetatable({ candidates = candidates(spec) }, { __index = spec })
	for _, promotes in ipairs({ true, false }) do
		local tried, failures = { promotes = promotes, unknown = {} }, 0
		for _, tree in ipairs(TREES) do
			local ok, why = agree(base, tree, tried)
			if ok == nil then
				return { promotes = true, unknown = {}, unchecked = tostring(why) }
			elseif not ok then
				tried.unknown[tree.touches], failures = why, failures + 1
			end
		end
		if failures < best then
			rules, best = tried, failures
		end
		if failures == 0 then
			break
		end
	end
	return rules
end

return windowRules
