// Reads LuaJIT's tables through its internal headers, which are C: through Lua's API each read would cost ten
// times as much.
//
// Equal to the walks of lua/pob/replacements/query_walks.lua: modifiers are visited in the same order,
// admitted by the same tests, and added in the same order: each store's sum separately, then to the sum of
// its parents.
#include "pob/modifier_queries.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "lauxlib.h"
#include "pob/asked_queries.h"
// clang-format off
#include "lj_gc.h"
#include "lj_str.h"
#include "lj_tab.h"
// clang-format on

// The names of fields are Lua's own strings.
typedef struct Context {
	// The set that records the queries, except those of `unaskedStore`; NULL: nothing is recorded.
	Asked* asked;
	double unaskedStore;

	GCstr *mods, *parent, *type, *name, *flags, *keywordFlags, *value, *index, *base;
	// the metatables of the two kinds of stores
	GCtab *db, *list;
	uint32_t matchAll, matchMask;
} Context;

// Lists up to this length have no index; the positions of the index's fields (both as in list_index.lua).
enum { kShort = 4 };
enum { kIndexed = 1, kLast = 2, kFirst = 3, kFollowing = 4 };
// The longest chain of stores and their parents.
enum { kDepth = 8 };
enum { kNames = 12 };

// The effect of a modifier on a query. MeaningAsk: only Lua can tell.
typedef enum Meaning { MeaningNone, MeaningPlain, MeaningAsk } Meaning;

typedef struct Query {
	const Context* context;
	const GCstr* type;
	double flags, keywordFlags;
} Query;

// A store without its parents.
typedef struct Store {
	GCtab* table;
	// by name: lists in a ModDB, positions in a ModList; NULL: a short ModList
	GCtab* byName;
	GCtab* following;
	int32_t count;
} Store;

// Processes an admitted modifier. False: Lua has to answer the query.
typedef bool (*Visit)(cTValue* value, void* answer);

// Like lj_tab_getstr, but inlined, and NULL for nil as well.
static inline cTValue* fieldOf(const GCtab* table, const GCstr* name) {
	for (const Node* node = hashstr(table, name); node != NULL; node = nextnode(node))
		if (tvisstr(&node->key) && strV(&node->key) == name) return tvisnil(&node->val) ? NULL : &node->val;
	return NULL;
}

static inline cTValue* elementOf(const GCtab* table, int32_t at) {
	cTValue* const value = lj_tab_getint((GCtab*)table, at);
	return value == NULL || tvisnil(value) ? NULL : value;
}

static inline GCtab* tableIn(cTValue* value) {
	return value != NULL && tvistab(value) ? tabV(value) : NULL;
}

static inline bool numberOf(const GCtab* table, const GCstr* name, double* number) {
	cTValue* const value = fieldOf(table, name);
	if (value == NULL || !tvisnumber(value)) return false;
	*number = numberVnum(value);
	return true;
}

// The high and low halves of AND64; the low one is signed.
static double and64(double a, double b) {
	const uint64_t x = (uint64_t)a, y = (uint64_t)b;
	const double high = (double)((x >> 32) & (y >> 32) & 0x1FFFFF);
	return high * 4294967296.0 + (double)(int32_t)(uint32_t)(x & y);
}

static inline bool isFlags(double flags) {
	return flags >= 0 && flags < 9007199254740992.0 && (double)(int64_t)flags == flags;
}

