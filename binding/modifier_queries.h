// Path of Building's modifier stores, asked natively: one call of the FFI instead of a walk in Lua, which
// LuaJIT would compile into each place that asks.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// Pushes a table for Lua:
//
// context(matchAll, matchMask) -> userdata
//   What the functions below need to know; it must be kept while they are used. The numbers are those of Path
//   of Building's MatchKeywordFlags: the bit that asks for all keywords, and the mask of the others.
// address(value) -> number
//   Of a table or userdata: where it lies, for as long as it lives.
// sum, none, flag: number
//   Addresses of functions, to be cast by the FFI (lua/pob/fast/nativequeries.lua says to what). They read
//   and neither write nor allocate. `store` is the address of a ModDB or ModList; strings are those that Lua
//   has: they are compared by address. Each goes through a store and then its parents. What takes more than
//   that (a modifier with tags that may be let in, values that are no numbers, a list whose index is not
//   made, a store that tells where a modifier lies) is for Lua to answer.
void pobatch_push_modifier_queries(struct lua_State* L);

#ifdef __cplusplus
}
#endif
