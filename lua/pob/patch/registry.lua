-- Replacements for Path of Building's hot functions, put in place while its modules
-- load. Each part is a file of its own that names the functions it stands for, or
-- relies on, by the hash of their source; a part is used only when every one of them
-- is the one it knows, so another version of Path of Building runs as it is, only
-- slower, and report() says which functions those are.

local composedNames = require("pob.replacements.composed_names")
local readSet = require("pob.memo.read_set")
local sharedModules = require("pob.environment.shared_modules")
local slicesModule = require("pob.slice")
local source = require("pob.patch.fingerprint")

local fast = {}

-- Order matters where one part wraps what another put in place.
local NAMES = {
	"replacements.bits", "replacements.stores", "replacements.create_mod", "replacements.queries", "replacements.eval_mod",
	"replacements.calc_lib", "replacements.node_modifiers", "replacements.base_modifiers", "replacements.skill_modifiers",
	"replacements.full_dps", "replacements.estimations", "environment.pool", "environment.first_skill", "memo.memo",
	"replacements.defences", "replacements.paths", "replacements.mod_parser", "replacements.flag_names",
	"replacements.output_tables",
}

local function loadParts(without)
	local parts = {}
	for _, name in ipairs(NAMES) do
		local part = setmetatable({ starts = {}, active = false, out = without[name:match("[%w_]+$")] }, { __index = require("pob." .. name) })
		parts[#parts + 1] = part
	end
	return parts
end

local function known(part)
	for i = 1, #part.targets do
		if not part.starts[i] then
			return false
		end
	end
	return true
end

-- Edited lines stay single lines: line numbers in Path of Building's own error
-- messages keep their meaning. What is added behind a line is statements, and ends with a semicolon: the next line
-- may begin with a parenthesis.
local function edit(lines, first, edits)
	for _, e in ipairs(edits) do
		local n = first + e.line
		lines[n] = (e.before or "") .. lines[n] .. (e.after and e.after .. ";" or "")
	end
end

-- A module's text, if it can be compiled.
local function loads(text, path)
	return loadstring(text, "=" .. path) and text
end

local extension = {}
extension.__index = extension

---Looks for the known functions in a module's text and edits it where a part asks to.
---@param path string @relative to the checkout's source folder
---@param text string
---@return string|nil @the text to compile; nil: as it is
function extension:transform(path, text)
	local seen = self.seen[path]
	if seen and seen.text == text then
		for _, part in ipairs(self.parts) do
			for _, target in ipairs(part.targets) do
				if target.file == path then
					part.active = false
				end
			end
		end
		return seen.edited
	end
	self.sharedModules:see(path, text)
	self.slices:see(path, text)
	local lines, chunk
	for _, part in ipairs(self.parts) do
		for i, target in ipairs(part.targets) do
			if target.file == path and not part.out then
				if not lines then
					lines = source.lines(text)
					chunk = loadstring(text, "=" .. path)
				end
				part.active = false
				part.starts[i] = chunk and source.find(lines, chunk, target.lines, target.hash)
				if part.found and part.starts[i] then
					part.found(i, lines, part.starts[i])
				end
			end
		end
	end
	local composes = not self.without.composed_names and (path:find("^Modules/Calc") or path:find("^Classes/Mod"))
	if not lines and not composes then
		return nil
	end
	local edited = self:edited(path, lines or source.lines(text), composes)
	self.seen[path] = { text = text, edited = edited }
	return edited
end

---A module's text with what the parts that are in use add to it, and with names looked up; nil: as it is.
---@param lines table @changed
---@param composes boolean @whether names that it joins are looked up
function extension:edited(path, lines, composes)
	local changed
	for _, part in ipairs(self.parts) do
		for i, edits in pairs(part.edits or {}) do
			if part.targets[i].file == path and known(part) then
				edit(lines, part.starts[i], edits)
				changed = true
			end
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

---@param path string
---@param env table @the globals of Path of Building's code
---@param ... any @what the module returned
function extension:loaded(path, env, ...)
	env.__pobatch = self.shared
	for _, part in ipairs(self.parts) do
		if not part.active and not part.out and known(part) and part.ready(env, path, ...)
			and (not part.wholeCalculation or self.sharedModules:isKnown()) then
			part.install(self.shared, env, ...)
			part.active = true
		end
	end
	self.sharedModules:keep(path, ...)
	if path == "Modules/Calcs.lua" and self.sharedModules:isKnown() then
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

---@return table @list of { name, part, file, status = "fast"|"original", why }
function extension:report()
	local list = {}
	for _, part in ipairs(self.parts) do
		for i, target in ipairs(part.targets) do
			local why
			if part.out then
				why = "left out by option"
			elseif not part.starts[i] then
				why = "not a version of this function that is known"
			elseif not known(part) then
				why = "goes together with a function that is not known"
			elseif part.wholeCalculation and not self.sharedModules:isKnown() then
				why = "goes together with a module that is not known as a whole"
			elseif not part.active then
				why = "not loaded yet"
			end
			list[#list + 1] = {
				name = target.name,
				part = part.name,
				file = target.file,
				status = why and "original" or "fast",
				why = why,
			}
		end
	end
	return list
end

---@param options table|nil @{ without = { partName = true } }: parts to leave out, also `composed_names`; slicesAfter: rows of the same
---stats before a slice for them is made, nil: never
---@return table @with the functions transform, loaded, kept and report, for the host
function fast.attach(host, options)
	local self = setmetatable({
		parts = loadParts(options and options.without or {}),
		-- what edited modules and parts share; edited modules know it as `__pobatch`
		shared = {
			checkpoints = host.checkpoints,
			nursery = host.nursery,
			generalize = host.generalize,
			modifierQueries = host.modifierQueries,
			texts = host.shared,
			rewritten = options and options.slicesAfter and {} or nil,
		},
		-- path -> { text, edited }: modules are loaded again for every build
		seen = {},
		sharedModules = sharedModules.new(),
		without = options and options.without or {},
	}, extension)
	readSet.use(host.modifierQueries)
	local shared = self.shared
	-- until queries are written down (queries.lua)
	function shared.listen(asked)
		shared.asked = asked
	end
	function shared.leaveOut(store)
		shared.unaskedStore = store
	end
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
		---Leaves the estimations out of `calcs.perform(calcEnv)`.
		---@return boolean @false: some modifier needs them; the row must be calculated anew
		performUnestimated = function(calcs, calcEnv)
			local shared = self.shared
			shared.unestimated, shared.missed = true, false
			calcs.perform(calcEnv, true)
			shared.unestimated = false
			return not shared.missed
		end,
		---Before a calculation with FullDPS, and after it: where it can stand for that of the first skill of the sum,
		---calcFullDPS takes `calcEnv`, and puts another output into it.
		beginFirst = function(build, calcEnv)
			if self.shared.beginFirst then
				self.shared.beginFirst(build, calcEnv)
			end
		end,
		endFirst = function(calcEnv)
			if self.shared.endFirst then
				self.shared.endFirst(calcEnv)
			end
		end,
		---Whether a stat is one of the estimations; true where they cannot be left out.
		isEstimated = function(name)
			return not self:isActive("estimations") or self.shared.isEstimated(name)
		end,
		---Whether a stat is known without calcs.offence.
		isDefence = function(name)
			return self:isActive("defences") and self.shared.isDefence(name)
		end,
		---Leaves calcs.offence out of the calculation of `calcEnv`; nil: of none.
		defend = function(calcEnv)
			self.shared.defended = calcEnv
		end,
		---What is kept of a build's environments, for useEnvironments; nil where the part is not in use.
		environments = function(mode)
			-- They know by the queries what they depend on.
			return self:isActive("queries") and self.shared.newEnvironments and self.shared.newEnvironments(mode)
		end,
		---Before each calculation: whose environments to use from now on; nil for none.
		useEnvironments = function(environments)
			if self.shared.useEnvironments then
				self.shared.useEnvironments(environments)
			end
		end,
		---A cache of rows for one build, or nil where its parts are not in use. `build` is a number that stands for the build
		---in all states of the engine, nil where this one is by itself; `id` names what else its rows are calculated with.
		rows = function(build, id)
			if self:isActive("memo") and self:isActive("queries") and self:isActive("pool") then
				return self.shared.newRows(build, id)
			end
			return nil
		end,
		---Before each calculation: the cache that learns from it; nil for none.
		useRows = function(rows)
			if self.shared.useRows then
				self.shared.useRows(rows)
			end
		end,
	}
end

return fast
