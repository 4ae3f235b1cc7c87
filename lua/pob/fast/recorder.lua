-- What a build's calculations asked the modifier stores for: name, type, flags and
-- keyword flags of every query ever made for it.
--
-- A row is a function of the answers to its queries. The set of all queries of all
-- rows of a build is a superset of each single row's, so a modifier that none of them
-- lets in cannot have changed any of them. The set only grows, and stops growing after
-- a few rows. Every store that the tree's modifiers can get into counts as one (that of a
-- minion, too, but not the enemy's), sources are not looked at, and tags are not
-- evaluated: all that errs towards "may matter".

local recorder = {}

local ANY = "any"
recorder.ANY = ANY

---@return table @what one build's calculations asked for
function recorder.new()
	return {
		-- type -> name -> list of flags and keyword flags in turns; type ANY: a query for all
		-- types; flags ANY: a read that does not look at flags
		asked = {},
		-- the same the other way round: flags -> keyword flags -> type -> name -> true,
		-- and what it has for the flags of the last query
		byFlags = {},
		flags = false,
		keywordFlags = false,
		present = {},
		-- name -> names that were summed together with it
		together = {},
		-- type .. " " .. name of modifiers that were looked at one by one: queries that list them, put
		-- another in their place, or ask for those of one source; type ANY: of all types
		ordered = {},
		-- changes with whatever was not known before
		version = 0,
	}
end

local function below(t, key)
	local found = t[key]
	if not found then
		found = {}
		t[key] = found
	end
	return found
end

-- LuaJIT compiles no code that reads a number from a table with numbers on both its sides:
-- flags, of which some are 0, are kept off the side for small whole ones.
local function keyOf(flags)
	return flags == ANY and ANY or flags + 0.5
end

local function remember(asked, kind, name, flags, keywordFlags)
	local pairsOf = below(below(asked.asked, kind), name)
	pairsOf[#pairsOf + 1], pairsOf[#pairsOf + 2] = flags, keywordFlags
	below(below(below(asked.byFlags, keyOf(flags)), keyOf(keywordFlags)), kind)[name] = true
	asked.version = asked.version + 1
end

-- A row makes thousands of queries, and one after the other mostly with the same flags.
function recorder.record(asked, kind, name, flags, keywordFlags)
	if asked.flags ~= flags or asked.keywordFlags ~= keywordFlags then
		asked.flags, asked.keywordFlags = flags, keywordFlags
		asked.present = below(below(asked.byFlags, keyOf(flags)), keyOf(keywordFlags))
	end
	local names = asked.present[kind]
	if not (names and names[name]) and name then
		remember(asked, kind, name, flags, keywordFlags)
	end
end

---Two names of one sum.
function recorder.link(asked, a, b)
	local together = asked.together
	local ofA = together[a]
	if not (ofA and ofA[b]) then
		if not a or not b then
			return
		end
		together[a] = ofA or {}
		together[a][b] = true
		together[b] = together[b] or {}
		together[b][a] = true
		asked.version = asked.version + 1
	end
end

---A query that looks at a name's modifiers one by one: it shows their order, and their sources.
function recorder.order(asked, kind, name)
	if name and not asked.ordered[kind .. " " .. name] then
		asked.ordered[kind .. " " .. name] = true
		asked.version = asked.version + 1
	end
end

local function lets(byName, mod, admits)
	local pairsOf = byName and byName[mod.name]
	for i = 1, pairsOf and #pairsOf or 0, 2 do
		if pairsOf[i] == ANY or admits(mod, pairsOf[i], pairsOf[i + 1]) then
			return true
		end
	end
	return false
end

---Whether some query may have let this modifier in.
---@param admits function @of querytests.lua
function recorder.matters(asked, mod, admits)
	return lets(asked.asked[mod.type], mod, admits) or lets(asked.asked[ANY], mod, admits)
end

---Whether a query looked at modifiers like this one by one.
function recorder.isOrdered(asked, mod)
	return asked.ordered[mod.type .. " " .. mod.name] or asked.ordered[ANY .. " " .. mod.name]
end

return recorder
