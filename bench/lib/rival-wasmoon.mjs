// wasmoon (Lua 5.4 in WebAssembly), in three ways: an array per call, as in its documentation, which crosses once per
// id; all ids in one text through the same interface; and, below its documented interface, all ids written into
// WebAssembly's memory as one binary Lua string. Ids are packed outside the measurement, as for pobatch.
import { LuaFactory } from "wasmoon";
import { calculatorSource, loopSource, packedIds, textOfIds } from "./rival-source.mjs";

export async function wasmoonBatches(ids) {
	const engine = await new LuaFactory().createEngine({ enableProxy: false });
	engine.global.loadString(loopSource);
	engine.global.pushValue(calculatorSource);
	engine.global.pushValue(ids[0].length);
	const { lua, address: L } = engine.global;
	const raw = lua.module;
	if (lua.lua_pcallk(L, 2, 3, 0, 0, null) !== 0) throw new Error(engine.global.getValue(-1));
	const text = engine.global.getValue(2);
	const one = engine.global.getValue(3);
	const idText = textOfIds(ids);
	const bytes = packedIds(ids);
	const pointer = raw._malloc(bytes.length);
	return {
		"an array per call": () => ids.map((list) => one(list)),
		"one text per batch": () => text(idText, ids.length).split(",").map(Number),
		"its raw memory": () => {
			raw.HEAPU8.set(bytes, pointer);
			lua.lua_pushvalue(L, 1);
			raw._lua_pushlstring(L, pointer, bytes.length);
			lua.lua_pushinteger(L, BigInt(ids.length));
			if (lua.lua_pcallk(L, 2, 1, 0, 0, null) !== 0) throw new Error(engine.global.getValue(-1));
			const address = raw._lua_tolstring(L, -1, 0);
			const sums = new Float64Array(raw.HEAPU8.slice(address, address + 8 * ids.length).buffer);
			lua.lua_settop(L, 3);
			return sums;
		},
	};
}