// Whether a modifier with the right name takes part in the query.
static Meaning meaningOf(const Query* query, const GCtab* mod) {
	const Context* const context = query->context;
	cTValue* const type = fieldOf(mod, context->type);
	if (type == NULL || !tvisstr(type)) return MeaningAsk;
	if (strV(type) != query->type) return MeaningNone;
	double flags = 0, keywordFlags = 0;
	if (!numberOf(mod, context->flags, &flags) || !isFlags(flags) ||
	    !numberOf(mod, context->keywordFlags, &keywordFlags) || !isFlags(keywordFlags))
		return MeaningAsk;
	if (flags != 0 && (query->flags == 0 || and64(query->flags, flags) != flags)) return MeaningNone;
	if (keywordFlags != 0) {
		const uint32_t wanted = (uint32_t)(uint64_t)keywordFlags, masked = wanted & context->matchMask;
		const uint32_t present = (uint32_t)(uint64_t)query->keywordFlags & masked;
		if ((wanted & context->matchAll) != 0 ? present != masked : masked != 0 && present == 0)
			return MeaningNone;
	}
	return elementOf(mod, 1) != NULL ? MeaningAsk : MeaningPlain;
}

// Handles a modifier with the right name. False: Lua has to answer the query.
static bool meet(const Query* query, const GCtab* mod, Visit visit, void* answer) {
	switch (mod == NULL ? MeaningAsk : meaningOf(query, mod)) {
		case MeaningNone:
			return true;
		case MeaningPlain:
			return visit(fieldOf(mod, query->context->value), answer);
		default:
			return false;
	}
}

// False: only Lua can read the store.
static bool openStore(const Context* context, GCtab* table, Store* store) {
	const GCtab* const metatable = tabref(table->metatable);
	*store = (Store){.table = table};
	if (metatable == context->db) {
		store->byName = tableIn(fieldOf(table, context->mods));
		return store->byName != NULL;
	}
	// With another metatable, only Lua knows how to read the store.
	if (metatable != context->list) return false;
	const GCtab* const index = tableIn(fieldOf(table, context->index));
	if (index == NULL) {
		store->count = (int32_t)lj_tab_len(table);
		return store->count <= kShort;
	}
	cTValue* const indexed = elementOf(index, kIndexed);
	if (indexed == NULL || !tvisnumber(indexed)) return false;
	store->count = (int32_t)numberVnum(indexed);
	// Elements are only added and removed at the end.
	const GCtab* const last = tableIn(elementOf(table, store->count));
	if (last == NULL || last != tableIn(elementOf(index, kLast)) ||
	    elementOf(table, store->count + 1) != NULL)
		return false;
	store->byName = tableIn(elementOf(index, kFirst));
	store->following = tableIn(elementOf(index, kFollowing));
	return store->byName != NULL && store->following != NULL;
}

// Whether this store watches queries for this name and type (order_guard.lua): Lua has to see them.
static bool isWatched(const Query* query, const GCtab* store, const GCstr* name) {
	const GCtab* const base = tableIn(fieldOf(store, query->context->base));
	const GCtab* const kinds = base != NULL ? tableIn(fieldOf(base, name)) : NULL;
	return kinds != NULL && fieldOf(kinds, query->type) != NULL;
}

// Visits the modifiers `name` of a store. False: Lua has to answer the query.
static bool walk(const Query* query, const Store* store, const GCstr* name, Visit visit, void* answer) {
	if (store->byName == NULL) {
		for (int32_t i = 1; i <= store->count; i++) {
			const GCtab* const mod = tableIn(elementOf(store->table, i));
			if (mod == NULL) return false;
			cTValue* const own = fieldOf(mod, query->context->name);
			if (own != NULL && tvisstr(own) && strV(own) == name && !meet(query, mod, visit, answer))
				return false;
		}
		return true;
	}
	cTValue* found = fieldOf(store->byName, name);
	if (found == NULL) return true;
	if (store->following != NULL) {
		while (found != NULL && tvisnumber(found)) {
			const int32_t at = (int32_t)numberVnum(found);
			if (!meet(query, tableIn(elementOf(store->table, at)), visit, answer)) return false;
			found = elementOf(store->following, at);
		}
		return true;
	}
	GCtab* const list = tableIn(found);
	if (list == NULL || isWatched(query, store->table, name)) return false;
	const int32_t count = (int32_t)lj_tab_len(list);
	for (int32_t i = 1; i <= count; i++)
		if (!meet(query, tableIn(elementOf(list, i)), visit, answer)) return false;
	return true;
}

