// Reads and writes LuaJIT's objects through its internal headers, which are C. Lua's API would take twenty
// times as long, and it cannot restore the size of a table and the order of its keys, which sums over `pairs`
// depend on.
#include "luajit/checkpoint.h"

#include <string.h>

#include "lauxlib.h"
#include "lua.h"
// lj_obj.h has to come before the others.
#include "lj_obj.h"
// clang-format off
#include "lj_gc.h"
#include "lj_tab.h"
#include "lj_ctype.h"
// clang-format on

// The saved value of an upvalue, of a function's environment and the like.
typedef struct Cell {
	enum { CellValue, CellObject, CellBits } kind;
	GCobj* owner;
	uint64_t* place;
	uint64_t content;
} Cell;

typedef struct TableCopy {
	GCtab* table;
	GCtab* metatable;
	// The current address of the hash part. Its links are addresses.
	Node* nodes;
	Node* freeTop;
	uint32_t arraySize, hashMask;
	size_t data;  // offset of the copy: array part, then hash part
} TableCopy;

// A userdata: this struct, then cells, tables and data. Its environment is the table `seen`, which keeps
// everything alive that the copy points to.
typedef struct Checkpoint {
	size_t cellCount, tableCount, dataSize;
} Checkpoint;

static Cell* cellsOf(Checkpoint* checkpoint) {
	return (Cell*)(checkpoint + 1);
}

static TableCopy* tablesOf(Checkpoint* checkpoint) {
	return (TableCopy*)(cellsOf(checkpoint) + checkpoint->cellCount);
}

static char* dataOf(Checkpoint* checkpoint) {
	return (char*)(tablesOf(checkpoint) + checkpoint->tableCount);
}

static size_t arrayBytes(uint32_t arraySize) {
	return arraySize * sizeof(TValue);
}

// Tables without a hash part all share one empty node.
static size_t hashBytes(uint32_t hashMask) {
	return hashMask == 0 ? 0 : ((size_t)hashMask + 1) * sizeof(Node);
}

// The walk visits everything twice: first to find and count it (`fill` is NULL), then to copy it.
typedef struct Walk {
	lua_State* L;
	GCtab* seen;   // keys: what was found; 1 to `count`: the objects to visit
	GCtab* young;  // addresses, as keys, of the only objects to visit; NULL: visit all
	bool leavesCdata;
	int32_t count;
	const char* obstacle;
	Checkpoint size;
	Checkpoint* fill;
} Walk;

static bool firstTime(Walk* walk, cTValue* key) {
	if (tvistrue(lj_tab_get(walk->L, walk->seen, key))) return false;
	TValue* slot = lj_tab_set(walk->L, walk->seen, key);
	setboolV(slot, 1);
	lj_gc_anybarriert(walk->L, walk->seen);
	return true;
}

static bool isConstantCdata(cTValue* value) {
	const CTypeID type = cdataV(value)->ctypeid;
	return type == CTID_INT64 || type == CTID_UINT64 || type == CTID_COMPLEX_DOUBLE;
}

static bool isInScope(const Walk* walk, const GCobj* object) {
	TValue address;
	if (walk->young == NULL) return true;
	setnumV(&address, (double)(uintptr_t)object);
	return tvistrue(lj_tab_get(walk->L, walk->young, &address));
}

static void meet(Walk* walk, cTValue* value) {
	// What is not visited must be kept alive as well.
	if (walk->fill != NULL || !tvisgcv(value) || !firstTime(walk, value) || tvisstr(value)) return;
	if (!isInScope(walk, gcval(value))) return;
	if (tvisthread(value))
		walk->obstacle = "a coroutine";
	else if (tviscdata(value) && !isConstantCdata(value) && !walk->leavesCdata)
		walk->obstacle = "a cdata";
	if (!(tvistab(value) || tvisfunc(value) || tvisudata(value))) return;
	walk->count++;
	TValue* slot = lj_tab_setint(walk->L, walk->seen, walk->count);
	copyTV(walk->L, slot, value);
}

