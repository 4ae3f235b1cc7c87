--- Takes away what Path of Building leaves in an object when it copies one.
--
-- An object of a class with parents has a proxy for each: a table that is its own metatable, whose `__newindex` is the
-- object. Path of Building's `copyTableSafe` gives the copy of a proxy that metatable, too, and fills it: what the proxy
-- has goes to the original object, a reference to the copy of the object included. A node whose modifiers are such an
-- object is copied each time that its attribute is chosen: every copy holds all that were made before it. In the window
-- that grows with clicks; here it would with rows, to gigabytes.

local copiedProxies = {}

local function isProxy(value, object)
	return type(value) == "table" and getmetatable(value) == value and rawget(value, "__newindex") == object
end

-- Whether an object has proxies; what is in these belongs into none.
local function take(object)
	local keys
	for _, value in next, object do
		if isProxy(value, object) then
			keys = keys or {}
			for key in next, value do
				keys[key] = true
			end
		end
	end
	for key in pairs(keys or {}) do
		rawset(object, key, nil)
	end
	return keys ~= nil
end

-- A node has such objects, and options that do.
local DEPTH = 4

local function clean(part, depth)
	if not take(part) and depth < DEPTH then
		for _, value in next, part do
			if type(value) == "table" then
				clean(value, depth + 1)
			end
		end
	end
end

local function cleaned(node, ...)
	if node then
		clean(node, 1)
	end
	return ...
end

---Nodes stay clean when their attributes are chosen, in all trees of this class.
---@param class table @PassiveSpec of Path of Building
function copiedProxies.guard(class)
	local original = class and class.SwitchAttributeNode
	if not original then
		return
	end
	class.SwitchAttributeNode = function(self, id, ...)
		local node = self.tree and self.tree.nodes and self.tree.nodes[id]
		return cleaned(node, original(self, id, ...))
	end
end

return copiedProxies
