// How LuaJIT's compiler treats functions that are created repeatedly.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// A function for Lua:
//
// generalize(f, depth)
//   Makes compiled code identify the functions of `f` that are `depth` levels down or deeper (0: f itself, 1:
//   the functions in its text, 2: those within these) by their prototype instead of by the closure that it
//   met. LuaJIT does so by itself only from the third closure on. The ones that it met before stay in the
//   compiled code and keep alive whatever their upvalues refer to.
int pobatch_generalize(struct lua_State* L);

#ifdef __cplusplus
}
#endif
