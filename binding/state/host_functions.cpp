#include "state/host_functions.hpp"

#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/files.hpp"
#include "state/guarded.hpp"

namespace pobatch {

namespace {

constexpr size_t kDefaultInflateLimit = 32u << 20;

int inflateText(lua_State* L) {
	size_t length = 0;
	const char* data = luaL_checklstring(L, 1, &length);
	const size_t limit = static_cast<size_t>(luaL_optnumber(L, 2, kDefaultInflateLimit));
	std::string out;
	z_stream stream{};
	if (inflateInit(&stream) != Z_OK) throw std::runtime_error("zlib could not start");
	stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data));
	stream.avail_in = static_cast<uInt>(length);
	int status = Z_OK;
	while (status == Z_OK && out.size() <= limit) {
		const size_t have = out.size();
		out.resize(std::min(std::max<size_t>(have * 2, 4 * length + 1024), limit + 1));
		stream.next_out = reinterpret_cast<Bytef*>(out.data() + have);
		stream.avail_out = static_cast<uInt>(out.size() - have);
		status = inflate(&stream, Z_NO_FLUSH);
		out.resize(out.size() - stream.avail_out);
		if (status == Z_BUF_ERROR || (status == Z_OK && stream.avail_in == 0 && stream.avail_out != 0)) break;
	}
	inflateEnd(&stream);
	if (status == Z_STREAM_END && out.size() <= limit) {
		pushOwned(L, std::string_view(out));
		return 1;
	}
	const char* const reason = out.size() > limit       ? "inflates to more than the limit"
	                           : status == Z_DATA_ERROR ? "not zlib data"
	                                                    : "zlib data ends early";
	pushOwned(L, std::string_view(reason));
	lua_pushnil(L);
	lua_insert(L, -2);
	return 2;
}

int deflateText(lua_State* L) {
	size_t length = 0;
	const char* data = luaL_checklstring(L, 1, &length);
	uLongf size = compressBound(static_cast<uLong>(length));
	std::string out(size, '\0');
	if (compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(data),
	              static_cast<uLong>(length), Z_BEST_COMPRESSION) != Z_OK)
		throw std::runtime_error("zlib could not deflate " + std::to_string(length) + " bytes");
	pushOwned(L, std::string_view(out.data(), size));
	return 1;
}

int now(lua_State* L) {
	const auto time = std::chrono::steady_clock::now().time_since_epoch();
	lua_pushnumber(L, std::chrono::duration<double>(time).count());
	return 1;
}

int listFiles(lua_State* L) {
	std::optional<std::vector<std::string>> names = namesInFolder(luaL_checkstring(L, 1));
	if (!names) return 0;
	std::sort(names->begin(), names->end());
	pushOwned(L, [&](lua_State* L) {
		lua_createtable(L, static_cast<int>(names->size()), 0);
		for (size_t i = 0; i < names->size(); ++i) {
			lua_pushlstring(L, (*names)[i].data(), (*names)[i].size());
			lua_rawseti(L, -2, static_cast<int>(i + 1));
		}
	});
	return 1;
}

int pushRealPath(lua_State* L) {
	const std::optional<std::string> real = realPath(luaL_checkstring(L, 1));
	if (!real) return 0;
	pushOwned(L, std::string_view(*real));
	return 1;
}

}  // namespace

int HostFunctions::log(lua_State* L) {
	auto* self = static_cast<HostFunctions*>(lua_touserdata(L, lua_upvalueindex(1)));
	size_t length = 0;
	const char* text = luaL_checklstring(L, 1, &length);
	if (self->log_) self->log_({text, length});
	return 0;
}

void HostFunctions::push(lua_State* L) {
	const luaL_Reg functions[] = {
	    {"inflate", &guarded<inflateText>}, {"deflate", &guarded<deflateText>},   {"now", &guarded<now>},
	    {"listFiles", &guarded<listFiles>}, {"realPath", &guarded<pushRealPath>}, {nullptr, nullptr}};
	lua_newtable(L);
	for (const luaL_Reg* entry = functions; entry->name != nullptr; ++entry) {
		lua_pushcfunction(L, entry->func);
		lua_setfield(L, -2, entry->name);
	}
	lua_pushlightuserdata(L, this);
	lua_pushcclosure(L, &HostFunctions::log, 1);
	lua_setfield(L, -2, "log");
}

}  // namespace pobatch
