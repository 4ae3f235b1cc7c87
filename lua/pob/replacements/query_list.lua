-- The walks of the queries over a ModList, a flat list. Each answers for one name, or
-- for a fixed number of them, in the list's order. See queries.lua and list_index.lua.

local unroll = require("pob.replacements.unroll")
local tests = require("pob.replacements.query_tests")
local conditionOf = require("pob.memo.inert_modifiers").conditionOf
local listIndex = require("pob.replacements.list_index")

local walks = {}

function walks.install(class, shared, env)
	local admits, precisionOf, multiply = tests.new(shared, env)
	local first, after = listIndex.install(class)

	local function sumNamed(self, context, kind, cfg, flags, keywordFlags, source, name, result)
		local i = first(self, name)
		while i do
			local mod = self[i]
			if mod.type == kind and admits(mod, flags, keywordFlags)
				and (not source or mod.source:match("[^:]+") == source) then
				if mod[1] then
					result = result + (context:EvalMod(mod, cfg) or 0)
				else
					result = result + mod.value
				end
			end
			i = after(self, i, name)
		end
		return result
	end

	function class:pobatchSumOne(context, kind, cfg, flags, keywordFlags, source, name)
		local result = sumNamed(self, context, kind, cfg, flags, keywordFlags, source, name, 0)
		local parent = self.parent
		if parent then
			return result + parent:pobatchSumOne(context, kind, cfg, flags, keywordFlags, source, name)
		end
		return result
	end

	class.pobatchSum = unroll.compile([[
		local sumNamed = ...
		return function(self, context, kind, cfg, flags, keywordFlags, source, NAMES)
			local result = 0
			{{if NAME then
				result = sumNamed(self, context, kind, cfg, flags, keywordFlags, source, NAME, result)
			end}}
			local parent = self.parent
			if parent then
				return result + parent:pobatchSum(context, kind, cfg, flags, keywordFlags, source, NAMES)
			end
			return result
		end
	]], sumNamed)

	local function moreNamed(self, context, cfg, flags, keywordFlags, source, name, result, precision)
		local modResult = 1
		local i = first(self, name)
		while i do
			local mod = self[i]
			if mod.type == "MORE" and admits(mod, flags, keywordFlags)
				and (not source or mod.source:match("[^:]+") == source) then
				if mod[1] then
					modResult = modResult * (1 + (context:EvalMod(mod, cfg) or 0) / 100)
				else
					modResult = modResult * (1 + mod.value / 100)
				end
				precision = precisionOf(mod, precision)
			end
			i = after(self, i, name)
		end
		return multiply(result, modResult, precision), precision
	end

	function class:pobatchMoreOne(context, cfg, flags, keywordFlags, source, name)
		local result = moreNamed(self, context, cfg, flags, keywordFlags, source, name, 1, nil)
		local parent = self.parent
		if parent then
			return result * parent:pobatchMoreOne(context, cfg, flags, keywordFlags, source, name)
		end
		return result
	end

	-- `count` names were given, some may be nil: each one after a precision is known rounds anew
	class.pobatchMore = unroll.compile([[
		local moreNamed = ...
		return function(self, context, cfg, flags, keywordFlags, source, count, NAMES)
			local result, precision = 1, nil
			{{if NAME or (precision and count >= I) then
				result, precision = moreNamed(self, context, cfg, flags, keywordFlags, source, NAME, result, precision)
			end}}
			local parent = self.parent
			if parent then
				return result * parent:pobatchMore(context, cfg, flags, keywordFlags, source, count, NAMES)
			end
			return result
		end
	]], moreNamed)

	local function flagNamed(self, context, cfg, flags, keywordFlags, source, name)
		local i = first(self, name)
		while i do
			local mod = self[i]
			if mod.type == "FLAG" and admits(mod, flags, keywordFlags)
				and (not source or mod.source:match("[^:]+") == source) then
				if mod[1] then
					if context:EvalMod(mod, cfg) then
						return true
					end
				elseif mod.value then
					return true
				end
			end
			i = after(self, i, name)
		end
	end

	function class:pobatchFlag(context, cfg, flags, keywordFlags, source, name)
		if flagNamed(self, context, cfg, flags, keywordFlags, source, name) then
			return true
		end
		local parent = self.parent
		if parent then
			return parent:pobatchFlag(context, cfg, flags, keywordFlags, source, name)
		end
	end

	local function overrideNamed(self, context, cfg, flags, keywordFlags, source, name)
		local i = first(self, name)
		while i do
			local mod = self[i]
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
			i = after(self, i, name)
		end
	end

	function class:pobatchOverride(context, cfg, flags, keywordFlags, source, name)
		local value = overrideNamed(self, context, cfg, flags, keywordFlags, source, name)
		if value then
			return value
		end
		local parent = self.parent
		if parent then
			return parent:pobatchOverride(context, cfg, flags, keywordFlags, source, name)
		end
	end

	function class:pobatchList(context, result, cfg, flags, keywordFlags, source, name)
		local i = first(self, name)
		while i do
			local mod = self[i]
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
			i = after(self, i, name)
		end
		local parent = self.parent
		if parent then
			parent:pobatchList(context, result, cfg, flags, keywordFlags, source, name)
		end
	end

	function class:pobatchTabulate(context, result, kind, cfg, flags, keywordFlags, source, name)
		local i = first(self, name)
		while i do
			local mod = self[i]
			if (mod.type == kind or not kind) and admits(mod, flags, keywordFlags)
				and (not source or mod.source:match("[^:]+") == source) then
				local value
				if mod[1] then
					value = context:EvalMod(mod, cfg)
				else
					value = mod.value
				end
				if value and (value ~= 0 or mod.type == "OVERRIDE") then
					result[#result + 1] = { value = value, mod = mod }
				end
			end
			i = after(self, i, name)
		end
		local parent = self.parent
		if parent then
			parent:pobatchTabulate(context, result, kind, cfg, flags, keywordFlags, source, name)
		end
	end

	function class:pobatchHas(kind, flags, keywordFlags, source, name)
		local i = first(self, name)
		while i do
			local mod = self[i]
			if mod.type == kind and admits(mod, flags, keywordFlags)
				and (not source or mod.source:match("[^:]+") == source) then
				return true
			end
			i = after(self, i, name)
		end
		local parent = self.parent
		return parent and parent:pobatchHas(kind, flags, keywordFlags, source, name) == true or false
	end

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
