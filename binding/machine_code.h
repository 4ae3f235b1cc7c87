// What Lua's public API does not tell.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// Bytes of machine code that the state's compiler has mapped; 0 where LuaJIT was built without one. Any
// thread: one load of a word that the state's own thread writes.
size_t pobatch_machine_code(struct lua_State* L);

#ifdef __cplusplus
}
#endif