static void meetTable(Walk* walk, GCtab* table) {
	TValue value;
	if (table == NULL) return;
	settabV(walk->L, &value, table);
	meet(walk, &value);
}

static void addCell(Walk* walk, int kind, GCobj* owner, void* place) {
	if (walk->fill == NULL) {
		walk->size.cellCount++;
		return;
	}
	Cell* cell = &cellsOf(walk->fill)[walk->size.cellCount++];
	cell->kind = kind;
	cell->owner = owner;
	cell->place = (uint64_t*)place;
	memcpy(&cell->content, place, sizeof cell->content);
}

static void addTable(Walk* walk, GCtab* table) {
	TValue* const array = tvref(table->array);
	Node* const nodes = noderef(table->node);
	meetTable(walk, tabref(table->metatable));
	for (uint32_t i = 0; i < table->asize; i++) meet(walk, &array[i]);
	for (uint32_t i = 0; table->hmask != 0 && i <= table->hmask; i++) {
		if (tvisnil(&nodes[i].val)) continue;
		meet(walk, &nodes[i].key);
		meet(walk, &nodes[i].val);
	}
	if (walk->fill != NULL) {
		TableCopy* copy = &tablesOf(walk->fill)[walk->size.tableCount];
		copy->table = table;
		copy->metatable = tabref(table->metatable);
		copy->nodes = nodes;
		copy->freeTop = getfreetop(table, nodes);
		copy->arraySize = table->asize;
		copy->hashMask = table->hmask;
		copy->data = walk->size.dataSize;
		char* data = dataOf(walk->fill) + copy->data;
		if (table->asize != 0) memcpy(data, array, arrayBytes(table->asize));
		if (table->hmask != 0) memcpy(data + arrayBytes(table->asize), nodes, hashBytes(table->hmask));
	}
	walk->size.tableCount++;
	walk->size.dataSize += arrayBytes(table->asize) + hashBytes(table->hmask);
}

// Functions share upvalues, and each upvalue is copied once. `seen` has the address of an upvalue as a
// number: true while it is only counted, false once it is copied.
static bool isNewUpvalue(Walk* walk, GCupval* upvalue) {
	TValue address;
	setnumV(&address, (double)(uintptr_t)upvalue);
	if (walk->fill == NULL) return firstTime(walk, &address);
	TValue* slot = lj_tab_set(walk->L, walk->seen, &address);
	const bool fresh = tvistrue(slot);
	setboolV(slot, 0);
	return fresh;
}

static void addFunction(Walk* walk, GCfunc* function) {
	GCobj* const object = obj2gco(function);
	if (!isluafunc(function)) {
		// For example the position of an iterator of string.gmatch.
		for (uint32_t i = 0; i < function->c.nupvalues; i++) {
			meet(walk, &function->c.upvalue[i]);
			addCell(walk, CellValue, object, &function->c.upvalue[i]);
		}
		return;
	}
	meetTable(walk, tabref(function->l.env));
	addCell(walk, CellObject, object, &function->l.env);
	for (uint32_t i = 0; i < function->l.nupvalues; i++) {
		GCupval* const upvalue = &gcref(function->l.uvptr[i])->uv;
		if (!upvalue->closed) {
			// An upvalue of a running function: a coroutine's, or the caller's.
			walk->obstacle = "a coroutine";
		} else if (isInScope(walk, obj2gco(upvalue)) && isNewUpvalue(walk, upvalue)) {
			meet(walk, &upvalue->tv);
			if (!upvalue->immutable) addCell(walk, CellValue, obj2gco(upvalue), &upvalue->tv);
		}
	}
}

static void addUserdata(Walk* walk, GCudata* userdata) {
	if (userdata->udtype != UDTYPE_USERDATA || gcref(userdata->metatable) != NULL ||
	    userdata->len % sizeof(uint64_t) != 0) {
		walk->obstacle = "a userdata";
		return;
	}
	uint64_t* const words = (uint64_t*)uddata(userdata);
	for (size_t i = 0; i < userdata->len / sizeof(uint64_t); i++)
		addCell(walk, CellBits, obj2gco(userdata), &words[i]);
}

