// Lua chunks as LuaJIT's bytecode, by the text that they were compiled from: compiled once, for all states of
// an engine and for later processes. Any thread.
//
// LuaJIT does not check bytecode: what is taken over must be what this class made, of the same LuaJIT.
#pragma once

#include <cstddef>
#include <lua.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pobatch {

class CompiledChunks {
public:
	// Takes over what `take` answered in an earlier process. False, and nothing is taken over, if its lengths
	// do not fit.
	bool give(std::string_view data);
	// All chunks, where some were added since the last call; else nothing.
	std::optional<std::string> take();

	// Pushes a table for Lua, whose functions hold this object's address. A chunk is known by its path, by
	// what was done to its text before it was compiled, and by the text (length and hash):
	//   find(path, edits, text, name) -> function | nil; `name` as of `loadstring`, for one that was stripped
	//   keep(path, edits, text, bytecode)
	void push(lua_State* L);

private:
	using Bytecode = std::shared_ptr<const std::string>;

	static int find(lua_State* L);
	static int keep(lua_State* L);
	Bytecode get(const std::string& key) const;
	// With the lock held.
	void add(const std::string& path, const std::string& key, std::string_view bytecode);

	mutable std::mutex mutex_;
	std::unordered_map<std::string, Bytecode> chunks_;
	// Keys by path, the newest last.
	std::unordered_map<std::string, std::vector<std::string>> keys_;
	size_t bytes_ = 0;
	bool hasNew_ = false;
};

}  // namespace pobatch
