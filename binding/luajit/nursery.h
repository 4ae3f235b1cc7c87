// Collections of what a state made since the last one, alone: what was alive then is neither marked nor swept
// again.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// Pushes a table of functions for Lua:
//
// settle([keeps])
//   Collects everything, and takes what lives for old; with `keeps` nothing is collected where LuaJIT's own
//   collector is not at work: what is dead already stays until the next full collection. From then on
//   LuaJIT's own collector rests until something sets it going (the bound set by `rest`,
//   collectgarbage("restart"), a memory limit that comes near).
// sweep() -> boolean
//   Collects what was made since and is not reachable any more; what is reachable is old from then on.
//   Strings, userdata with a finalizer and old objects that died wait for the next `settle`. False, and
//   nothing is done, where LuaJIT's own collector has run since.
// rest(limit, room)
//   LuaJIT's own collector rests until the heap has `limit` kilobytes, whatever runs then; collects
//   everything in one go; and rests again until there are `room` kilobytes on top of what lived.
// lived() -> kilobytes, number
//   What lived at the end of the last full collection, whoever set it going, and how many there were since
//   `rest` was first called. Before the first one: LuaJIT's own estimate of when that was.
// empty(table)
//   Gives back what a table holds. What was put into an old function's variable stays until the next
//   `settle`, even when the variable has got another value since: if it is large it is better emptied.
void pobatch_push_nursery(struct lua_State* L);

#ifdef __cplusplus
}
#endif