// False: Lua has to answer the query.
static bool parentOf(const Context* context, const GCtab* store, GCtab** parent) {
	cTValue* const value = fieldOf(store, context->parent);
	*parent = tableIn(value);
	return value != NULL && (*parent != NULL || tvisfalse(value));
}

static void noteQuery(const Query* query, double store, const char* const* names, int nameCount, bool isSum) {
	Asked* const asked = query->context->asked;
	if (asked == NULL || store == query->context->unaskedStore) return;
	for (int i = 0; i < nameCount; i++) {
		if (names[i] == NULL) continue;
		pobatch_asked_note(asked, (Entry){query->type, pobatch_string_of(names[i]), NULL, query->flags,
		                                  query->keywordFlags});
		if (isSum && i > 0 && names[0] != NULL)
			pobatch_asked_note(asked,
			                   (Entry){NULL, pobatch_string_of(names[0]), pobatch_string_of(names[i]), 0, 0});
	}
}

// Visits all admitted modifiers, store by store and name by name. `answers` has one answer per store, `step`
// bytes apart; with step 0, a single one. Returns the number of stores, or 0 if Lua has to answer or a visit
// ended the walk.
static int visitAll(const Query* query, double address, const char* const* names, int nameCount, Visit visit,
                    void* answers, size_t step) {
	noteQuery(query, address, names, nameCount, step != 0);
	if (!isFlags(query->flags) || !isFlags(query->keywordFlags)) return 0;
	int depth = 0;
	for (GCtab* at = (GCtab*)(uintptr_t)address; at != NULL; depth++) {
		Store store;
		if (depth == kDepth || !openStore(query->context, at, &store)) return 0;
		void* const answer = (char*)answers + (size_t)depth * step;
		for (int i = 0; i < nameCount; i++)
			if (names[i] != NULL && !walk(query, &store, pobatch_string_of(names[i]), visit, answer))
				return 0;
		if (!parentOf(query->context, at, &at)) return 0;
	}
	return depth;
}

static bool add(cTValue* value, void* answer) {
	if (value == NULL || !tvisnumber(value)) return false;
	*(double*)answer += numberVnum(value);
	return true;
}

// Returns NaN if Lua has to answer.
static double sumOf(const Query* query, double address, const char* const* names, int nameCount) {
	double sums[kDepth] = {0};
	const int depth = visitAll(query, address, names, nameCount, &add, sums, sizeof *sums);
	if (depth == 0) return NAN;
	double result = sums[depth - 1];
	for (int i = depth - 2; i >= 0; i--) result = sums[i] + result;
	return result;
}

static double sum(const Context* context, double store, const char* type, double flags, double keywordFlags,
                  const char* n1, const char* n2, const char* n3, const char* n4, const char* n5,
                  const char* n6, const char* n7, const char* n8, const char* n9, const char* n10,
                  const char* n11, const char* n12) {
	const char* const names[kNames] = {n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12};
	return sumOf(&(Query){context, pobatch_string_of(type), flags, keywordFlags}, store, names, kNames);
}

static double sumOne(const Context* context, double store, const char* type, double flags,
                     double keywordFlags, const char* name) {
	return sumOf(&(Query){context, pobatch_string_of(type), flags, keywordFlags}, store, &name, 1);
}

static bool refuse(cTValue* value, void* answer) {
	(void)value, (void)answer;
	return false;
}

// 1: no modifier of the type and name is admitted; 0: Lua has to answer.
static double none(const Context* context, double store, const char* type, double flags, double keywordFlags,
                   const char* name) {
	return visitAll(&(Query){context, pobatch_string_of(type), flags, keywordFlags}, store, &name, 1, &refuse,
	                NULL, 0) != 0;
}

