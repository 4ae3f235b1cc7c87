-- Sum, More, Flag, Override, List and Tabulate of Path of Building's modifier stores (Classes/ModStore.lua, ModDB.lua,
-- ModList.lua).
--
-- The originals pass the names through two vararg calls and test flags with a call for every modifier. The results are
-- equal because
--  * modifiers are visited in the original's order (names as given, then the parent), and the same sums and products are
--    formed
--    in that order;
--  * a modifier passes if its type, flags, keyword flags and source pass. Flags 0 and keyword flags 0 always pass, all
--    others are
--    tested by the functions of bits.lua;
--  * a name that is not a string finds nothing, here as there (Path of Building passes tables, too);
--  * the table of global limits lives as long as one store's part of a query, and is made only when a modifier with such a
--    limit
--    is met: nothing else reads it;
--  * a product with a name that has no modifiers is result * round(1, 2), unless an earlier name brought a precision: then
--    the
--    rounding is done here too. It is also done for a name that is nil, so products know how many names were given.
-- The originals' ...Internal methods stay: they handle queries with more than the supported number of names (12), and lists
-- of more than one name.

local unroll = require("pob.replacements.unroll")
local nativeQueries = require("pob.replacements.native_queries")
local queryWalks = require("pob.replacements.query_walks")
local readSet = require("pob.memo.read_set")
local inertModifiers = require("pob.memo.inert_modifiers")

local select, type = select, type

local STORE, DB, LIST = "Classes/ModStore.lua", "Classes/ModDB.lua", "Classes/ModList.lua"

local part = {
	name = "queries",
	targets = {
		{ name = "Sum", file = STORE, label = "ModStore:Sum" },
		{ name = "More", file = STORE, label = "ModStore:More" },
		{ name = "Flag", file = STORE, label = "ModStore:Flag" },
		{ name = "Override", file = STORE, label = "ModStore:Override" },
		{ name = "List", file = STORE, label = "ModStore:List" },
		{ name = "Tabulate", file = STORE, label = "ModStore:Tabulate" },
		{ name = "HasMod", file = STORE, label = "ModStore:HasMod" },
		{ name = "NewMod", file = STORE, label = "ModStore:NewMod" },
		{ name = "SumInternal", file = DB, label = "ModDB:SumInternal" },
		{ name = "MoreInternal", file = DB, label = "ModDB:MoreInternal" },
		{ name = "FlagInternal", file = DB, label = "ModDB:FlagInternal" },
		{ name = "OverrideInternal", file = DB, label = "ModDB:OverrideInternal" },
		{ name = "ListInternal", file = DB, label = "ModDB:ListInternal" },
		{ name = "TabulateInternal", file = DB, label = "ModDB:TabulateInternal" },
		{ name = "HasModInternal", file = DB, label = "ModDB:HasModInternal" },
		{ name = "AddMod", file = DB, label = "ModDB:AddMod" },
		{ name = "AddList", file = DB, label = "ModDB:AddList" },
		{ name = "SumInternal", file = LIST, label = "ModList:SumInternal" },
		{ name = "MoreInternal", file = LIST, label = "ModList:MoreInternal" },
		{ name = "FlagInternal", file = LIST, label = "ModList:FlagInternal" },
		{ name = "OverrideInternal", file = LIST, label = "ModList:OverrideInternal" },
		{ name = "ListInternal", file = LIST, label = "ModList:ListInternal" },
		{ name = "TabulateInternal", file = LIST, label = "ModList:TabulateInternal" },
		{ name = "HasModInternal", file = LIST, label = "ModList:HasModInternal" },
		{ name = "MergeMod", file = LIST, label = "ModList:MergeMod" },
		{ name = "ReplaceModInternal", file = LIST, label = "ModList:ReplaceModInternal" },
		{ name = "ConvertModInternal", file = LIST, label = "ModList:ConvertModInternal" },
		{ name = "AddMod", file = LIST, label = "ModList:AddMod" },
		{ name = "AddList", file = LIST, label = "ModList:AddList" },
		{ name = "round", file = "Modules/Common.lua" },
		-- How flags are compared, here and natively.
		{ name = "AND64", file = "Data/Global.lua" },
		{ name = "MatchKeywordFlags", file = "Data/Global.lua" },
	},
}

-- The field by which a query for flags says that sources are ignored: until 0.16 it is misspelt where it is read.
local function ignoresSource(this)
	for _, entry in ipairs(this.found) do
		if entry.name == "FlagInternal" and entry.form == "26b51dd1cee14b86" then
			return "ignoreSourceinCheckConditions"
		end
	end
	return "ignoreSourceInCheckConditions"
end

