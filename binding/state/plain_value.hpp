// Plain data that crosses between JavaScript and Lua outside of batches: build texts, options, answers of
// commands. A PlainValue is owned, immutable once made and free of both engines, so every thread may read the
// same one.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

struct lua_State;

namespace pobatch {

struct PlainValue;
using Array = std::vector<PlainValue>;
// Order of insertion is kept; keys are unique. What is read from Lua is in the order of its keys.
using Object = std::vector<std::pair<std::string, PlainValue>>;

struct PlainValue {
	std::variant<std::monostate, bool, double, std::string, Array, Object> data;
};

// Nesting beyond this is refused in both directions: plain data is shallow, a cycle is endless.
constexpr int kMaxValueDepth = 64;

// So many values one answer may hold: a table that holds itself twice on each of 64 levels would never end.
constexpr size_t kMaxValues = size_t{1} << 22;
// Bytes of all its strings together: one string may be meant in many places, and becomes a copy in each.
constexpr size_t kMaxTextBytes = size_t{256} << 20;

// Pushes one value (arrays with keys 1..n). Uses at most two stack slots a level; may raise a Lua error.
void pushValue(lua_State* L, const PlainValue& value);

// Reads the value at `index` into `value`, an empty one that lies outside of the protected call: a Lua error
// may be raised on the way. A table is an array when its keys are exactly 1..n (an empty one is an empty
// array), else an object whose keys must be strings or numbers. Throws std::invalid_argument for what is not
// plain data, or for more than `maxValues` of it.
void readValue(lua_State* L, int index, PlainValue& value, size_t maxValues = kMaxValues);

}  // namespace pobatch