static void walkAll(Walk* walk) {
	lua_State* const L = walk->L;
	memset(&walk->size, 0, sizeof walk->size);
	if (walk->young == NULL) {
		meetTable(walk, tabref(L->env));
		// setfenv(0, table) sets this.
		addCell(walk, CellObject, obj2gco(L), &L->env);
		meetTable(walk, tabref(basemt_it(G(L), LJ_TSTR)));
	}
	for (int32_t i = 1; i <= walk->count && walk->obstacle == NULL; i++) {
		cTValue* object = lj_tab_getint(walk->seen, i);
		if (tvistab(object))
			addTable(walk, tabV(object));
		else if (tvisfunc(object))
			addFunction(walk, funcV(object));
		else
			addUserdata(walk, udataV(object));
	}
}

// Pushes a table whose keys are the addresses of the objects created after `mark`: LuaJIT puts each new
// object at the front of its list. False if the mark is not in the list.
static bool pushYounger(lua_State* L, const GCobj* mark) {
	lua_newtable(L);
	GCtab* const young = tabV(L->top - 1);
	GCobj* object = gcref(G(L)->gc.root);
	// This starts at the newest object, so it does not visit what the table itself allocates from here on.
	for (; object != NULL && object != mark; object = gcref(object->gch.nextgc)) {
		TValue address;
		setnumV(&address, (double)(uintptr_t)object);
		TValue* slot = lj_tab_set(L, young, &address);
		setboolV(slot, 1);
	}
	return object == mark;
}

// Marks objects as found, so that they are neither copied nor visited.
static void leaveOut(Walk* walk, GCtab* list) {
	const MSize count = lj_tab_len(list);
	for (MSize i = 1; i <= count; i++) {
		cTValue* object = lj_tab_getint(list, (int32_t)i);
		if (object != NULL && tvisgcv(object)) firstTime(walk, object);
	}
}

int pobatch_take_checkpoint(lua_State* L) {
	lua_settop(L, 3);
	lua_newtable(L);
	Walk walk = {.L = L, .seen = tabV(L->top - 1), .leavesCdata = lua_istable(L, 3)};
	if (!lua_isnil(L, 2)) {
		if (!lua_istable(L, 2) || !pushYounger(L, gcval(L->base + 1)))
			return luaL_error(L, "expected a table that is no older than the state but received a %s",
			                  luaL_typename(L, 2));
		walk.young = tabV(L->top - 1);
	}
	if (lua_istable(L, 3)) leaveOut(&walk, tabV(L->base + 2));
	meet(&walk, L->base);
	walkAll(&walk);
	if (walk.obstacle != NULL) {
		lua_pushnil(L);
		lua_pushstring(L, walk.obstacle);
		return 2;
	}
	const size_t size = sizeof(Checkpoint) + walk.size.cellCount * sizeof(Cell) +
	                    walk.size.tableCount * sizeof(TableCopy) + walk.size.dataSize;
	walk.fill = (Checkpoint*)lua_newuserdata(L, size);
	*walk.fill = walk.size;
	walkAll(&walk);
	lua_pushvalue(L, 4);
	lua_setfenv(L, -2);
	return 1;
}

static void restoreCell(lua_State* L, const Cell* cell) {
	memcpy(cell->place, &cell->content, sizeof cell->content);
	if (cell->kind == CellBits || !isblack(cell->owner)) return;
	if (cell->kind == CellObject) {
		GCobj* const object = gcref(*(GCRef*)cell->place);
		if (iswhite(object)) lj_gc_barrierf(G(L), cell->owner, object);
	} else {
		TValue* const value = (TValue*)cell->place;
		if (tviswhite(value)) lj_gc_barrierf(G(L), cell->owner, gcV(value));
	}
}

