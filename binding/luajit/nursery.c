// In each cycle, LuaJIT's collector marks and sweeps everything that a state holds. With Path of Building
// that is a million objects, for the few thousand that a row leaves behind. But once its propagation phase is
// done, the heap is in just the state that a generational collector needs: live objects are black, new
// objects are white, and LuaJIT's own write barriers put each black table that gets a white object on a list
// and mark what other black objects get. So the collector is stopped in this phase. A collection of young
// objects processes that list and the roots, as the end of LuaJIT's mark phase (`atomic`) does, and frees the
// white ones among the objects created since, which are at the front of LuaJIT's list. To LuaJIT this is a
// cycle that takes long and can be continued at any time, which happens when the heap comes near its bound.
//
// The marking functions are LuaJIT's own. They are static, so its file is compiled here a second time, with
// its public functions renamed.
#define lj_gc_separateudata pobatch_gc_separateudata
#define lj_gc_finalize_udata pobatch_gc_finalize_udata
#define lj_gc_finalize_cdata pobatch_gc_finalize_cdata
#define lj_gc_freeall pobatch_gc_freeall
#define lj_gc_step pobatch_gc_step
#define lj_gc_step_fixtop pobatch_gc_step_fixtop
#define lj_gc_step_jit pobatch_gc_step_jit
#define lj_gc_fullgc pobatch_gc_fullgc
#define lj_gc_barrierf pobatch_gc_barrierf
#define lj_gc_barrieruv pobatch_gc_barrieruv
#define lj_gc_closeuv pobatch_gc_closeuv
#define lj_gc_barriertrace pobatch_gc_barriertrace
#define lj_mem_realloc pobatch_mem_realloc
#define lj_mem_newgco pobatch_mem_newgco
#define lj_mem_grow pobatch_mem_grow
#include "luajit/nursery.h"

#include <string.h>

#include "lj_gc.c"
// After LuaJIT's internal headers, which affect what these declare.
#include "lauxlib.h"
#include "lua.h"

typedef struct Nursery {
	GCobj* firstOld;  // in LuaJIT's list of objects; everything before it is young; NULL: nothing is settled
	GCSize room;      // allowed growth above what lives; 0: LuaJIT's collector runs at its own pace
	GCSize lives;     // size at the end of the last full collection
	double collections;  // number of full collections since `rest` was first called
} Nursery;

// LuaJIT's estimate of the live size while its collector rests. A cycle of its own would set another value.
#define RESTING (~(GCSize)0)

static int mustFinalize(global_State* g, GCudata* userdata) {
	return !isfinalized(userdata) && lj_meta_fastg(g, tabref(userdata->metatable), MM_gc) != NULL;
}

// Marks from the roots, the stacks and the tables on LuaJIT's lists, as its `atomic` does.
static void markReachable(lua_State* L) {
	global_State* const g = G(L);
	g->gc.state = GCSatomic;  // Otherwise the slots above the tops of stacks would not be cleared.
	gc_mark_uv(g);
	gc_propagate_gray(g);
	setgcrefr(g->gc.gray, g->gc.weak);
	setgcrefnull(g->gc.weak);
	gc_markobj(g, L);
	gc_traverse_curtrace(g);
	gc_mark_gcroot(g);
#if LJ_HASFFI
	// This table is gray, but on no list, so what was added to it since is not marked yet.
	if (gcref(g->gcroot[GCROOT_FFI_FIN]) != NULL)
		gc_traverse_tab(g, gco2tab(gcref(g->gcroot[GCROOT_FFI_FIN])));
#endif
	gc_propagate_gray(g);
	setgcrefr(g->gc.gray, g->gc.grayagain);
	setgcrefnull(g->gc.grayagain);
	gc_propagate_gray(g);
	// Userdata with a finalizer stay until LuaJIT's own cycle calls it, so what they refer to has to stay as
	// well.
	for (GCobj* object = gcref(mainthread(g)->nextgc); object != NULL; object = gcnext(object))
		if (iswhite(object) && mustFinalize(g, gco2ud(object))) gc_mark(g, object);
	gc_mark_mmudata(g);
	gc_propagate_gray(g);
	g->gc.state = GCSpropagate;
}

static int isSettled(const Nursery* nursery, const global_State* g) {
	return nursery->firstOld != NULL && g->gc.state == GCSpropagate && g->gc.estimate == RESTING;
}

static Nursery* nurseryOf(lua_State* L) {
	return (Nursery*)lua_touserdata(L, lua_upvalueindex(1));
}

// The finalizer of a userdata that nothing refers to. LuaJIT calls it at the end of each cycle that began
// after the last call. A cycle begun by `settle` does not count as full: it treats as alive what died since.
static int endCycle(lua_State* L) {
	Nursery* const nursery = nurseryOf(L);
	global_State* const g = G(L);
	// A finalizer runs only once, so this makes it due again.
	udataV(L->base)->marked &= (uint8_t)~LJ_GC_FINALIZED;
	nursery->lives = g->gc.estimate;
	nursery->collections++;
	// LuaJIT computes the next threshold from this, in percent of the estimate. The error of `estimate / 100`
	// is below one percent.
	g->gc.pause = (MSize)((g->gc.estimate + nursery->room) / (g->gc.estimate / 100 + 1));
	return 0;
}

