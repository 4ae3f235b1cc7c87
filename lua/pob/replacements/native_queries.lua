-- Queries answered natively (binding/pob/modifier_queries.c), where a walk through the stores needs nothing but tables: no
-- modifier that may be let in has tags. A query in Lua takes a dozen guards in each store, and LuaJIT compiles them
-- into every place that asks; this is one call.
--
-- The stores are handed over by their addresses, which LuaJIT's objects keep for life. `addressOf` has those that were
-- asked in the present row, and keeps them alive until the next one begins.

local ffi = require("ffi")
-- It leaves a table its size, for the next row.
local clear = require("table.clear")

local nativeQueries = {}

local SEVERAL = "double(*)(const void*, double, const char*, double, double, " .. ("const char*, "):rep(11) .. "const char*)"
local ONE = "double(*)(const void*, double, const char*, double, double, const char*)"

-- Data/Global.lua
local MATCH_ALL, MATCH_MASK = 0x40000000, 0xBFFFFFFF

---@param native table @the host's modifierQueries
---@param env table @the globals of Path of Building's code
---@return table @{ context, sum, sumOne, none, noneOf, flag = functions that take the context first, find(store) = its
---address, or false where Lua had better walk, forget() = before each row; listen(set), leaveOut(store) = what of the queries
---is noted where }
function nativeQueries.new(native, env)
	local classes = env.common.classes
	local context = native.context(MATCH_ALL, MATCH_MASK, classes.ModDB, classes.ModList)
	local listen = ffi.cast("void(*)(void*, void*)", native.listen)
	local leaveOut = ffi.cast("void(*)(void*, double)", native.leaveOut)
	local addressOf = {}
	local address = native.address
	return {
		context = context,
		sum = ffi.cast(SEVERAL, native.sum),
		sumOne = ffi.cast(ONE, native.sumOne),
		none = ffi.cast(ONE, native.none),
		noneOf = ffi.cast(SEVERAL, native.noneOf),
		flag = ffi.cast(ONE, native.flag),
		find = function(store)
			local found = addressOf[store]
			if found == nil then
				-- A list by itself is a short one, and mostly asked once.
				found = (store.parent or store.mods) and address(store) or false
				addressOf[store] = found
			end
			return found
		end,
		forget = function()
			clear(addressOf)
		end,
		listen = function(set)
			listen(context, set)
		end,
		leaveOut = function(store)
			leaveOut(context, address(store))
		end,
	}
end

return nativeQueries
