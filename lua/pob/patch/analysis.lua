-- What a module's text says of the conditions of parts (registry.lua): plain data, and a function of the text and of this
-- package's own Lua alone. So it can be kept, in the process and on disk, and given to the next state: reading the 25,000 lines
-- of the modules concerned takes half a second, looking up what was found takes some milliseconds.

local calculation = require("pob.patch.calculation")
local closeness = require("pob.patch.closeness")
local moduleTree = require("pob.patch.module_tree")
local sharedModules = require("pob.environment.shared_modules")
local source = require("pob.patch.source")

local analysis = {}

local NONE = {}

---What is known of one module.
---@class pobatch.Conclusions
---@field unknown table|nil @what of a module of the calculation is not known (pob.environment.shared_modules); nil: it is none,
---or no Lua
---@field parts table @by name of the part: found, near, fact, why, edits
--
-- found: of each target of the part in this module, by "t" and its number: { name, form, release }
-- near: of those that have no known form { name, form, points, why }, see closeness.lua
-- fact: what the part's `derive` told, true or plain data; why: why it told nothing
-- edits: what is put into the text, a list of { line, find, replace }

-- What `look` answers; where it fails, nil and why: a text that nobody thought of never keeps a checkout from starting.
local function try(path, look, ...)
	local ok, answer, why = pcall(look, ...)
	if ok then
		return answer, why
	end
	return nil, ("%s could not be looked at: %s"):format(path, tostring(answer))
end

---Whether a part looks at a module.
function analysis.looksAt(part, path)
	if (part.derive or NONE)[path] or (part.edits or NONE)[path] then
		return true
	end
	for _, target in ipairs(part.targets or NONE) do
		if target.file == path then
			return true
		end
	end
	return false
end

-- A function of a target's name that has no known form.
local function nearOf(module, target)
	local entry = (module.functions[target.name] or {})[1]
	if not entry then
		return nil
	end
	local points, why = closeness.of(module, target.name, entry.f)
	return {
		entry = entry,
		conclusion = { name = target.name, form = module:fingerprint(entry.f), points = points, why = why },
	}
end

local function ofPart(part, path, read)
	local conclusions, found = { found = {}, near = {} }, {}
	for i, target in ipairs(part.targets or NONE) do
		local entry = target.file == path and read() and try(path, sharedModules.find, read(), target)
		if entry then
			found[i] = entry
			conclusions.found["t" .. i] = { name = target.name, form = entry.form, release = entry.release }
		elseif target.file == path and read() then
			local near = try(path, nearOf, read(), target)
			found[i] = near and near.entry
			conclusions.near["t" .. i] = near and near.conclusion
		end
	end
	local derive, edits = (part.derive or NONE)[path], (part.edits or NONE)[path]
	if derive then
		local fact, why
		if read() then
			fact, why = try(path, derive, read())
		end
		conclusions.fact, conclusions.why = fact or nil, not fact and (why or path .. " was not read") or nil
	end
	conclusions.edits = edits and read() and try(path, edits, read(), found) or nil
	return conclusions
end

---@param path string @relative to the checkout's source folder
---@param text string
---@param parts table @list of parts, as their files have them
---@return pobatch.Conclusions|nil @nil: nobody looks at the module
function analysis.of(path, text, parts)
	local module, isRead
	local function read()
		if not isRead then
			module, isRead = try(path, moduleTree.read, path, text), true
		end
		return module
	end
	local conclusions
	if calculation.isPart[path] then
		conclusions = { parts = {} }
		if read() then
			conclusions.unknown = try(path, sharedModules.unknownOf, read())
		end
	end
	for _, part in ipairs(parts) do
		if analysis.looksAt(part, path) then
			conclusions = conclusions or { parts = {} }
			conclusions.parts[part.name] = ofPart(part, path, read)
		end
	end
	return conclusions
end

---Whether some part looks at a module.
function analysis.isNeeded(path, parts)
	if calculation.isPart[path] then
		return true
	end
	for _, part in ipairs(parts) do
		if analysis.looksAt(part, path) then
			return true
		end
	end
	return false
end

---By what a module's conclusions are kept.
function analysis.keyOf(path, text)
	return ("%s %d %s"):format(path, #text, source.hash(text))
end

-- Whether data are the same after they were JSON: texts in it are Unicode, and a table has keys of one kind.
local function canBeKept(value)
	if type(value) == "string" then
		return not value:find("[\128-\255%z]")
	elseif type(value) ~= "table" then
		return true
	end
	for key, item in pairs(value) do
		if not canBeKept(key) or not canBeKept(item) then
			return false
		end
	end
	return true
end
analysis.canBeKept = canBeKept

return analysis
