// Lua C functions that use C++ objects. C++ exceptions must not pass Lua's frames, and a Lua error must not
// pass a frame that has something to destroy: unlike other unwinders, MinGW's runs no destructors for one.
#pragma once

#include <array>
#include <cstdio>
#include <exception>
#include <functional>
#include <string_view>

#include "lua.hpp"

namespace pobatch {

// A Lua error was raised; its value is at the top of the stack.
struct Raised {};

// A Lua C function: exceptions of `body` become Lua errors once every destructor has run. Calls that may
// raise a Lua error must be made before `body` has created anything, or through pushOwned.
template <int (*body)(lua_State*)>
int guarded(lua_State* L) {
	std::array<char, 512> message;
	try {
		return body(L);
	} catch (const Raised&) {
		message[0] = '\0';
	} catch (const std::exception& error) {
		std::snprintf(message.data(), message.size(), "%s", error.what());
	}
	if (message[0] != '\0') lua_pushstring(L, message.data());
	return lua_error(L);
}

// To be called once per state, before pushOwned.
void prepareGuarded(lua_State* L);

// Pushes one value, as `push` does, in a protected call of its own. Throws Raised.
void pushOwned(lua_State* L, const std::function<void(lua_State*)>& push);
void pushOwned(lua_State* L, std::string_view text);

}  // namespace pobatch
