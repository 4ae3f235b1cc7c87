-- Loads builds, and switches between several builds in one state.
--
-- PoB has one build at a time, the object of its mode "BUILD". Its module creates a new object each time it is loaded, so each
-- build here gets its own. Switching builds means installing the right object, its result cache, and the few global tables
-- that PoB derives from a build.

local clear = require("table.clear")
local boot = require("pob.host.boot")
local allocationOrder = require("pob.tree.allocation_order")
local opening = require("pob.build.opening")
local refusal = require("refusal")

local builds = {}
builds.__index = builds

-- garbage: an object of pob.host.collector.
function builds.new(world, garbage)
	return setmetatable({ world = world, current = nil, loading = 0, collector = garbage }, builds)
end

-- The load during which LuaJIT may compile code, so that code which loading often runs is compiled. It is not the first load,
-- because a process with a single build would not run that code again.
local COMPILED_LOAD = 2

local function emptyCache()
	return { MAIN = {}, CALCS = {}, CALCULATOR = {}, CACHE = {} }
end

-- Makes `build` the one that PoB's code sees.
local function place(self, build)
	local env = self.world.env
	local main = env.main
	main.modes.BUILD = build.mode
	main.mode = "BUILD"
	env.GlobalCache.cachedData = build.cache
	if build.mode.spec then
		env.data.setJewelRadiiGlobally(build.mode.spec.treeVersion)
	end
	if build.mode.skillsTab then
		build.mode.skillsTab:UpdateGlobalGemCountAssignments()
	end
	self.current = build
end

--- Makes `build` the one that PoB's code sees, unless it already is.
function builds:switch(build)
	if self.current ~= build then
		-- A load that was stopped from outside may have left compilation off.
		jit.on()
		place(self, build)
	end
end

--- Calls `load(source)` with LuaJIT's compiler off, except for one load per state. Code that is already compiled still runs
--- compiled. Code that rows run is compiled when they run it.
function builds:uncompiled(load, source)
	-- `loading` counts the loads before this one.
	if self.loading + 1 ~= COMPILED_LOAD then
		jit.off()
	end
	local ok, build, info, traceback = pcall(load, source)
	jit.on()
	if not ok then
		error(build, 0)
	end
	return build, info, traceback
end

-- The error for a build that PoB did not open: `message` and `traceback` of PoB's own error, if there was one, and the messages
-- that PoB showed before, which often explain the cause.
local function failure(message, traceback, prompts)
	local told = table.concat(prompts, "; ")
	if not message then
		return refusal.because("Path of Building could not load the build: " .. (prompts[1] and told or "no reason given"))
	end
	local text = "Path of Building fails on the build, in its window as well: " .. boot.plain(message)
	return refusal.because(text .. (prompts[1] and " (before that it said: " .. told .. ")" or ""), traceback)
end

