-- Replacements for Path of Building's hot functions, put in place while its modules load. Each part is a file of its own. It
-- names what it relies on, and is used only where all of that holds in the checkout at hand:
--
--   targets           functions, each of which must have a form that is known (pob.versions.functions): a fingerprint that
--                     comments, layout, names of variables and the dialect do not change (module_tree.lua)
--   calls             functions that those call, whose forms a condition of the part's own looks for
--   wholeCalculation  that the modules of the calculation read the tree, and keep state, in the ways that are known
--                     (calculation.lua); whatever else they do may change
--   requires          other parts that must be in use
--   derive            path -> function(module) -> true, or nil and why not: a condition of the part's own, checked on the text
--   edits             path -> function(module) -> list of { line, find, replace }: what is put into the text, in place
--
-- So another version of Path of Building runs as it is where it is another one, and report() says what and why.

local calculation = require("pob.patch.calculation")
local composedNames = require("pob.replacements.composed_names")
local moduleTree = require("pob.patch.module_tree")
local readSet = require("pob.memo.read_set")
local sharedModules = require("pob.environment.shared_modules")
local sharedTable = require("pob.patch.shared")
local slicesModule = require("pob.slice")
local source = require("pob.patch.source")

local registry = {}

-- Order matters where one part wraps what another put in place.
local NAMES = {
	"replacements.bits", "replacements.stores", "replacements.create_mod", "replacements.queries", "replacements.eval_mod",
	"replacements.calc_lib", "replacements.node_modifiers", "replacements.skill_modifiers", "replacements.full_dps",
	"replacements.stat_reads", "replacements.estimations", "environment.pool", "environment.first_skill", "memo.memo",
	"replacements.defences", "replacements.paths", "replacements.mod_parser", "replacements.flag_names",
	"replacements.output_tables",
}

---The parts, as their modules have them.
---@return table @list
function registry.parts()
	local list = {}
	for i, name in ipairs(NAMES) do
		list[i] = require("pob." .. name)
	end
	return list
end

local NONE = {}
-- Of a table of names: all are in it.
local ANY_NAME = {
	__index = function()
		return true
	end,
}

