// A copy of everything that a calculator can reach in its state, and a way to restore it: bit by bit,
// including the order in which tables list their keys, and in place, so that every table keeps its identity.
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// A function for Lua: (value, mark, leave) -> checkpoint, a userdata; or nil and what cannot be copied.
//
// Copies what is reachable from the value, the globals and the metatable of strings: tables with their
// metatables, functions with their upvalues and environments, and the state of math.random. Coroutines and
// cdata cannot be copied. With `mark`, a table, it copies and visits only objects that were created after
// that table and are reachable from the value through such objects alone. With `leave`, an array of objects,
// these are neither copied nor visited, and every cdata stays as it is: for callers who know that none of
// them changes, or that it does not matter.
int pobatch_take_checkpoint(struct lua_State* L);

// Raises no error. False if there was no memory to restore the size of a table; it can be called again.
bool pobatch_restore_checkpoint(struct lua_State* L, void* checkpoint);

#ifdef __cplusplus
}
#endif