static void watchCycles(lua_State* L) {
	lua_newuserdata(L, 0);
	lua_createtable(L, 0, 1);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_pushcclosure(L, &endCycle, 1);
	lua_setfield(L, -2, "__gc");
	lua_setmetatable(L, -2);
	lua_pop(L, 1);
}

static int rest(lua_State* L) {
	Nursery* const nursery = nurseryOf(L);
	global_State* const g = G(L);
	const GCSize limit = (GCSize)(luaL_checknumber(L, 1) * 1024),
	             room = (GCSize)(luaL_checknumber(L, 2) * 1024);
	if (nursery->room == 0) {
		watchCycles(L);
		nursery->lives = g->gc.estimate;
	}
	nursery->room = room;
	g->gc.stepmul = 0;  // whole cycles at once
	g->gc.threshold = limit;
	if (isSettled(nursery, g)) g->gc.pause = 100;
	return 0;
}

static int lived(lua_State* L) {
	const Nursery* const nursery = nurseryOf(L);
	lua_pushnumber(L, (lua_Number)(nursery->room != 0 ? nursery->lives : G(L)->gc.estimate) / 1024);
	lua_pushnumber(L, nursery->collections);
	return 2;
}

static int settle(lua_State* L) {
	Nursery* const nursery = nurseryOf(L);
	global_State* const g = G(L);
	// Marking may begin if no cycle is running, because then all objects have the current white.
	if (!lua_toboolean(L, 1) || g->gc.state != GCSpause) {
		lua_gc(L, LUA_GCCOLLECT, 0);
		nursery->lives = g->gc.total;
	}
	gc_mark_start(g);
	gc_propagate_gray(g);
	markReachable(L);
	nursery->firstOld = gcref(g->gc.root);
	g->gc.estimate = RESTING;
	g->gc.threshold = LJ_MAX_MEM;
	if (nursery->room != 0) {
		g->gc.threshold = g->gc.total + nursery->room;
		// The cycle that LuaJIT then continues frees no old objects, so the next one has to follow at once.
		g->gc.pause = 100;
	}
	return 0;
}

static void freeYoung(global_State* g, const Nursery* nursery) {
	for (GCRef* next = &g->gc.root; gcref(*next) != nursery->firstOld;) {
		GCobj* const object = gcref(*next);
		if (iswhite(object) && !(object->gch.marked & (LJ_GC_FIXED | LJ_GC_SFIXED))) {
			setgcrefr(*next, object->gch.nextgc);
			gc_freefunc[object->gch.gct - ~LJ_TSTR](g, object);
		} else {
			next = &object->gch.nextgc;
		}
	}
}

// For young userdata as well: old ones are black. LuaJIT keeps userdata in a separate list.
static void freeUserdata(global_State* g) {
	for (GCRef* next = &mainthread(g)->nextgc; gcref(*next) != NULL;) {
		GCobj* const object = gcref(*next);
		if (iswhite(object)) {
			setgcrefr(*next, object->gch.nextgc);
			lj_udata_free(g, gco2ud(object));
		} else {
			next = &object->gch.nextgc;
		}
	}
}

static int sweep(lua_State* L) {
	Nursery* const nursery = nurseryOf(L);
	global_State* const g = G(L);
	if (!isSettled(nursery, g)) {
		nursery->firstOld = NULL;
		lua_pushboolean(L, 0);
		return 1;
	}
	markReachable(L);
	gc_clearweak(g, gcref(g->gc.weak));
	freeYoung(g, nursery);
	freeUserdata(g);
	nursery->firstOld = gcref(g->gc.root);
	lua_pushboolean(L, 1);
	return 1;
}

static int empty(lua_State* L) {
	luaL_checktype(L, 1, LUA_TTABLE);
	GCtab* const table = tabV(L->base);
	lj_tab_clear(table);
	lj_tab_resize(L, table, 0, 0);
	return 0;
}

void pobatch_push_nursery(lua_State* L) {
	lua_createtable(L, 0, 5);
	lua_pushcfunction(L, &empty);
	lua_setfield(L, -2, "empty");
	Nursery* const nursery = (Nursery*)lua_newuserdata(L, sizeof(Nursery));
	memset(nursery, 0, sizeof(Nursery));
	static const struct {
		const char* name;
		lua_CFunction function;
	} functions[] = {{"settle", &settle}, {"sweep", &sweep}, {"rest", &rest}, {"lived", &lived}};
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
		lua_pushvalue(L, -1);
		lua_pushcclosure(L, functions[i].function, 1);
		lua_setfield(L, -3, functions[i].name);
	}
	lua_pop(L, 1);
}
