-- The replacements for Path of Building's functions, tested without Path of Building: how they change a module's text.
local host = ...
local fast = require("pob.patch.registry")
local moduleTree = require("pob.patch.module_tree")
local source = require("pob.patch.source")

-- Two classes of modifier stores with the walks of the replacements, and native queries of them.
local function nativeStores()
	local env = {
		AND64 = function(a, b)
			local high, low = math.floor(a / 2 ^ 32), a % 2 ^ 32
			local high2, low2 = math.floor(b / 2 ^ 32), b % 2 ^ 32
			return bit.band(bit.band(high, high2), 0x1FFFFF) * 2 ^ 32 + bit.band(low, low2)
		end,
		MatchKeywordFlags = function(flags, modFlags)
			local mask = bit.bnot(0x40000000)
			local wanted, present = bit.band(modFlags, mask), bit.band(flags, mask)
			if bit.band(modFlags, 0x40000000) ~= 0 then
				return bit.band(present, wanted) == wanted
			end
			return wanted == 0 or bit.band(present, wanted) ~= 0
		end,
		round = math.floor,
		data = { highPrecisionMods = {} },
		common = { classes = {} },
	}
	for _, name in ipairs({ "ModDB", "ModList" }) do
		local class = {}
		class.__index = class
		for _, method in ipairs({ "MergeMod", "ReplaceModInternal", "ConvertModInternal" }) do
			class[method] = function() end
		end
		function class:EvalMod()
			return 1
		end
		env.common.classes[name] = class
	end
	local classes = env.common.classes
	require("pob.replacements.query_walks").installDb(classes.ModDB, {}, env)
	require("pob.replacements.query_walks").installList(classes.ModList, {}, env)
	local native = require("pob.replacements.native_queries").new(host.modifierQueries, env)
	local function make(isList, parent)
		if isList then
			return setmetatable({ parent = parent or false, pobatchIndex = false }, classes.ModList)
		end
		return setmetatable({ parent = parent or false, mods = {} }, classes.ModDB)
	end
	return native, make
end

