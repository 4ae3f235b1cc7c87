-- Removes what Path of Building leaves behind in an object when it copies one.
--
-- An object of a class with parents has a proxy for each parent: a table that is its own metatable and whose `__newindex` is
-- the object. Path of Building's `copyTableSafe` gives the copy of a proxy the same metatable and then fills the copy. The
-- writes therefore go to the original object, including a reference to the copy of the object. A node whose modifiers are such
-- an object is copied each time its attribute is chosen, and every copy holds all earlier ones. In the window this grows with
-- each click; here it would grow with each row, to gigabytes.

local copiedProxies = {}

local function isProxy(value, object)
	return type(value) == "table" and getmetatable(value) == value and rawget(value, "__newindex") == object
end

-- Removes the keys of an object's proxies from the object, where they never belong. Returns whether it has proxies.
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

-- How deep to look: a node has such objects, and so have its options.
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

---Keeps nodes clean when their attribute is chosen, in all trees of this class.
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