// The same for several names.
static double noneOf(const Context* context, double store, const char* type, double flags,
                     double keywordFlags, const char* n1, const char* n2, const char* n3, const char* n4,
                     const char* n5, const char* n6, const char* n7, const char* n8, const char* n9,
                     const char* n10, const char* n11, const char* n12) {
	const char* const names[kNames] = {n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12};
	return visitAll(&(Query){context, pobatch_string_of(type), flags, keywordFlags}, store, names, kNames,
	                &refuse, NULL, 0) != 0;
}

// A modifier that is true also ends the walk.
static bool look(cTValue* value, void* answer) {
	*(bool*)answer = value != NULL && tvistruecond(value);
	return !*(bool*)answer;
}

// 1: a modifier is true; 0: none is; -1: Lua has to answer.
static double flag(const Context* context, double store, const char* type, double flags, double keywordFlags,
                   const char* name) {
	bool answer = false;
	if (visitAll(&(Query){context, pobatch_string_of(type), flags, keywordFlags}, store, &name, 1, &look,
	             &answer, 0) != 0)
		return 0;
	return answer ? 1 : -1;
}

static void listen(Context* context, Asked* asked) {
	context->asked = asked;
}

static void leaveOut(Context* context, double store) {
	context->unaskedStore = store;
}

// Records a query that was answered in another way. With `other`: two names of one sum, without a type.
static void noteOne(Asked* asked, const char* type, double flags, double keywordFlags, const char* name,
                    const char* other) {
	pobatch_asked_note(asked, (Entry){pobatch_string_of(type), pobatch_string_of(name),
	                                  pobatch_string_of(other), flags, keywordFlags});
}

// Kept as long as the state lives.
static GCstr* constant(lua_State* L, const char* text) {
	GCstr* const string = lj_str_newz(L, text);
	fixstring(string);
	return string;
}

static int newContext(lua_State* L) {
	const uint32_t matchAll = (uint32_t)luaL_checknumber(L, 1), matchMask = (uint32_t)luaL_checknumber(L, 2);
	luaL_checktype(L, 3, LUA_TTABLE);
	luaL_checktype(L, 4, LUA_TTABLE);
	Context* const context = (Context*)lua_newuserdata(L, sizeof(Context));
	*context = (Context){
	    .db = tabV(L->base + 2), .list = tabV(L->base + 3), .matchAll = matchAll, .matchMask = matchMask};
	context->mods = constant(L, "mods");
	context->parent = constant(L, "parent");
	context->type = constant(L, "type");
	context->name = constant(L, "name");
	context->flags = constant(L, "flags");
	context->keywordFlags = constant(L, "keywordFlags");
	context->value = constant(L, "value");
	context->index = constant(L, "pobatchIndex");
	context->base = constant(L, "pobatchBase");
	return 1;
}

// Returned as a number: an address fits into the 53 bits of a double.
static int address(lua_State* L) {
	lua_pushnumber(L, (double)(uintptr_t)lua_topointer(L, 1));
	return 1;
}

void pobatch_push_modifier_queries(lua_State* L) {
	static const luaL_Reg functions[] = {{"context", &newContext},
	                                     {"address", &address},
	                                     {"asked", &pobatch_asked_new},
	                                     {"news", &pobatch_asked_news},
	                                     {"forget", &pobatch_asked_forget}};
	const struct {
		const char* name;
		uintptr_t address;
	} addresses[] = {{"sum", (uintptr_t)&sum},           {"sumOne", (uintptr_t)&sumOne},
	                 {"none", (uintptr_t)&none},         {"noneOf", (uintptr_t)&noneOf},
	                 {"flag", (uintptr_t)&flag},         {"listen", (uintptr_t)&listen},
	                 {"leaveOut", (uintptr_t)&leaveOut}, {"note", (uintptr_t)&noteOne}};
	lua_newtable(L);
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		lua_pushcfunction(L, functions[i].func);
		lua_setfield(L, -2, functions[i].name);
	}
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		lua_pushnumber(L, (double)addresses[i].address);
		lua_setfield(L, -2, addresses[i].name);
	}
}
