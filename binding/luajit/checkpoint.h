// A copy of all that a calculator can reach in its state, and the way back to it: to the bit, with the order
// in which tables list their keys, in place, so that every table keeps its identity.
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// A function for Lua: (value, mark, leave) -> checkpoint, a userdata | nil, what was met that cannot be
// copied Copies what can be reached from the value, the globals and the strings' metatable: tables with their
// metatables, functions with their upvalues and environments, the state of math.random. A coroutine cannot be
// copied, nor a cdata. With a mark, a table, it copies and looks into only what was made after that table and
// can be reached from the value through such objects alone. With `leave`, an array of objects, these are
// neither copied nor looked into, and each cdata stays as it is: for callers who know that none of that
// changes, or that it does not matter.
int pobatch_take_checkpoint(struct lua_State* L);

// Raises no error. False if there was no memory to bring a table back to its size; it can be called again.
bool pobatch_restore_checkpoint(struct lua_State* L, void* checkpoint);

#ifdef __cplusplus
}
#endif
