-- The globals and methods of Path of Building that each part relies on: those that are called by the functions which the part
-- replaces (registry.lua), and how the part treats each of them. Names of methods start with a colon.
--
--   known     The part's own code does what the global does: the global is a target of this part, or of one that it
--             `requires`, or it is listed in its `calls`.
--   called    The part's own code calls the global where the original does, whatever the global is.
--   original  Only the original function calls it, and then the original runs; or it affects no number.
--
-- A test compares this table with the targets of the parts in a checkout and with the text of the parts, and fails on a
-- name that is missing here.

local globals = {}

-- What building the lists of modifiers of nodes uses.
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
	-- Lists are concatenated. Lists without a modifier of the name are not asked for their sum.
	node_modifiers = ofNodes({
		new = "called", wipeTable = "called", [":AddList"] = "known", [":Sum"] = "known", [":SumInternal"] = "known",
		[":EvalMod"] = "called", AND64 = "called", MatchKeywordFlags = "called",
	}),
	-- The original makes what is kept.
	radius_jewels = ofNodes({ new = "called", wipeTable = "called", [":AddList"] = "original", [":Sum"] = "original" }),
	-- Modifiers that the original adds one at a time are added as one list.
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
	-- All of it runs when the tree is rebuilt for the last time.
	tree_loading = {
		[":AddMasteryEffectOptionsToNode"] = "original", [":BuildPathFromNode"] = "original", [":HasMod"] = "original",
		[":CanPathThroughAllocMode"] = "original", [":DeallocSingleNode"] = "original", [":FindStartFromNode"] = "original",
		[":GetJewel"] = "original", [":List"] = "original", [":NodeAdditionOrReplacementFromString"] = "original",
		[":NodeInKeystoneRadius"] = "original", [":NodesInIntuitiveLeapLikeRadius"] = "original", [":Init"] = "original",
		[":ProcessStats"] = "original", [":ReconnectNodeToClassStart"] = "original", [":AddList"] = "original",
		[":SetNodeDistanceToClassStart"] = "original", isValueInArray = "original", round = "original", new = "original",
		wipeTable = "original", [":BuildAllDependsAndPaths"] = "known", [":ReplaceNode"] = "known", [":ResetNodes"] = "known",
		[":SelectAscendClass"] = "known", [":SelectClass"] = "known", [":SelectSecondaryAscendClass"] = "known",
		[":ResetAscendClass"] = "known",
	},
	flag_names = { AND64 = "original" },
}

-- What the files of parts read from the table of globals in addition to what `ofParts` lists for them: tables of classes,
-- functions and data. They are looked up at the time of use, as in the originals.
globals.tables = {
	common = true, calcLib = true, modLib = true, data = true, GlobalCache = true, SkillType = true, nullValue = true,
}

-- Functions that files replace, or call where initEnv or the constructor of a class does.
globals.functions = {
	["replacements/bits.lua"] = { AND64 = true, OR64 = true, MatchKeywordFlags = true },
	["replacements/queries.lua"] = { AND64 = true, MatchKeywordFlags = true },
	["replacements/query_tests.lua"] = { AND64 = true, MatchKeywordFlags = true, round = true },
	["replacements/node_modifiers.lua"] = { new = true, wipeTable = true },
	["replacements/radius_jewels.lua"] = { new = true, wipeTable = true },
	["replacements/stores.lua"] = { new = true },
	["environment/snapshot.lua"] = { ClearMatchKeywordFlagsCache = true },
}

return globals