return {
	-- The text that would be compiled instead, and the report on each function.
	transform = function(_, args)
		local extension = fast.attach(host)
		local edit = extension.transform(args.path, args.text)
		local text = edit and edit()
		extension.loaded(args.path, { common = {} })
		return { text = text or "as it is", report = extension.report() }
	end,
	-- What `text` returns (a list of strings), unchanged and as it would be compiled instead; and the lines of the latter.
	compose = function(_, args)
		local extension = fast.attach(host)
		local env = setmetatable({ common = {} }, { __index = _G })
		extension.loaded("Modules/Common.lua", env)
		local edit = extension.transform("Modules/CalcOffence.lua", args.text)
		local edited = edit and edit()
		local function run(text)
			return setfenv(assert(loadstring(text)), env)()
		end
		return { original = run(args.text), edited = run(edited or args.text), lines = source.lines(edited or args.text) }
	end,
	-- Whether a text has a function called `name` with the same form as the one in the text `known`.
	find = function(_, args)
		local known = moduleTree.read("known", args.known)
		local form = known:fingerprint(known.functions[args.name][1].f)
		local module = moduleTree.read("text", args.text)
		return module ~= nil and module:find(args.name, { [form] = true }) ~= nil
	end,
	-- What the replacement of modLib.formatFlags returns if the original is `describe`, and how often the original was called.
	flagNames = function(_, args)
		local calls, out = 0, {}
		local function describe(flags, names)
			calls = calls + 1
			return flags .. " of " .. names[1]
		end
		local env = { modLib = { formatFlags = describe } }
		require("pob.replacements.flag_names").install({}, env)
		local tables = { { "mods" }, { "keywords" } }
		for i, ask in ipairs(args.asks) do
			out[i] = env.modLib.formatFlags(ask[1], tables[ask[2]])
		end
		return { texts = out, calls = calls, failed = not pcall(env.modLib.formatFlags, nil, tables[1]) }
	end,
	-- A store to which a tree contributes the lists `own`, and then, row by row, those of `rows`. A row is a list of numbers of
	-- lists, and `names` has the names of the modifiers in each list. Returns for each row: the store's contents by name, the
	-- names that are reported as different, and those of them that differ in more than order, sorted.
	exchange = function(_, args)
		local lists, order = {}, {}
		for i, names in ipairs(args.names) do
			lists[i] = {}
			for k, name in ipairs(names) do
				lists[i][k] = { name = name }
				order[lists[i][k]] = i .. "." .. k
			end
		end
		local function storeOf(numbers)
			local tree, mods, before = {}, { A = { { name = "A" } } }, { A = 1 }
			order[mods.A[1]] = "base"
			for i, number in ipairs(numbers) do
				tree[i] = lists[number]
				for _, mod in ipairs(lists[number]) do
					mods[mod.name] = mods[mod.name] or {}
					table.insert(mods[mod.name], mod)
				end
			end
			for _, name in ipairs({ "A", "B" }) do
				mods[name] = mods[name] or {}
				table.insert(mods[name], args.last[name])
			end
			return mods, before, tree
		end
		args.last = { A = { name = "A" }, B = { name = "B" } }
		order[args.last.A], order[args.last.B] = "last", "last"
		local function text(list)
			local parts = {}
			for i, mod in ipairs(list or {}) do
				parts[i] = order[mod]
			end
			return table.concat(parts, " ")
		end
		local function sorted(names)
			local list = {}
			for name in pairs(names or {}) do
				list[#list + 1] = name
			end
			table.sort(list)
			return table.concat(list)
		end
		local place = require("pob.environment.tree_segment").new(storeOf(args.own))
		local out = {}
		for i, row in ipairs(args.rows) do
			local mods = storeOf(args.own)
			local _, _, tree = storeOf(row)
			local changed, others = place:exchange(mods, tree)
			local found = {}
			for name, list in pairs(mods) do
				found[name] = text(list)
			end
			out[i] = { mods = found, changed = sorted(changed), others = sorted(others) }
		end
		return out
	end,
	-- Whether the two values that a Lua text returns are equal.
	graphEquality = function(_, args)
		local graphEquality = require("pob.environment.graph_equality")
		local out = {}
		for i, text in ipairs(args.texts) do
			local one, other, taken = assert(loadstring(text))()
			out[i] = graphEquality.compare(one, other, taken or {}, {})
		end
		return out
	end,
	-- Queries to a store whose first modifiers are `base`, and to one that has `base` in its parent. Returns for each query the
	-- two answers as text, and whether a mix of base and rest was detected.
	base = function(_, args)
		local env = {
			AND64 = bit.band,
			MatchKeywordFlags = function(flags, modFlags)
				return bit.band(flags, modFlags) ~= 0
			end,
			round = function(value, places)
				local power = 10 ^ places
				return math.floor(value * power + 0.5) / power
			end,
			data = { highPrecisionMods = { Damage = { MORE = 3 } } },
		}
		local class, shared = {}, {}
		class.__index = class
		function class:EvalMod(mod, _, limits)
			assert(limits or not mod[1].globalLimit)
			return mod[1].passes and mod.value or nil
		end
		for _, name in ipairs({ "Sum", "More", "Override", "List", "Tabulate", "ReplaceMod", "ConvertMod" }) do
			class[name .. "Internal"] = function()
				return "original"
			end
		end
		require("pob.replacements.query_walks").installDb(class, shared, env)
		local orderGuard = require("pob.environment.order_guard")
		local arm = orderGuard.install(class, shared, env)
		local function storeOf(parent, ...)
			local store = setmetatable({ mods = {}, parent = parent }, class)
			for i = 1, select("#", ...) do
				store:AddList((select(i, ...)))
			end
			return store
		end
		for _, list in ipairs({ args.base, args.rest }) do
			for _, mod in ipairs(list) do
				mod[1], mod.tag = mod.tag, nil
			end
		end
		local parent = storeOf(nil, args.base)
		local whole, split = storeOf(nil, args.base, args.rest), storeOf(parent, args.rest)
		local base = orderGuard.of(parent.mods)
		if not base then
			return { refused = true }
		end
		arm(whole, base)
		local function text(value)
			if type(value) ~= "table" then
				return type(value) == "number" and ("%.17g"):format(value) or tostring(value)
			end
			local parts = {}
			for i, item in ipairs(value) do
				parts[i] = text(type(item) == "table" and item.value or item)
			end
			return table.concat(parts, ",")
		end
		local function ask(store, query)
			local kind, flags, names = query.kind, query.flags, query.names
			if kind == "MORE" and #names == 1 then
				return store:pobatchMoreOne(store, nil, flags, 0, nil, names[1])
			elseif kind == "MORE" then
				return store:pobatchMore(store, nil, flags, 0, nil, #names, unpack(names))
			elseif kind == "OVERRIDE" then
				return store:pobatchOverride(store, nil, flags, 0, nil, names[1])
			elseif kind == "FLAG" then
				return store:pobatchFlag(store, nil, flags, 0, nil, names[1]) or false
			elseif kind == "LIST" or query.tabulate then
				local result = {}
				if kind == "LIST" then
					store:pobatchList(store, result, nil, flags, 0, nil, names[1])
				else
					store:pobatchTabulate(store, result, kind, nil, flags, 0, nil, names[1])
				end
				return result
			elseif #names == 1 then
				return store:pobatchSumOne(store, kind, nil, flags, 0, nil, names[1])
			end
			return store:pobatchSum(store, kind, nil, flags, 0, nil, unpack(names))
		end
		local out = {}
		for i, query in ipairs(args.queries) do
			shared.guarding, shared.mixed = true, false
			local one = ask(whole, query)
			local mixed = shared.mixed
			shared.guarding = false
			out[i] = { whole = text(one), split = text(ask(split, query)), mixed = mixed or false }
		end
		-- These methods change a modifier in the store itself or in its parent, so the place of the base matters.
		shared.guarding, shared.mixed = true, false
		local name = args.base[1] and args.base[1].name or "?"
		whole:ReplaceModInternal({ name = name })
		local replaced = shared.mixed
		shared.mixed = false
		whole:ConvertModInternal(name, { name = "other" })
		return { answers = out, replaced = replaced, converted = shared.mixed }
	end,
	-- Each store has the next one as its parent. Returns for each query to the first store the native answer ("ask": none) and
	-- that of the walks.
	native = function(_, args)
		local native, make = nativeStores()
		local function fill(store, mods)
			for _, mod in ipairs(mods) do
				mod[1], mod.tagged = mod.tagged and { type = "Test" } or nil, nil
				store:AddMod(mod)
			end
		end
		local store
		for i = #args.stores, 1, -1 do
			store = make(args.stores[i].isList, store)
			fill(store, args.stores[i].mods)
			-- Creates the index, if the list has one.
			store:pobatchHas("NONE", 0, 0, nil, "Life")
			fill(store, args.stores[i].later)
		end
		local at = host.modifierQueries.address(store)
		local out = {}
		for i, query in ipairs(args.queries) do
			local type, flags, keywordFlags, names = query.type, query.flags, query.keywordFlags, query.names
			local answer, walked
			if query.kind == "sum" then
				local call = #names == 1 and native.sumOne or native.sum
				local list = { native.context, at, type, flags, keywordFlags }
				for k = 1, #names == 1 and 1 or 12 do
					list[5 + k] = names[k]
				end
				answer = call(unpack(list, 1, #names == 1 and 6 or 17))
				answer = answer == answer and ("%.17g"):format(answer) or "ask"
				if answer ~= "ask" then
					walked = ("%.17g"):format(store:pobatchSum(store, type, nil, flags, keywordFlags, nil, unpack(names, 1, 12)))
				end
			elseif query.kind == "none" then
				answer = native.none(native.context, at, type, flags, keywordFlags, names[1]) == 1 and "true" or "ask"
				walked = tostring(not store:pobatchHas(type, flags, keywordFlags, nil, names[1]))
			else
				answer = native.flag(native.context, at, "FLAG", flags, keywordFlags, names[1])
				answer = answer == -1 and "ask" or tostring(answer == 1)
				walked = tostring(store:pobatchFlag(store, nil, flags, keywordFlags, nil, names[1]) or false)
			end
			out[i] = { native = answer, walked = walked or "not walked" }
		end
		return out
	end,
	-- What is recorded after all queries, and after repeating them.
	nativeNotes = function(_, args)
		local native, make = nativeStores()
		local readSet = require("pob.memo.read_set")
		readSet.use(host.modifierQueries)
		local asked, other, store, unasked = readSet.new(), readSet.new(), make(false), make(true)
		local function ask(where, query)
			local texts = { native.context, host.modifierQueries.address(where), query.type, query.flags, 0, unpack(query.names) }
			if query.kind == "sum" then
				native.sum(unpack(texts, 1, 17))
			elseif query.kind == "noneOf" then
				native.noneOf(unpack(texts, 1, 17))
			else
				native[query.kind](unpack(texts, 1, 6))
			end
		end
		local function askAll(where)
			for _, query in ipairs(args.queries) do
				ask(where, query)
			end
		end
		askAll(store)
		native.listen(asked.set)
		native.leaveOut(unasked)
		askAll(unasked)
		readSet.learn(asked)
		local before = asked.count
		askAll(store)
		readSet.record(asked, "LIST", "Keystone", 0, 0)
		readSet.record(asked, "LIST", "Keystone", readSet.ANY, readSet.ANY)
		readSet.record(asked, "LIST", {}, 0, 0)
		readSet.learn(asked)
		local version = asked.count
		askAll(store)
		readSet.record(asked, "LIST", "Keystone", readSet.ANY, readSet.ANY)
		native.listen(other.set)
		askAll(store)
		native.listen(nil)
		askAll(make(false))
		readSet.learn(asked)
		readSet.learn(other)
		local function flat(byType)
			local list = {}
			for kind, byName in pairs(byType) do
				for name, flags in pairs(byName) do
					for i = 1, #flags, 2 do
						list[#list + 1] = kind .. " " .. name .. " " .. flags[i] .. " " .. flags[i + 1]
					end
				end
			end
			table.sort(list)
			return list
		end
		local together = {}
		for name, others in pairs(asked.together) do
			for second in pairs(others) do
				together[#together + 1] = name .. " " .. second
			end
		end
		table.sort(together)
		local otherAsked = flat(other.asked)
		-- Further queries of rows, row by row; enough for the set to grow.
		local row, ofRows = readSet.row(asked), {}
		native.listen(asked.set)
		for i = 1, 2 do
			readSet.begin(row)
			askAll(store)
			for k = 1, 3000 do
				ask(store, { kind = "sumOne", type = "BASE", names = { "Fresh" .. i .. k }, flags = 0 })
			end
			readSet.learn(row)
			ofRows[i] = flat(row.asked)
		end
		readSet.begin(row)
		askAll(store)
		readSet.learn(row)
		ofRows[3] = flat(row.asked)
		native.listen(nil)
		-- A learner that was stopped gets everything again.
		local again, count = host.modifierQueries.news(asked.set, 0)
		return {
			rows = { #ofRows[1], ofRows[1][1], #ofRows[2], ofRows[2][1], #ofRows[3] },
			before = before, asked = flat(asked.asked), other = otherAsked, together = together, news = asked.count - version,
			isAllThere = count == asked.learned and #again == 4 * count,
		}
	end,
	nativeRefusals = function()
		local native, make = nativeStores()
		local function sum(store, name)
			local answer = native.sumOne(native.context, host.modifierQueries.address(store), "BASE", 0, 0, name or "Life")
			return answer == answer and answer or "ask"
		end
		local function life(value)
			return { name = "Life", type = "BASE", value = value, flags = 0, keywordFlags = 0 }
		end
		local function listOf(...)
			local list = make(true)
			for _, value in ipairs({ ... }) do
				list:AddMod(life(value))
			end
			list:pobatchHas("NONE", 0, 0, nil, "Life")
			return list
		end
		local plain = listOf(1, 1, 1, -1, -1, 2)
		local exchanged = listOf(1, 1, 1, 1, 1, 1)
		exchanged[6] = life(5)
		local watched = make(false)
		watched:AddMod(life(7))
		watched.pobatchBase = { Life = { BASE = {} } }
		local watchedForOthers = make(false)
		watchedForOthers:AddMod(life(7))
		watchedForOthers.pobatchBase = { Life = { INC = {} }, Mana = { BASE = {} } }
		local deep = make(false)
		for _ = 1, 12 do
			deep = make(false, deep)
		end
		return {
			plain = sum(plain), exchanged = sum(exchanged), text = sum(listOf("many")),
			otherClass = sum({ mods = {}, parent = false }),
			watched = sum(watched), watchedForOthers = sum(watchedForOthers), deep = sum(deep),
		}
	end,
	-- For each text: the result of the replacement of the parser's search, the result of taking all matches in order, and how
	-- many patterns were tried.
	search = function(_, args)
		local patterns, shared = require("pob.replacements.pattern_index"), {}
		require("pob.replacements.mod_parser").install(shared)
		local list = {}
		for i, pattern in ipairs(args.patterns) do
			list[pattern] = "value " .. i
		end
		local index = patterns.index(list, args.plain)
		local function joined(value, rest, captures)
			local parts = { tostring(value), rest }
			for _, capture in ipairs(captures or {}) do
				parts[#parts + 1] = tostring(capture)
			end
			return table.concat(parts, "|")
		end
		local out = {}
		for i, text in ipairs(args.texts) do
			local matches = {}
			for pattern in pairs(list) do
				local found = { text:lower():find(pattern, 1, args.plain) }
				if found[1] then
					matches[#matches + 1] = { pattern = pattern, first = found[1], last = found[2], captures = { unpack(found, 3, 7) } }
				end
			end
			table.sort(matches, function(a, b)
				if a.first ~= b.first then
					return a.first < b.first
				elseif a.last ~= b.last then
					return a.last > b.last
				elseif #a.pattern ~= #b.pattern then
					return #a.pattern > #b.pattern
				end
				return a.pattern < b.pattern
			end)
			local best = matches[1]
			local narrowed = {}
			for pattern, value in shared.narrowed(text:lower())(list) do
				narrowed[pattern] = value == list[pattern] or nil
			end
			local lost = 0
			for _, match in ipairs(args.plain and {} or matches) do
				lost = lost + (narrowed[match.pattern] and 0 or 1)
			end
			local _, tried = patterns.candidates(index, text:lower())
			out[i] = {
				answer = joined(shared.scan(text, list, args.plain)),
				wanted = best and joined(list[best.pattern], text:sub(1, best.first - 1) .. text:sub(best.last + 1), best.captures)
					or joined(nil, text),
				matches = #matches,
				lost = lost,
				tried = tried,
			}
		end
		return out
	end,
}
