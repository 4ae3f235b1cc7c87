-- The reference calculator: a small version of Path of Building's model. It is fast enough to screen millions of node sets, and
-- it is not Path of Building: docs/reference-calculator.md says what it leaves out.
local answers = require("reference.answers")
local build = require("reference.build")
local refusal = require("refusal")
local coverage = require("reference.coverage")
local modifiers = require("reference.modifiers")
local rows = require("reference.rows")
local statLines = require("reference.stat_lines")
local treeReader = require("reference.tree")

-- Larger limits for the long straight traces of the formulas, and more attempts than LuaJIT's four to compile a side trace that
-- meets a loop which is not compiled yet. With these, the code stays compiled in every process; without them, in about three
-- out of four. The settings apply to this Lua state only.
local jitOptions = { "maxrecord=8000", "maxirconst=2000", "maxsnap=2000", "tryside=200" }

local tree
local result = {}
local index = {}
for position, name in ipairs(answers.names) do
	index[name] = position - 1
end

local function requireTree()
	if not tree then
		error("the reference calculator has no tree: open it with options.tree first", 0)
	end
	return tree
end

local function unknownStat(name)
	error(("the reference calculator does not answer %s"):format(tostring(name)), 0)
end

return {
	name = "reference",
	version = "1",

	open = function(options)
		tree = treeReader.open(options)
		jit.opt.start(unpack(jitOptions))
	end,

	load = refusal.answering(function(source)
		return build.load(requireTree(), source)
	end),

	derive = refusal.answering(function(loaded, change)
		return build.derive(requireTree(), loaded, change)
	end),

	stats = function()
		local names = {}
		for position, name in ipairs(answers.names) do
			names[position] = name
		end
		return names
	end,

	Calculate = function(loaded, set, stats)
		local out = rows.evaluate(loaded, set).outView
		for position = 1, #stats do
			local name = stats[position]
			local place = index[name]
			if not place then
				unknownStat(name)
			end
			result[name] = out[place]
		end
		return result
	end,

	-- Every row starts from the build's own sums, so nothing that a row leaves behind is ever read.
	recover = function()
		return true
	end,

	commands = {
		coverage = function(loaded)
			return coverage.report(requireTree(), loaded)
		end,

		-- { line = "10% increased Damage" } -> array of modifiers, or nil if the line is not understood.
		parse = function(_, args)
			local parsed = statLines.parse(tostring(args and args.line or ""))
			if not parsed then
				return nil
			end
			local list = {}
			for position, modifier in ipairs(parsed) do
				list[position] = modifiers.copy(modifier)
			end
			return list
		end,
	},
}
