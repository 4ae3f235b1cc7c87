-- pob.replacements.tree_loading over a small class in the place of PassiveSpec, which counts how often it is rebuilt.

local treeLoading = require("pob.replacements.tree_loading")

local class

local function new(...)
	local object = setmetatable({}, class)
	class._constructor(object, ...)
	return object
end

-- The class as PoB has it, in short; `installed`: with the part.
local function make(installed)
	class = {}
	class.__index = class
	class._constructor = function(self)
		self.nodes, self.allocNodes, self.rebuilt = { {}, {}, {} }, {}, 0
		self.ignoredNodes = class.isConverting and { [1] = true } or {}
		self:SelectClass(1)
	end
	function class:SelectClass(id)
		self.class = id
		self:SelectAscendClass(0)
	end
	function class:SelectAscendClass(id)
		self.ascendancy = id
		self:BuildAllDependsAndPaths()
	end
	function class:ImportFromNodeList(id, ascendancy, list)
		for i in pairs(self.nodes) do
			self.allocNodes[i] = nil
		end
		self:SelectClass(id)
		self:SelectAscendClass(ascendancy)
		for _, i in ipairs(list) do
			self.allocNodes[i] = assert(self.nodes[i], "no such node")
		end
		self:BuildAllDependsAndPaths()
	end
	function class:BuildAllDependsAndPaths()
		self.rebuilt = self.rebuilt + 1
		if self.ignoredNodes[1] then
			self.nodes[1], self.ignoredNodes[1] = { dropped = self.class }, nil
		end
		local count = 0
		for _ in pairs(self.allocNodes) do
			count = count + 1
		end
		for i, node in pairs(self.nodes) do
			node.text = table.concat({ i, self.class, self.ascendancy, count, self.jewel or "-", node.dropped or "-" }, " ")
		end
		self.allocatedNotableCount = count
	end
	if installed then
		treeLoading.install({}, { common = { classes = { PassiveSpec = class } } })
	end
end

local function textOf(spec)
	local texts = {}
	for i, node in ipairs(spec.nodes) do
		texts[i] = node.text
	end
	return table.concat(texts, ", ") .. "; " .. tostring(spec.allocatedNotableCount)
end

local cases = {
	imported = function()
		local spec = new()
		spec:ImportFromNodeList(2, 1, { 1, 3 })
		return spec
	end,
	-- What is set before the first look counts, as it does for the next rebuilding of PoB.
	read = function()
		local spec = new()
		local _ = spec.nodes
		return spec
	end,
	counted = function()
		local spec = new()
		local _ = spec.allocatedNotableCount
		return spec
	end,
	written = function()
		local spec = new()
		spec.allocNodes = { [2] = spec.nodes[2] }
		spec:BuildAllDependsAndPaths()
		return spec
	end,
	rebuilt = function()
		local spec = new()
		spec.jewel = "jewel"
		spec:BuildAllDependsAndPaths()
		return spec
	end,
	clicked = function()
		local spec = new()
		spec:ImportFromNodeList(2, 1, { 1 })
		spec.allocNodes[2] = spec.nodes[2]
		spec:BuildAllDependsAndPaths()
		spec:SelectAscendClass(2)
		return spec
	end,
	converted = function()
		class.isConverting = true
		local spec = new()
		spec:ImportFromNodeList(2, 1, { 2 })
		spec.ignoredNodes[1] = true
		spec:ImportFromNodeList(3, 1, { 2 })
		return spec
	end,
	-- The error is the caller's; trees that are loaded after it are whole.
	failing = function()
		assert(not pcall(function()
			new():ImportFromNodeList(2, 1, { 7 })
		end))
		local spec = new()
		spec:ImportFromNodeList(2, 1, { 2 })
		return spec
	end,
}

return {
	run = function(_, args)
		make(args.installed)
		local spec = cases[args.case]()
		return { text = textOf(spec), rebuilt = spec.rebuilt, isWhole = getmetatable(spec) == class }
	end,
	unread = function()
		make(true)
		local spec = new()
		return { rebuilt = spec.rebuilt, class = spec.class }
	end,
}