function part.ready(env)
	local list = env.common and env.common.classes
	return list and list.ModDB and list.ModDB.HasModInternal and list.ModList and list.ModList.HasModInternal
		and env.MatchKeywordFlags and env.AND64 and env.modLib and env.modLib.createMod
end

function part.install(shared, env, _, this)
	inertModifiers.install(shared)
	local classes = env.common.classes
	local store, modLib = classes.ModStore, env.modLib
	queryWalks.installDb(classes.ModDB, shared, env, ignoresSource(this))
	queryWalks.installList(classes.ModList, shared, env)

	local native = nativeQueries.new(shared.modifierQueries, env)
	local find, context, nativeNone, nativeNoneOf, nativeFlag =
		native.find, native.context, native.none, native.noneOf, native.flag
	shared.hooks:beforeRow(part.name, native.forget)

	-- shared.asked: where the present build's queries are recorded, if at all; shared.unaskedStore: a store that modifiers of
	-- the tree never get into, so that queries of it do not matter. Native queries are recorded natively.
	local record, link, order, ANY = readSet.record, readSet.link, readSet.order, readSet.ANY

	---From now on queries are recorded in `asked`; nil: nowhere.
	function shared.listen(asked)
		-- The native side may still write to the previous set, wherever a row was stopped, so that set is kept alive.
		shared.askedBefore = shared.asked
		shared.asked = asked
		native.listen(asked and asked.set)
	end

	function shared.leaveOut(store)
		shared.unaskedStore = store
		native.leaveOut(store)
	end

	-- Whether no modifier of the type and name is let in; and whether that was answered, and recorded, natively.
	local function isNone(self, kind, cfg, name)
		local at = find(self)
		if not at or type(name) ~= "string" then
			return false, false
		elseif not cfg then
			return nativeNone(context, at, kind, 0, 0, name) == 1, true
		elseif cfg.source then
			return false, false
		end
		return nativeNone(context, at, kind, cfg.flags or 0, cfg.keywordFlags or 0, name) == 1, true
	end

	-- A query for modifiers of one node, or one item, distinguishes them by their source.
	local function seeSource(kind, source, name)
		if name and source:find(":", 1, true) then
			order(shared.asked, kind, name)
		end
	end

	local function recordOne(kind, cfg, name)
		if cfg then
			if cfg.source then
				seeSource(kind, cfg.source, name)
			end
			record(shared.asked, kind, name, cfg.flags or 0, cfg.keywordFlags or 0)
		else
			record(shared.asked, kind, name, 0, 0)
		end
	end

	local function recordAll(kind, cfg, ...)
		for i = 1, select("#", ...) do
			local name = select(i, ...)
			if name then
				recordOne(kind, cfg, name)
			end
		end
	end

	local function linkAll(asked, first, ...)
		for i = 1, select("#", ...) do
			link(asked, first, (select(i, ...)))
		end
	end

	local sum = unroll.compile([[
		local shared, recordAll, linkAll, sumOf, find, context, nativeSum, nativeSumOne = ...
		return function(self, kind, cfg, NAMES, o1, o2, o3, o4, o5, o6, o7, o8, more)
			if o1 ~= nil or o2 ~= nil or o3 ~= nil or o4 ~= nil or o5 ~= nil or o6 ~= nil or o7 ~= nil or o8 ~= nil then
				if more ~= nil then
					error("a sum over more than 20 modifier names", 2)
				end
				if shared.asked and self ~= shared.unaskedStore then
					recordAll(kind, cfg, NAMES, o1, o2, o3, o4, o5, o6, o7, o8)
					linkAll(shared.asked, NAMES, o1, o2, o3, o4, o5, o6, o7, o8)
				end
				return sumOf(self, kind, cfg, NAMES, o1, o2, o3, o4, o5, o6, o7, o8)
			end
			local flags, keywordFlags, source = 0, 0, nil
			if cfg then
				flags, keywordFlags, source = cfg.flags or 0, cfg.keywordFlags or 0, cfg.source
			end
			local at = not source and find(self)
			if n2 == nil and n3 == nil and n4 == nil and n5 == nil and n6 == nil and n7 == nil
				and n8 == nil and n9 == nil and n10 == nil and n11 == nil and n12 == nil and n1 then
				if at and type(n1) == "string" then
					local result = nativeSumOne(context, at, kind, flags, keywordFlags, n1)
					if result == result then
						return result
					end
				elseif shared.asked and self ~= shared.unaskedStore then
					recordAll(kind, cfg, n1)
				end
				return self:pobatchSumOne(self, kind, cfg, flags, keywordFlags, source, n1)
			end
			if at then
				local result = nativeSum(context, at, kind, flags, keywordFlags, TEXTS)
				if result == result then
					return result
				end
			elseif shared.asked and self ~= shared.unaskedStore then
				recordAll(kind, cfg, NAMES)
				linkAll(shared.asked, NAMES)
			end
			return self:pobatchSum(self, kind, cfg, flags, keywordFlags, source, NAMES)
		end
	]], shared, recordAll, linkAll, store.Sum, find, context, native.sum, native.sumOne)

	local function orderAll(kind, ...)
		for i = 1, select("#", ...) do
			order(shared.asked, kind, (select(i, ...)))
		end
	end

	local function moreOne(self, cfg, name)
		local none, isNoted = isNone(self, "MORE", cfg, name)
		if none then
			return 1
		elseif not isNoted and shared.asked and self ~= shared.unaskedStore then
			recordOne("MORE", cfg, name)
		end
		if cfg then
			return self:pobatchMoreOne(self, cfg, cfg.flags or 0, cfg.keywordFlags or 0, cfg.source, name)
		end
		return self:pobatchMoreOne(self, cfg, 0, 0, nil, name)
	end

	local isNoneOf = unroll.compile([[
		local context, noneOf = ...
		return function(at, flags, keywordFlags, NAMES)
			return noneOf(context, at, "MORE", flags, keywordFlags, TEXTS) == 1
		end
	]], context, nativeNoneOf)

	local function more(self, cfg, ...)
		local count = select("#", ...)
		if count == 1 then
			local name = ...
			if name then
				return moreOne(self, cfg, name)
			end
		end
		local flags, keywordFlags, source = 0, 0, nil
		if cfg then
			flags, keywordFlags, source = cfg.flags or 0, cfg.keywordFlags or 0, cfg.source
		end
		local at = not source and count <= unroll.COUNT and find(self)
		if at then
			if isNoneOf(at, flags, keywordFlags, ...) then
				return 1
			end
		elseif shared.asked and self ~= shared.unaskedStore then
			recordAll("MORE", cfg, ...)
		end
		if count > unroll.COUNT then
			return store.More(self, cfg, ...)
		end
		return self:pobatchMore(self, cfg, flags, keywordFlags, source, count, ...)
	end

	-- All but sums and products: nearly always one name. For several, the original goes through all of them store by store; a
	-- name that is nil finds nothing.

	local function isLong(b, c, d, e, f, g, h, i, j, k, l)
		return b or c or d or e or f or g or h or i or j or k or l
	end

	local function tooMany()
		error("a query for more than 12 modifier names", 3)
	end

	local function flag(self, cfg, a, b, c, d, e, f, g, h, i, j, k, l, more)
		if more ~= nil then
			tooMany()
		end
		if not a or isLong(b, c, d, e, f, g, h, i, j, k, l) then
			if shared.asked and self ~= shared.unaskedStore then
				recordAll("FLAG", cfg, a, b, c, d, e, f, g, h, i, j, k, l)
			end
			return store.Flag(self, cfg, a, b, c, d, e, f, g, h, i, j, k, l)
		end
		local flags, keywordFlags, source = 0, 0, nil
		if cfg then
			flags, keywordFlags, source = cfg.flags or 0, cfg.keywordFlags or 0, cfg.source
		end
		local at = not source and find(self)
		if at and type(a) == "string" then
			local answer = nativeFlag(context, at, "FLAG", flags, keywordFlags, a)
			if answer == 0 then
				return nil
			elseif answer == 1 then
				return true
			end
		elseif shared.asked and self ~= shared.unaskedStore then
			recordOne("FLAG", cfg, a)
		end
		return self:pobatchFlag(self, cfg, flags, keywordFlags, source, a)
	end

	local function override(self, cfg, a, b, c, d, e, f, g, h, i, j, k, l, more)
		if more ~= nil then
			tooMany()
		end
		if not a or isLong(b, c, d, e, f, g, h, i, j, k, l) then
			if shared.asked and self ~= shared.unaskedStore then
				recordAll("OVERRIDE", cfg, a, b, c, d, e, f, g, h, i, j, k, l)
			end
			return store.Override(self, cfg, a, b, c, d, e, f, g, h, i, j, k, l)
		end
		local none, isNoted = isNone(self, "OVERRIDE", cfg, a)
		if none then
			return nil
		elseif not isNoted and shared.asked and self ~= shared.unaskedStore then
			recordOne("OVERRIDE", cfg, a)
		end
		if cfg then
			return self:pobatchOverride(self, cfg, cfg.flags or 0, cfg.keywordFlags or 0, cfg.source, a)
		end
		return self:pobatchOverride(self, cfg, 0, 0, nil, a)
	end

	local function list(self, cfg, a, b, c, d, e, f, g, h, i, j, k, l, more)
		if more ~= nil then
			tooMany()
		end
		if not a or isLong(b, c, d, e, f, g, h, i, j, k, l) then
			if shared.asked and self ~= shared.unaskedStore then
				recordAll("LIST", cfg, a, b, c, d, e, f, g, h, i, j, k, l)
			end
			return store.List(self, cfg, a, b, c, d, e, f, g, h, i, j, k, l)
		end
		local none, isNoted = isNone(self, "LIST", cfg, a)
		if none then
			return {}
		elseif not isNoted and shared.asked and self ~= shared.unaskedStore then
			recordOne("LIST", cfg, a)
		end
		local result = {}
		if cfg then
			self:pobatchList(self, result, cfg, cfg.flags or 0, cfg.keywordFlags or 0, cfg.source, a)
		else
			self:pobatchList(self, result, cfg, 0, 0, nil, a)
		end
		return result
	end

	local function tabulate(self, kind, cfg, a, b, c, d, e, f, g, h, i, j, k, l, more)
		if more ~= nil then
			tooMany()
		end
		local isAsked = shared.asked and self ~= shared.unaskedStore
		if isAsked then
			order(shared.asked, kind or ANY, a)
		end
		if not a or isLong(b, c, d, e, f, g, h, i, j, k, l) then
			if isAsked then
				recordAll(kind or ANY, cfg, a, b, c, d, e, f, g, h, i, j, k, l)
				orderAll(kind or ANY, b, c, d, e, f, g, h, i, j, k, l)
			end
			return store.Tabulate(self, kind, cfg, a, b, c, d, e, f, g, h, i, j, k, l)
		end
		local none, isNoted
		if kind then
			none, isNoted = isNone(self, kind, cfg, a)
			if none then
				return {}
			end
		end
		if isAsked and not isNoted then
			recordOne(kind or ANY, cfg, a)
		end
		local result = {}
		if cfg then
			self:pobatchTabulate(self, result, kind, cfg, cfg.flags or 0, cfg.keywordFlags or 0, cfg.source, a)
		else
			self:pobatchTabulate(self, result, kind, cfg, 0, 0, nil, a)
		end
		return result
	end

	local function seePresence(...)
		for i = 1, select("#", ...) do
			readSet.see(shared.asked, (select(i, ...)))
		end
	end

	local function hasMod(self, kind, cfg, a, b, c, d, e, f, g, h, i, j, k, l, more)
		if more ~= nil then
			tooMany()
		end
		if shared.asked and self ~= shared.unaskedStore then
			seePresence(a, b, c, d, e, f, g, h, i, j, k, l)
		end
		if not a or isLong(b, c, d, e, f, g, h, i, j, k, l) then
			if shared.asked and self ~= shared.unaskedStore then
				recordAll(kind, cfg, a, b, c, d, e, f, g, h, i, j, k, l)
			end
			return store.HasMod(self, kind, cfg, a, b, c, d, e, f, g, h, i, j, k, l)
		end
		local none, isNoted = isNone(self, kind, cfg, a)
		if none then
			return false
		elseif not isNoted and shared.asked and self ~= shared.unaskedStore then
			recordOne(kind, cfg, a)
		end
		if cfg then
			return self:pobatchHas(kind, cfg.flags or 0, cfg.keywordFlags or 0, cfg.source, a)
		end
		return self:pobatchHas(kind, 0, 0, nil, a)
	end

	-- These look for a modifier in order to replace it.
	for _, class in ipairs({ classes.ModDB, classes.ModList }) do
		local replace, convert = class.ReplaceModInternal, class.ConvertModInternal
		function class:ReplaceModInternal(mod)
			if shared.asked and self ~= shared.unaskedStore then
				record(shared.asked, mod.type, mod.name, ANY, ANY)
				order(shared.asked, mod.type, mod.name)
			end
			shared.addCondition(mod.name)
			return replace(self, mod)
		end
		-- Before 0.16 there is none.
		class.ConvertModInternal = convert and function(self, oldName, mod)
			if shared.asked and self ~= shared.unaskedStore then
				record(shared.asked, mod.type, oldName, ANY, ANY)
				order(shared.asked, mod.type, oldName)
			end
			shared.addCondition(mod.name)
			return convert(self, oldName, mod)
		end
	end

	local function newMod(self, ...)
		self:AddMod(modLib.createMod(...))
	end

	for _, class in ipairs({ classes.ModDB, classes.ModList }) do
		class.Sum, class.More, class.Flag, class.Override = sum, more, flag, override
		class.List, class.Tabulate, class.HasMod, class.NewMod = list, tabulate, hasMod, newMod
	end

	-- for calc_lib.lua
	shared.moreOne = moreOne
end

return part
