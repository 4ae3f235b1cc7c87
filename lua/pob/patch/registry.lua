-- Replacements for Path of Building's hot functions, put in place while its modules load. Each part is a file of its own. It
-- lists what it relies on, and is used only where all of that holds in the current checkout:
--
--   targets           functions, each of which must have a known form (pob.versions.functions): a fingerprint that comments,
--                     layout, names of variables and the dialect do not change (module_tree.lua)
--   calls             functions called by the targets; the part checks their forms in a condition of its own
--   wholeCalculation  the modules of the calculation must read the tree, and keep state, only in known ways (calculation.lua);
--                     everything else in them may change
--   requires          other parts that must be in use
--   derive            path -> function(module) -> true or plain data, or nil and the reason: a condition of the part's own,
--                     derived from the text of one module alone (analysis.lua)
--   agree             function(facts) -> nil, or the reason: a condition on the results of `derive` for all modules, by path
--   edits             path -> function(module, found) -> list of { line, find, replace }: changes to the text of the module;
--                     `found` has the functions among the targets, by number
--
-- So wherever another version of Path of Building differs, it runs unchanged, and report() tells what and why.

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

-- The order matters where one part wraps what another one put in place.
local NAMES = {
	"replacements.bits", "replacements.stores", "replacements.create_mod", "replacements.queries",
	"replacements.eval_mod", "replacements.calc_lib", "replacements.radius_jewels", "replacements.node_modifiers",
	"replacements.skill_modifiers", "replacements.full_dps", "replacements.stat_reads", "replacements.estimations",
	"environment.pool", "environment.first_skill", "memo.memo", "replacements.defences", "replacements.paths",
	"replacements.tree_loading", "replacements.mod_parser", "replacements.flag_names", "replacements.output_tables",
}

---The parts, as their modules define them.
---@return table @list
function registry.parts()
	local list = {}
	for i, name in ipairs(NAMES) do
		list[i] = require("pob." .. name)
	end
	return list
end

local NONE = {}
-- A set of names that contains every name.
local ANY_NAME = {
	__index = function()
		return true
	end,
}

