#include "state/plain_value.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <lua.hpp>
#include <stdexcept>

namespace pobatch {

namespace {

// What one value may still contain. A single Lua string in a million places becomes a million strings here.
struct Budget {
	size_t values;
	size_t bytes = kMaxTextBytes;
};

// Everything that is read is stored in the caller's value at once, because a Lua error (no memory, no stack)
// may pass these frames.
void readAt(lua_State* L, int index, int depth, Budget& budget, PlainValue& value);

std::string readText(lua_State* L, int index, Budget& budget) {
	size_t length = 0;
	const char* text = lua_tolstring(L, index, &length);
	if (length > budget.bytes)
		throw std::invalid_argument("a value that crosses to JavaScript holds too much text");
	budget.bytes -= length;
	return {text, length};
}

std::string keyText(lua_State* L, Budget& budget) {
	if (lua_type(L, -2) == LUA_TSTRING) return readText(L, -2, budget);
	if (lua_type(L, -2) == LUA_TNUMBER) {
		char text[32];
		std::snprintf(text, sizeof text, "%.17g", lua_tonumber(L, -2));
		return text;
	}
	throw std::invalid_argument(std::string("a table that crosses to JavaScript has a key of type ") +
	                            luaL_typename(L, -2));
}

void readTable(lua_State* L, int index, int depth, Budget& budget, PlainValue& value) {
	const size_t length = lua_objlen(L, index);
	size_t keys = 0;
	for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) ++keys;
	if (keys == length) {
		auto& array = value.data.emplace<Array>();
		array.reserve(length);
		for (size_t i = 1; i <= length; ++i) {
			lua_rawgeti(L, index, static_cast<int>(i));
			readAt(L, lua_gettop(L), depth + 1, budget, array.emplace_back());
			lua_pop(L, 1);
		}
		return;
	}
	auto& object = value.data.emplace<Object>();
	object.reserve(keys);
	for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
		object.emplace_back(keyText(L, budget), PlainValue{});
		readAt(L, lua_gettop(L), depth + 1, budget, object.back().second);
	}
	// Lua iterates over a table in an order that differs from one state to the next.
	std::sort(object.begin(), object.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

void readAt(lua_State* L, int index, int depth, Budget& budget, PlainValue& value) {
	if (depth > kMaxValueDepth)
		throw std::invalid_argument("a value that crosses to JavaScript is nested too deeply");
	if (budget.values-- == 0)
		throw std::invalid_argument("a value that crosses to JavaScript holds too many values");
	luaL_checkstack(L, 4, "reading a value");
	switch (lua_type(L, index)) {
		case LUA_TNIL:
			return;
		case LUA_TBOOLEAN:
			value.data = lua_toboolean(L, index) != 0;
			return;
		case LUA_TNUMBER:
			value.data = lua_tonumber(L, index);
			return;
		case LUA_TSTRING:
			value.data = readText(L, index, budget);
			return;
		case LUA_TTABLE:
			readTable(L, index, depth, budget, value);
			return;
		default:
			throw std::invalid_argument(std::string("a value of type ") + luaL_typename(L, index) +
			                            " cannot cross to JavaScript");
	}
}

}  // namespace

void pushValue(lua_State* L, const PlainValue& value) {
	luaL_checkstack(L, 3, "pushing a value");
	if (const auto* flag = std::get_if<bool>(&value.data)) {
		lua_pushboolean(L, *flag);
	} else if (const auto* number = std::get_if<double>(&value.data)) {
		lua_pushnumber(L, *number);
	} else if (const auto* text = std::get_if<std::string>(&value.data)) {
		lua_pushlstring(L, text->data(), text->size());
	} else if (const auto* array = std::get_if<Array>(&value.data)) {
		lua_createtable(L, static_cast<int>(array->size()), 0);
		for (size_t i = 0; i < array->size(); ++i) {
			pushValue(L, (*array)[i]);
			lua_rawseti(L, -2, static_cast<int>(i + 1));
		}
	} else if (const auto* object = std::get_if<Object>(&value.data)) {
		lua_createtable(L, 0, static_cast<int>(object->size()));
		for (const auto& [key, item] : *object) {
			lua_pushlstring(L, key.data(), key.size());
			pushValue(L, item);
			lua_rawset(L, -3);
		}
	} else {
		lua_pushnil(L);
	}
}

void readValue(lua_State* L, int index, PlainValue& value, size_t maxValues) {
	Budget budget{.values = maxValues};
	readAt(L, index < 0 ? lua_gettop(L) + index + 1 : index, 0, budget, value);
}

}  // namespace pobatch
