-- What a build's calculations asked the modifier stores for: name, type, flags and
-- keyword flags of every query ever made for it.
--
-- A row is a function of the answers to its queries. The set of all queries of all
-- rows of a build is a superset of each single row's, so a modifier that none of them
-- lets in cannot have changed any of them. The set only grows, and stops growing after
-- a few rows. Every store that the tree's modifiers can get into counts as one (that of a
-- minion, too, but not the enemy's), sources are not looked at, and tags are not
-- evaluated: all that errs towards "may matter".

local ffi = require("ffi")

local recorder = {}

local ANY = "any"
recorder.ANY = ANY

local newSet, newsOf, note

---@param native table @the host's modifierQueries, which note most queries by themselves
function recorder.use(native)
	newSet, newsOf = native.asked, native.news
	note = ffi.cast("void(*)(void*, const char*, double, double, const char*, const char*)", native.note)
end

---@return table @what one build's calculations asked for
function recorder.new()
	return {
		-- type -> name -> list of flags and keyword flags in turns; type ANY: a query for all
		-- types; flags ANY: a read that does not look at flags
		asked = {},
		-- name -> names that were summed together with it
		together = {},
		-- type .. " " .. name of modifiers that were looked at one by one: queries that list them, put
		-- another in their place, or ask for those of one source; type ANY: of all types
		ordered = {},
		-- changes with whatever was not known before
		version = 0,
		-- what `asked` and `together` get with the next `learn`
		set = newSet(),
		-- how much of `set` they have
		learned = 0,
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

local function remember(asked, kind, name, flags, keywordFlags)
	local pairsOf = below(below(asked.asked, kind), name)
	pairsOf[#pairsOf + 1], pairsOf[#pairsOf + 2] = flags, keywordFlags
	asked.version = asked.version + 1
end

function recorder.record(asked, kind, name, flags, keywordFlags)
	if type(name) ~= "string" then
		return
	elseif flags ~= ANY then
		note(asked.set, kind, flags, keywordFlags, name, nil)
		return
	end
	local pairsOf = below(below(asked.asked, kind), name)
	for i = 1, #pairsOf, 2 do
		if pairsOf[i] == ANY then
			return
		end
	end
	remember(asked, kind, name, flags, keywordFlags)
end

---Two names of one sum.
function recorder.link(asked, a, b)
	if type(a) == "string" and type(b) == "string" then
		note(asked.set, nil, 0, 0, a, b)
	end
end

---Takes in what was noted since the last call: before `asked`, `together` or `version` are looked at. Where it is stopped
---half-way, some are taken in twice, which does no harm.
function recorder.learn(asked)
	local news, count = newsOf(asked.set, asked.learned)
	for i = 1, news and #news or 0, 4 do
		local kind, name, flags, keywordFlags = news[i], news[i + 1], news[i + 2], news[i + 3]
		if kind then
			remember(asked, kind, name, flags, keywordFlags)
		else
			below(asked.together, name)[flags] = true
			below(asked.together, flags)[name] = true
			asked.version = asked.version + 1
		end
	end
	asked.learned = count or asked.learned
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
