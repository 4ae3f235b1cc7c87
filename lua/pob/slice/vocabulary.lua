-- What names mean in Path of Building's calculation: which functions are pure queries, and which tables are outputs,
-- modifier stores, or the state that stores keep besides modifiers.

local vocabulary = {}

-- Methods that query a modifier store without changing it, and the prefix that they put before the names they are given.
local OUTPUT = "output"
local QUERIES = { GetCondition = "Condition:", GetMultiplier = "Multiplier:", GetStat = OUTPUT }
-- The position of the first name among the arguments, and of the last one if there is just one.
local FIRST_NAME = { GetCondition = 1, GetMultiplier = 1, GetStat = 1 }
local LAST_NAME = { GetCondition = 1, GetMultiplier = 1, GetStat = 1, ["calcLib.val"] = 2 }
for name in ("More Flag Override List Max Min"):gmatch("%a+") do
	QUERIES[name], FIRST_NAME[name] = "", 2
end
for name in ("Sum Tabulate HasMod Combine SumPositiveValues SumNegativeValues"):gmatch("%a+") do
	QUERIES[name], FIRST_NAME[name] = "", 3
end
local QUERY_FUNCTIONS = { ["calcLib.mod"] = 3, ["calcLib.mods"] = 3, ["calcLib.val"] = 2 }

local PURE = {}
for name in ([[
	m_abs m_floor m_ceil m_min m_max m_sqrt m_pow m_huge m_modf math.abs math.floor math.ceil math.min math.max math.sqrt
	math.pow math.modf math.fmod round roundSymmetric floor ceil bor band bnot bxor OR64 AND64 NOT64 MatchKeywordFlags
	type tostring tonumber pairs ipairs next unpack select s_format string.format t_concat table.concat
	isValueInArray isValueInTable copyTable tableConcat
]]):gmatch("%S+") do
	PURE[name] = true
end
-- The ones that return their argument or something in it. (Anything else that receives a table may change it.)
local HANDS_ON = { unpack = true, select = true, next = true, tableConcat = true }

-- Methods of strings and of items.
local PURE_METHODS = {}
for name in ("gsub lower upper match find format sub rep byte len GetArmourDataValue"):gmatch("%a+") do
	PURE_METHODS[name] = true
end

-- They make or change modifiers with the name that is their first argument.
local MAKERS = { NewMod = true, ReplaceMod = true }

-- They change the table that is their first argument, and nothing else.
local MUTATORS = { t_insert = true, t_remove = true, t_sort = true, ["table.insert"] = true, ["table.remove"] = true,
	["table.sort"] = true, wipeTable = true }

-- Rows are calculated in mode CALCULATOR, in which there are no breakdowns.
local NEVER = { breakdown = true, globalBreakdown = true }

-- `e` without the parentheses around it.
local function plain(e)
	while e.k == "unary" and e.op == "()" do
		e = e.a
	end
	return e
end

-- The alternatives of `e` if it is a choice. In `a and b`, the result matters only where it is `b`.
local function choices(e)
	local k, op = e.k, e.op
	if k == "ternary" or k == "binary" and (op == "or" or op == "??") then
		return e.a, e.b
	elseif k == "binary" and op == "and" then
		return e.b
	end
	return nil
end

-- Whether `is(one)` holds for something that `e` may be.
local function may(e, is)
	e = plain(e)
	local a, b = choices(e)
	if a then
		return may(a, is) or b ~= nil and may(b, is)
	end
	return is(e)
end

local isFalse

-- The part before a `?.` in a chain of names, calls and keys, if that part is nil in every row, so that the rest of the
-- chain is never evaluated. (False would raise an error there.)
local function cutOf(e)
	while e.k == "index" or e.k == "call" or e.k == "method" do
		local base = e.o or e.f
		if e.nav and isFalse(base) then
			return base
		end
		e = base
	end
	return nil
end

---@param e table
---@return boolean @whether an expression is false or nil in every row
function isFalse(e)
	e = plain(e)
	if e.k == "local" then
		return NEVER[e.name] or e.v.isFalse or false
	elseif e.k == "global" then
		return NEVER[e.name] or false
	elseif e.k == "index" then
		return e.key.k == "string" and NEVER[e.key.v] or cutOf(e) ~= nil
	elseif e.k == "call" or e.k == "method" then
		return cutOf(e) ~= nil
	elseif e.k == "ternary" then
		return isFalse(e.b) and (isFalse(e.cond) or isFalse(e.a))
	elseif e.k == "binary" then
		if e.op == "and" then
			return isFalse(e.a) or isFalse(e.b)
		elseif e.op == "or" or e.op == "??" then
			return isFalse(e.a) and isFalse(e.b)
		elseif e.op == "==" or e.op == "~=" then
			local isMode = e.a.k == "index" and e.a.key.k == "string" and e.a.key.v == "mode" and e.b.k == "string"
			return isMode and (e.b.v == "CALCULATOR") == (e.op == "~=")
		end
	end
	return false
