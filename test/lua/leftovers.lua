-- Objects with proxies of their parents, as Path of Building's class library makes them, and nodes that have some.
local copiedProxies = require("pob.host.copied_proxies")

-- As `copyTableSafe` copies a table with its metatables.
local function copyTableSafe(original, copies)
	copies = copies or {}
	local copy = setmetatable({}, getmetatable(original))
	copies[original] = copy
	for key, value in pairs(original) do
		copy[key] = type(value) == "table" and (copies[value] or copyTableSafe(value, copies)) or value
	end
	return copy
end

local function newObject()
	local object = { multipliers = {} }
	local proxy = { _object = object, __newindex = object, __call = function() end }
	object.Parent = setmetatable(proxy, proxy)
	return object
end

local function reachable(value, seen)
	local count = 1
	seen[value] = true
	for _, part in next, value do
		count = count + (type(part) == "table" and not seen[part] and reachable(part, seen) or 0)
	end
	return count
end

return {
	-- How many tables a node has before its attribute is chosen so many times, and behind that; what choosing answers.
	choose = function(_, args)
		local node = { modList = newObject(), options = { { modList = newObject() } } }
		local class = {}
		function class:SwitchAttributeNode(id, choice)
			self.chosen = copyTableSafe(self.tree.nodes[id])
			return choice, id
		end
		if args.guarded then
			copiedProxies.guard(class)
		end
		local spec = setmetatable({ tree = { nodes = { node } } }, { __index = class })
		local before, answers = reachable(node, {}), nil
		for _ = 1, args.times do
			answers = { spec:SwitchAttributeNode(1, 2) }
		end
		return { before = before, after = reachable(node, {}), answers = answers }
	end,
}
