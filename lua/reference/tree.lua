-- The passive tree in the form that the calculator needs: each stat line is parsed once, and each node is a list of modifiers.
-- Nothing here depends on a build; build.lua turns it into flat arrays.
local statLines = require("reference.stat_lines")

local tree = {}

-- The data wraps long sentences: a line that starts with a small letter continues the line before it. A line that ends with a
-- colon is a heading. The lines under it would be misread on their own, so none of them counts as understood.
local function sentences(lines)
	local list, underHeading = {}, false
	for _, line in ipairs(lines) do
		local last = list[#list]
		if last and line:find("^%l") then
			last.text = last.text .. " " .. line
			last.lines[#last.lines + 1] = line
		else
			last = { text = line, lines = { line } }
			list[#list + 1] = last
		end
		if line:find(":%s*$") then
			underHeading = true
		end
		last.underHeading = underHeading
	end
	return list
end

local function readLines(self, lines, nodeId)
	local modifiers = {}
	for _, sentence in ipairs(sentences(lines)) do
		local parsed = not sentence.underHeading and self.parsed[sentence.text]
		if parsed == nil then
			parsed = statLines.parse(sentence.text) or false
			self.parsed[sentence.text] = parsed
		end
		for _, modifier in ipairs(parsed or {}) do
			modifiers[#modifiers + 1] = modifier
		end
		for _, line in ipairs(sentence.lines) do
			local entry = self.lines[line]
			if not entry then
				entry = { understood = true, count = 0, nodes = {}, parsed = parsed }
				self.lines[line] = entry
			end
			entry.understood = entry.understood and parsed and true or false
			entry.count = entry.count + 1
			if #entry.nodes < 5 and entry.nodes[#entry.nodes] ~= nodeId then
				entry.nodes[#entry.nodes + 1] = nodeId
			end
		end
	end
	return modifiers
end

local attributeChoices = { strength = 1, dexterity = 2, intelligence = 3, str = 1, dex = 2, int = 3 }

local function checkNode(node, position)
	if type(node) ~= "table" or type(node.id) ~= "number" or node.id < 0 or node.id > 65535 or node.id % 1 ~= 0 then
		error(("tree.nodes[%d]: expected a node with an id of 0 to 65535 but received %s"):format(
			position, type(node) == "table" and tostring(node.id) or tostring(node)), 0)
	end
end

-- tree.nodes[id] = { id, name, modifiers, choices = {[1..3] = modifiers} | nil, variants = {...} | nil }
function tree.open(options)
	local source = options and options.tree
	if type(source) ~= "table" or type(source.nodes) ~= "table" or type(source.classes) ~= "table" then
		error("open: expected options.tree with nodes and classes but received " .. type(source), 0)
	end
	local self = { version = source.version, nodes = {}, order = {}, classes = {}, classNames = {}, lines = {}, parsed = {} }
	for position, node in ipairs(source.nodes) do
		checkNode(node, position)
		local entry = { id = node.id, name = node.name or "", type = node.type or "normal" }
		entry.modifiers = readLines(self, node.stats or {}, node.id)
		for index, option in ipairs(node.options or {}) do
			local read = readLines(self, option.stats or {}, node.id)
			if entry.type == "attribute" and not option["for"] then
				entry.choices = entry.choices or {}
				entry.choices[attributeChoices[(option.name or ""):lower()] or index] = read
			else
				-- A variant of the node for another class or ascendancy.
				entry.variants = entry.variants or {}
				local owner = option["for"] or option.class or option.ascendancy or option.name or ""
				entry.variants[owner] = read
			end
		end
		self.nodes[node.id] = entry
		self.order[#self.order + 1] = node.id
	end
	table.sort(self.order)
	for _, class in ipairs(source.classes) do
		self.classes[class.name] = class
		self.classNames[#self.classNames + 1] = class.name
	end
	return self
end

return tree
