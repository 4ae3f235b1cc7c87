#include "state/shared_texts.hpp"

#include <cstring>
#include <vector>

#include "state/guarded.hpp"
#include "state/hash128.hpp"

namespace pobatch {

namespace {

// Limits for the bytes of keys and texts; and what each entry takes in addition.
constexpr size_t kTextLimit = 64u << 20, kNumberLimit = 16u << 20, kEntry = 96;
// Longer texts (whole builds) are identified by their length and hash.
constexpr size_t kLongText = 4096;

std::string nameOf(std::string_view text) {
	std::string name;
	if (text.size() <= kLongText) {
		name.push_back('=');
		name.append(text);
		return name;
	}
	std::vector<uint32_t> words(text.size() / sizeof(uint32_t) + 1);
	std::memcpy(words.data(), text.data(), text.size());
	const Hash128 hash = hash128(words.data(), words.size());
	name.push_back('#');
	name.append(std::to_string(text.size()));
	name.append(reinterpret_cast<const char*>(&hash), sizeof hash);
	return name;
}

std::string_view textAt(lua_State* L, int index) {
	size_t length = 0;
	const char* text = luaL_checklstring(L, index, &length);
	return {text, length};
}

SharedTexts& self(lua_State* L) {
	return *static_cast<SharedTexts*>(lua_touserdata(L, lua_upvalueindex(1)));
}

int pushText(lua_State* L) {
	const std::optional<std::string> text = self(L).get(textAt(L, 1));
	if (text)
		pushOwned(L, std::string_view(*text));
	else
		lua_pushnil(L);
	return 1;
}

int putText(lua_State* L) {
	const std::string_view key = textAt(L, 1), text = textAt(L, 2);
	lua_pushboolean(L, self(L).put(key, text));
	return 1;
}

int pushSerial(lua_State* L) {
	lua_pushnumber(L, self(L).serial());
	return 1;
}

int pushNumber(lua_State* L) {
	const std::optional<double> number = self(L).number(textAt(L, 1));
	if (number)
		lua_pushnumber(L, *number);
	else
		lua_pushnil(L);
	return 1;
}

}  // namespace

std::optional<std::string> SharedTexts::get(std::string_view key) const {
	const std::lock_guard lock(mutex_);
	const auto found = texts_.find(key);
	if (found == texts_.end()) return std::nullopt;
	return found->second;
}

bool SharedTexts::put(std::string_view key, std::string_view text) {
	const size_t bytes = key.size() + text.size() + kEntry;
	const std::lock_guard lock(mutex_);
	if (texts_.contains(key)) return false;
	if (textBytes_ + bytes > kTextLimit) {
		texts_.clear();
		textBytes_ = 0;
	}
	texts_.emplace(key, text);
	textBytes_ += bytes;
	return true;
}

std::optional<double> SharedTexts::number(std::string_view text) {
	std::string name = nameOf(text);
	const std::lock_guard lock(mutex_);
	if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
	const size_t bytes = name.size() + kEntry;
	if (numberBytes_ + bytes > kNumberLimit) return std::nullopt;
	const double number = static_cast<double>(numbers_.size() + 1);
	numbers_.emplace(std::move(name), number);
	numberBytes_ += bytes;
	return number;
}

double SharedTexts::serial() {
	const std::lock_guard lock(mutex_);
	return ++serial_;
}

void SharedTexts::push(lua_State* L) {
	const luaL_Reg functions[] = {{"get", &guarded<pushText>},
	                              {"put", &guarded<putText>},
	                              {"number", &guarded<pushNumber>},
	                              {"serial", &guarded<pushSerial>}};
	lua_newtable(L);
	for (const luaL_Reg& entry : functions) {
		lua_pushlightuserdata(L, this);
		lua_pushcclosure(L, entry.func, 1);
		lua_setfield(L, -2, entry.name);
	}
}

}  // namespace pobatch
