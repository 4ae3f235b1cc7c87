-- Programs that use LuaJIT's whole grammar: unchanged, printed from the parser's tree, and emitted with all statements.
local emitter = require("pob.slice.emitter")
local facts = require("pob.slice.effects")
local parser = require("pob.slice.parser")
local printer = require("pob.slice.printer")

-- How often a program runs, so that LuaJIT compiles it.
local RUNS = 40

local function show(value, depth)
	local kind = type(value)
	if kind == "number" then
		return value ~= value and "nan" or ("%.17g"):format(value)
	elseif kind == "string" then
		return ("%q"):format((value:gsub("%l+:%d+: ", "")))
	elseif kind ~= "table" or depth > 3 then
		return (kind == "boolean" or kind == "nil" or kind == "cdata") and tostring(value) or kind
	end
	local parts = {}
	for key, item in pairs(value) do
		parts[#parts + 1] = show(key, depth + 1) .. "=" .. show(item, depth + 1)
	end
	table.sort(parts)
	return "{" .. table.concat(parts, ",") .. "}"
end

local function showAll(list, ...)
	for i = 1, select("#", ...) do
		list[#list + 1] = show(select(i, ...), 0)
	end
	return list
end

-- What a chunk logs and returns, or its error without the position.
local function outcome(chunk)
	local log = {}
	local env = setmetatable({
		log = function(...)
			showAll(log, ...)
			return ...
		end,
		__pobatch = {
			read = function(output, name)
				return output[name]
			end,
			watch = function(_, name)
				return name
			end,
		},
	}, { __index = _G })
	setfenv(chunk, env)
	local function finish(ok, ...)
		if ok then
			log[#log + 1] = "answers"
			showAll(log, ...)
		else
			log[#log + 1] = "fails: " .. show(tostring((...)), 0)
		end
		return table.concat(log, " ")
	end
	return finish(pcall(chunk, 1, "two", nil, 4))
end

-- All runs must give the same result.
local function run(text, name, compiled)
	local chunk = assert(loadstring(text, "=" .. name))
	jit.flush()
	if compiled then
		jit.on()
		jit.opt.start("hotloop=3", "hotexit=2")
	else
		jit.off()
	end
	local first = outcome(chunk)
	local different
	for _ = 2, RUNS do
		local again = outcome(chunk)
		different = different or again ~= first and again
	end
	jit.on()
	jit.opt.start("hotloop=56", "hotexit=10")
	return different and first .. "\nand then " .. different or first
end

local function both(text, name)
	return { interpreted = run(text, name, false), compiled = run(text, name, true) }
end

local function code(text)
	return string.dump(assert(loadstring(text, "=x")), "sd")
end

-- A program with all of its statements, after analysis and emitter.
local function emitted(text)
	local program = facts.new({})
	program:add(text, "program")
	program:finish()
	local all = setmetatable({}, {
		__index = function()
			return true
		end,
	})
	return emitter.sliced(program.files[1], { units = all })
end

return {
	-- LuaJIT's results for a text, for the printed text and for the emitted text; whether LuaJIT compiles text and printed text
	-- to the same code; and whether printing the printed text changes nothing.
	compare = function(_, args)
		local tree = parser.parse(args.text, "program")
		local printed = printer.chunk(tree)
		local plain = printer.chunk(tree, { plain = true })
		return {
			printed = printed,
			original = both(args.text, "original"),
			ofPrinted = both(printed, "printed"),
			ofPlain = both(plain, "plain"),
			ofEmitted = both(emitted(args.text), "emitted"),
			sameCode = code(args.text) == code(printed),
			stable = printer.chunk(parser.parse(printed, "printed")) == printed,
		}
	end,
	-- Whether LuaJIT compiles a text and its printed text to the same code.
	sameCode = function(_, args)
		return code(args.text) == code(printer.chunk(parser.parse(args.text, "program")))
	end,
	-- A text as the printer writes it.
	print = function(_, args)
		return printer.chunk(parser.parse(args.text, "program"), args)
	end,
	-- Why LuaJIT refuses a text, and why the parser does; false if one accepts it.
	refuse = function(_, args)
		local chunk, message = loadstring(args.text, "=program")
		local ok, ours = pcall(parser.parse, args.text, "program")
		return { luajit = not chunk and message or false, parser = not ok and ours or false }
	end,
	-- A module's text with a statement inserted at its start, and whether it compiles.
	begin = function(_, args)
		local source = require("pob.patch.source")
		local text = source.begin(source.lines(args.text), args.statement)
		return { text = text, compiles = loadstring(text, "=x") ~= nil }
	end,
	-- A module's text with lookups for joined names, and the results of both versions.
	compose = function(_, args)
		local composedNames, source = require("pob.replacements.composed_names"), require("pob.patch.source")
		local lines, shared = source.lines(args.text), { names = require("pob.replacements.composed_names").places() }
		local changed = composedNames.apply(lines, shared)
		local text = table.concat(lines, "\n")
		local chunk = assert(loadstring("local __pobatchNames = ...; " .. text, "=x"))
		local names = shared.names
		return {
			text = text, changed = changed, original = outcome(assert(loadstring(args.text, "=x"))),
			composed = outcome(function()
				return setfenv(chunk, getfenv(1))(names)
			end),
		}
	end,
	-- The names of outputs in a module's text.
	outputNames = function(_, args)
		local world = {
			files = {
				read = function(_, path)
					return path == "Modules/CalcPerform.lua" and args.text or nil
				end,
			},
		}
		return (require("pob.row.output_names").others(world, {}))
	end,
}
