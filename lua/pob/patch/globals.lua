-- Globals of Path of Building that parts rely on, by part: those that the functions call which a part stands for
-- (registry.lua), and what the part does about each.
--
--   known     its own code does what the global does: the global is one of its targets, or of what it `calls`
--   called    its own code calls the global where the original does, whatever that is
--   original  only the original calls it, which runs then; or it shows in no number
--
-- A test goes through the parts' targets in a checkout and through the parts' own text, and fails where a name is not here.

local globals = {}

globals.ofParts = {
	bits = { AND64 = "known" },
	queries = { AND64 = "known", MatchKeywordFlags = "known", round = "known", copyTable = "original" },
	eval_mod = { AND64 = "original", copyTable = "original" },
	node_modifiers = { new = "called", wipeTable = "called" },
	skill_modifiers = { copyTable = "original", isValueInArray = "original", round = "original" },
	stat_reads = { isNameInBuffList = "original" },
	estimations = { isNameInBuffList = "original" },
	pool = { new = "original", wipeTable = "original" },
	first_skill = { isNameInBuffList = "original" },
	memo = { new = "original", wipeTable = "original" },
	paths = { wipeTable = "known", ConPrintTable = "original" },
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
