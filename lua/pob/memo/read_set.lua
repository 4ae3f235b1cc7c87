-- What a build's calculations asked the modifier stores for: name, type, flags and keyword flags of every query (I12 and
-- I13 in docs/internals/memo.md).
--
-- What one row asks for beyond its `base` is recorded separately: most rows of a build make the same queries, and what only
-- some rows ask for need not tell the others apart (I21).

local ffi = require("ffi")

local readSet = {}

local ANY = "any"
readSet.ANY = ANY

local newSet, newsOf, forget, note

---@param native table @the host's modifierQueries, which record most queries themselves
function readSet.use(native)
	newSet, newsOf, forget = native.asked, native.news, native.forget
	note = ffi.cast("void(*)(void*, const char*, double, double, const char*, const char*)", native.note)
end

-- Contents of a set. `asked`: queries by type and then name, as a flat list that alternates flags and keyword flags (type
-- ANY: a query for all types; flags ANY: a read that ignores flags). `ordered`: type .. " " .. name of modifiers that were
-- looked at one by one, by queries that list them, override them, or ask for a single source (type ANY: all types).
-- `present`: names that were tested for presence, whether or not they apply. `count`: a lower bound on how many entries
-- there are in all.
local function clear(asked)
	asked.asked, asked.ordered, asked.present, asked.count = {}, {}, {}, 0
	return asked
end

---@return table @what is asked for
function readSet.new()
	return clear({
		-- name -> names that were summed together with it; links are counted
		together = {}, links = 0,
		-- the native records that the next `learn` takes in; how many of them have been taken in
		set = newSet(), learned = 0,
	})
end

---@param base table
---@return table @what rows ask for beyond what `base` has
function readSet.row(base)
	return clear({ base = base, together = base.together, set = base.set, learned = 0 })
end

---To be called before a row.
function readSet.begin(row)
	local base = row.base
	forget(row.set, base.learned)
	row.learned = base.learned
	if row.count > 0 then
		clear(row)
	end
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
	for i = 1, #pairsOf, 2 do
		if pairsOf[i] == flags and pairsOf[i + 1] == keywordFlags then
			return
		end
	end
	pairsOf[#pairsOf + 1], pairsOf[#pairsOf + 2] = flags, keywordFlags
	asked.count = asked.count + 1
end

readSet.remember = remember

---@return table @a list of what may be asked for, without a native set
function readSet.list()
	return clear({})
end

local function hasAny(byName, name)
	local pairsOf = byName and byName[name]
	for i = 1, pairsOf and #pairsOf or 0, 2 do
		if pairsOf[i] == ANY then
			return true
		end
	end
	return false
end

function readSet.record(asked, kind, name, flags, keywordFlags)
	if type(name) ~= "string" then
		return
	elseif flags ~= ANY then
		note(asked.set, kind, flags, keywordFlags, name, nil)
	elseif not (hasAny(asked.asked[kind], name) or asked.base and hasAny(asked.base.asked[kind], name)) then
		remember(asked, kind, name, flags, keywordFlags)
	end
end

---Links two names of one sum: I16.
function readSet.link(asked, a, b)
	if type(a) == "string" and type(b) == "string" then
		note(asked.set, nil, 0, 0, a, b)
	end
end

---Takes in what was recorded since the last call. To be called before anything in `asked` is read (I13). If it is stopped
---half-way, some records are taken in twice, which is harmless.
function readSet.learn(asked)
	local news, count = newsOf(asked.set, asked.learned)
	local owner = asked.base or asked
	for i = 1, news and #news or 0, 4 do
		local kind, name, flags, keywordFlags = news[i], news[i + 1], news[i + 2], news[i + 3]
		if kind then
			remember(asked, kind, name, flags, keywordFlags)
		elseif not below(owner.together, name)[flags] then
			owner.together[name][flags] = true
			below(owner.together, flags)[name] = true
			owner.links = owner.links + 1
		end
	end
	asked.learned = count or asked.learned
end

---Whether a query is recorded, not including the base.
function readSet.has(asked, kind, name, flags, keywordFlags)
	local byName = asked.asked[kind]
	local pairsOf = byName and byName[name]
	for i = 1, pairsOf and #pairsOf or 0, 2 do
		if pairsOf[i] == flags and pairsOf[i + 1] == keywordFlags then
			return true
		end
	end
	return false
end

---Records again everything that `base` has, so that rows no longer record it as an addition.
function readSet.settle(base)
	forget(base.set, 0)
	for kind, byName in next, base.asked do
		for name, pairsOf in next, byName do
			for i = 1, #pairsOf, 2 do
				if pairsOf[i] ~= ANY then
					note(base.set, kind, pairsOf[i], pairsOf[i + 1], name, nil)
				end
			end
		end
	end
	for name, others in next, base.together do
		for other in next, others do
			note(base.set, nil, 0, 0, name, other)
		end
	end
	base.learned = select(2, newsOf(base.set, 0))
end

---Adds a name to `ordered` or `present`.
function readSet.mark(asked, field, name)
	if not asked[field][name] and not (asked.base and asked.base[field][name]) then
		asked[field][name] = true
		asked.count = asked.count + 1
	end
end

local mark = readSet.mark

---A query that looks at a name's modifiers one by one: their order and their sources matter.
function readSet.order(asked, kind, name)
	if name then
		mark(asked, "ordered", kind .. " " .. name)
	end
end

---A query that only tests whether there is a modifier of the name.
function readSet.see(asked, name)
	if type(name) == "string" then
		mark(asked, "present", name)
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

---Whether some query may have let this modifier in: I12.
---@param admits function @of query_tests.lua
function readSet.matters(asked, mod, admits)
	return lets(asked.asked[mod.type], mod, admits) or lets(asked.asked[ANY], mod, admits)
end

---Whether a query looked at modifiers like this one individually.
function readSet.isOrdered(asked, mod)
	return asked.ordered[mod.type .. " " .. mod.name] or asked.ordered[ANY .. " " .. mod.name]
end

---Whether something looked at modifiers like this one without testing whether they apply.
function readSet.isSeen(asked, mod)
	return asked.present[mod.name] or hasAny(asked.asked[mod.type], mod.name) or hasAny(asked.asked[ANY], mod.name)
end

return readSet
