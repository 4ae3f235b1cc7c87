// Plain data that passes between JavaScript and Lua outside of batches: build texts, options, answers of
// commands. A PlainValue owns its data, never changes once it is made, and depends on neither engine, so
// every thread may read the same one.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

struct lua_State;

namespace pobatch {

struct PlainValue;
using Array = std::vector<PlainValue>;
// Insertion order is kept; keys are unique. An object read from Lua is sorted by key.
using Object = std::vector<std::pair<std::string, PlainValue>>;

struct PlainValue {
	std::variant<std::monostate, bool, double, std::string, Array, Object> data;
};

// Deeper nesting is refused in both directions: plain data is shallow, and a cycle would be endless.
constexpr int kMaxValueDepth = 64;

// The most values in one answer: a table that contains itself twice would never end within 64 levels.
constexpr size_t kMaxValues = size_t{1} << 22;
// The most bytes of all its strings together: a string may be referenced in many places and is copied for
// each.
constexpr size_t kMaxTextBytes = size_t{256} << 20;

// Pushes one value (arrays with keys 1..n). Uses at most two stack slots per level; may raise a Lua error.
void pushValue(lua_State* L, const PlainValue& value);

// Reads the value at `index` into `value`, which must be empty and outside the protected call, because a Lua
// error may be raised on the way. A table is an array if its keys are exactly 1..n (an empty table is an
// empty array), otherwise an object whose keys must be strings or numbers. Throws std::invalid_argument for
// anything that is not plain data, or for more than `maxValues` values.
void readValue(lua_State* L, int index, PlainValue& value, size_t maxValues = kMaxValues);

}  // namespace pobatch
