// What Lua's public API does not tell or do.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// Bytes of machine code that the state's compiler has mapped; 0 where LuaJIT was built without one. Any
// thread: one load of a word that the state's own thread writes.
size_t pobatch_machine_code(struct lua_State* L);

// Leaves a hook, and all that Lua runs, as a C++ exception would: the nearest pcall catches it, but no
// message handler runs and no value of a Lua program's own is lost. Not by such an exception, which does not
// pass LuaJIT's frames on Windows. Marks the hook as left: LuaJIT does so at its own pcall, but not where
// `load` catches what its reader raises, and no hook would ever run again in the state. Does not return.
void pobatch_leave_hook(struct lua_State* L);

// Frees the allocator that luaL_newstate made, and all that it has, after lua_close of a state that had got
// another.
void pobatch_destroy_allocator(void* allocator);

#ifdef __cplusplus
}
#endif
