-- Replacements for Path of Building's hot functions, put in place while its modules load. Each part is a file of its own. It
-- names what it relies on, and is used only where all of that holds in the checkout at hand:
--
--   targets           functions, each of which must have a form that is known (pob.versions.functions): a fingerprint that
--                     comments, layout, names of variables and the dialect do not change (module_tree.lua)
--   calls             functions that those call, whose forms a condition of the part's own looks for
--   wholeCalculation  that the modules of the calculation read the tree, and keep state, in the ways that are known
--                     (calculation.lua); whatever else they do may change
--   requires          other parts that must be in use
--   derive            path -> function(module) -> true or plain data, or nil and why not: a condition of the part's own, told
--                     from the text of one module alone (analysis.lua)
--   agree             function(facts) -> nil, or why not: a condition on what `derive` told of all modules, by path
--   edits             path -> function(module, found) -> list of { line, find, replace }: what is put into the text, in place;
--                     `found` has the functions among the targets, by number
--
-- So another version of Path of Building runs as it is where it is another one, and report() says what and why.

local analysis = require("pob.patch.analysis")
local calculation = require("pob.patch.calculation")
local certification = require("pob.patch.certification")
local composedNames = require("pob.replacements.composed_names")
local readSet = require("pob.memo.read_set")
local sharedModules = require("pob.environment.shared_modules")
local sharedTable = require("pob.patch.shared")
local slicesModule = require("pob.slice")
local source = require("pob.patch.source")

local registry = {}

