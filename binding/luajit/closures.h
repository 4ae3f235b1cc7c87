// How LuaJIT's compiler takes functions that are made again and again.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// A function for Lua:
//
// generalize(f, depth)
//   Compiled code that calls a function made within `f`, `depth` levels down or deeper (0: f itself, 1: the
//   functions in its text, 2: those within these), tells it by its text, not as the one object that it met.
//   LuaJIT does so by itself from the third object on; what it met before stays in the compiled code, and
//   keeps alive whatever its variables refer to.
int pobatch_generalize(struct lua_State* L);

#ifdef __cplusplus
}
#endif
