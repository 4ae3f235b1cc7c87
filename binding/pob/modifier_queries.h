// Native queries of Path of Building's modifier stores: one FFI call instead of a walk in Lua, which LuaJIT
// would compile into every place that queries a store.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

// Pushes a table for Lua:
//
// context(matchAll, matchMask, ModDB, ModList) -> userdata
//   The context for the functions below; it must be kept while they are used. The numbers are those of Path
//   of Building's MatchKeywordFlags: the bit that asks for all keywords, and the mask of the others. ModDB
//   and ModList are the metatables of stores.
// address(value) -> number
//   The address of a table or userdata, valid as long as it lives.
// asked() -> userdata
//   An empty set of queries (type, name, flags and keyword flags) and of pairs of names that were summed
//   together. The names and types in it are never collected.
// news(asked, from) -> table, number; or nothing
//   The entries of the set after the first `from`, four values each: type, name, flags, keyword flags; or
//   false, name, name, 0. And the number of entries.
// forget(asked, to)
//   Removes the entries after the first `to`.
// sum, sumOne, none, noneOf, flag, listen, leaveOut, note: number
//   Addresses of functions, to be cast by the FFI (lua/pob/replacements/native_queries.lua has the types).
//   The first five record each query in the set that was last given to `listen`, if any, except queries of
//   the store given to `leaveOut`. Apart from that they only read, and neither write nor allocate. `store` is
//   the address of a ModDB or ModList. Strings must be Lua's own, because they are compared by address. A
//   query covers a store and then its parents. Lua has to answer everything else: a modifier with tags that
//   might be admitted, values that are not numbers, a list whose index does not exist yet, a store that
//   watches its queries.
void pobatch_push_modifier_queries(struct lua_State* L);

#ifdef __cplusplus
}
#endif
