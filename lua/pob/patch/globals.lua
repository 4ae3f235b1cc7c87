-- Globals and methods of Path of Building that parts rely on, by part: those that the functions call which a part stands for
-- (registry.lua), and what the part does about each. Methods have a colon before their names.
--
--   known     its own code does what the global does: the global is one of its targets, or of those of a part that it
--             `requires`, or of what it `calls`
--   called    its own code calls the global where the original does, whatever that is
--   original  only the original calls it, which runs then; or it shows in no number
--
-- A test goes through the parts' targets in a checkout and through the parts' own text, and fails where a name is not here.

local globals = {}

-- What the lists of nodes are made with.
local OF_NODES = { [":AddMod"] = "original", [":Flag"] = "original", [":List"] = "original", [":ScaleAddList"] = "original" }

local function ofNodes(own)
	for name, what in pairs(OF_NODES) do
		own[name] = own[name] or what
	end
	return own
end

globals.ofParts = {
	bits = { AND64 = "known" },
	queries = {
		AND64 = "known", MatchKeywordFlags = "known", round = "known", copyTable = "original",
		[":SumInternal"] = "known", [":MoreInternal"] = "known", [":FlagInternal"] = "known", [":OverrideInternal"] = "known",
		[":ListInternal"] = "known", [":TabulateInternal"] = "known", [":HasModInternal"] = "known", [":AddMod"] = "known",
		[":ReplaceModInternal"] = "known", [":ConvertModInternal"] = "known", [":EvalMod"] = "called",
	},
	eval_mod = {
		AND64 = "original", copyTable = "original", [":FindModifierSubstring"] = "original", [":Flag"] = "called",
		[":GetCondition"] = "called", [":GetMultiplier"] = "called", [":Override"] = "called", [":Sum"] = "called",
	},
	calc_lib = { [":More"] = "called", [":Sum"] = "called" },
	-- Lists are joined; lists that have no modifier of a name are not asked for their sum.
	node_modifiers = ofNodes({
		new = "called", wipeTable = "called", [":AddList"] = "known", [":Sum"] = "known", [":SumInternal"] = "known",
		[":EvalMod"] = "called", AND64 = "called", MatchKeywordFlags = "called",
	}),
	-- What was added one by one is added as a list.
	skill_modifiers = {
		copyTable = "original", isValueInArray = "original", round = "original", [":AddList"] = "known", [":AddMod"] = "known",
		[":Sum"] = "original",
	},
	full_dps = { [":Flag"] = "original" },
	stat_reads = { isNameInBuffList = "original" },
	estimations = { isNameInBuffList = "original" },
	pool = ofNodes({ new = "original", wipeTable = "original", [":AddList"] = "known", [":Sum"] = "known" }),
	first_skill = { isNameInBuffList = "original", [":Flag"] = "original" },
	memo = ofNodes({ new = "original", wipeTable = "original", [":AddList"] = "original" }),
	paths = { wipeTable = "known", ConPrintTable = "original", [":CanPathThroughAllocMode"] = "called" },
	flag_names = { AND64 = "original" },
}

-- What parts' files read from the table of globals, besides what `ofParts` has for a part of the file's: tables of classes,
-- functions and data, which they look up at the time, as the originals do.
globals.tables = {
	common = true, calcLib = true, modLib = true, data = true, GlobalCache = true, SkillType = true, nullValue = true,
}

-- Functions that files call where initEnv or a class's constructor does, or that they replace.
globals.functions = {
	["replacements/bits.lua"] = { AND64 = true, OR64 = true, MatchKeywordFlags = true },
	["replacements/queries.lua"] = { AND64 = true, MatchKeywordFlags = true },
	["replacements/query_tests.lua"] = { AND64 = true, MatchKeywordFlags = true, round = true },
	["replacements/node_modifiers.lua"] = { new = true, wipeTable = true },
	["replacements/stores.lua"] = { new = true },
	["environment/snapshot.lua"] = { ClearMatchKeywordFlagsCache = true },
}

return globals
