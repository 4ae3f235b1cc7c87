// fengari (Lua 5.3 in JavaScript), in two ways: its Lua is in the same heap, so JavaScript can fill a table directly;
// or all ids go into one binary Lua string. Ids are packed outside the measurement, as for pobatch.
import fengari from "fengari";
import { calculatorSource, loopSource, packedIds } from "./rival-source.mjs";

const { lua, lauxlib, lualib, to_luastring: luaString } = fengari;

export function fengariBatches(ids) {
	const L = lauxlib.luaL_newstate();
	lualib.luaL_openlibs(L);
	const call = (args, results) => {
		if (lua.lua_pcall(L, args, results, 0) !== lua.LUA_OK) throw new Error(lua.lua_tojsstring(L, -1));
	};
	if (lauxlib.luaL_loadstring(L, luaString(loopSource)) !== lua.LUA_OK)
		throw new Error(lua.lua_tojsstring(L, -1));
	lua.lua_pushstring(L, luaString(calculatorSource));
	lua.lua_pushinteger(L, ids[0].length);
	call(2, 3);
	const bytes = packedIds(ids);
	return {
		"a table per call": () =>
			ids.map((list) => {
				lua.lua_pushvalue(L, 3);
				lua.lua_createtable(L, list.length, 0);
				for (let i = 0; i < list.length; i++) {
					lua.lua_pushinteger(L, list[i]);
					lua.lua_rawseti(L, -2, i + 1);
				}
				call(1, 1);
				const sum = lua.lua_tonumber(L, -1);
				lua.lua_settop(L, 3);
				return sum;
			}),
		"one string per batch": () => {
			lua.lua_pushvalue(L, 1);
			lua.lua_pushlstring(L, bytes, bytes.length);
			lua.lua_pushinteger(L, ids.length);
			call(2, 1);
			const sums = new Float64Array(Uint8Array.from(lua.lua_tostring(L, -1)).buffer);
			lua.lua_settop(L, 3);
			return sums;
		},
	};
}
