// What modifier stores were asked for: a set of queries, and of pairs of names that were summed together.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lua.h"
// lj_obj.h has to come before the others.
#include "lj_obj.h"

// Strings are compared by address; those in a set are never collected.
typedef struct Entry {
	const GCstr* type;  // NULL: the entry is a pair of names
	const GCstr *name, *other;
	double flags, keywordFlags;
} Entry;

typedef struct Asked {
	Entry* entries;
	// Indices of entries, plus one, by hash; at most half full.
	uint32_t* slots;
	uint32_t count, slotCount;
	uint32_t last;      // the last entry found: the next query is usually the entry after it
	bool isIncomplete;  // because memory ran out
} Asked;

// The string object whose text Lua passed to an FFI function; NULL for nil.
static inline const GCstr* pobatch_string_of(const char* text) {
	return text == NULL ? NULL : (const GCstr*)(text - sizeof(GCstr));
}

// Adds an entry unless the set has it.
void pobatch_asked_note(Asked* asked, Entry entry);

// Functions for Lua, described in modifier_queries.h.
int pobatch_asked_new(lua_State* L);
int pobatch_asked_news(lua_State* L);
int pobatch_asked_forget(lua_State* L);
