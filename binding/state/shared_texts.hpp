// What the states of one engine know together: texts by key, and numbers for texts. Any thread.
#pragma once

#include <cstddef>
#include <lua.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pobatch {

class SharedTexts {
public:
	// The text kept under `key`.
	std::optional<std::string> get(std::string_view key) const;
	// Keeps `text`; false where the key has one already, which stays. What is kept is bounded: all of it is
	// let go when it becomes too much.
	bool put(std::string_view key, std::string_view text);
	// The number of a text: the same one for equal texts, for good, and another one for each other text.
	// Nothing once there are too many.
	std::optional<double> number(std::string_view text);
	// A number that nobody got before.
	double serial();

	// Pushes a table for Lua, whose functions hold this object's address:
	//   get(key) -> text | nil
	//   put(key, text) -> boolean
	//   number(text) -> number | nil
	//   serial() -> number
	void push(lua_State* L);

private:
	struct Hash : std::hash<std::string_view> {
		using is_transparent = void;
	};
	template <class Value>
	using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

	mutable std::mutex mutex_;
	Map<std::string> texts_;
	Map<double> numbers_;
	size_t textBytes_ = 0, numberBytes_ = 0;
	double serial_ = 0;
};

}  // namespace pobatch
