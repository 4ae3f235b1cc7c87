-- Queries answered natively (binding/pob/modifier_queries.c) if walking the stores takes nothing but table lookups: no
-- modifier that may be let in has tags. A query in Lua takes a dozen guards in each store, and LuaJIT compiles them into
-- every place that makes one; this is a single call.
--
-- The stores are passed by address, which is fixed for the lifetime of a LuaJIT object. `addressOf` has those that were
-- queried in the present row, and keeps them alive until the next one begins.

local ffi = require("ffi")
-- It keeps the table's capacity for the next row.
local clear = require("table.clear")

local nativeQueries = {}

local SEVERAL = "double(*)(const void*, double, const char*, double, double, " .. ("const char*, "):rep(11) .. "const char*)"
local ONE = "double(*)(const void*, double, const char*, double, double, const char*)"

-- Data/Global.lua
local MATCH_ALL, MATCH_MASK = 0x40000000, 0xBFFFFFFF

---@param native table @the host's modifierQueries
---@param env table @the globals of Path of Building's code
---@return table @{ context, sum, sumOne, none, noneOf, flag = functions that take the context first, find(store) = its address,
---or false if Lua should walk it, forget() = before each row; listen(set), leaveOut(store) = where queries are recorded, and
---which are not }
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
				-- A list without a parent is short, and mostly queried once.
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
