// Collections of only those objects that a state created since the last collection: objects that were alive
// then are neither marked nor swept again.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// Pushes a table of functions for Lua:
//
// settle([keeps])
//   Collects everything, and treats what lives as old. With `keeps`, nothing is collected unless LuaJIT's own
//   collector is in a cycle: what is already dead stays until the next full collection. LuaJIT's own
//   collector then rests until something starts it (the bound set by `rest`, collectgarbage("restart"), or a
//   memory limit that comes near).
// sweep() -> boolean
//   Collects the unreachable ones among the objects created since; the reachable ones are old from then on.
//   Strings, userdata with a finalizer and old objects that died wait for the next `settle`. Returns false
//   and does nothing if LuaJIT's own collector has run since.
// rest(limit, room)
//   LuaJIT's own collector rests until the heap has `limit` kilobytes, whatever code runs then. It collects
//   everything in one go, and rests again until the heap is `room` kilobytes larger than what lived.
// lived() -> kilobytes, number
//   The live size at the end of the last full collection, whatever started it, and the number of full
//   collections since `rest` was first called. Before the first one: LuaJIT's own estimate at that time.
// empty(table)
//   Frees the contents of a table. What was put into a variable of an old function stays until the next
//   `settle`, even after the variable got another value, so large tables should be emptied.
void pobatch_push_nursery(struct lua_State* L);

#ifdef __cplusplus
}
#endif
