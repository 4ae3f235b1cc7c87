-- Rewrites modules of Path of Building into the current dialect.
local classes = require("modernize.classes")
local editsModule = require("modernize.edits")
local functions = require("modernize.functions")
local loops = require("modernize.loops")
local operators = require("modernize.operators")
local parser = require("pob.slice.parser")

-- Each pass is repeated until it finds nothing more. The order matters: constants come when no later pass assigns or moves
-- anything.
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
-- Another round would find what the first one wrote.
local ONCE = { [classes.library] = true, [operators.navigation] = true }

local function modernize(path, text, names, counts)
	for _, pass in ipairs(passes(names)) do
		for _ = 1, ROUNDS do
			local edits = editsModule.new(text)
			pass(text, parser.parse(text, path, true), edits)
			local made, count = edits:finish()
			if count == 0 then
				break
			end
			-- A function has a limited number of variables. What would exceed it stays unchanged.
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
	-- `files`: list of { path, text }. Returns the texts, and how often each construct was written.
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
}
