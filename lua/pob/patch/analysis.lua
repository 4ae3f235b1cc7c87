-- What the text of one module says about the conditions of the parts (registry.lua). The result is plain data and depends only
-- on that text and on this package's own Lua, so it can be kept, in the process and on disk, and given to the next state.
-- Reading the 25,000 lines of the modules concerned takes half a second; looking up a kept result takes a few milliseconds.

local calculation = require("pob.patch.calculation")
local closeness = require("pob.patch.closeness")
local moduleTree = require("pob.patch.module_tree")
local sharedModules = require("pob.environment.shared_modules")
local source = require("pob.patch.source")

local analysis = {}

local NONE = {}

---What is known about one module.
---@class pobatch.Conclusions
---@field unknown table|nil @for a module of the calculation: what is not known in it (pob.environment.shared_modules); nil: not
---such a module, or not valid Lua
---@field parts table @by name of the part: found, near, fact, why, edits
--
-- found: the targets of the part in this module that have a known form, by "t" and their number: { name, form, release }
-- near: the targets that have no known form: { name, form, points, why }, see closeness.lua
-- fact: what the part's `derive` returned, true or plain data; why: the reason if it returned nothing
-- edits: the changes to the text, a list of { line, find, replace }

-- Returns what `look` returns, or nil and the reason if it fails: unexpected text in a module must not keep a checkout from
-- starting.
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

-- A function with a target's name whose form is not known.
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
---@return pobatch.Conclusions|nil @nil: no part looks at the module
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

---The key under which the conclusions about a module are kept.
function analysis.keyOf(path, text)
	return ("%s %d %s"):format(path, #text, source.hash(text))
end

-- Whether a value survives a round trip through JSON. Only ASCII strings without a zero byte are accepted.
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