local function loadParts(without)
	local parts = {}
	for _, name in ipairs(NAMES) do
		local part = setmetatable({
			-- of targets, by number: the function and its form; of `derive`, by path: true or why not; of `edits`, whether there
			-- are any
			found = {}, derived = {}, edited = {}, active = false, out = without[name:match("[%w_]+$")],
		}, { __index = require("pob." .. name) })
		parts[#parts + 1] = part
	end
	return parts
end

-- Why a part cannot be used, as far as its own conditions go; nil: they hold.
local function missing(part)
	for i in ipairs(part.targets or NONE) do
		if not part.found[i] then
			return "goes together with a function that is not known"
		end
	end
	for path in pairs(part.derive or NONE) do
		local derived = part.derived[path]
		if derived ~= true then
			return derived or path .. " was not read"
		end
	end
	for path in pairs(part.targets and NONE or part.edits or NONE) do
		if not part.edited[path] then
			return "no known place for it in " .. path
		end
	end
	return nil
end

-- A part that has to be in use for another one, and is not; nil: all are.
local function lacking(self, part)
	for _, name in ipairs(part.requires or NONE) do
		if not self:isActive(name) then
			return "goes together with " .. name .. ", which is not in use"
		end
	end
	return nil
end

-- What is added to a line stays on it: line numbers in Path of Building's own error messages keep their meaning. A text that
-- is not there was left out by a slice.
local function edit(lines, edits)
	for _, e in ipairs(edits) do
		local line = lines[e.line]
		local first, last = line:find(e.find, 1, true)
		if first then
			lines[e.line] = line:sub(1, first - 1) .. e.replace .. line:sub(last + 1)
		end
	end
end

-- A module's text, if it can be compiled.
local function loads(text, path)
	return loadstring(text, "=" .. path) and text
end

local extension = {}
extension.__index = extension

-- Whether a part looks at a module.
local function looksAt(part, path)
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

-- What `look` answers; where it fails, nil and why: a text that nobody thought of never keeps a checkout from starting.
local function try(path, look, ...)
	local ok, answer, why = pcall(look, ...)
	if ok then
		return answer, why
	end
	return nil, ("%s could not be looked at: %s"):format(path, tostring(answer))
end

-- Finds out what parts know of a module.
local function analyse(self, path, text)
	local module
	local function read()
		module = module or try(path, moduleTree.read, path, text)
		return module
	end
	if calculation.isPart[path] and read() then
		try(path, self.sharedModules.see, self.sharedModules, module)
	end
	for _, part in ipairs(self.parts) do
		if not part.out and looksAt(part, path) then
			part.active = false
			for i, target in ipairs(part.targets or NONE) do
				if target.file == path then
					part.found[i] = read() and try(path, self.sharedModules.find, module, target) or nil
				end
			end
			local derive, edits = (part.derive or NONE)[path], (part.edits or NONE)[path]
			if derive then
				local ok, why
				if read() then
					ok, why = try(path, derive, module, part)
				end
				part.derived[path] = ok or why or false
			end
			self.edits[path] = self.edits[path] or {}
			self.edits[path][part] = edits and read() and try(path, edits, module, part) or nil
			part.edited[path] = self.edits[path][part] ~= nil and self.edits[path][part][1] ~= nil
		end
	end
end

---Looks for what parts know in a module's text and edits it where a part asks to.
---@param path string @relative to the checkout's source folder
---@param text string
---@return string|nil @the text to compile; nil: as it is
function extension:transform(path, text)
	local seen = self.seen[path]
	if seen and seen.text == text then
		for _, part in ipairs(self.parts) do
			part.active = part.active and not looksAt(part, path)
		end
		return seen.edited
	end
	self.slices:see(path, text)
	if path:find("^Data/Skills/") then
		-- Skills bring functions of their own, which calcs.offence calls.
		for name in text:gmatch("[oO]utput%.([%a_][%w_]*)%s*[%-+*/%%.]*=[^=]") do
			self.shared.skillWrites[name] = true
		end
		for name in text:gmatch("[oO]utput%.([%a_][%w_]*)") do
			self.shared.skillReads[name] = true
		end
		if text:find("[oO]utput%[[^%]\n]*%]%s*[%-+*/%%.]*=[^=]") then
			setmetatable(self.shared.skillWrites, ANY_NAME)
		end
	end
	analyse(self, path, text)
	local composes = not self.without.composed_names and (path:find("^Modules/Calc") or path:find("^Classes/Mod"))
	if not composes and not self.edits[path] then
		return nil
	end
	local edited = self:edited(path, source.lines(text), composes)
	self.seen[path] = { text = text, edited = edited }
	return edited
end

---A module's text with what the parts that are in use add to it, and with names looked up; nil: as it is.
---@param lines table @changed
---@param composes boolean @whether names that it joins are looked up
function extension:edited(path, lines, composes)
	local changed
	for _, part in ipairs(self.parts) do
		local edits = (self.edits[path] or NONE)[part]
		if edits and edits[1] and not missing(part) then
			edit(lines, edits)
			changed = true
		end
	end
	local edited
	if changed then
		-- There are at most so many variables in a chunk, and upvalues in a function; the global of this name does, too.
		edited = loads(source.begin(lines, "local __pobatch = __pobatch;"), path) or table.concat(lines, "\n")
	end
	if composes and composedNames.apply(lines, self.shared) then
		local names = "local __pobatchNames = __pobatch.names;"
		edited = loads(source.begin(lines, changed and "local __pobatch = __pobatch; " .. names or names), path) or edited
	end
	return edited
end

-- Whether what calcs.perform does after offence has a known form, which slices rely on as defences do.
local function endsAsKnown(self)
	for _, part in ipairs(self.parts) do
		if part.name == "defences" then
			return part.out or part.derived["Modules/CalcPerform.lua"] == true
		end
	end
	return false
end

---@param path string
---@param env table @the globals of Path of Building's code
---@param ... any @what the module returned
function extension:loaded(path, env, ...)
	env.__pobatch = self.shared
	for _, part in ipairs(self.parts) do
		if not part.active and not part.out and not missing(part) and part.ready(env, path, (...), part, self.shared)
			and (not part.wholeCalculation or self.sharedModules:isKnown()) and not lacking(self, part) then
			part.install(self.shared, env, ..., part)
			part.active = true
		end
	end
	self.sharedModules:keep(path, ...)
	if path == "Modules/Calcs.lua" and self.sharedModules:isKnown() and endsAsKnown(self) then
		self.slices:ready(env, (...))
	end
end

function extension:isActive(name)
	for _, part in ipairs(self.parts) do
		if part.name == name then
			return part.active
		end
	end
	return false
end

---What became of each part's conditions: of each function that it stands for, and of the part where it names none.
---@return table @list of { name, part, file, status = "fast"|"original", why }
function extension:report()
	local list = {}
	for _, part in ipairs(self.parts) do
		local why = part.out and "left out by option" or missing(part)
			or part.wholeCalculation and self.sharedModules:unknown() or lacking(self, part) or part.why
			or not part.active and "not loaded yet" or nil
		local function add(name, file, reason)
			list[#list + 1] = { name = name, part = part.name, file = file, status = reason and "original" or "fast", why = reason }
		end
		for i, target in ipairs(part.targets or NONE) do
			add(target.label or target.name, target.file,
				why and (part.out or part.found[i]) and why or why and "not a version of this function that is known")
		end
		for path in pairs(part.derive or not part.targets and part.edits or NONE) do
			add(part.name, path, why)
		end
	end
	return list
end

---@param options table|nil @{ without = { partName = true } }: parts to leave out, also `composed_names`; slicesAfter: rows
---of the same stats before a slice for them is made, nil: never
---@return table @with the functions transform, loaded, kept and report, for the host
function registry.attach(host, options)
	local self = setmetatable({
		parts = loadParts(options and options.without or {}),
		shared = sharedTable.new(host, (options and options.slicesAfter) ~= nil),
		-- path -> { text, edited }: modules are loaded again for every build
		seen = {},
		-- path -> part -> what it puts into the text
		edits = {},
		sharedModules = sharedModules.new(),
		without = options and options.without or {},
	}, extension)
	readSet.use(host.modifierQueries)
	self.slices = slicesModule.new(self.shared, function(path, text)
		local edited = self:edited(path, source.lines(text), not self.without.composed_names)
		return edited or text
	end, options and options.slicesAfter)
	return {
		slices = self.slices,
		transform = function(path, text)
			return self:transform(path, text)
		end,
		loaded = function(path, env, ...)
			return self:loaded(path, env, ...)
		end,
		---What a module returned to an earlier build, a list with its `count`, where it serves all builds.
		kept = function(path)
			return self.sharedModules:kept(path)
		end,
		report = function()
			return self:report()
		end,
		hooks = self.shared.hooks,
		---Whether a stat is one of the estimations; true where they cannot be left out.
		isEstimated = function(name)
			return not self:isActive("estimations") or self.shared.isEstimated(name)
		end,
		---Whether a stat is known without calcs.offence.
		isDefence = function(name)
			return self:isActive("defences") and self.shared.isDefence(name)
		end,
		---What is kept of a build's environments, for a strategy; nil where the part is not in use.
		environments = function(mode)
			-- They know by the queries what they depend on.
			return self:isActive("queries") and self.shared.newEnvironments and self.shared.newEnvironments(mode)
		end,
		---A cache of rows for one build, or nil where its parts are not in use. `build` is a number that stands for the build
		---in all states of the engine, nil where this one is by itself; `id` names what else its rows are calculated with.
		rows = function(build, id)
			if self:isActive("memo") and self:isActive("queries") and self:isActive("pool") then
				return self.shared.newRows(build, id)
			end
			return nil
		end,
	}
end

return registry
