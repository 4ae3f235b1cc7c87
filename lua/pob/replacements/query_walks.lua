-- The walks of the queries over one modifier store and its parents. See queries.lua.
--
-- A ModDB lists the modifiers of a name in self.mods[name]. A ModList is one flat list; list_index.lua finds the modifiers
-- of a name in it. The walks are otherwise the same, except for what Path of Building tests in one of them alone, so both
-- are compiled from one template when the module loads: specialised code, without a call or a test for what differs.

local unroll = require("pob.replacements.unroll")
local tests = require("pob.replacements.query_tests")
local listIndex = require("pob.replacements.list_index")
local conditionOf = require("pob.memo.inert_modifiers").conditionOf

local walks = {}

-- FIRST(name) is where the modifiers of a name begin: a list, or a position in the store. EACH ... END_EACH iterates over
-- them. A line after `DB|` or `LIST|` is only for that kind of store.
local TEXT = [[
local class, env, admits, precisionOf, multiply, limitsOf, ignoresSource, first, after = ...

local function sumOf(self, at, name, context, kind, cfg, flags, keywordFlags, source, result, limits)
	EACH
		if mod.type == kind and admits(mod, flags, keywordFlags)
DB|			and (not source or (mod.source and (mod.source:match("[^:]+") == source or mod.source == source))) then
LIST|		and (not source or mod.source:match("[^:]+") == source) then
			if mod[1] then
DB|				limits = limits or limitsOf(mod)
				result = result + (context:EvalMod(mod, cfg, limits) or 0)
			else
				result = result + mod.value
			end
		end
	END_EACH
	return result, limits
end

function class:pobatchSumOne(context, kind, cfg, flags, keywordFlags, source, name)
DB|	local mods = self.mods
	local at = FIRST(name)
	local result = at and (sumOf(self, at, name, context, kind, cfg, flags, keywordFlags, source, 0, nil)) or 0
	local parent = self.parent
	if parent then
		return result + parent:pobatchSumOne(context, kind, cfg, flags, keywordFlags, source, name)
	end
	return result
end

function class:pobatchSum(context, kind, cfg, flags, keywordFlags, source, NAMES)
DB|	local mods = self.mods
	local at
	local result, limits = 0, nil
	{{at = NAME and FIRST(NAME)
	if at then
		result, limits = sumOf(self, at, NAME, context, kind, cfg, flags, keywordFlags, source, result, limits)
	end}}
	local parent = self.parent
	if parent then
		return result + parent:pobatchSum(context, kind, cfg, flags, keywordFlags, source, NAMES)
	end
	return result
end

local function moreOf(self, at, name, context, cfg, flags, keywordFlags, source, result, precision, limits)
	local modResult = 1
	EACH
		if mod.type == "MORE" and admits(mod, flags, keywordFlags)
			and (not source or mod.source:match("[^:]+") == source) then
			local value
			if mod[1] then
DB|				limits = limits or limitsOf(mod)
				value = context:EvalMod(mod, cfg, limits) or 0
			else
DB|				value = mod.value or 0
LIST|			value = mod.value
			end
			modResult = modResult * (1 + value / 100)
			precision = precisionOf(mod, precision)
		end
	END_EACH
	return multiply(result, modResult, precision), precision, limits
end

function class:pobatchMoreOne(context, cfg, flags, keywordFlags, source, name)
DB|	local mods = self.mods
	local at = FIRST(name)
	local result = at and (moreOf(self, at, name, context, cfg, flags, keywordFlags, source, 1, nil, nil)) or 1
	local parent = self.parent
	if parent then
		return result * parent:pobatchMoreOne(context, cfg, flags, keywordFlags, source, name)
	end
	return result
end

-- `count` names were given, some may be nil: each one after a precision is known rounds again
function class:pobatchMore(context, cfg, flags, keywordFlags, source, count, NAMES)
DB|	local mods = self.mods
	local at
	local result, precision, limits = 1, nil, nil
	{{at = NAME and FIRST(NAME)
	if at then
		result, precision, limits =
			moreOf(self, at, NAME, context, cfg, flags, keywordFlags, source, result, precision, limits)
	elseif precision and count >= I then
		result = multiply(result, 1, precision)
	end}}
	local parent = self.parent
	if parent then
		return result * parent:pobatchMore(context, cfg, flags, keywordFlags, source, count, NAMES)
	end
	return result
end

local function flagOf(self, at, name, context, cfg, flags, keywordFlags, source)
	EACH
		if mod.type == "FLAG" and admits(mod, flags, keywordFlags)
DB|			and (not source or (cfg and cfg[ignoresSource]) or mod.source:match("[^:]+") == source) then
LIST|		and (not source or mod.source:match("[^:]+") == source) then
			if mod[1] then
				if context:EvalMod(mod, cfg) then
					return true
				end
			elseif mod.value then
				return true
			end
		end
	END_EACH
end

function class:pobatchFlag(context, cfg, flags, keywordFlags, source, name)
DB|	local mods = self.mods
	local at = FIRST(name)
	if at and flagOf(self, at, name, context, cfg, flags, keywordFlags, source) then
		return true
	end
	local parent = self.parent
	if parent then
		return parent:pobatchFlag(context, cfg, flags, keywordFlags, source, name)
	end
end

local function overrideOf(self, at, name, context, cfg, flags, keywordFlags, source)
	EACH
		if mod.type == "OVERRIDE" and admits(mod, flags, keywordFlags)
			and (not source or mod.source:match("[^:]+") == source) then
			if mod[1] then
				local value = context:EvalMod(mod, cfg)
				if value then
					return value
				end
			elseif mod.value then
				return mod.value
			end
		end
	END_EACH
end

function class:pobatchOverride(context, cfg, flags, keywordFlags, source, name)
DB|	local mods = self.mods
	local at = FIRST(name)
	local value = at and overrideOf(self, at, name, context, cfg, flags, keywordFlags, source)
	if value then
		return value
	end
	local parent = self.parent
	if parent then
		return parent:pobatchOverride(context, cfg, flags, keywordFlags, source, name)
	end
end

local function listOf(self, at, name, context, result, cfg, flags, keywordFlags, source)
	EACH
		if mod.type == "LIST" and admits(mod, flags, keywordFlags)
			and (not source or mod.source:match("[^:]+") == source) then
			if mod[1] then
				local value = context:EvalMod(mod, cfg) or env.nullValue
				if value then
					result[#result + 1] = value
				end
			elseif mod.value then
				result[#result + 1] = mod.value
			end
		end
	END_EACH
end

function class:pobatchList(context, result, cfg, flags, keywordFlags, source, name)
DB|	local mods = self.mods
	local at = FIRST(name)
	if at then
		listOf(self, at, name, context, result, cfg, flags, keywordFlags, source)
	end
	local parent = self.parent
	if parent then
		parent:pobatchList(context, result, cfg, flags, keywordFlags, source, name)
	end
end

local function tabulateOf(self, at, name, context, result, kind, cfg, flags, keywordFlags, source)
DB|	local limits
	EACH
		if (mod.type == kind or not kind) and admits(mod, flags, keywordFlags)
			and (not source or mod.source:match("[^:]+") == source) then
			local value
			if mod[1] then
DB|				limits = limits or limitsOf(mod)
DB|				value = context:EvalMod(mod, cfg, limits)
LIST|			value = context:EvalMod(mod, cfg)
			else
				value = mod.value
			end
			if value and (value ~= 0 or mod.type == "OVERRIDE") then
				result[#result + 1] = { value = value, mod = mod }
			end
		end
	END_EACH
end

function class:pobatchTabulate(context, result, kind, cfg, flags, keywordFlags, source, name)
DB|	local mods = self.mods
	local at = FIRST(name)
	if at then
		tabulateOf(self, at, name, context, result, kind, cfg, flags, keywordFlags, source)
	end
	local parent = self.parent
	if parent then
		parent:pobatchTabulate(context, result, kind, cfg, flags, keywordFlags, source, name)
	end
end

local function hasIn(self, at, name, kind, flags, keywordFlags, source)
	EACH
		if mod.type == kind and admits(mod, flags, keywordFlags)
			and (not source or mod.source:match("[^:]+") == source) then
			return true
		end
	END_EACH
	return false
end

function class:pobatchHas(kind, flags, keywordFlags, source, name)
DB|	local mods = self.mods
	local at = FIRST(name)
	if at and hasIn(self, at, name, kind, flags, keywordFlags, source) then
		return true
	end
	local parent = self.parent
	return parent and parent:pobatchHas(kind, flags, keywordFlags, source, name) == true or false
end
]]

local KINDS = {
	DB = {
		first = "mods[%1]",
		each = "for i = 1, #at do local mod = at[i]",
		endEach = "end",
		other = "LIST",
	},
	LIST = {
		first = "first(self, %1)",
		each = "while at do local mod = self[at]",
		endEach = "at = after(self, at, name) end",
		other = "DB",
	},
}

-- The text for one kind of store.
local function specialised(kind)
	local words = KINDS[kind]
	local text = ("\n" .. TEXT):gsub("\n" .. words.other .. "|[^\n]*", ""):gsub("\n" .. kind .. "|", "\n")
	return (text:gsub("FIRST%((%w+)%)", words.first):gsub("END_EACH", words.endEach):gsub("%f[%w]EACH", words.each))
end

local function install(kind, class, shared, env, ignoresSource, first, after)
	local admits, precisionOf, multiply = tests.new(shared, env)
	unroll.compile(specialised(kind), class, env, admits, precisionOf, multiply, tests.limitsOf, ignoresSource, first, after)
end

---The walks of ModDB.
---@param ignoresSource string|nil @the field of a query's configuration by which sources do not count for flags
function walks.installDb(class, shared, env, ignoresSource)
	install("DB", class, shared, env, ignoresSource or "ignoreSourceInCheckConditions")

	function class:AddMod(mod)
		local mods, name = self.mods, mod.name
		local list = mods[name]
		if conditionOf[name] then
			shared.addCondition(name)
		end
		if list then
			list[#list + 1] = mod
		else
			mods[name] = { mod }
		end
	end

	function class:AddList(list)
		local mods = self.mods
		for i = 1, #list do
			local mod = list[i]
			local name = mod.name
			local bucket = mods[name]
			if conditionOf[name] then
				shared.addCondition(name)
			end
			if bucket then
				bucket[#bucket + 1] = mod
			else
				mods[name] = { mod }
			end
		end
	end
end

---The walks of ModList.
function walks.installList(class, shared, env)
	local first, after = listIndex.install(class)
	install("LIST", class, shared, env, nil, first, after)

	function class:AddMod(mod)
		if conditionOf[mod.name] then
			shared.addCondition(mod.name)
		end
		self[#self + 1] = mod
	end

	function class:AddList(list)
		if list then
			local n = #self
			for i = 1, #list do
				local mod = list[i]
				if conditionOf[mod.name] then
					shared.addCondition(mod.name)
				end
				self[n + i] = mod
			end
		end
	end
end

return walks
