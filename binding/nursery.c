// LuaJIT's collector marks and sweeps all that a state holds in each cycle: with Path of Building a million
// objects, for the few thousand that a row leaves behind. But its propagation phase, once done, is all that a
// collector by generations needs: what lives is black, what is made is white, and LuaJIT's own write barriers
// put each black table that gets a white object on a list, and mark what other black objects get. So the
// phase is left standing; a collection of the young goes over that list and the roots as the end of LuaJIT's
// mark phase (`atomic`) does, and frees what is white among the objects made since, which LuaJIT has in front
// of its list. To LuaJIT it is a cycle that takes its time, which it can go on with at any moment.
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
#include "nursery.h"

#include "lj_gc.c"
// After LuaJIT's: they decide what these declare.
#include "lauxlib.h"
#include "lua.h"

typedef struct Nursery {
	GCobj* firstOld;  // in LuaJIT's list of objects; all in front of it are young; NULL: nothing is settled
} Nursery;

// LuaJIT's estimate of what lives while its collector rests: a cycle of its own would set another one.
#define RESTING (~(GCSize)0)

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
	// Userdata stay until LuaJIT's own cycle finalizes them: what they refer to must stay, too.
	for (GCobj* object = gcref(mainthread(g)->nextgc); object != NULL; object = gcnext(object))
		if (iswhite(object)) gc_mark(g, object);
	gc_mark_mmudata(g);
	gc_propagate_gray(g);
	g->gc.state = GCSpropagate;
}

static int settle(lua_State* L) {
	Nursery* const nursery = (Nursery*)lua_touserdata(L, lua_upvalueindex(1));
	global_State* const g = G(L);
	lua_gc(L, LUA_GCCOLLECT, 0);
	gc_mark_start(g);
	gc_propagate_gray(g);
	markReachable(L);
	nursery->firstOld = gcref(g->gc.root);
	g->gc.estimate = RESTING;
	g->gc.threshold = LJ_MAX_MEM;
	return 0;
}

static int sweep(lua_State* L) {
	Nursery* const nursery = (Nursery*)lua_touserdata(L, lua_upvalueindex(1));
	global_State* const g = G(L);
	if (nursery->firstOld == NULL || g->gc.state != GCSpropagate || g->gc.estimate != RESTING) {
		nursery->firstOld = NULL;
		lua_pushboolean(L, 0);
		return 1;
	}
	markReachable(L);
	gc_clearweak(g, gcref(g->gc.weak));
	for (GCRef* next = &g->gc.root; gcref(*next) != nursery->firstOld;) {
		GCobj* const object = gcref(*next);
		if (iswhite(object) && !(object->gch.marked & (LJ_GC_FIXED | LJ_GC_SFIXED))) {
			setgcrefr(*next, object->gch.nextgc);
			gc_freefunc[object->gch.gct - ~LJ_TSTR](g, object);
		} else {
			next = &object->gch.nextgc;
		}
	}
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
	lua_createtable(L, 0, 3);
	lua_pushcfunction(L, &empty);
	lua_setfield(L, -2, "empty");
	Nursery* const nursery = (Nursery*)lua_newuserdata(L, sizeof(Nursery));
	nursery->firstOld = NULL;
	lua_pushvalue(L, -1);
	lua_pushcclosure(L, &settle, 1);
	lua_setfield(L, -3, "settle");
	lua_pushcclosure(L, &sweep, 1);
	lua_setfield(L, -2, "sweep");
}
