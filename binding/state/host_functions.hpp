// The functions that an embedded calculator gets as `host`: zlib, a clock, folders, the log.
#pragma once

#include <functional>
#include <lua.hpp>
#include <string>

namespace pobatch {

using LogSink = std::function<void(std::string)>;

class HostFunctions {
public:
	explicit HostFunctions(LogSink log) : log_(std::move(log)) {}
	HostFunctions(const HostFunctions&) = delete;

	// Pushes the table. Its functions hold this object's address, so this object must outlive the state.
	//   inflate(data, maxBytes) -> text | nil, message   (zlib format)
	//   deflate(data) -> text                            (zlib format)
	//   now() -> seconds of a monotonic clock
	//   log(text)
	//   listFiles(folder) -> { name, ... } sorted | nil
	//   realPath(path) -> absolute path without links | nil
	void push(lua_State* L);

private:
	static int log(lua_State* L);
	LogSink log_;
};

}  // namespace pobatch
