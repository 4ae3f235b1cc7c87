-- What is known of a release by the text of its modules (pob.patch, conditions of pob.replacements), on small texts.
local moduleTree, normalForm, parser, printer

-- What a program logs, and answers or raises, as text.
local function run(text)
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
	-- Errors name lines and variables, which a program's form does not keep.
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

local function read(args)
	return assert(moduleTree.read(args.path or "module.lua", args.text), "no Lua")
end

return {
	name = "versions",
	version = "1",
	open = function(options)
		for _, folder in ipairs({ options.lua, options.lua .. "/../scripts" }) do
			package.path = folder .. "/?.lua;" .. folder .. "/?/init.lua;" .. package.path
		end
		moduleTree, normalForm = require("pob.patch.module_tree"), require("pob.patch.normal_form")
		parser, printer = require("pob.slice.parser"), require("pob.slice.printer")
	end,
	load = function()
		return {}, {}
	end,
	stats = function()
		return { "Nothing" }
	end,
	Calculate = function()
		return { Nothing = 0 }
	end,
	commands = {
		-- The normal form of a program as text, what the program does, and what its normal form does.
		normal = function(_, args)
			local form = printer.chunk(normalForm.of(parser.parse(args.text, "program")), { plain = true, numbered = true })
			local text = printer.chunk(normalForm.of(parser.parse(args.text, "program")))
			return { form = form, text = text, does = run(args.text), normalDoes = run(text) }
		end,
		-- The forms of a module's reads of the tree, and their lines.
		treeReads = function(_, args)
			local forms, lines = {}, {}
			for i, found in ipairs(require("pob.patch.calculation").treeReads(read(args))) do
				forms[i], lines[i] = found.form, found.line
			end
			return { forms = forms, lines = lines }
		end,
		-- How many variables of a module outlive a calculation, by what they are.
		state = function(_, args)
			local count, state = 0, require("pob.patch.calculation").state(read(args))
			for _, number in pairs(state) do
				count = count + number
			end
			return { count = count, state = state }
		end,
		-- Which of some names of numbers the function `name` may write; `unknown`: what can be any.
		written = function(_, args)
			local writtenNames, module = require("pob.patch.written_names"), read(args)
			local written, unknown = writtenNames.of(module, module.functions[args.name][1].f)
			local may = {}
			for i, name in ipairs(written and args.asks or {}) do
				may[i] = written:may(name)
			end
			return { unknown = unknown or false, isKnown = written ~= nil, may = may }
		end,
		reads = function(_, args)
			return require("pob.patch.written_names").readsOf(read(args))
		end,
	},
}
