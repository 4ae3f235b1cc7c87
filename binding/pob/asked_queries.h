// What modifier stores were asked for: a set of queries, and of pairs of names that were summed together.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lua.h"
// lj_obj.h before the others.
#include "lj_obj.h"

// Strings are compared by their addresses; those in a set are never collected.
typedef struct Entry {
	const GCstr* type;  // NULL: two names
	const GCstr *name, *other;
	double flags, keywordFlags;
} Entry;

typedef struct Asked {
	Entry* entries;
	// Places of entries, plus one, by their hash; at most half full.
	uint32_t* slots;
	uint32_t count, slotCount;
	uint32_t last;      // met last: the next one is mostly the one behind it
	bool isIncomplete;  // for want of memory
} Asked;

// The string whose text Lua gave to a function of the FFI; NULL for nil.
static inline const GCstr* pobatch_string_of(const char* text) {
	return text == NULL ? NULL : (const GCstr*)(text - sizeof(GCstr));
}

// Notes an entry, once.
void pobatch_asked_note(Asked* asked, Entry entry);

// Functions for Lua: modifier_queries.h says what they do.
int pobatch_asked_new(lua_State* L);
int pobatch_asked_news(lua_State* L);
int pobatch_asked_forget(lua_State* L);