-- Checks for faults that PoB would fail on without a clear message; returns the parsed XML and whether it has a <Build>.
-- `fault` says where and why the text is not XML; it is used if PoB's reader rejects the text too.
local function inspect(env, xmlText, specIndex, fault)
	if type(xmlText) ~= "string" or not xmlText:find("%S") then
		error("the build is empty", 0)
	end
	local tree, message = env.common.xml.ParseXML(xmlText)
	if not tree then
		error("The build's XML cannot be read: " .. (fault or tostring(message)), 0)
	end
	local root = tree[1]
	if type(root) ~= "table" or root.elem ~= "PathOfBuilding2" then
		local found = type(root) == "table" and "<" .. tostring(root.elem) .. ">" or "no element" .. (fault and ": " .. fault or "")
		error("the build is not of Path of Building for Path of Exile 2: expected <PathOfBuilding2> but found " .. found, 0)
	end
	local known = {}
	for _, version in ipairs(env.treeVersionList) do
		known[version] = true
	end
	local specs = opening.specsOf(root)
	for i, spec in ipairs(specs) do
		local version = spec.attrib.treeVersion or env.defaultTreeVersion
		if not known[version] then
			error(
				"unknown tree version '"
					.. version
					.. "' in <Spec> "
					.. i
					.. ": this Path of Building knows "
					.. table.concat(env.treeVersionList, ", "),
				0
			)
		end
	end
	local hasBuild = false
	for _, section in ipairs(root) do
		hasBuild = hasBuild or type(section) == "table" and section.elem == "Build"
	end
	if specIndex and (#specs == 0 or specIndex < 1 or specIndex > #specs or specIndex % 1 ~= 0) then
		error("expected spec between 1 and " .. #specs .. " but received " .. tostring(specIndex), 0)
	end
	return root, hasBuild
end

-- The class of a <Spec> that its tree does not have, as a string, or nil.
local function unknownClass(env, root)
	for _, spec in ipairs(opening.specsOf(root)) do
		local passiveTree = env.main.tree[spec.attrib.treeVersion or env.defaultTreeVersion]
		local internal, plain = tonumber(spec.attrib.classInternalId), tonumber(spec.attrib.classId)
		local found = passiveTree
			and (internal and passiveTree.classIntegerIdMap[internal] or plain and passiveTree.classes[plain])
		if passiveTree and not found then
			return tostring(spec.attrib.classInternalId or spec.attrib.classId)
		end
	end
end

-- The first line of an item's text other than its rarity, which is usually its name.
local function itemName(text)
	for line in (type(text) == "string" and text or ""):gmatch("[^\r\n]+") do
		line = line:match("^%s*(.-)%s*$")
		if line ~= "" and not line:find("^Rarity:") then
			return line:sub(1, 60)
		end
	end
	return ""
end

-- Items of the XML that PoB could not read and left out.
local function lostItems(root, items)
	local warnings = {}
	for _, section in ipairs(root) do
		for _, item in ipairs(type(section) == "table" and section.elem == "Items" and section or {}) do
			local id = type(item) == "table" and item.elem == "Item" and tonumber(item.attrib.id)
			if id and not items[id] then
				warnings[#warnings + 1] = {
					code = "UNREADABLE_ITEM", where = "item " .. id,
					text = "left out, Path of Building cannot read it: " .. itemName(item[1]),
				}
			end
		end
	end
	return warnings
end

--- Loads a build from PoB's XML, with its tree `specIndex` if given.
function builds:load(xmlText, specIndex, fault)
	local world = self.world
	local env = world.env
	local main = env.main
	local root, hasBuild = inspect(env, xmlText, specIndex, fault)
	local before = self.current
	self.loading = self.loading + 1
	self.collector:beginLoad(#opening.specsOf(root))
	-- Everything created after this mark belongs to the build, so that variants can restore it.
	local mark = {}
	local build = { mark = mark, mode = env.LoadModule("Modules/Build"), cache = emptyCache() }
	place(self, build)
	boot.takePrompts(world)
	local opened, traceback = true, nil
	local function note(raised)
		traceback = traceback or debug.traceback("", 2):sub(2)
		return raised
	end
	local ok, message = xpcall(function()
		local mode = build.mode
		build.level = opening.levelShown(mode, function()
			opening.withTree(env, specIndex, function()
				mode:Init(false, "build " .. self.loading, xmlText)
			end, note)
			opened = not main.newMode and mode.calcsTab and mode.calcsTab.mainOutput
			if not opened then
				return
			end
			build.otherTree = opening.otherTree(mode.treeTab, specIndex or opening.activeSpec(root))
			if specIndex and build.otherTree then
				opening.switchTree(mode, specIndex)
			end
			-- What PoB's first frame does when loading left something to recalculate.
			if mode.buildFlag then
				opening.recalculate(env, mode)
			else
				opening.countPoints(mode)
			end
			if specIndex then
				opening.settleLevel(env, mode)
			end
		end, note)
	end, note)
	-- These are meant for the window's next frame, which deals with the network. No frame is drawn here, and they would keep the
	-- build alive.
	main.onFrameFuncs = {}
	if not ok or not opened then
		main.newMode = nil
		local prompts = boot.takePrompts(world)
		self.current = nil
		if before then
			place(self, before)
		end
		if refusal.isMemory(message) then
			error(message, 0)
		end
		-- Some of Path of Building's modules are loaded only with the first build.
		if world.uncompiled then
			error("Path of Building in " .. world.place.root .. " cannot start: " .. world.uncompiled, 0)
		end
		local class = unknownClass(env, root)
		if class then
			error("unknown class '" .. class .. "' in the build's <Spec>", 0)
		end
		error(failure(not ok and message or nil, traceback, prompts))
	end
	-- Identifies the build in all states of the engine.
	build.number = world.native.shared and world.native.shared.number("build\t" .. tostring(specIndex) .. "\t" .. xmlText)
	-- The lines between nodes take 5 MB per tree, and only the window draws them.
	for _, tree in pairs(main.tree) do
		if tree.connectors then
			clear(tree.connectors)
		end
	end
	build.prompts = boot.takePrompts(world)
	build.lost = lostItems(root, build.mode.itemsTab.items)
	if not hasBuild then
		build.lost[#build.lost + 1] = {
			code = "INCOMPLETE", where = "build", text = "there is no <Build>: level and main skill are those of a new character",
		}
	end
	build.listed = allocationOrder.listed(opening.specsOf(root)[build.mode.treeTab.activeSpec])
	return build
end

-- Path of Building's variables refer to what was calculated last, and through that to the whole build. Once its parts are
-- empty, they keep only a few nodes and items alive. The nodes of a build's trees are a third of its memory.
local function takeApart(mode)
	local parts = {}
	for _, part in pairs(mode) do
		if type(part) == "table" and rawget(part, "build") == mode then
			parts[#parts + 1] = part
		end
	end
	for _, spec in ipairs(mode.treeTab.specList) do
		for _, node in pairs(spec.nodes) do
			-- A node of this build. What it shares with other builds is in its metatable.
			if getmetatable(node) then
				parts[#parts + 1] = node
			end
		end
		parts[#parts + 1] = spec
	end
	for _, part in ipairs(parts) do
		clear(part)
	end
	clear(mode)
end

--- Unloads a build.
function builds:unload(build)
	if build.variants then
		build.variants:leave()
	end
	if self.current == build then
		self.current = nil
		local env = self.world.env
		env.main.modes.BUILD = nil
		env.GlobalCache.cachedData = emptyCache()
	end
	takeApart(build.mode)
	build.mode, build.cache, build.rows, build.variants = nil, nil, nil, nil
	self.collector:forget(build)
end

return builds
