#pragma once

#include <exception>

#include "lua.hpp"

namespace pobatch {

/// A C function of Lua. C++ exceptions must not pass Lua frames: turned into a Lua error once every
/// destructor has run.
template <int (*body)(lua_State*)>
int guarded(lua_State* L) {
	try {
		return body(L);
	} catch (const std::exception& error) {
		lua_pushstring(L, error.what());
	}
	return lua_error(L);
}

}  // namespace pobatch
