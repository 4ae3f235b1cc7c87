// Path of Building's modifier stores, asked natively: one call of the FFI instead of a walk in Lua, which
// LuaJIT would compile into each place that asks.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// Pushes a table for Lua:
//
// context(matchAll, matchMask, ModDB, ModList) -> userdata
//   What the functions below need to know; it must be kept while they are used. The numbers are those of Path
//   of Building's MatchKeywordFlags: the bit that asks for all keywords, and the mask of the others. ModDB
//   and ModList are the metatables of stores.
// address(value) -> number
//   Of a table or userdata: where it lies, for as long as it lives.
// asked() -> userdata
//   An empty set of queries: type, name, flags and keyword flags, and of pairs of names that were summed
//   together. Names and types in one are never collected.
// news(asked, from) -> table, number; or nothing
//   What the set got behind its first `from`, four values each: type, name, flags, keyword flags; or false,
//   name, name, 0. And how many it has.
// forget(asked, to)
//   Takes out of the set what it got behind its first `to`.
// sum, sumOne, none, noneOf, flag, listen, leaveOut, note: number
//   Addresses of functions, to be cast by the FFI (lua/pob/fast/nativequeries.lua says to what). The first
//   five note what they are asked for in the set that `listen` was given last, if any, but for the store of
//   `leaveOut`; for the rest they read, and neither write nor allocate. `store` is the address of a ModDB or
//   ModList; strings are those that Lua has: they are compared by address. Each goes through a store and then
//   its parents. What takes more than that (a modifier with tags that may be let in, values that are no
//   numbers, a list whose index is not made, a store that tells where a modifier lies) is for Lua to answer.
void pobatch_push_modifier_queries(struct lua_State* L);

#ifdef __cplusplus
}
#endif
