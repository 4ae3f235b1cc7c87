-- One Modules/Calcs.lua, with the modules that it loads, for all builds of a state.
--
-- Path of Building runs these 18,000 lines again for every build, twice. The resulting functions are the same each time,
-- but LuaJIT compiles each copy separately, and the machine code keeps the functions alive, and through them the build that
-- they were made for. Sharing is exact because nothing outlives a calculation except constants, scratch tables, and a cache
-- of modifiers per level, which is a function of data that all builds share. What the modules keep is accounted for
-- (pob.patch.calculation, pob.versions.state).
--
-- This module also knows whether the calculation reads the tree only in the ways that other parts account for.

local calculation = require("pob.patch.calculation")
local functions = require("pob.versions.functions")
local knownState = require("pob.versions.state")
local knownReads = require("pob.versions.tree_reads")

local sharedModules = {}
sharedModules.__index = sharedModules

local SHARED, TOOLS = "Modules/Calcs.lua", "Modules/CalcTools.lua"

local PATHS = { unpack(calculation.MODULES) }
PATHS[#PATHS + 1] = TOOLS

---@param isCertified boolean @whether unknown statements count as known
function sharedModules.new(isCertified)
	-- seen: path -> what is unknown in its text; results: what the shared module returned
	return setmetatable({ isCertified = isCertified, seen = {}, results = nil }, sharedModules)
end

---What is unknown in a module of the calculation.
---@param module table @of pob.patch.module_tree
---@return table @reads = places of statements, a list of { line, column }; state: why it is not known what the module keeps, if
---so
function sharedModules.unknownOf(module)
	local unknown = { reads = {} }
	for _, read in ipairs(calculation.treeReads(module)) do
		if not knownReads[read.form] then
			local line, column = module:placeOf(read.at)
			table.insert(unknown.reads, { line = line, column = column })
		end
	end
	local known = knownState[module.path] or {}
	for text, count in pairs(calculation.state(module)) do
		if count > (known[text] or 0) then
			unknown.state = ("%s keeps a variable from one calculation to the next that is not known"):format(module.path)
		end
	end
	return unknown
end

---Takes in a module of the calculation before it is compiled.
---@param unknown table|nil @of unknownOf; nil: the module is not valid Lua
function sharedModules:see(path, unknown)
	self.seen[path] = unknown
end

---Why rows cannot share work in this checkout; nil: they can.
---@param isCertified boolean|nil @whether unknown statements count as known; defaults to what `new` was given
---@return string|nil
function sharedModules:unknown(isCertified)
	if isCertified == nil then
		isCertified = self.isCertified
	end
	for _, path in ipairs(PATHS) do
		local seen = self.seen[path]
		local read = seen and seen.reads[1]
		if not seen then
			-- Some releases have no such module.
			if path ~= TOOLS then
				return path .. " was not read"
			end
		elseif read and not isCertified then
			return ("%s:%d reads the tree in a way that is not known"):format(path, read.line)
		elseif seen.state then
			return seen.state
		end
	end
	return nil
end

---The unknown statements: a list of { path, line, column }.
function sharedModules:unknownReads()
	local places = {}
	for _, path in ipairs(PATHS) do
		for _, read in ipairs(self.seen[path] and self.seen[path].reads or {}) do
			places[#places + 1] = { path = path, line = read.line, column = read.column }
		end
	end
	return places
end

---@return boolean
function sharedModules:isKnown()
	return self:unknown() == nil
end

---The form of a function that a part replaces or relies on, if it is a known one: { name, f, node, form, release };
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
