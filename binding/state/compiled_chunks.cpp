#include "state/compiled_chunks.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#include "state/guarded.hpp"
#include "state/hash128.hpp"

namespace pobatch {

namespace {

// Limit for bytecode and keys in bytes; when it is exceeded, everything is discarded.
constexpr size_t kLimit = 96u << 20;
// Texts kept per path: the file may have changed, or may be compiled with other edits.
constexpr size_t kPerPath = 2;

std::string_view textAt(lua_State* L, int index) {
	size_t length = 0;
	const char* text = luaL_checklstring(L, index, &length);
	return {text, length};
}

CompiledChunks& self(lua_State* L) {
	return *static_cast<CompiledChunks*>(lua_touserdata(L, lua_upvalueindex(1)));
}

std::string keyOf(std::string_view path, std::string_view edits, std::string_view text) {
	std::vector<uint32_t> words(text.size() / sizeof(uint32_t) + 1);
	std::memcpy(words.data(), text.data(), text.size());
	const Hash128 hash = hash128(words.data(), words.size());
	std::string key(path);
	key.push_back('\0');
	key.append(edits);
	key.push_back('\0');
	key.append(std::to_string(text.size()));
	key.push_back('\0');
	key.append(reinterpret_cast<const char*>(&hash), sizeof hash);
	return key;
}

// The lengths of path, key and bytecode, which are followed by these.
using Lengths = std::array<uint32_t, 3>;

}  // namespace

bool CompiledChunks::give(std::string_view data) {
	struct Entry {
		std::string_view path, key, bytecode;
	};
	std::vector<Entry> entries;
	while (!data.empty()) {
		Lengths lengths{};
		if (data.size() < sizeof lengths) return false;
		std::memcpy(lengths.data(), data.data(), sizeof lengths);
		data.remove_prefix(sizeof lengths);
		std::array<std::string_view, 3> parts;
		for (size_t i = 0; i < parts.size(); ++i) {
			if (data.size() < lengths[i]) return false;
			parts[i] = data.substr(0, lengths[i]);
			data.remove_prefix(lengths[i]);
		}
		entries.push_back({parts[0], parts[1], parts[2]});
	}
	const std::lock_guard lock(mutex_);
	for (const Entry& entry : entries) add(std::string(entry.path), std::string(entry.key), entry.bytecode);
	return true;
}

std::optional<std::string> CompiledChunks::take() {
	const std::lock_guard lock(mutex_);
	if (!hasNew_) return std::nullopt;
	hasNew_ = false;
	std::string data;
	data.reserve(bytes_ + chunks_.size() * 256);
	for (const auto& [path, keys] : keys_) {
		for (const std::string& key : keys) {
			const std::string& bytecode = *chunks_.at(key);
			const Lengths lengths{static_cast<uint32_t>(path.size()), static_cast<uint32_t>(key.size()),
			                      static_cast<uint32_t>(bytecode.size())};
			data.append(reinterpret_cast<const char*>(lengths.data()), sizeof lengths);
			data.append(path).append(key).append(bytecode);
		}
	}
	return data;
}

CompiledChunks::Bytecode CompiledChunks::get(const std::string& key) const {
	const std::lock_guard lock(mutex_);
	const auto found = chunks_.find(key);
	return found == chunks_.end() ? nullptr : found->second;
}

void CompiledChunks::add(const std::string& path, const std::string& key, std::string_view bytecode) {
	if (chunks_.contains(key)) return;
	if (bytes_ + bytecode.size() > kLimit) {
		chunks_.clear();
		keys_.clear();
		bytes_ = 0;
	}
	std::vector<std::string>& keys = keys_[path];
	if (keys.size() == kPerPath) {
		bytes_ -= chunks_.at(keys.front())->size();
		chunks_.erase(keys.front());
		keys.erase(keys.begin());
	}
	chunks_.emplace(key, std::make_shared<const std::string>(bytecode));
	keys.push_back(key);
	bytes_ += bytecode.size();
}

int CompiledChunks::find(lua_State* L) {
	const std::string_view path = textAt(L, 1), edits = textAt(L, 2), text = textAt(L, 3);
	const char* const name = luaL_checkstring(L, 4);
	const Bytecode found = self(L).get(keyOf(path, edits, text));
	if (found == nullptr) return 0;
	// Fails for bytecode of another LuaJIT; the text is compiled instead.
	if (luaL_loadbufferx(L, found->data(), found->size(), name, "b") != 0) return 0;
	return 1;
}

int CompiledChunks::keep(lua_State* L) {
	CompiledChunks& chunks = self(L);
	const std::string_view path = textAt(L, 1), edits = textAt(L, 2), text = textAt(L, 3);
	const std::string_view bytecode = textAt(L, 4);
	const std::string key = keyOf(path, edits, text);
	const std::lock_guard lock(chunks.mutex_);
	chunks.add(std::string(path), key, bytecode);
	chunks.hasNew_ = true;
	return 0;
}

void CompiledChunks::push(lua_State* L) {
	const luaL_Reg functions[] = {{"find", &guarded<&CompiledChunks::find>},
	                              {"keep", &guarded<&CompiledChunks::keep>}};
	lua_newtable(L);
	for (const luaL_Reg& entry : functions) {
		lua_pushlightuserdata(L, this);
		lua_pushcclosure(L, entry.func, 1);
		lua_setfield(L, -2, entry.name);
	}
}

}  // namespace pobatch