-- The keys of a table, in the same order in every state.
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
			-- found: name and form of each target, by number; facts and whys: what `derive` returned for each path, or why it
			-- returned nothing; edited: whether there are `edits` for a path
			found = {}, facts = {}, whys = {}, edited = {}, active = false, out = without[name:match("[%w_]+$")],
			-- near: how close each target without a known form is, by number (closeness.lua); certified: whether such a target counts
			-- as known
			near = {}, certified = certified[require("pob." .. name).name] or false,
		}, { __index = require("pob." .. name) })
		parts[#parts + 1] = part
	end
	return parts
end

-- Why a part's own conditions do not hold; nil: they hold. `isCertified`: whether functions that are close to known ones count
-- as known.
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

-- Names a required part that is not in use; nil: all are in use.
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

-- Inserted code stays on its line, so that line numbers in Path of Building's own error messages stay correct. Text that is not
-- found was left out by a slice.
local function edit(lines, edits)
	for _, e in ipairs(edits) do
		local line = lines[e.line]
		local first, last = line:find(e.find, 1, true)
		if first then
			lines[e.line] = line:sub(1, first - 1) .. e.replace .. line:sub(last + 1)
		end
	end
end

-- Returns the module's text if it compiles.
local function loads(text, path)
	return loadstring(text, "=" .. path) and text
end

local extension = {}
extension.__index = extension

-- Takes over the conclusions about a module.
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

-- Analyses a module for the parts, unless its conclusions are already known.
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

-- Collects the numbers that functions of skills write and read. calcs.offence calls these functions.
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

---Analyses a module's text for the parts, and edits it where a part asks for it.
---@param path string @relative to the checkout's source folder
---@param text string
---@return function|nil @returns the text to compile, or nil for the text as it is; nil: no part edits this text
---@return string|nil @names what edits the text: together with the text it determines the result
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

---What a part puts into a module's text; nil if the part cannot be used.
function extension:editsOf(part, path)
	local edits = (self.edits[path] or NONE)[part]
	return edits and edits[1] and not missing(part) and edits or nil
end

---A module's text with the changes of the parts in use, and with lookups for joined names; nil: unchanged.
---@param lines table @changed
---@param composes boolean @whether names that the module joins are looked up
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
		-- Lua limits the local variables of a chunk and the upvalues of a function. Where this local exceeds them, the global of
		-- the same name does as well.
		edited = loads(source.begin(lines, "local __pobatch = __pobatch;"), path) or table.concat(lines, "\n")
	end
	if composes and composedNames.apply(lines, self.shared) then
		local names = "local __pobatchNames = __pobatch.names;"
		edited = loads(source.begin(lines, changed and "local __pobatch = __pobatch; " .. names or names), path) or edited
	end
	return edited
end

-- Whether what calcs.perform does after calcs.offence has a known form: slices rely on this as the part `defences` does.
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

---Whether a part is in use. It goes out of use, with the parts that require it, when a module is loaded that it cannot work
---with.
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

---The status of each part.
---@return table @list of { part, status = "known"|"derived"|"certified"|"off", why }
function extension:parts()
	local list, isWholeKnown = {}, self.sharedModules:unknown(false) == nil
	for i, part in ipairs(self.list) do
		local why = whyNot(self, part)
		list[i] = { part = part.name, status = certification.statusOf(part, why, isWholeKnown), why = why }
	end
	return list
end

---The parts that could be certified, see certification.lua.
function extension:certifiable()
	local isOff = {}
	for _, part in ipairs(self.list) do
		isOff[part] = whyNot(self, part)
	end
	return certification.candidates(self.list, isOff, self.sharedModules, missing)
end

---How each part's conditions came out: one entry for each function that it replaces, or one for the part if it names none.
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

---@param options table|nil @{ without = { partName = true } }: parts to leave out, also `composed_names`; slicesAfter: after
---how many rows of the same stats a slice is made for them, nil: never; analysis: conclusions of earlier states, by key;
---certified: { [part] = true }, parts that are used where functions are close to known ones
---@return table @with the functions transform, loaded, kept and report, for the host
function registry.attach(host, options)
	local certified = options and options.certified or {}
	local self = setmetatable({
		list = loadParts(options and options.without or {}, certified), all = registry.parts(),
		shared = sharedTable.new(host, (options and options.slicesAfter) ~= nil),
		-- path -> text: modules are loaded again for every build
		seen = {},
		-- name of a part -> whether it is in use; valid until a module is read or a part installed
		inUse = {},
		-- path -> part -> its changes to the text
		edits = {},
		sharedModules = sharedModules.new(certified.pool == true),
		-- conclusions about modules (analysis.lua), by key; and those that this state made itself, for others to take over
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
		---What a module returned to an earlier build, as a list with its `count`, if it serves all builds.
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
		---The conclusions about modules that this state has made since the last call, by key.
		takeConclusions = function()
			local concluded = self.concluded
			self.concluded = {}
			return concluded
		end,
		---Whether a stat is one of the estimations; always true where these cannot be left out.
		isEstimated = function(name)
			return not self:isActive("estimations") or self.shared.isEstimated(name)
		end,
		---Whether a stat is known without calcs.offence.
		isDefence = function(name)
			return self:isActive("defences") and self.shared.isDefence(name)
		end,
		---In how many rows of the build the main skill's calculation also served as that of the first skill of FullDPS.
		firstSkills = function(mode)
			local counts = self.shared.firstSkills
			return counts and counts[mode] or 0
		end,
		---The kept environments of a build, for a strategy; nil if the part is not in use.
		environments = function(mode)
			-- Their dependencies are known from the recorded queries.
			return self:isActive("queries") and self.shared.newEnvironments and self.shared.newEnvironments(mode)
		end,
		---From now on, until a row begins or ends, mode MAIN leaves out what only the window's tooltips show.
		adapt = function()
			self.shared.isAdapting = true
		end,
		---A memo of rows for one build, or nil if its parts are not in use. `build` is a number that identifies the build in all
		---states of the engine, nil if this state is the only one. `id` names what else the rows depend on.
		rows = function(build, id)
			if self:isActive("memo") and self:isActive("queries") and self:isActive("pool") then
				return self.shared.newRows(build, id)
			end
			return nil
		end,
	}
end

return registry
