// Functions that Lua's public API does not offer.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// Bytes of machine code that the state's compiler has mapped; 0 if LuaJIT was built without one. May be
// called on any thread: it loads one word that the state's own thread writes.
size_t pobatch_machine_code(struct lua_State* L);

// Leaves a hook, and all Lua code that runs, as a C++ exception would: the nearest pcall catches it, no
// message handler runs, and no value of the Lua program is lost. A real C++ exception is not used because it
// does not pass LuaJIT's frames on Windows. This also marks the hook as left. LuaJIT does that at its own
// pcall, but not where `load` catches what its reader raises; no hook would ever run again in the state. Does
// not return.
void pobatch_leave_hook(struct lua_State* L);

// Frees the allocator that luaL_newstate created, and everything in it, after lua_close of a state that was
// given another allocator.
void pobatch_destroy_allocator(void* allocator);

#ifdef __cplusplus
}
#endif
