#include "luajit/closures.h"

#include "lj_obj.h"
// After LuaJIT's internal header, which affects what these declare.
#include "lauxlib.h"
#include "lua.h"

// LuaJIT counts the closures of each prototype in the upper bits of its flags, and treats the prototype as
// polymorphic from PROTO_CLC_POLY on.
static void generalize(GCproto* prototype, lua_Integer depth) {
	if (depth <= 0 && prototype->flags < PROTO_CLC_POLY)
		prototype->flags = (uint8_t)((prototype->flags & (PROTO_CLCOUNT - 1)) | PROTO_CLC_POLY);
	if (!(prototype->flags & PROTO_CHILD)) return;
	// The recursion is as deep as functions are nested in one text, which LuaJIT's parser limits to 200
	// levels.
	for (ptrdiff_t i = -(ptrdiff_t)prototype->sizekgc; i < 0; i++) {
		GCobj* const constant = proto_kgc(prototype, i);
		if (constant->gch.gct == ~LJ_TPROTO) generalize(gco2pt(constant), depth - 1);
	}
}

int pobatch_generalize(lua_State* L) {
	luaL_argcheck(L, lua_isfunction(L, 1) && !lua_iscfunction(L, 1), 1, "a Lua function expected");
	generalize(funcproto(funcV(L->base)), luaL_checkinteger(L, 2));
	return 0;
}
