-- Rewrites modules of Path of Building into today's dialect; a calculator only so that the embedded LuaJIT runs it.
local parser, editsModule, classes, loops, operators, functions

-- Each rewrites until it finds no more. The order matters: constants come when nothing else assigns or moves anything.
local function passes(names)
	return {
		classes.library,
		function(text, chunk, edits)
			classes.definitions(text, chunk, edits, names)
		end,
		classes.objects, loops.jumps, loops.tails, operators.compound, operators.defaults, operators.conditional,
		operators.coalesce, operators.navigation, functions.named, functions.short, functions.constants,
	}
end

local ROUNDS = 12
local ONCE

local function modernize(path, text, names, counts)
	for _, pass in ipairs(passes(names)) do
		for _ = 1, ROUNDS do
			local edits = editsModule.new(text)
			pass(text, parser.parse(text, path, true), edits)
			local made, count = edits:finish()
			if count == 0 then
				break
			end
			-- A function has room for so many variables: what is too much for it stays as it was.
			local chunk, message = loadstring(made, "=" .. path)
			if not chunk then
				counts["left as it was: " .. message] = 1
				break
			end
			for name, n in pairs(edits.counts) do
				counts[name] = (counts[name] or 0) + n
			end
			text = made
			if ONCE[pass] then
				break
			end
		end
	end
	text = operators.tokens(text, counts)
	assert(loadstring(text, "=" .. path))
	return text
end

return {
	name = "modernize",
	version = "1",
	open = function(options)
		for _, folder in ipairs({ options.lua, options.scripts }) do
			package.path = folder .. "/?.lua;" .. folder .. "/?/init.lua;" .. package.path
		end
		parser, editsModule = require("pob.slice.parser"), require("modernize.edits")
		classes, loops = require("modernize.classes"), require("modernize.loops")
		operators, functions = require("modernize.operators"), require("modernize.functions")
		-- Another round would find what the first one wrote.
		ONCE = { [classes.library] = true, [operators.navigation] = true }
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
		-- `files`: list of { path, text }. Answers the texts, and how often which construct was written.
		modernize = function(_, args)
			local names, counts, texts = {}, {}, {}
			for _, file in ipairs(args.files) do
				classes.find(parser.parse(file.text, file.path, true), names)
			end
			for i, file in ipairs(args.files) do
				local ok, answer = pcall(modernize, file.path, file.text, names, counts)
				texts[i] = ok and answer or error(file.path .. ": " .. tostring(answer), 0)
			end
			return { texts = texts, counts = counts }
		end,
	},
}
