-- A modifier store whose first modifiers could just as well be in a parent: watches whether any query could tell the
-- difference (I29 in docs/internals/memo.md).
--
-- A row's own environment has what every character starts with (the base) at the front of its stores. The environments of
-- FullDPS have it in a parent. A query goes through a store and then through its parent. With the base in a parent,
--  * sums add the base last instead of first, and add the parent's sum as one number;
--  * products round the parent's factors separately, and multiply by them last;
--  * lists, tables and overrides come in another order.
-- Flags, and whether a modifier is present at all, do not depend on the order.

local exact = require("pob.memo.exact_sums")
local tests = require("pob.replacements.query_tests")
local unroll = require("pob.replacements.unroll")

local select = select

local orderGuard = {}

-- Types of modifiers that contribute nothing when their value is 0.
local NUMERIC = { BASE = true, INC = true, MORE = true }

--- The modifiers of a base `mods` by name and type: name -> { [type] = list, count = number of all }. Nil if one of them
-- shares a limit with others, because that limit would be reached in another order (I30).
function orderGuard.of(mods)
	local base = {}
	for name, list in next, mods do
		local kinds = { count = #list }
		for i = 1, #list do
			local mod = list[i]
			for k = 1, #mod do
				if mod[k].globalLimit then
					return nil
				end
			end
			kinds[mod.type] = kinds[mod.type] or {}
			table.insert(kinds[mod.type], mod)
		end
		if #list > 0 then
			base[name] = kinds
		end
	end
	return base
end

--- Returns arm(store, base). It makes `store` set shared.mixed, while shared.guarding, when a query mixes base and rest.
function orderGuard.install(class, shared, env)
	local admits, precisionOf = tests.new(shared, env)

	-- Whether the base's modifiers contribute to the query. A factor, whatever its value, also brings a precision to which
	-- the products of the names after it are rounded.
	local function contributes(list, kind, context, cfg, flags, keywordFlags)
		for i = 1, #list do
			local mod = list[i]
			if admits(mod, flags, keywordFlags) then
				local value = mod.value
				if mod[1] then
					value = context:EvalMod(mod, cfg, {})
				end
				if value and (value ~= 0 or not NUMERIC[kind]) or kind == "MORE" and precisionOf(mod) then
					return true
				end
			end
		end
		return false
	end

	-- Whether a list has modifiers of the type after its first `count`.
	local function goesOn(list, count, kind)
		for i = count + 1, list and #list or 0 do
			if not kind or list[i].type == kind then
				return true
			end
		end
		return false
	end

	-- Whether, among the names, both the base (with a value) and the rest have modifiers of the type. A query goes through
	-- all of its names in one store, and then in its parent.
	local function isMixed(self, context, kind, cfg, flags, keywordFlags, ...)
		local base, mods = self.pobatchBase, self.mods
		local own, rest = false, false
		for i = 1, select("#", ...) do
			local name = select(i, ...)
			local kinds = name and base[name]
			own = own or kinds and kinds[kind] and contributes(kinds[kind], kind, context, cfg, flags, keywordFlags)
			rest = rest or name and goesOn(mods[name], kinds and kinds.count or 0, kind)
		end
		return own and rest
	end

	local function rounds(self, kind, ...)
		local mods = self.mods
		for i = 1, select("#", ...) do
			local name = select(i, ...)
			local list = name and mods[name]
			for k = 1, list and #list or 0 do
				if list[k].type == kind and not exact.isExact(list[k]) then
					return true
				end
			end
		end
		return false
	end

	local function checkSum(self, context, kind, cfg, flags, keywordFlags, ...)
		if not shared.mixed and rounds(self, kind, ...) and isMixed(self, context, kind, cfg, flags, keywordFlags, ...) then
			shared.mixed = true
		end
	end

	local function check(self, context, kind, cfg, flags, keywordFlags, ...)
		if not shared.mixed and isMixed(self, context, kind, cfg, flags, keywordFlags, ...) then
			shared.mixed = true
		end
	end

	local function checkTabulate(self, context, kind, cfg, flags, keywordFlags, ...)
		if kind then
			check(self, context, kind, cfg, flags, keywordFlags, ...)
			return
		end
		local own, rest = false, false
		for i = 1, select("#", ...) do
			local name = select(i, ...)
			local kinds = name and self.pobatchBase[name]
			own = own or kinds
			rest = rest or name and goesOn(self.mods[name], kinds and kinds.count or 0)
		end
		shared.mixed = shared.mixed or own and rest
	end

	local function touch(self, name)
		if shared.guarding and self.pobatchBase[name] then
			shared.mixed = true
		end
	end

	local methods = {}

	local sumOne, moreOne = class.pobatchSumOne, class.pobatchMoreOne

	function methods:pobatchSumOne(context, kind, cfg, flags, keywordFlags, source, name)
		local kinds = self.pobatchBase[name]
		if kinds and kinds[kind] and shared.guarding then
			checkSum(self, context, kind, cfg, flags, keywordFlags, name)
		end
		return sumOne(self, context, kind, cfg, flags, keywordFlags, source, name)
	end

	function methods:pobatchMoreOne(context, cfg, flags, keywordFlags, source, name)
		local kinds = self.pobatchBase[name]
		if kinds and kinds.MORE and shared.guarding then
			check(self, context, "MORE", cfg, flags, keywordFlags, name)
		end
		return moreOne(self, context, cfg, flags, keywordFlags, source, name)
	end

	methods.pobatchSum = unroll.compile([[
		local shared, checkSum, sum = ...
		return function(self, context, kind, cfg, flags, keywordFlags, source, NAMES)
			local base, touched, kinds = self.pobatchBase, false, nil
			{{kinds = NAME and base[NAME]
			touched = touched or kinds and kinds[kind]}}
			if touched and shared.guarding then
				checkSum(self, context, kind, cfg, flags, keywordFlags, NAMES)
			end
			return sum(self, context, kind, cfg, flags, keywordFlags, source, NAMES)
		end
	]], shared, checkSum, class.pobatchSum)

	methods.pobatchMore = unroll.compile([[
		local shared, check, more = ...
		return function(self, context, cfg, flags, keywordFlags, source, count, NAMES)
			local base, touched, kinds = self.pobatchBase, false, nil
			{{kinds = NAME and base[NAME]
			touched = touched or kinds and kinds.MORE}}
			if touched and shared.guarding then
				check(self, context, "MORE", cfg, flags, keywordFlags, NAMES)
			end
			return more(self, context, cfg, flags, keywordFlags, source, count, NAMES)
		end
	]], shared, check, class.pobatchMore)

	local override, list, tabulate = class.pobatchOverride, class.pobatchList, class.pobatchTabulate

	function methods:pobatchOverride(context, cfg, flags, keywordFlags, source, name)
		local kinds = self.pobatchBase[name]
		if kinds and kinds.OVERRIDE and shared.guarding then
			check(self, context, "OVERRIDE", cfg, flags, keywordFlags, name)
		end
		return override(self, context, cfg, flags, keywordFlags, source, name)
	end

	function methods:pobatchList(context, result, cfg, flags, keywordFlags, source, name)
		local kinds = self.pobatchBase[name]
		if kinds and kinds.LIST and shared.guarding then
			check(self, context, "LIST", cfg, flags, keywordFlags, name)
		end
		return list(self, context, result, cfg, flags, keywordFlags, source, name)
	end

	function methods:pobatchTabulate(context, result, kind, cfg, flags, keywordFlags, source, name)
		if shared.guarding then
			checkTabulate(self, context, kind, cfg, flags, keywordFlags, name)
		end
		return tabulate(self, context, result, kind, cfg, flags, keywordFlags, source, name)
	end

	-- The originals, for queries with many names.
	for kind, name in next, { MORE = "MoreInternal", OVERRIDE = "OverrideInternal" } do
		local original = class[name]
		methods[name] = function(self, context, cfg, flags, keywordFlags, source, ...)
			if shared.guarding then
				check(self, context, kind, cfg, flags, keywordFlags, ...)
			end
			return original(self, context, cfg, flags, keywordFlags, source, ...)
		end
	end

	local sumInternal, listInternal, tabulateInternal = class.SumInternal, class.ListInternal, class.TabulateInternal

	function methods:SumInternal(context, kind, cfg, flags, keywordFlags, source, ...)
		if shared.guarding then
			checkSum(self, context, kind, cfg, flags, keywordFlags, ...)
		end
		return sumInternal(self, context, kind, cfg, flags, keywordFlags, source, ...)
	end

	function methods:ListInternal(context, result, cfg, flags, keywordFlags, source, ...)
		if shared.guarding then
			check(self, context, "LIST", cfg, flags, keywordFlags, ...)
		end
		return listInternal(self, context, result, cfg, flags, keywordFlags, source, ...)
	end

	function methods:TabulateInternal(context, result, kind, cfg, flags, keywordFlags, source, ...)
		if shared.guarding then
			checkTabulate(self, context, kind, cfg, flags, keywordFlags, ...)
		end
		return tabulateInternal(self, context, result, kind, cfg, flags, keywordFlags, source, ...)
	end

	-- These search the store and then its parent, which several environments share.
	local replace, convert = class.ReplaceModInternal, class.ConvertModInternal
	function methods:ReplaceModInternal(mod)
		touch(self, mod.name)
		return replace(self, mod)
	end
	function methods:ConvertModInternal(oldName, mod)
		touch(self, oldName)
		return convert(self, oldName, mod)
	end

	return function(store, base)
		store.pobatchBase = base
		for name, method in next, methods do
			store[name] = method
		end
	end
end

return orderGuard
