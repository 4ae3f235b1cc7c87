// Lua chunks as LuaJIT's bytecode, by the text that they were compiled from. Each is compiled once, for all
// states of an engine and for later processes. May be used on any thread.
//
// LuaJIT does not check bytecode, so data that is taken over must come from this class and from the same
// LuaJIT.
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
	// Takes over what `take` returned in an earlier process. Returns false and takes nothing if the lengths
	// do not fit.
	bool give(std::string_view data);
	// All chunks, if any were added since the last call; otherwise nothing.
	std::optional<std::string> take();

	// Pushes a table for Lua; its functions hold this object's address. A chunk is identified by its path, by
	// what was done to its text before compiling, and by the text (length and hash):
	//   find(path, edits, text, name) -> function | nil; `name` as for `loadstring`, if the chunk is stripped
	//   keep(path, edits, text, bytecode)
	void push(lua_State* L);

private:
	using Bytecode = std::shared_ptr<const std::string>;

	static int find(lua_State* L);
	static int keep(lua_State* L);
	Bytecode get(const std::string& key) const;
	// Called with the lock held.
	void add(const std::string& path, const std::string& key, std::string_view bytecode);

	mutable std::mutex mutex_;
	std::unordered_map<std::string, Bytecode> chunks_;
	// Keys by path, with the newest last.
	std::unordered_map<std::string, std::vector<std::string>> keys_;
	size_t bytes_ = 0;
	bool hasNew_ = false;
};

}  // namespace pobatch
