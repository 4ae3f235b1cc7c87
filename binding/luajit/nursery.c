// LuaJIT's collector marks and sweeps all that a state holds in each cycle: with Path of Building a million
// objects, for the few thousand that a row leaves behind. But its propagation phase, once done, is all that a
// collector by generations needs: what lives is black, what is made is white, and LuaJIT's own write barriers
// put each black table that gets a white object on a list, and mark what other black objects get. So the
// phase is left standing; a collection of the young goes over that list and the roots as the end of LuaJIT's
// mark phase (`atomic`) does, and frees what is white among the objects made since, which LuaJIT has in front
// of its list. To LuaJIT it is a cycle that takes its time, which it can go on with at any moment: it does so
// where the heap comes near its bound.
//
// The functions that mark are LuaJIT's own, static ones: its file is compiled in here a second time, under
// other names.
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
// After LuaJIT's: they decide what these declare.
#include "lauxlib.h"
#include "lua.h"

typedef struct Nursery {
	GCobj* firstOld;  // in LuaJIT's list of objects; all in front of it are young; NULL: nothing is settled
	GCSize room;      // what may come on top of what lives; 0: LuaJIT goes at its own pace
	GCSize lives;     // at the end of the last full collection
	double collections;  // full ones, since `rest` was first called
} Nursery;

// LuaJIT's estimate of what lives while its collector rests: a cycle of its own would set another one.
#define RESTING (~(GCSize)0)

static int mustFinalize(global_State* g, GCudata* userdata) {
	return !isfinalized(userdata) && lj_meta_fastg(g, tabref(userdata->metatable), MM_gc) != NULL;
}

// Marks from the roots, the stacks and the tables on LuaJIT's lists, as its `atomic` does.
static void markReachable(lua_State* L) {
	global_State* const g = G(L);
	g->gc.state = GCSatomic;  // Else what lies above the tops of stacks would not be cleared.
	gc_mark_uv(g);
	gc_propagate_gray(g);
	setgcrefr(g->gc.gray, g->gc.weak);
	setgcrefnull(g->gc.weak);
	gc_markobj(g, L);
	gc_traverse_curtrace(g);
	gc_mark_gcroot(g);
#if LJ_HASFFI
	// Gray, but on no list: what it got since is not marked.
	if (gcref(g->gcroot[GCROOT_FFI_FIN]) != NULL)
		gc_traverse_tab(g, gco2tab(gcref(g->gcroot[GCROOT_FFI_FIN])));
#endif
	gc_propagate_gray(g);
	setgcrefr(g->gc.gray, g->gc.grayagain);
	setgcrefnull(g->gc.grayagain);
	gc_propagate_gray(g);
	// Userdata with a finalizer stay until LuaJIT's own cycle calls it: what they refer to must stay, too.
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

// The finalizer of a userdata that nothing refers to: LuaJIT calls it at the end of each cycle that began
// after the last one ended. A cycle that `settle` began is not one: it takes for alive what died since.
static int endCycle(lua_State* L) {
	Nursery* const nursery = nurseryOf(L);
	global_State* const g = G(L);
	// Finalizers run once: it must be due again.
	udataV(L->base)->marked &= (uint8_t)~LJ_GC_FINALIZED;
	nursery->lives = g->gc.estimate;
	nursery->collections++;
	// LuaJIT makes the next threshold of it, as percents of the estimate; `estimate / 100` loses less than a
	// percent.
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
	g->gc.stepmul = 0;  // whole cycles
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
	// Marking may begin where no cycle is at work: all that is there has the present white.
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
		// The cycle that LuaJIT goes on with then frees nothing that is old: the next one follows at once.
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

// Young ones, too: those that are old are black. LuaJIT has them in a list of their own.
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
