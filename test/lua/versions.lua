-- What the text of a release's modules shows about it (pob.patch, the conditions of pob.replacements), on small texts.
local host = ...
local moduleTree = require("pob.patch.module_tree")
local normalForm = require("pob.patch.normal_form")
local parser = require("pob.slice.parser")
local printer = require("pob.slice.printer")

-- What a program logs, and what it returns or raises, as text.
local function run(text, given)
	local log = {}
	local function show(value, depth)
		if type(value) ~= "table" or depth > 4 then
			local simple = type(value) == "boolean" or value == nil
			return type(value) == "number" and ("%.17g"):format(value) or type(value) == "string" and ("%q"):format(value)
				or simple and tostring(value) or type(value)
		end
		local parts = {}
		for key, item in pairs(value) do
			parts[#parts + 1] = show(key, depth + 1) .. "=" .. show(item, depth + 1)
		end
		table.sort(parts)
		return "{" .. table.concat(parts, ",") .. "}"
	end
	local function shown(...)
		local parts = {}
		for i = 1, select("#", ...) do
			parts[i] = show((select(i, ...)), 0)
		end
		return table.concat(parts, " ")
	end
	local env = setmetatable({
		log = function(...)
			log[#log + 1] = shown(...)
			return ...
		end,
	}, { __index = _G })
	env._G = env
	for name, value in pairs(given or {}) do
		env[name] = value
	end
	-- Errors name lines and variables, which are not part of a program's form.
	function env.pcall(...)
		local function finish(ok, ...)
			if ok then
				return true, ...
			end
			return false, "error"
		end
		return finish(pcall(...))
	end
	local chunk = assert(loadstring(text, "=program"))
	local function finish(ok, ...)
		log[#log + 1] = ok and "return " .. shown(...) or "error"
	end
	finish(pcall(setfenv(chunk, env), 1, "two", nil, 4))
	return table.concat(log, "\n")
end

-- A part as the registry sees it before a module was loaded.
local function partOf(name)
	local part = require("pob.replacements." .. name)
	return setmetatable({ found = {}, facts = {} }, { __index = part })
end

-- Replaces all of the project's parts by parts with each kind of condition while `body` runs.
local function withParts(known, body)
	local registry, functions = require("pob.patch.registry"), require("pob.versions.functions")
	local installed, replaced = {}, {}
	local function ready(path)
		return function(_, loaded)
			return loaded == path
		end
	end
	local parts = {
		{
			name = "known",
			targets = { { name = "f", file = "Classes/A.lua" }, { name = "h", file = "Classes/A.lua", label = "A.h" } },
			ready = ready("Classes/A.lua"),
		},
		{
			name = "needs", requires = { "known" }, targets = { { name = "k", file = "Classes/A.lua" } },
			ready = ready("Classes/B.lua"),
		},
		{
			name = "told",
			derive = {
				["Classes/B.lua"] = function(module)
					return module.functions.g ~= nil or nil, "there is no g"
				end,
			},
			ready = ready("Classes/B.lua"),
		},
		{
			name = "placed",
			edits = {
				["Classes/C.lua"] = function(module)
					local first, line = module.text:find("here", 1, true), nil
					line = first and module:lineOf(first)
					return { line and { line = line, find = "here", replace = "there" } }
				end,
			},
			ready = ready("Classes/C.lua"),
		},
		{ name = "whole", wholeCalculation = true, derive = {}, ready = ready("Modules/Calcs.lua") },
	}
	parts[5].derive["Modules/Calcs.lua"] = function()
		return true
	end
	-- The registry gets its parts by the names of their modules.
	local names = {}
	for name, value in pairs(package.loaded) do
		local isPart = type(value) == "table" and value.install and value.ready and name:find("^pob%.")
		names[#names + 1] = isPart and name or nil
	end
	table.sort(names)
	for i, name in ipairs(names) do
		replaced[name] = package.loaded[name]
		local part = parts[i] or { name = "none " .. i, ready = function() return false end }
		part.install = function()
			installed[#installed + 1] = part.name
		end
		package.loaded[name] = part
	end
	local module = moduleTree.read(known.path, known.text)
	local closeness, statements = require("pob.patch.closeness"), require("pob.versions.statements")
	functions[known.path], statements[known.path] = {}, {}
	for name, list in pairs(module.functions) do
		local form, words = module:fingerprint(list[1].f), {}
		for i, s in ipairs(closeness.statementsOf(module, list[1].f)) do
			words[i] = s.form
		end
		functions[known.path][name] = { [form] = "1.0" }
		statements[known.path][name] = { [form] = table.concat(words, " ") }
	end
	local ok, answer = pcall(body, registry, installed)
	functions[known.path], statements[known.path] = nil, nil
	for name, part in pairs(replaced) do
		package.loaded[name] = part
	end
	return assert(ok and answer, answer)
end

local function read(args)
	return assert(moduleTree.read(args.path or "module.lua", args.text), "no Lua")
end

return {
	-- The normal form of a program as text, what the program does, and what its normal form does.
	normal = function(_, args)
		local form = printer.chunk(normalForm.of(parser.parse(args.text, "program")), { plain = true, numbered = true })
		local text = printer.chunk(normalForm.of(parser.parse(args.text, "program")))
		return { form = form, text = text, does = run(args.text), normalDoes = run(text) }
	end,
	-- The forms of a module's reads of the tree, and their lines.
	treeReads = function(_, args)
		local forms, lines = {}, {}
		local module = read(args)
		for i, found in ipairs(require("pob.patch.calculation").treeReads(module)) do
			forms[i], lines[i] = found.form, module:lineOf(found.at)
		end
		return { forms = forms, lines = lines }
	end,
	-- How many variables of a module outlive a calculation, by kind.
	state = function(_, args)
		local count, state = 0, require("pob.patch.calculation").state(read(args))
		for _, number in pairs(state) do
			count = count + number
		end
		return { count = count, state = state }
	end,
	-- Which of some names of numbers the function `name` may write; `unknown`: the expression that can be any name.
	written = function(_, args)
		local writtenNames, module = require("pob.patch.written_names"), read(args)
		local written, unknown = writtenNames.of(module, module.functions[args.name][1].f)
		local may = {}
		for i, name in ipairs(written and args.asks or {}) do
			may[i] = writtenNames.may(written, name)
		end
		return { unknown = unknown or false, isKnown = written ~= nil, may = may }
	end,
	-- What a part derives from modules that it sees in this order: true, or why it cannot be used.
	derive = function(_, args)
		local part, out = partOf(args.part), {}
		for i, module in ipairs(args.modules) do
			local fact, why = part.derive[module.path](read(module))
			part.facts[module.path] = fact
			out[i] = fact and (not part.agree or not part.agree(part.facts) or part.agree(part.facts)) or why or "no reason"
		end
		return out
	end,
	-- Each change of a text's meaning that scripts/drift can make: its kind, the text, whether it compiles, and what it does.
	mutations = function(_, args)
		local out = {}
		for i, change in ipairs(require("drift.mutations").of("module.lua", args.text)) do
			local text = args.text:sub(1, change.first - 1) .. change.by .. args.text:sub(change.last + 1)
			local compiles = loadstring(text) ~= nil
			out[i] = {
				kind = change.kind, line = change.line, text = text, compiles = compiles, does = compiles and run(text) or "",
			}
		end
		return { does = run(args.text), list = out }
	end,
	-- A text changed without a change of meaning, or false; and what both versions do.
	cosmetics = function(_, args)
		local text = require("drift.cosmetics")[args.kind]("module.lua", args.text, args.number)
		return { text = text or false, does = run(args.text), changedDoes = text and run(text) or "" }
	end,
	-- What the registry reports on parts after it has seen modules, and which parts it installed.
	registry = function(_, args)
		require("pob.patch.registry").parts()
		return withParts(args.known, function(registry, installed)
			local without, texts = {}, {}
			for _, name in ipairs(args.without or {}) do
				without[name] = true
			end
			local certified = {}
			for _, name in ipairs(args.certified or {}) do
				certified[name] = true
			end
			local extension = registry.attach(host, { without = without, certified = certified })
			for i, module in ipairs(args.modules) do
				local edit = extension.transform(module.path, module.text)
				texts[i] = edit and edit() or "as it is"
				if not module.isNotLoaded then
					extension.loaded(module.path, { common = {} })
				end
			end
			local report = {}
			for _, entry in ipairs(extension.report()) do
				if not entry.part:find("^none") then
					report[entry.name] = entry.why or entry.status
				end
			end
			local parts, certifiable, inUse = {}, {}, {}
			for _, name in ipairs({ "known", "needs", "told", "placed", "whole" }) do
				inUse[#inUse + 1] = extension.isActive(name) and name or nil
			end
			for _, entry in ipairs(extension.parts()) do
				parts[entry.part] = not entry.part:find("^none") and entry.status or nil
			end
			for _, entry in ipairs(extension.certifiable()) do
				if not entry.part:find("^none") then
					local points = {}
					for i, point in ipairs(entry.points or {}) do
						points[i] = ("%s:%d:%d %s"):format(point.path, point.line, point.column, point.what)
					end
					certifiable[entry.part] = entry.points and points or entry.why
				end
			end
			return {
				report = report, installed = installed, texts = texts,
				parts = parts, certifiable = certifiable, inUse = inUse,
			}
		end)
	end,
	-- A text with marks before the statements at `points`; what both versions do, and the marks that were reached.
	probed = function(_, args)
		local probes = require("pob.patch.probes").new(args.points)
		local text = probes.transform("module.lua", args.text)()
		local does, reached = run(text, { [probes.name] = probes.reached }), {}
		for number in pairs(probes.reached) do
			reached[#reached + 1] = number
		end
		table.sort(reached)
		return { text = text, does = run(args.text), probedDoes = does, reached = reached }
	end,
	-- The places of all statements of a module's functions.
	statements = function(_, args)
		local module, points = read(args), {}
		local whole = { params = {}, body = module.chunk.body }
		for _, s in ipairs(require("pob.patch.closeness").statementsOf(module, whole)) do
			local line, column = module:placeOf(s.at)
			points[#points + 1] = { path = "module.lua", line = line, column = column }
		end
		return points
	end,
	-- The parts by name: the functions that each replaces, those that it knows in addition, and the parts that it requires.
	parts = function()
		local list = {}
		for i, part in ipairs(require("pob.patch.registry").parts()) do
			list[i] = {
				name = part.name, targets = part.targets or {}, calls = part.calls or {}, requires = part.requires or {},
			}
		end
		return list
	end,
	declaredGlobals = function()
		return require("pob.patch.globals")
	end,
	-- The globals that a Lua text of the package reads from the table of Path of Building's globals, which it calls `env`.
	usedGlobals = function(_, args)
		local used, visitor = {}, {}
		local chunk = parser.parse(args.text, "part")
		local function isEnv(e)
			return e.k == "local" and e.name == "env"
				or e.k == "index" and e.key.k == "string" and e.key.v == "env" and e.o.k == "local" and e.o.name == "self"
		end
		function visitor:expression(e)
			if e.k == "index" and isEnv(e.o) then
				used[e.key.k == "string" and e.key.v or "?"] = true
			end
		end
		require("pob.slice.walk").through(chunk, visitor)
		return used
	end,
	-- The globals, and the methods (":name"), that a function calls, including those called by its local functions.
	calledGlobals = function(_, args)
		local module, called, isSeen = read(args), {}, {}
		local function take(f)
			if isSeen[f] then
				return
			end
			isSeen[f] = true
			local visitor, inner = {}, {}
			function visitor:expression(e)
				if e.k == "call" and e.f.k == "global" then
					called[e.f.v] = true
				elseif e.k == "method" then
					called[":" .. e.name] = true
				elseif e.k == "local" then
					-- Modules store globals in variables with names of their own.
					local s = module.known[e.v] and module.known[e.v].statement
					for i, variable in ipairs(s and s.k == "local" and s.names or {}) do
						local value = variable == e.v and s.values[i]
						if value and value.k == "global" then
							called[value.v] = true
						end
					end
					inner[#inner + 1] = module:functionOf(e.v)
				end
			end
			require("pob.slice.walk").through({ params = {}, body = f.body }, visitor)
			for _, callee in ipairs(inner) do
				take(callee)
			end
		end
		for _, entry in ipairs(module.functions[args.name] or {}) do
			take(entry.f)
		end
		return called
	end,
	-- The form of the part of perform that begins with offence.
	tail = function(_, args)
		return require("pob.replacements.defences").tailOf(read(args))
	end,
	-- A module's text as edited by a part, the number of edits, and what both versions do.
	edited = function(_, args)
		local part, module, shared = partOf(args.part), read(args), {}
		local found = { args.name and module.functions[args.name][1] or nil }
		local text, edits = args.text, part.edits[args.path](module, found) or {}
		local lines = require("pob.patch.source").lines(text)
		for _, edit in ipairs(edits) do
			local first, last = assert(lines[edit.line]:find(edit.find, 1, true))
			lines[edit.line] = lines[edit.line]:sub(1, first - 1) .. edit.replace .. lines[edit.line]:sub(last + 1)
		end
		part.install(shared, {}, {}, part)
		text = table.concat(lines, "\n")
		return { text = text, edits = #edits, does = run(args.text), editedDoes = run(text, { __pobatch = shared }) }
	end,
	-- Whether the classes of stores that a text creates are as expected, and how those of the part differ from them.
	stores = function(_, args)
		local env, part, shared = assert(loadstring(args.text))(), partOf("stores"), {}
		local original = env.new
		if not part.ready(env, nil, nil, part) then
			return { ready = false, why = part.why or false }
		end
		local function make(name, parent)
			local object = original(name, parent)
			return args.isMethod and object[name](object, parent) or object
		end
		local parent = make("ModDB")
		local wanted = {
			ModList = { make("ModList"), make("ModList", parent) }, ModDB = { make("ModDB"), make("ModDB", parent) },
		}
		part.install(shared, env, nil, part)
		original = env.new
		local differ = {}
		for name, pair in pairs(wanted) do
			for i, store in ipairs(pair) do
				local ours = make(name, i == 2 and parent or nil)
				for _, key in ipairs({ "parent", "actor", "multipliers", "conditions", "mods", "Object" }) do
					local a, b = rawget(store, key), rawget(ours, key)
					-- A table that only this store has must be a separate table in the other store as well.
					local isOwn = type(a) == "table" and a ~= parent and a ~= parent.actor
					local isSame = a == b
					if isOwn then
						isSame = type(b) == "table" and a ~= b and (a == store) == (b == ours)
					end
					if not isSame then
						differ[#differ + 1] = name .. "." .. key
					end
				end
				if getmetatable(ours) ~= getmetatable(store) then
					differ[#differ + 1] = name
				end
			end
		end
		return { ready = true, differ = differ, other = env.new("Other", 7).value or false }
	end,
	reads = function(_, args)
		return require("pob.patch.written_names").readsOf(read(args))
	end,
}
