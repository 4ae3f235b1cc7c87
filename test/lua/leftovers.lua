-- Objects with proxies for their parents, as Path of Building's class library creates them, and nodes that contain them.
local copiedProxies = require("pob.host.copied_proxies")

-- Copies a table with its metatables as Path of Building's `copyTableSafe` does.
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
	-- The number of tables in a node before and after its attribute is chosen this many times, and what choosing returns.
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
