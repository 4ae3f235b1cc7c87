#include "state/guarded.hpp"

namespace pobatch {

namespace {

constexpr const char* kPush = "pobatch.push";

using Push = std::function<void(lua_State*)>;

int callPush(lua_State* L) {
	(*static_cast<const Push*>(lua_touserdata(L, 1)))(L);
	return 1;
}

}  // namespace

void prepareGuarded(lua_State* L) {
	lua_pushcfunction(L, &callPush);
	lua_setfield(L, LUA_REGISTRYINDEX, kPush);
}

// Nothing here allocates outside the protected call: the string for the key exists already.
void pushOwned(lua_State* L, const Push& push) {
	lua_getfield(L, LUA_REGISTRYINDEX, kPush);
	lua_pushlightuserdata(L, const_cast<Push*>(&push));
	if (lua_pcall(L, 1, 1, 0) != 0) throw Raised{};
}

void pushOwned(lua_State* L, std::string_view text) {
	pushOwned(L, [text](lua_State* L) { lua_pushlstring(L, text.data(), text.size()); });
}

}  // namespace pobatch
