// What the states of an engine share: texts by key, and numbers for texts. May be used on any thread.
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
	// Keeps `text`. False if the key has a text already, which stays. The total size is limited: everything
	// is discarded when it is exceeded.
	bool put(std::string_view key, std::string_view text);
	// The number of a text: always the same for equal texts, and different for different texts. Nothing once
	// there are too many.
	std::optional<double> number(std::string_view text);
	// A number that was never returned before.
	double serial();

	// Pushes a table for Lua; its functions hold this object's address:
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