-- Order matters where one part wraps what another put in place.
local NAMES = {
	"replacements.bits", "replacements.stores", "replacements.create_mod", "replacements.queries",
	"replacements.eval_mod", "replacements.calc_lib", "replacements.radius_jewels", "replacements.node_modifiers",
	"replacements.skill_modifiers", "replacements.full_dps", "replacements.stat_reads", "replacements.estimations",
	"environment.pool", "environment.first_skill", "memo.memo", "replacements.defences", "replacements.paths",
	"replacements.tree_loading", "replacements.mod_parser", "replacements.flag_names", "replacements.output_tables",
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

-- The keys of a table, in one order in each state.
local function sorted(t)
	local list = {}
	for key in pairs(t) do
		list[#list + 1] = key
	end
	table.sort(list)
	return list
end

local function loadParts(without, certified)
	local parts = {}
	for _, name in ipairs(NAMES) do
		local part = setmetatable({
			-- of targets, by number: the function's name and form; of `derive`, by path: what it told, or why nothing; of
			-- `edits`, whether there are any
			found = {}, facts = {}, whys = {}, edited = {}, active = false, out = without[name:match("[%w_]+$")],
			-- near: of targets without a known form, by number, how close they are (closeness.lua); certified: whether such a one
			-- counts as known
			near = {}, certified = certified[require("pob." .. name).name] or false,
		}, { __index = require("pob." .. name) })
		parts[#parts + 1] = part
	end
	return parts
end

-- Why a part cannot be used, as far as its own conditions go; nil: they hold. `isCertified`: whether functions that are close
-- to those that are known count as known.
local function missing(part, isCertified)
	for i in ipairs(part.targets or NONE) do
		if not part.found[i] and not (isCertified and part.near[i]) then
			return "goes together with a function that is not known"
		end
	end
	for _, path in ipairs(sorted(part.derive or NONE)) do
		if not part.facts[path] then
			return part.whys[path] or path .. " was not read"
		end
	end
	if part.agree then
		part.disagreement = part.disagreement or part.disagreement == nil and (part.agree(part.facts) or false)
		if part.disagreement then
			return part.disagreement
		end
	end
	for _, path in ipairs(sorted(part.targets and NONE or part.edits or NONE)) do
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

-- Why a part is not in use; nil: it is.
local function whyNot(self, part)
	return part.out and "left out by option" or missing(part)
		or part.wholeCalculation and self.sharedModules:unknown(part.certified) or lacking(self, part) or part.why
		or not part.active and "not loaded yet" or nil
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

-- Takes over what is known of a module.
local function adopt(self, path, conclusions)
	if calculation.isPart[path] then
		self.sharedModules:see(path, conclusions.unknown)
		if not self.sharedModules:isKnown() then
			self.slices:unready()
		end
	end
	for _, part in ipairs(self.list) do
		local own = not part.out and conclusions.parts[part.name]
		if own then
			part.active, part.disagreement = false, nil
			for i, target in ipairs(part.targets or NONE) do
				if target.file == path then
					local found, near = own.found["t" .. i], own.near["t" .. i]
					part.found[i] = found or part.certified and near and near.points and near or nil
					part.near[i] = near
				end
			end
			part.facts[path], part.whys[path] = own.fact, own.why
			self.edits[path] = self.edits[path] or {}
			self.edits[path][part] = own.edits
			part.edited[path] = own.edits ~= nil and own.edits[1] ~= nil
		end
	end
end

-- Finds out what parts know of a module, unless it is known.
local function analyse(self, path, text)
	if not analysis.isNeeded(path, self.all) then
		return
	end
	local key = analysis.keyOf(path, text)
	local conclusions = self.known[key]
	if not conclusions then
		conclusions = analysis.of(path, text, self.all)
		self.known[key] = conclusions
		if analysis.canBeKept(conclusions) then
			self.concluded[key] = conclusions
		end
	end
	adopt(self, path, conclusions)
end

-- What skills' functions write and read, which calcs.offence calls.
local function readSkills(text, shared)
	local _, at = text:find("utput", 1, true)
	while at do
		if text:find("^[oO]", at - 5) then
			local name, ending = text:match("^%.([%a_][%w_]*)()", at + 1)
			local index = not name and text:match("^%[[^%]\n]*%]()", at + 1)
			local isWritten = text:find("^%s*[%-+*/%%.]*=[^=]", ending or index or #text + 1)
			if name then
				shared.skillReads[name] = true
				shared.skillWrites[name] = isWritten and true or shared.skillWrites[name]
			elseif index and isWritten then
				setmetatable(shared.skillWrites, ANY_NAME)
			end
		end
		_, at = text:find("utput", at + 1, true)
	end
end

---Looks for what parts know in a module's text and edits it where a part asks to.
---@param path string @relative to the checkout's source folder
---@param text string
---@return function|nil @answers the text to compile, nil: as it is; nil: no part edits this text
---@return string|nil @what decides how it is edited, besides the text
function extension:transform(path, text)
	self.inUse = {}
	if self.seen[path] == text then
		for _, part in ipairs(self.list) do
			part.active = part.active and not analysis.looksAt(part, path)
		end
	else
		self.slices:see(path, text)
		if path:find("^Data/Skills/") then
			readSkills(text, self.shared)
		end
		analyse(self, path, text)
	end
	local composes = not self.without.composed_names and (path:find("^Modules/Calc") or path:find("^Classes/Mod"))
	if not composes and not self.edits[path] then
		return nil
	end
	self.seen[path] = text
	local editors = { composes and "composed_names" or nil }
	for _, part in ipairs(self.list) do
		editors[#editors + 1] = self:editsOf(part, path) and part.name or nil
	end
	return function()
		return self:edited(path, source.lines(text), composes)
	end, table.concat(editors, " ")
end

---What a part puts into a module's text, if it is one that can be used.
function extension:editsOf(part, path)
	local edits = (self.edits[path] or NONE)[part]
	return edits and edits[1] and not missing(part) and edits or nil
end

---A module's text with what the parts that are in use add to it, and with names looked up; nil: as it is.
---@param lines table @changed
---@param composes boolean @whether names that it joins are looked up
function extension:edited(path, lines, composes)
	local changed
	for _, part in ipairs(self.list) do
		local edits = self:editsOf(part, path)
		if edits then
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
	for _, part in ipairs(self.list) do
		if part.name == "defences" then
			return part.out or part.facts["Modules/CalcPerform.lua"] ~= nil
		end
	end
	return false
end

---@param path string
---@param env table @the globals of Path of Building's code
---@param ... any @what the module returned
function extension:loaded(path, env, ...)
	env.__pobatch = self.shared
	for _, part in ipairs(self.list) do
		if not part.active and not part.out and not missing(part) and part.ready(env, path, (...), part, self.shared)
			and not (part.wholeCalculation and self.sharedModules:unknown(part.certified)) and not lacking(self, part) then
			part.install(self.shared, env, ..., part)
			part.active, self.inUse = true, {}
		end
	end
	self.sharedModules:keep(path, ...)
	if path == "Modules/Calcs.lua" and self.sharedModules:isKnown() and endsAsKnown(self) then
		self.slices:ready(env, (...))
	end
end

---Whether a part is in use, which it is no longer when a module came that it cannot be used with, nor is what requires it.
---@param name string
---@return boolean
function extension:isActive(name)
	local isInUse = self.inUse[name]
	if isInUse == nil then
		isInUse = false
		for _, part in ipairs(self.list) do
			isInUse = isInUse or part.name == name and whyNot(self, part) == nil
		end
		self.inUse[name] = isInUse
	end
	return isInUse
end

---What became of each part.
---@return table @list of { part, status = "known"|"derived"|"certified"|"off", why }
function extension:parts()
	local list, isWholeKnown = {}, self.sharedModules:unknown(false) == nil
	for i, part in ipairs(self.list) do
		local why = whyNot(self, part)
		list[i] = { part = part.name, status = certification.statusOf(part, why, isWholeKnown), why = why }
	end
	return list
end

---What could be certified, see certification.lua.
function extension:certifiable()
	local isOff = {}
	for _, part in ipairs(self.list) do
		isOff[part] = whyNot(self, part)
	end
	return certification.candidates(self.list, isOff, self.sharedModules, missing)
end

---What became of each part's conditions: of each function that it stands for, and of the part where it names none.
---@return table @list of { name, part, file, status = "fast"|"original", why }
function extension:report()
	local list = {}
	for _, part in ipairs(self.list) do
		local why = whyNot(self, part)
		local function add(name, file, reason)
			list[#list + 1] = { name = name, part = part.name, file = file, status = reason and "original" or "fast", why = reason }
		end
		for i, target in ipairs(part.targets or NONE) do
			add(target.label or target.name, target.file,
				why and (part.out or part.found[i]) and why or why and "not a version of this function that is known")
		end
		for _, path in ipairs(sorted(part.derive or not part.targets and part.edits or NONE)) do
			add(part.name, path, why)
		end
	end
	return list
end

---@param options table|nil @{ without = { partName = true } }: parts to leave out, also `composed_names`; slicesAfter: rows
---of the same stats before a slice for them is made, nil: never; analysis: conclusions of earlier states, by key; certified:
---{ [part] = true }, parts that are used where functions are close to those that are known
---@return table @with the functions transform, loaded, kept and report, for the host
function registry.attach(host, options)
	local certified = options and options.certified or {}
	local self = setmetatable({
		list = loadParts(options and options.without or {}, certified), all = registry.parts(),
		shared = sharedTable.new(host, (options and options.slicesAfter) ~= nil),
		-- path -> text: modules are loaded again for every build
		seen = {},
		-- name of a part -> whether it is in use, until a module is read or a part installed
		inUse = {},
		-- path -> part -> what it puts into the text
		edits = {},
		sharedModules = sharedModules.new(certified.pool == true),
		-- conclusions on modules (analysis.lua), by key; and those of them that this state came to, and others can take over
		known = setmetatable({}, { __index = options and options.analysis or nil }), concluded = {},
		without = options and options.without or {},
	}, extension)
	readSet.use(host.modifierQueries)
	self.slices = slicesModule.new(self.shared, function(path, text)
		local edited = self:edited(path, source.lines(text), not self.without.composed_names)
		return edited or text
	end, options and options.slicesAfter, options and options.slices)
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
		parts = function()
			return self:parts()
		end,
		isActive = function(name)
			return self:isActive(name)
		end,
		certifiable = function()
			return self:certifiable()
		end,
		---What this state found out of modules since it was last asked: conclusions by key.
		takeConclusions = function()
			local concluded = self.concluded
			self.concluded = {}
			return concluded
		end,
		---Whether a stat is one of the estimations; true where they cannot be left out.
		isEstimated = function(name)
			return not self:isActive("estimations") or self.shared.isEstimated(name)
		end,
		---Whether a stat is known without calcs.offence.
		isDefence = function(name)
			return self:isActive("defences") and self.shared.isDefence(name)
		end,
		---What is kept of a build's environments, for a strategy; nil where the part is not in use.
		-- In how many rows of the build the main skill's calculation served as that of the first skill of FullDPS.
		firstSkills = function(mode)
			local counts = self.shared.firstSkills
			return counts and counts[mode] or 0
		end,
		environments = function(mode)
			-- They know by the queries what they depend on.
			return self:isActive("queries") and self.shared.newEnvironments and self.shared.newEnvironments(mode)
		end,
		---From now on, until a row begins or ends, mode MAIN does without what only the window's tooltips show.
		adapt = function()
			self.shared.isAdapting = true
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
