// Uses LuaJIT's internal headers, which are C.
#include "luajit/internals.h"

#include "lj_obj.h"
// lj_obj.h has to come first: it determines whether there is a compiler.
#include "lj_alloc.h"
#include "lj_dispatch.h"
#include "lj_err.h"
#include "lj_jit.h"
#include "lj_state.h"
#include "lj_str.h"

size_t pobatch_machine_code(lua_State* L) {
#if LJ_HASJIT
	return L2J(L)->szallmcarea;
#else
	(void)L;
	return 0;
#endif
}

void pobatch_leave_hook(lua_State* L) {
	global_State* g = G(L);
	hook_leave(g);
	setstrV(L, L->top, lj_err_str(L, LJ_ERR_ERRCPP));
	incr_top(L);
	lj_err_throw(L, LUA_ERRRUN);
}

void pobatch_destroy_allocator(void* allocator) {
#ifndef LUAJIT_USE_SYSMALLOC
	lj_alloc_destroy(allocator);
#else
	(void)allocator;
#endif
}
