-- The walks of the queries over a ModDB: self.mods[name] lists the modifiers of a name.
-- Each answers for one name, or for a fixed number of them. See queries.lua.

local unroll = require("pob.replacements.unroll")
local tests = require("pob.replacements.query_tests")
local conditionOf = require("pob.memo.inert_modifiers").conditionOf

local walks = {}

---@param ignoresSource string|nil @the field of a query's configuration by which sources do not count for flags
function walks.install(class, shared, env, ignoresSource)
	ignoresSource = ignoresSource or "ignoreSourceInCheckConditions"
	local admits, precisionOf, multiply = tests.new(shared, env)
	local limitsOf = tests.limitsOf

	local function sumOf(list, context, kind, cfg, flags, keywordFlags, source, result, limits)
		for i = 1, #list do
			local mod = list[i]
			if mod.type == kind and admits(mod, flags, keywordFlags)
				and (not source or (mod.source and (mod.source:match("[^:]+") == source or mod.source == source))) then
				if mod[1] then
					limits = limits or limitsOf(mod)
					result = result + (context:EvalMod(mod, cfg, limits) or 0)
				else
					result = result + mod.value
				end
			end
		end
		return result, limits
	end

	function class:pobatchSumOne(context, kind, cfg, flags, keywordFlags, source, name)
		local list = self.mods[name]
		local result = list and (sumOf(list, context, kind, cfg, flags, keywordFlags, source, 0, nil)) or 0
		local parent = self.parent
		if parent then
			return result + parent:pobatchSumOne(context, kind, cfg, flags, keywordFlags, source, name)
		end
		return result
	end

	class.pobatchSum = unroll.compile([[
		local sumOf = ...
		return function(self, context, kind, cfg, flags, keywordFlags, source, NAMES)
			local mods, list = self.mods, nil
			local result, limits = 0, nil
			{{list = NAME and mods[NAME]
			if list then
				result, limits = sumOf(list, context, kind, cfg, flags, keywordFlags, source, result, limits)
			end}}
			local parent = self.parent
			if parent then
				return result + parent:pobatchSum(context, kind, cfg, flags, keywordFlags, source, NAMES)
			end
			return result
		end
	]], sumOf)

	local function moreOf(list, context, cfg, flags, keywordFlags, source, result, precision, limits)
		local modResult = 1
		for i = 1, #list do
			local mod = list[i]
			if mod.type == "MORE" and admits(mod, flags, keywordFlags)
				and (not source or mod.source:match("[^:]+") == source) then
				local value
				if mod[1] then
					limits = limits or limitsOf(mod)
					value = context:EvalMod(mod, cfg, limits) or 0
				else
					value = mod.value or 0
				end
				modResult = modResult * (1 + value / 100)
				precision = precisionOf(mod, precision)
			end
		end
		return multiply(result, modResult, precision), precision, limits
	end

	function class:pobatchMoreOne(context, cfg, flags, keywordFlags, source, name)
		local list = self.mods[name]
		local result = list and (moreOf(list, context, cfg, flags, keywordFlags, source, 1, nil, nil)) or 1
		local parent = self.parent
		if parent then
			return result * parent:pobatchMoreOne(context, cfg, flags, keywordFlags, source, name)
		end
		return result
	end

	-- `count` names were given, some may be nil: each one after a precision is known rounds anew
	class.pobatchMore = unroll.compile([[
		local moreOf, multiply = ...
		return function(self, context, cfg, flags, keywordFlags, source, count, NAMES)
			local mods, list = self.mods, nil
			local result, precision, limits = 1, nil, nil
			{{list = NAME and mods[NAME]
			if list then
				result, precision, limits =
					moreOf(list, context, cfg, flags, keywordFlags, source, result, precision, limits)
			elseif precision and count >= I then
				result = multiply(result, 1, precision)
			end}}
			local parent = self.parent
			if parent then
				return result * parent:pobatchMore(context, cfg, flags, keywordFlags, source, count, NAMES)
			end
			return result
		end
	]], moreOf, multiply)

	local function flagOf(list, context, cfg, flags, keywordFlags, source)
		for i = 1, #list do
			local mod = list[i]
			if mod.type == "FLAG" and admits(mod, flags, keywordFlags)
				and (not source or (cfg and cfg[ignoresSource]) or mod.source:match("[^:]+") == source) then
				if mod[1] then
					if context:EvalMod(mod, cfg) then
						return true
					end
				elseif mod.value then
					return true
				end
			end
		end
	end

	function class:pobatchFlag(context, cfg, flags, keywordFlags, source, name)
		local list = self.mods[name]
		if list and flagOf(list, context, cfg, flags, keywordFlags, source) then
			return true
		end
		local parent = self.parent
		if parent then
			return parent:pobatchFlag(context, cfg, flags, keywordFlags, source, name)
		end
	end

	local function overrideOf(list, context, cfg, flags, keywordFlags, source)
		for i = 1, #list do
			local mod = list[i]
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
		end
	end

	function class:pobatchOverride(context, cfg, flags, keywordFlags, source, name)
		local list = self.mods[name]
		local value = list and overrideOf(list, context, cfg, flags, keywordFlags, source)
		if value then
			return value
		end
		local parent = self.parent
		if parent then
			return parent:pobatchOverride(context, cfg, flags, keywordFlags, source, name)
		end
	end

	local function listOf(list, context, result, cfg, flags, keywordFlags, source)
		for i = 1, #list do
			local mod = list[i]
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
		end
	end

	function class:pobatchList(context, result, cfg, flags, keywordFlags, source, name)
		local list = self.mods[name]
		if list then
			listOf(list, context, result, cfg, flags, keywordFlags, source)
		end
		local parent = self.parent
		if parent then
			parent:pobatchList(context, result, cfg, flags, keywordFlags, source, name)
		end
	end

	local function tabulateOf(list, context, result, kind, cfg, flags, keywordFlags, source, limits)
		for i = 1, #list do
			local mod = list[i]
			if (mod.type == kind or not kind) and admits(mod, flags, keywordFlags)
				and (not source or mod.source:match("[^:]+") == source) then
				local value
				if mod[1] then
					limits = limits or limitsOf(mod)
					value = context:EvalMod(mod, cfg, limits)
				else
					value = mod.value
				end
				if value and (value ~= 0 or mod.type == "OVERRIDE") then
					result[#result + 1] = { value = value, mod = mod }
				end
			end
		end
		return limits
	end

	function class:pobatchTabulate(context, result, kind, cfg, flags, keywordFlags, source, name)
		local list = self.mods[name]
		if list then
			tabulateOf(list, context, result, kind, cfg, flags, keywordFlags, source, nil)
		end
		local parent = self.parent
		if parent then
			parent:pobatchTabulate(context, result, kind, cfg, flags, keywordFlags, source, name)
		end
	end

	function class:pobatchHas(kind, flags, keywordFlags, source, name)
		local list = self.mods[name]
		for i = 1, list and #list or 0 do
			local mod = list[i]
			if mod.type == kind and admits(mod, flags, keywordFlags)
				and (not source or mod.source:match("[^:]+") == source) then
				return true
			end
		end
		local parent = self.parent
		return parent and parent:pobatchHas(kind, flags, keywordFlags, source, name) == true or false
	end

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

return walks
