-- PassiveSpec of Path of Building, without the rebuilding of a tree's paths and dependencies that nothing reads: rebuilding is
-- the larger part of the time that a tree takes to load.
--
-- PoB rebuilds a tree when it makes one, with its first class selected; when ImportFromNodeList selects the class of the
-- build's file, without an ascendancy; when it selects the ascendancy; and when it has allocated the nodes. TreeTab makes one
-- more tree, which it drops as soon as the build's file brings its own.
--
-- The results are equal for two reasons. In between, ImportFromNodeList reads nothing that rebuilding writes, and its last
-- rebuilding writes all of that again, from what the tree then holds. And a tree that was just made hides its nodes: whoever
-- asks for them first, ImportFromNodeList aside, has it rebuilt. Rebuilding a tree that was converted from another version also
-- drops nodes, once (`ignoredNodes`): such a tree is rebuilt as often as PoB does it.

local part = {
	name = "tree_loading",
	targets = {
		{ name = "BuildAllDependsAndPaths", file = "Classes/PassiveSpec.lua" },
		{ name = "ImportFromNodeList", file = "Classes/PassiveSpec.lua" },
		{ name = "ReplaceNode", file = "Classes/PassiveSpec.lua" },
		{ name = "ResetAscendClass", file = "Classes/PassiveSpec.lua" },
		{ name = "ResetNodes", file = "Classes/PassiveSpec.lua" },
		{ name = "SelectAscendClass", file = "Classes/PassiveSpec.lua" },
		{ name = "SelectClass", file = "Classes/PassiveSpec.lua" },
		{ name = "SelectSecondaryAscendClass", file = "Classes/PassiveSpec.lua" },
	},
}

function part.ready(_, path)
	return path == "Classes/PassiveSpec.lua"
end

-- All that leads from a tree to what rebuilding writes.
local HIDDEN = {
	"nodes", "allocNodes", "switchableNodes", "intuitiveLeapLikeNodes", "allocatedMasteryCount", "allocatedNotableCount",
	"allocatedSmithBodyArmourNodeCount", "allocatedMasteryTypes", "allocatedMasteryTypeCount",
}

function part.install(_, env)
	local class = env.common.classes.PassiveSpec
	local construct, import, rebuild = class._constructor, class.ImportFromNodeList, class.BuildAllDependsAndPaths
	-- The trees of which rebuilding is left out at present, and those of which it was.
	local weak = { __mode = "k" }
	local isDeferred, isPending = setmetatable({}, weak), setmetatable({}, weak)

	function class:BuildAllDependsAndPaths()
		if isDeferred[self] then
			isPending[self] = true
		else
			rebuild(self)
		end
	end

	-- Calls `method`, and leaves out the rebuilding that it asks for; whether it asked. After an error in it nothing is put
	-- right: the build that is being loaded is given up.
	local function defer(self, method, ...)
		isDeferred[self] = true
		method(self, ...)
		isDeferred[self] = nil
		local wasAsked = isPending[self]
		isPending[self] = nil
		return wasAsked
	end

	local function isConverted(self)
		return next(self.ignoredNodes) ~= nil
	end

	-- tree -> what it hides
	local hidden = setmetatable({}, weak)

	local function show(self)
		setmetatable(self, class)
		for name, value in pairs(hidden[self]) do
			rawset(self, name, value)
		end
		hidden[self] = nil
	end

	local isHidden = {}
	for _, name in ipairs(HIDDEN) do
		isHidden[name] = true
	end
	local hiding = { __call = class.__call }
	function hiding.__index(self, name)
		if isHidden[name] then
			show(self)
			self:BuildAllDependsAndPaths()
			return self[name]
		end
		return class[name]
	end
	function hiding.__newindex(self, name, value)
		if isHidden[name] then
			show(self)
			self:BuildAllDependsAndPaths()
		end
		rawset(self, name, value)
	end

	local function hide(self)
		local values = {}
		for _, name in ipairs(HIDDEN) do
			values[name] = rawget(self, name)
			self[name] = nil
		end
		hidden[self] = values
		setmetatable(self, hiding)
	end

	function class._constructor(self, ...)
		if defer(self, construct, ...) then
			if isConverted(self) then
				self:BuildAllDependsAndPaths()
			else
				hide(self)
			end
		end
	end

	function class:ImportFromNodeList(...)
		if hidden[self] then
			show(self)
		end
		if isConverted(self) then
			import(self, ...)
		elseif defer(self, import, ...) then
			self:BuildAllDependsAndPaths()
		end
	end
end

return part