// For a table that has the same size as when it was copied.
static bool isAsCopied(const TableCopy* copy, const char* data) {
	const GCtab* const table = copy->table;
	const Node* const nodes = noderef(table->node);
	return tabref(table->metatable) == copy->metatable && getfreetop(table, nodes) == copy->freeTop &&
	       (copy->hashMask == 0 || (nodes == copy->nodes && memcmp(nodes, data + arrayBytes(copy->arraySize),
	                                                               hashBytes(copy->hashMask)) == 0)) &&
	       (copy->arraySize == 0 || memcmp(tvref(table->array), data, arrayBytes(copy->arraySize)) == 0);
}

// The hash part has been moved since it was copied: adjusts the links in the copy.
static void relocate(TableCopy* copy, Node* copied, Node* nodes) {
	const ptrdiff_t distance = (char*)nodes - (char*)copy->nodes;
	for (uint32_t i = 0; i <= copy->hashMask; i++) {
		Node* const next = nextnode(&copied[i]);
		if (next != NULL) setmref(copied[i].next, (char*)next + distance);
	}
	copy->freeTop = (Node*)((char*)copy->freeTop + distance);
	copy->nodes = nodes;
}

static bool hasItsSize(const TableCopy* copy) {
	return copy->table->asize == copy->arraySize && copy->table->hmask == copy->hashMask;
}

static void restoreTable(lua_State* L, TableCopy* copy, char* data) {
	GCtab* const table = copy->table;
	if (copy->arraySize != 0) memcpy(tvref(table->array), data, arrayBytes(copy->arraySize));
	if (copy->hashMask != 0) {
		Node* const nodes = noderef(table->node);
		Node* const copied = (Node*)(data + arrayBytes(copy->arraySize));
		if (nodes != copy->nodes) relocate(copy, copied, nodes);
		memcpy(nodes, copied, hashBytes(copy->hashMask));
		setfreetop(table, nodes, copy->freeTop);
	}
	setgcrefp(table->metatable, copy->metatable);
	table->nomm = 0;  // Discards what is cached about its metamethods: it may be a metatable.
	lj_gc_anybarriert(L, table);
}

static int resizeTables(lua_State* L) {
	Checkpoint* const checkpoint = (Checkpoint*)lua_touserdata(L, 1);
	TableCopy* const tables = tablesOf(checkpoint);
	for (size_t i = 0; i < checkpoint->tableCount; i++) {
		TableCopy* const copy = &tables[i];
		if (hasItsSize(copy)) continue;
		// Emptied first, so that resizing moves nothing.
		lj_tab_clear(copy->table);
		lj_tab_resize(L, copy->table, copy->arraySize, copy->hashMask == 0 ? 0 : lj_fls(copy->hashMask) + 1);
		restoreTable(L, copy, dataOf(checkpoint) + copy->data);
	}
	return 0;
}

// The compared memory is spread over the whole heap, and waiting for it is most of the work, so it is
// prefetched.
#if defined(__GNUC__) || defined(__clang__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif
enum { AHEAD = 16 };

bool pobatch_restore_checkpoint(lua_State* L, void* checkpoint) {
	const Cell* const cells = cellsOf(checkpoint);
	const size_t cellCount = ((Checkpoint*)checkpoint)->cellCount;
	TableCopy* const tables = tablesOf(checkpoint);
	const size_t tableCount = ((Checkpoint*)checkpoint)->tableCount;
	char* const data = dataOf(checkpoint);
	bool resized = false;
	for (size_t i = 0; i < cellCount; i++) {
		if (i + AHEAD < cellCount) PREFETCH(cells[i + AHEAD].place);
		if (*cells[i].place != cells[i].content) restoreCell(L, &cells[i]);
	}
	for (size_t i = 0; i < tableCount; i++) {
		if (i + AHEAD < tableCount) {
			PREFETCH(tables[i + AHEAD].table);
			if (tables[i + AHEAD].hashMask != 0) PREFETCH(tables[i + AHEAD].nodes);
		}
		if (!hasItsSize(&tables[i]))
			resized = true;
		else if (!isAsCopied(&tables[i], data + tables[i].data))
			restoreTable(L, &tables[i], data + tables[i].data);
	}
	if (!resized || lua_cpcall(L, &resizeTables, checkpoint) == 0) return true;
	lua_pop(L, 1);
	return false;
}
