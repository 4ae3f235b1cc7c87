--- Variants of a build: the loaded build with a described change, applied in place by Path of Building's own functions.
--
-- Path of Building's undo does not bring back all that a loaded build has, and loading the build anew takes half a
-- second. So all tables that belong to the build are copied natively (host.checkpoints) before the first variant, and put
-- back before another one, or the build itself, is looked at. A change that fails half-way, or is stopped, is taken back
-- in the same way.
--
-- A variant has rows of its own: environments, memo and numbers to compare with are never those of the build.

local adaptation = require("pob.row.adaptation")
local character = require("pob.variant.character")
local gems = require("pob.variant.gems")
local items = require("pob.variant.items")
local rows = require("pob.row.evaluator")

local variants = {}
variants.__index = variants

local function nothing() end

---@param world table
---@param build table @as builds:load answers it
function variants.new(world, build)
	-- at: the variant that is applied; checkpoint: the build as loaded
	return setmetatable({ world = world, build = build, at = nil, checkpoint = nil }, variants)
end

-- All that was made when the build was loaded and can be reached from it.
local function checkpointOf(self)
	if not self.checkpoint then
		-- What the FFI has in a build are handles of modifier stores, which never change.
		local checkpoint, obstacle = self.world.native.checkpoints.take({ self.build.mode }, self.build.mark, true)
		if not checkpoint then
			error("variants need a copy of the build, but it holds " .. tostring(obstacle))
		end
		self.checkpoint = checkpoint
	end
	return self.checkpoint
end

--- The build itself counts from now on.
function variants:leave()
	if self.at then
		local checkpoints = self.world.native.checkpoints
		local at = self.at
		if at.rows then
			at.rows:recover()
		end
		if not checkpoints.restore(self.checkpoint) then
			error("not enough memory", 0)
		end
		self.world.env.wipeGlobalCache()
		at.isReady, at.rows, self.at = false, nil, nil
	end
end

-- The window keeps states for its undo after each change; these would cost more than the change.
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
		-- It is chosen from the lists that the last frame filled.
		adaptation.afterChange(world, mode)
		character.mainSkill(mode, wanted)
	end
	mode.buildFlag = false
	return warnings, supports
end

-- Rows of the changed build.
local function settle(self, derived, supports)
	local adapted, env = adaptation.afterChange(self.world, self.build.mode)
	gems.checkSupports(self.world, supports, env)
	self.world.env.wipeGlobalCache()
	derived.rows = rows.ofVariant(self.build.rows, adapted, derived.number, derived.change.jewels ~= nil)
end

local function apply(self, derived)
	checkpointOf(self)
	self.build.rows:recover()
	self.at = derived
	derived.warnings, derived.rows = nil, nil
	local warnings, supports = change(self, derived)
	settle(self, derived, supports)
	derived.warnings, derived.isReady = warnings, true
end

--- Makes `derived` what counts, or the build itself (nil).
function variants:enter(derived)
	if self.at ~= derived or derived and not derived.isReady then
		self:leave()
		if derived then
			apply(self, derived)
		end
	end
end

--- The variant of a change, which counts from now on. `key` stands for the change, or nil.
function variants:derive(change, key)
	local shared, number = self.world.native.shared, nil
	if shared and key and self.build.number then
		number = shared.number("variant\t" .. self.build.number .. "\t" .. key)
	end
	local derived = { base = self.build, change = change, number = number }
	self:enter(derived)
	return derived
end

return variants