end

-- "a.b" for a function that is called, "a" for a variable; nil for anything else.
local function pathOf(e)
	if e.k == "local" or e.k == "global" then
		return e.name
	elseif e.k == "index" and e.key.k == "string" and (e.o.k == "local" or e.o.k == "global") then
		return e.o.name .. "." .. e.key.v
	end
	return nil
end

local HANDS = { MainHand = true, OffHand = true, Minion = true }

local function isOutputName(name)
	return name:find("[oO]utput$") ~= nil
end

-- What a store knows without modifiers, by name, and the prefix of the equivalent modifiers. These reads are watched in
-- rows.
local STATES = { conditions = "Condition:", condList = "Condition:", multipliers = "Multiplier:" }

local function stateOf(e)
	if e.k == "local" or e.k == "global" then
		return STATES[e.name]
	end
	return e.k == "index" and STATES[e.key.v]
end

local NONE = {}

-- A list of the prefixes of the modifiers that are equivalent to the fields of `e`.
local function statesOf(e)
	e = plain(e)
	local a, b = choices(e)
	if not a then
		local state = stateOf(e)
		return state and { state } or NONE
	end
	local found = {}
	for _, one in ipairs({ a, b }) do
		for _, state in ipairs(statesOf(one)) do
			found[#found + 1] = state ~= found[1] and state or nil
		end
	end
	return found
end

local function namesMods(e)
	return e.k == "index" and e.key.v == "mods"
end

-- Whether an expression may be a store's table of modifiers by name.
local function isMods(e)
	return may(e, namesMods)
end

-- What the window shows of a skill; these tables are read by literal names only.
local FLAGS = { skillFlags = true }

local function namesFlags(e)
	if e.k == "local" or e.k == "global" then
		return FLAGS[e.name] or false
	end
	return e.k == "index" and FLAGS[e.key.v] or false
end

---Whether an expression may be such a table.
local function isFlags(e)
	return may(e, namesFlags)
end

local isOutput

local function namesOutput(e)
	if e.k == "local" or e.k == "global" then
		return isOutputName(e.name)
	elseif e.k == "index" and e.key.k == "string" then
		return isOutputName(e.key.v) or HANDS[e.key.v] and isOutput(e.o) or false
	end
	return false
end

---Whether an expression may be a table of the numbers that the calculation returns.
function isOutput(e)
	return may(e, namesOutput)
end

-- Outputs of other calculations, which are complete.
local ELSEWHERE = { GlobalCache = true }

local function isElsewhere(e)
	e = plain(e)
	while e.k == "index" do
		e = plain(e.o)
	end
	return e.k == "global" and ELSEWHERE[e.v] or false
end

-- Names of other tables that have an output: read only by GetStat, which is watched.
local ALIASES = { skillStats = true }

-- Whether `name` is given an output, or flags, without looking like a name for one.
local function hides(name, e)
	return isOutput(e) and not isOutputName(name) and not HANDS[name] and not ALIASES[name]
		or isFlags(e) and not FLAGS[name]
end

-- Stores that are only ever queried by name, never iterated over.
local STORES = { modDB = true, skillModList = true }

local function isStore(e)
	e = plain(e)
	if e.k == "local" or e.k == "global" then
		return STORES[e.name]
	end
	return e.k == "index" and STORES[e.key.v]
end

vocabulary.OUTPUT, vocabulary.QUERIES, vocabulary.QUERY_FUNCTIONS = OUTPUT, QUERIES, QUERY_FUNCTIONS
vocabulary.FIRST_NAME, vocabulary.LAST_NAME = FIRST_NAME, LAST_NAME
vocabulary.PURE, vocabulary.PURE_METHODS, vocabulary.MUTATORS, vocabulary.NEVER = PURE, PURE_METHODS, MUTATORS, NEVER
vocabulary.plain, vocabulary.choices, vocabulary.cutOf = plain, choices, cutOf
vocabulary.isFalse, vocabulary.pathOf, vocabulary.isOutput, vocabulary.isFlags = isFalse, pathOf, isOutput, isFlags
vocabulary.MAKERS, vocabulary.HANDS_ON = MAKERS, HANDS_ON
vocabulary.statesOf, vocabulary.isMods, vocabulary.isStore = statesOf, isMods, isStore
vocabulary.isElsewhere, vocabulary.hides = isElsewhere, hides

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return vocabulary
