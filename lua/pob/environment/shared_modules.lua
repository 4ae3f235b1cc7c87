-- One Modules/Calcs.lua, with the modules that it loads, for all builds of a state.
--
-- Path of Building runs these 18,000 lines anew for every build, twice. The functions that
-- come out are the same each time, but LuaJIT compiles each of them for itself, and the
-- machine code keeps them, and through them the build that they were made for, alive.
-- Equal because nothing outlives a calculation but constants, tables for passing use, and a cache of modifiers per level, a
-- function of data that all builds share: what the modules keep is counted (pob.patch.calculation, pob.versions.state).
--
-- Knows, too, whether the calculation reads the tree in the ways that other parts account for.

local calculation = require("pob.patch.calculation")
local functions = require("pob.versions.functions")
local knownState = require("pob.versions.state")
local knownReads = require("pob.versions.tree_reads")

local sharedModules = {}
sharedModules.__index = sharedModules

local SHARED = "Modules/Calcs.lua"

function sharedModules.new()
	-- reasons: path -> false, or why its text is none that is known; results: what the shared module returned
	return setmetatable({ reasons = {}, results = nil }, sharedModules)
end

---Why a module of the calculation is none that is known; false: it is.
---@param module table @of pob.patch.module_tree
---@return string|false
function sharedModules.reasonOf(module)
	for _, read in ipairs(calculation.treeReads(module)) do
		if not knownReads[read.form] then
			return ("%s:%d reads the tree in a way that is not known"):format(module.path, module:lineOf(read.at))
		end
	end
	local known = knownState[module.path] or {}
	for text, count in pairs(calculation.state(module)) do
		if count > (known[text] or 0) then
			return ("%s keeps a variable from one calculation to the next that is not known"):format(module.path)
		end
	end
	return false
end

---Sees a module of the calculation before it is compiled.
---@param reason string|false|nil @of reasonOf; nil: it is no Lua
function sharedModules:see(path, reason)
	self.reasons[path] = reason
end

---Why rows cannot share work in this checkout; nil: they can.
---@return string|nil
function sharedModules:unknown()
	for _, path in ipairs(calculation.MODULES) do
		local reason = self.reasons[path]
		if reason ~= false then
			return reason or path .. " was not read"
		end
	end
	return self.reasons["Modules/CalcTools.lua"] or nil
end

---@return boolean
function sharedModules:isKnown()
	return self:unknown() == nil
end

---The form of a function that a part stands for or relies on, if it is one that is known: { name, f, node, form, release };
---"absent" may be one.
---@param module table
---@param target table @{ name, file }
function sharedModules.find(module, target)
	local forms = functions[target.file] and functions[target.file][target.name]
	if not forms then
		return nil
	elseif not module.functions[target.name] then
		return forms.absent and { form = "absent", release = forms.absent } or nil
	end
	local entry, form = module:find(target.name, forms)
	if entry then
		entry.form, entry.release = form, forms[form]
	end
	return entry
end

---Keeps what the module at `path` returned, if it can be shared.
function sharedModules:keep(path, ...)
	if path == SHARED and not self.results and self:isKnown() then
		self.results = { count = select("#", ...), ... }
	end
end

---What the module at `path` returned when it ran before: a list with its `count`, or nil.
function sharedModules:kept(path)
	return path == SHARED and self.results or nil
end

return sharedModules
