#include "pob/asked_queries.h"

#include <stdlib.h>
#include <string.h>

#include "lauxlib.h"
#include "lj_gc.h"

static bool isEntry(const Entry* a, const Entry* b) {
	return a->name == b->name && a->type == b->type && a->other == b->other && a->flags == b->flags &&
	       a->keywordFlags == b->keywordFlags;
}

static uint32_t hashOf(const Entry* entry) {
	uint64_t parts[5] = {(uintptr_t)entry->type, (uintptr_t)entry->name, (uintptr_t)entry->other};
	memcpy(&parts[3], &entry->flags, sizeof entry->flags);
	memcpy(&parts[4], &entry->keywordFlags, sizeof entry->keywordFlags);
	uint64_t hash = 0;
	for (int i = 0; i < 5; i++) {
		hash = (hash ^ parts[i]) * 0x9E3779B97F4A7C15u;
		hash ^= hash >> 32;
	}
	return (uint32_t)hash;
}

static bool growAsked(Asked* asked) {
	const uint32_t slotCount = asked->slotCount == 0 ? 1024 : 2 * asked->slotCount;
	Entry* const entries = (Entry*)realloc(asked->entries, slotCount / 2 * sizeof(Entry));
	if (entries == NULL) return false;
	asked->entries = entries;
	uint32_t* const slots = (uint32_t*)calloc(slotCount, sizeof(uint32_t));
	if (slots == NULL) return false;
	free(asked->slots);
	asked->slots = slots;
	asked->slotCount = slotCount;
	for (uint32_t i = 0; i < asked->count; i++) {
		uint32_t slot = hashOf(&entries[i]) & (slotCount - 1);
		while (slots[slot] != 0) slot = (slot + 1) & (slotCount - 1);
		slots[slot] = i + 1;
	}
	return true;
}

void pobatch_asked_note(Asked* asked, Entry entry) {
	// A query without a type finds nothing.
	if (entry.type == NULL && entry.other == NULL) return;
	// Turns -0 into 0.
	entry.flags += 0.0;
	entry.keywordFlags += 0.0;
	if (asked->last + 1 < asked->count && isEntry(&asked->entries[asked->last + 1], &entry)) {
		asked->last++;
		return;
	}
	if (2 * (asked->count + 1) > asked->slotCount && !growAsked(asked)) {
		asked->isIncomplete = true;
		return;
	}
	uint32_t slot = hashOf(&entry) & (asked->slotCount - 1);
	while (asked->slots[slot] != 0) {
		const uint32_t at = asked->slots[slot] - 1;
		if (isEntry(&asked->entries[at], &entry)) {
			asked->last = at;
			return;
		}
		slot = (slot + 1) & (asked->slotCount - 1);
	}
	// The strings are compared by address, so they must never be freed.
	if (entry.type != NULL) fixstring((GCstr*)entry.type);
	fixstring((GCstr*)entry.name);
	if (entry.other != NULL) fixstring((GCstr*)entry.other);
	asked->last = asked->count++;
	asked->slots[slot] = asked->count;
	asked->entries[asked->last] = entry;
}

static const char kAskedType[] = "pobatch.asked";

static int freeAsked(lua_State* L) {
	Asked* const asked = (Asked*)lua_touserdata(L, 1);
	free(asked->entries);
	free(asked->slots);
	*asked = (Asked){.count = 0};
	return 0;
}

int pobatch_asked_new(lua_State* L) {
	Asked* const asked = (Asked*)lua_newuserdata(L, sizeof(Asked));
	*asked = (Asked){.count = 0};
	if (luaL_newmetatable(L, kAskedType)) {
		lua_pushcfunction(L, &freeAsked);
		lua_setfield(L, -2, "__gc");
	}
	lua_setmetatable(L, -2);
	return 1;
}

// (asked, from): the entries after the first `from`, and the current number of entries. Removes nothing, so a
// call that is stopped half-way, by a lack of memory or from outside, can be repeated.
int pobatch_asked_news(lua_State* L) {
	const Asked* const asked = (const Asked*)luaL_checkudata(L, 1, kAskedType);
	const lua_Number from = luaL_checknumber(L, 2);
	if (asked->isIncomplete) return luaL_error(L, "not enough memory");
	if (from >= asked->count) return 0;
	lua_createtable(L, (int)(4 * (asked->count - (uint32_t)from)), 0);
	int n = 0;
	for (uint32_t i = (uint32_t)from; i < asked->count; i++) {
		const Entry* const entry = &asked->entries[i];
		if (entry->type != NULL)
			lua_pushlstring(L, strdata(entry->type), entry->type->len);
		else
			lua_pushboolean(L, 0);
		lua_rawseti(L, -2, ++n);
		lua_pushlstring(L, strdata(entry->name), entry->name->len);
		lua_rawseti(L, -2, ++n);
		if (entry->other != NULL)
			lua_pushlstring(L, strdata(entry->other), entry->other->len);
		else
			lua_pushnumber(L, entry->flags);
		lua_rawseti(L, -2, ++n);
		lua_pushnumber(L, entry->keywordFlags);
		lua_rawseti(L, -2, ++n);
	}
	lua_pushnumber(L, asked->count);
	return 2;
}

// (asked, to): removes the entries after the first `to`. An entry took a slot that was free at that time, so
// removing the last entries in reverse order leaves the table as if they had never been added.
int pobatch_asked_forget(lua_State* L) {
	Asked* const asked = (Asked*)luaL_checkudata(L, 1, kAskedType);
	const lua_Number to = luaL_checknumber(L, 2);
	while (asked->count > to) {
		uint32_t slot = hashOf(&asked->entries[asked->count - 1]) & (asked->slotCount - 1);
		while (asked->slots[slot] != asked->count) slot = (slot + 1) & (asked->slotCount - 1);
		asked->slots[slot] = 0;
		asked->count--;
	}
	asked->last = 0;
	asked->isIncomplete = false;
	return 0;
}
