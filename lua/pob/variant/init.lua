-- Variants of a build: the loaded build with a described change, applied in place by Path of Building's own functions.
--
-- Path of Building's undo does not restore everything that a loaded build has, and loading the build again takes half a second.
-- So all tables that belong to the build are copied natively (host.checkpoints) before the first variant is applied, and
-- restored before another variant, or the build itself, is used. A change that fails or is stopped half-way is undone in the
-- same way.
--
-- A variant has its own rows: it never shares environments, memo or numbers for comparison with the build.

local adaptation = require("pob.row.adaptation")
local character = require("pob.variant.character")
local gems = require("pob.variant.gems")
local items = require("pob.variant.items")
local rows = require("pob.row.evaluator")

local variants = {}
variants.__index = variants

local function nothing() end

---@param world table
---@param build table @of builds:load
function variants.new(world, build)
	-- at: the variant that is applied; applied: the copy of the build that undoes it
	return setmetatable({ world = world, build = build, at = nil, applied = nil, checkpoints = {} }, variants)
end

-- What need not be copied for a change of items, gems or options, and what any calculated row may change as well: the nodes of
-- the tree (pob.tree.allocation restores them) and finished calculations, which nothing reads any more.
local function treeAndCalculations(mode)
	local list = { mode.calcsTab, mode.compareTab, mode.importTab, mode.notesTab, mode.treeTab, mode.spec }
	for _, spec in ipairs(mode.treeTab.specList) do
		list[#list + 1] = spec
		for _, node in pairs(spec.nodes) do
			list[#list + 1] = node
		end
	end
	for _, group in ipairs(mode.skillsTab.socketGroupList) do
		for _, field in ipairs({ "displaySkillList", "displaySkillListCalcs" }) do
			for _, skill in ipairs(group[field] or {}) do
				list[#list + 1] = skill
			end
		end
	end
	return list
end

-- What only options and the level change: the configuration's controls. They are two thirds of what is left without the tree.
local function configControls(tab)
	local list = {}
	for _, controls in ipairs({ tab.controls, tab.varControls, tab.sectionList }) do
		list[#list + 1] = controls
		for _, control in pairs(controls) do
			list[#list + 1] = control
		end
	end
	return list
end

-- How much of the build a change affects, and so must be copied.
local function extentOf(change)
	if change.jewels then
		return "whole"
	elseif change.config or change.customModifiers or change.level then
		return "withoutTree"
	end
	return "itemsAndGems"
end

-- A copy of everything that was created when the build was loaded and is reachable from it, as far as the change may affect it.
-- The tree is the largest part.
local function checkpointOf(self, change)
	local extent = extentOf(change)
	if not self.checkpoints[extent] then
		local mode = self.build.mode
		local left = extent == "whole" and {} or treeAndCalculations(mode)
		for _, control in ipairs(extent == "itemsAndGems" and configControls(mode.configTab) or {}) do
			left[#left + 1] = control
		end
		local checkpoint, obstacle = self.world.native.checkpoints.take({ mode }, self.build.mark, left)
		if not checkpoint then
			error("variants need a copy of the build, but it holds " .. tostring(obstacle))
		end
		self.checkpoints[extent] = checkpoint
	end
	return self.checkpoints[extent]
end

--- Returns to the build itself.
function variants:leave()
	if self.at then
		local checkpoints = self.world.native.checkpoints
		local at = self.at
		if at.rows then
			at.rows:recover()
		end
		if not checkpoints.restore(self.applied) then
			error("not enough memory", 0)
		end
		self.world.env.wipeGlobalCache()
		at.isReady, at.rows, self.at = false, nil, nil
	end
end

-- After each change, the window keeps a state for its undo. That would cost more than the change.
local function withoutUndo(mode)
	for _, name in ipairs({ "itemsTab", "skillsTab", "configTab" }) do
		mode[name].AddUndoState = nothing
	end
end

local function change(self, derived)
	local world, mode, wanted = self.world, self.build.mode, derived.change
	local warnings, supports = {}, {}
	withoutUndo(mode)
	if wanted.level then
		character.level(mode, wanted)
	end
	if wanted.items then
		items.wear(world, mode, wanted, warnings)
	end
	if wanted.anoints then
		items.anoint(world, mode, wanted)
	end
	if wanted.jewels then
		items.socket(world, mode, wanted, warnings)
	end
	if wanted.gems then
		supports = gems.change(mode, wanted)
	end
	if wanted.config then
		character.configure(world, mode, wanted)
	end
	if wanted.customModifiers then
		character.addModifiers(world, mode, wanted, warnings)
	end
	if wanted.mainSkill then
		-- The main skill is chosen from lists that the window fills when it draws the next frame.
		adaptation.ofChanged(world, mode):adapt()
		character.mainSkill(mode, wanted)
	end
	mode.buildFlag = false
	return warnings, supports
end

-- Creates the rows of the changed build.
local function settle(self, derived, supports)
	local base = self.build.rows
	derived.rows = rows.ofVariant(base, derived.number, derived.change.jewels ~= nil)
	gems.checkSupports(self.world, supports, derived.rows:adapt(base))
	self.world.env.wipeGlobalCache()
end

local function apply(self, derived)
	self.build.rows:recover()
	self.applied = checkpointOf(self, derived.change)
	self.at = derived
	derived.warnings, derived.rows = nil, nil
	local warnings, supports = change(self, derived)
	settle(self, derived, supports)
	derived.warnings, derived.isReady = warnings, true
end

--- Applies `derived`; nil: returns to the build itself.
function variants:enter(derived)
	if self.at ~= derived or derived and not derived.isReady then
		self:leave()
		if derived then
			apply(self, derived)
		end
	end
end

--- Derives the variant of a change and applies it. `key` identifies the change, or is nil.
function variants:derive(change, key)
	local texts, number = self.world.native.shared, nil
	if texts and key and self.build.number then
		number = texts.number("variant\t" .. self.build.number .. "\t" .. key)
	end
	local derived = { base = self.build, change = change, number = number }
	self:enter(derived)
	return derived
end

return variants
