// Fuzz target: plain data between JavaScript and Lua. What goes into a state comes out the same; what a
// program in Lua makes of the input (tables in tables, cycles, holes, odd keys) is read or refused.
#include <cmath>
#include <string>

#include "input.hpp"
#include "state/lua_state.hpp"
#include "state/plain_value.hpp"

using namespace pobatch;

namespace {

std::string readText(Input& in) {
	std::string text(in.number(1) % 16, '\0');
	for (char& letter : text) letter = static_cast<char>(in.number(1));
	return text;
}

PlainValue makeValue(Input& in, int depth) {
	const uint64_t what = in.number(1) % 6;
	const uint64_t count = what >= 4 ? in.number(1) % 8 : 0;
	if (what == 1) return {in.number(1) % 2 == 1};
	if (what == 2) {
		const uint64_t bits = in.number(8);
		double number;
		std::memcpy(&number, &bits, sizeof number);
		return {number};
	}
	if (what == 3) return {readText(in)};
	if (what == 4 && depth > 0) {
		Array array;
		for (uint64_t i = 0; i < count && in.size > 0; ++i) array.push_back(makeValue(in, depth - 1));
		return {array};
	}
	if (what == 5 && depth > 0) {
		Object object;
		for (uint64_t i = 0; i < count && in.size > 0; ++i) {
			// Unique, as JavaScript's are, and no array's.
			std::string key = "k" + std::to_string(i) + readText(in);
			object.emplace_back(std::move(key), makeValue(in, depth - 1));
		}
		return {object};
	}
	return {};
}

bool isNil(const PlainValue& value) {
	return std::holds_alternative<std::monostate>(value.data);
}

bool same(const PlainValue& in, const PlainValue& out);

// Lua has no nil in tables, and no order of keys.
bool sameObject(const Object& in, const PlainValue& out) {
	size_t kept = 0;
	const auto* found = std::get_if<Object>(&out.data);
	for (const auto& [key, value] : in) {
		if (isNil(value)) continue;
		++kept;
		if (found == nullptr) return false;
		bool has = false;
		for (const auto& [name, other] : *found) has |= name == key && same(value, other);
		if (!has) return false;
	}
	return found != nullptr ? found->size() == kept : kept == 0;
}

bool same(const PlainValue& in, const PlainValue& out) {
	if (const auto* number = std::get_if<double>(&in.data)) {
		const auto* other = std::get_if<double>(&out.data);
		if (other == nullptr) return false;
		// LuaJIT's values are in the payload of NaNs: only one of them survives.
		if (std::isnan(*number)) return std::isnan(*other);
		return std::memcmp(number, other, sizeof *number) == 0;
	}
	if (const auto* array = std::get_if<Array>(&in.data)) {
		for (const PlainValue& item : *array)
			if (isNil(item)) return true;
		const auto* other = std::get_if<Array>(&out.data);
		if (other == nullptr || other->size() != array->size()) return false;
		for (size_t i = 0; i < array->size(); ++i)
			if (!same((*array)[i], (*other)[i])) return false;
		return true;
	}
	if (const auto* object = std::get_if<Object>(&in.data)) return sameObject(*object, out);
	return in.data.index() == out.data.index() &&
	       (!std::holds_alternative<std::string>(in.data) ||
	        std::get<std::string>(in.data) == std::get<std::string>(out.data));
}

void pushScalar(lua_State* L, Input& in) {
	switch (in.number(1) % 6) {
		case 0:
			return lua_pushboolean(L, static_cast<int>(in.number(1) % 2));
		case 1:
			return lua_pushnumber(L, static_cast<double>(static_cast<int8_t>(in.number(1))));
		case 2: {
			const std::string text = readText(in);
			return lua_pushlstring(L, text.data(), text.size());
		}
		case 3:
			return lua_pushnumber(L, static_cast<double>(in.number(4)) / 3);
		case 4:
			return lua_pushlightuserdata(L, nullptr);
		default:
			return lua_pushcfunction(L, [](lua_State*) { return 0; });
	}
}

// Eight tables that are put into each other under keys of all kinds.
void makeTables(lua_State* L, Input& in) {
	constexpr int kTables = 8;
	luaL_checkstack(L, kTables + 4, "tables");
	const int first = lua_gettop(L) + 1;
	for (int i = 0; i < kTables; ++i) lua_newtable(L);
	for (int steps = 0; in.size > 0 && steps < 200; ++steps) {
		const auto table = first + static_cast<int>(in.number(1) % kTables);
		const uint64_t how = in.number(1);
		if (how % 2 == 0)
			lua_pushnumber(L, static_cast<double>(lua_objlen(L, table) + 1));
		else
			pushScalar(L, in);
		if (how % 3 == 0)
			lua_pushvalue(L, first + static_cast<int>(in.number(1) % kTables));
		else
			pushScalar(L, in);
		lua_rawset(L, table);
	}
	lua_pushvalue(L, first);
}

void sendThere(LuaState& state, const PlainValue& value) {
	PlainValue back;
	state.protect([&](lua_State* L) {
		pushValue(L, value);
		readValue(L, -1, back);
	});
	require(same(value, back), "what goes in comes out");
}

void readTables(LuaState& state, Input& in) {
	PlainValue read;
	try {
		state.protect([&](lua_State* L) {
			makeTables(L, in);
			// Tables that hold each other twice would be read for a second.
			readValue(L, -1, read, 5000);
		});
	} catch (const std::invalid_argument&) {
	} catch (const LuaFailure&) {
	}
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
	static LuaState state;
	Input in{data, size};
	if (in.number(1) % 2 == 0) {
		// A state that is full refuses anywhere in between, and is as before afterwards.
		const uint64_t limit = in.number(2);
		const PlainValue value = makeValue(in, 8);
		if (limit != 0) {
			state.memory().setLimit(static_cast<size_t>(state.memory().used()) + limit);
			try {
				sendThere(state, value);
			} catch (const LuaFailure&) {
			}
			state.memory().setLimit(0);
		}
		sendThere(state, value);
	} else {
		readTables(state, in);
	}
	return 0;
}
