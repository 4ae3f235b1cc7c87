#include "state/calculator.hpp"

#include <array>

#include "luajit/checkpoint.h"
#include "luajit/closures.h"
#include "luajit/nursery.h"
#include "pob/modifier_queries.h"

namespace pobatch {

namespace {

constexpr const char* kTraceback = "\nstack traceback:\n";

RowFailure readFailure(lua_State* L) {
	RowFailure failure{};
	lua_rawgeti(L, -1, 1);
	lua_rawgeti(L, -2, 2);
	lua_rawgeti(L, -3, 3);
	failure.row = static_cast<uint32_t>(lua_tonumber(L, -3));
	failure.status = static_cast<RowStatus>(static_cast<int>(lua_tonumber(L, -2)));
	size_t length = 0;
	const char* text = lua_tolstring(L, -1, &length);
	failure.message.assign(text, length);
	lua_pop(L, 3);
	if (const size_t at = failure.message.find(kTraceback); at != std::string::npos) {
		failure.traceback = failure.message.substr(at + 1);
		failure.message.resize(at);
	}
	return failure;
}

// (checkpoint) -> true if the state was restored
int restoreCheckpoint(lua_State* L) {
	void* const checkpoint = lua_touserdata(L, 1);
	bool restored = pobatch_restore_checkpoint(L, checkpoint);
	if (!restored) {
		// What the row created may be filling the memory. Restoring raises no error.
		const MemoryMeter::Unlimited unlimited(
		    *static_cast<MemoryMeter*>(lua_touserdata(L, lua_upvalueindex(1))));
		restored = pobatch_restore_checkpoint(L, checkpoint);
	}
	lua_pushboolean(L, restored);
	return 1;
}

void pushRollback(lua_State* L, MemoryMeter& memory) {
	lua_createtable(L, 0, 2);
	lua_pushcfunction(L, &pobatch_take_checkpoint);
	lua_setfield(L, -2, "take");
	lua_pushlightuserdata(L, &memory);
	lua_pushcclosure(L, &restoreCheckpoint, 1);
	lua_setfield(L, -2, "restore");
}

// { address, declaration, size, statuses = { name = number } }
void pushChunkLayout(lua_State* L, const Chunk* chunk) {
	lua_createtable(L, 0, 4);
	// As a number: an address fits into the 53 bits of a double, and LuaJIT's FFI casts it back.
	lua_pushnumber(L, static_cast<double>(reinterpret_cast<uintptr_t>(chunk)));
	lua_setfield(L, -2, "address");
	lua_pushstring(L, kChunkDeclaration);
	lua_setfield(L, -2, "declaration");
	lua_pushnumber(L, sizeof(Chunk));
	lua_setfield(L, -2, "size");
	lua_createtable(L, 0, static_cast<int>(kRowStatusNames.size()));
	for (size_t number = 0; number < kRowStatusNames.size(); ++number) {
		lua_pushnumber(L, static_cast<double>(number));
		lua_setfield(L, -2, kRowStatusNames[number]);
	}
	lua_setfield(L, -2, "statuses");
}

}  // namespace

void Calculator::start(const CalculatorConfig& config) {
	state_.protect([&](lua_State* L) {
		lua_getglobal(L, "package");
		lua_pushlstring(L, config.packagePath.data(), config.packagePath.size());
		lua_setfield(L, -2, "path");
		lua_pushliteral(L, "");
		lua_setfield(L, -2, "cpath");
		// The state's only hook interrupts it, so code that sets hooks could not be stopped.
		lua_getglobal(L, "debug");
		lua_pushnil(L);
		lua_setfield(L, -2, "sethook");
		// 64-bit literals use a table that only the FFI module keeps alive. The sandbox removes that module;
		// without this reference the table would be collected and still be used.
		lua_getglobal(L, "require");
		lua_pushliteral(L, "ffi");
		state_.call(L, 1, 1);
		luaL_ref(L, LUA_REGISTRYINDEX);
		state_.compile(L, config.loopSource, "@pobatch/lua/batch_loop.lua");
		state_.compile(L, config.source, config.chunkName);
		host_.push(L);
		pushRollback(L, state_.memory());
		lua_setfield(L, -2, "checkpoints");
		lua_pushcfunction(L, &pobatch_generalize);
		lua_setfield(L, -2, "generalize");
		pobatch_push_nursery(L);
		lua_setfield(L, -2, "nursery");
		pobatch_push_modifier_queries(L);
		lua_setfield(L, -2, "modifierQueries");
		shared_->push(L);
		lua_setfield(L, -2, "shared");
		if (compiled_ != nullptr) {
			compiled_->push(L);
			lua_setfield(L, -2, "compiled");
		}
		pushChunkLayout(L, chunk_.get());
		state_.pushCollect(L);
		if (config.sandboxSource.empty())
			lua_pushnil(L);
		else
			state_.compile(L, config.sandboxSource, "@pobatch/lua/sandbox.lua");
		if (config.rollback)
			pushRollback(L, state_.memory());
		else
			lua_pushnil(L);
		state_.pushStackCheck(L);
		state_.call(L, 7, 1);
		const std::array<std::pair<const char*, int*>, 7> functions{{{"open", &open_},
		                                                             {"load", &load_},
		                                                             {"unload", &unload_},
		                                                             {"command", &command_},
		                                                             {"run", &run_},
		                                                             {"takeFailures", &takeFailures_},
		                                                             {"recover", &recover_}}};
		for (const auto& [name, reference] : functions) {
			lua_getfield(L, -1, name);
			*reference = luaL_ref(L, LUA_REGISTRYINDEX);
		}
	});
}

PlainValue Calculator::callProtocol(int function, const std::vector<PlainValue>& args) {
	PlainValue answer;
	state_.protect([&](lua_State* L) {
		lua_rawgeti(L, LUA_REGISTRYINDEX, function);
		for (const PlainValue& arg : args) pushValue(L, arg);
		state_.call(L, static_cast<int>(args.size()), 1);
		readValue(L, -1, answer);
	});
	return answer;
}

PlainValue Calculator::open(const CalculatorConfig& config) {
	start(config);
	PlainValue answer = callProtocol(open_, {config.options});
	state_.memory().setLimit(config.memoryLimit);
	if (config.failAfterOpen) state_.memory().failWhenZero(config.failAllocation.get());
	return answer;
}

PlainValue Calculator::load(uint32_t build, const PlainValue& source) {
	PlainValue answer = callProtocol(load_, {{static_cast<double>(build)}, source});
	// A calculator that explains why a build cannot be loaded may have caught an out-of-memory error.
	const auto* object = std::get_if<Object>(&answer.data);
	if (object != nullptr && !object->empty() && object->front().first == "refused" &&
	    state_.memory().takeRefused()) {
		const auto* text = std::get_if<std::string>(&object->front().second.data);
		throw state_.shortage(text != nullptr ? *text : "", "");
	}
	return answer;
}

void Calculator::unload(uint32_t build) {
	callProtocol(unload_, {{static_cast<double>(build)}});
}

bool Calculator::recover(uint32_t build) {
	const PlainValue clean = callProtocol(recover_, {{static_cast<double>(build)}});
	const bool* answer = std::get_if<bool>(&clean.data);
	return answer != nullptr && *answer;
}

PlainValue Calculator::command(const std::string& name, uint32_t build, const PlainValue& args) {
	return callProtocol(command_, {{name}, {static_cast<double>(build)}, args});
}

void Calculator::pushStats(lua_State* L, const std::vector<std::string>& stats) {
	if (stats_ != LUA_NOREF && statNames_ == stats) {
		lua_rawgeti(L, LUA_REGISTRYINDEX, stats_);
		return;
	}
	// Copied first, so that names and list stay consistent wherever memory runs out below.
	std::vector<std::string> names = stats;
	lua_createtable(L, static_cast<int>(stats.size()), 0);
	for (size_t i = 0; i < stats.size(); ++i) {
		lua_pushlstring(L, stats[i].data(), stats[i].size());
		lua_rawseti(L, -2, static_cast<int>(i + 1));
	}
	lua_pushvalue(L, -1);
	luaL_unref(L, LUA_REGISTRYINDEX, stats_);
	stats_ = luaL_ref(L, LUA_REGISTRYINDEX);
	statNames_ = std::move(names);
}

void Calculator::run(uint32_t build, const std::vector<std::string>& stats, const Variant* variant) {
	state_.protect([&](lua_State* L) {
		lua_rawgeti(L, LUA_REGISTRYINDEX, run_);
		lua_pushnumber(L, build);
		pushStats(L, stats);
		if (variant != nullptr) {
			lua_pushlstring(L, variant->key.data(), variant->key.size());
			pushValue(L, variant->change);
		}
		state_.call(L, variant != nullptr ? 4 : 2, 0);
	});
}

void Calculator::beginChunk(const Chunk& chunk) {
	chunk_->words = chunk.words;
	chunk_->ends = chunk.ends;
	chunk_->rows = chunk.rows;
	chunk_->results = chunk.results;
	chunk_->status = chunk.status;
	chunk_->count = chunk.count;
	chunk_->failed = 0;
	chunk_->dirty = 0;
	chunk_->memoized = 0;
	storeRelaxed(chunk_->next, chunk.next);
}

std::vector<RowFailure> Calculator::takeFailures() {
	std::vector<RowFailure> failures;
	if (chunk_->failed == 0) return failures;
	{
		const MemoryMeter::Unlimited unlimited(state_.memory());
		state_.protect([&](lua_State* L) {
			lua_rawgeti(L, LUA_REGISTRYINDEX, takeFailures_);
			state_.call(L, 0, 1);
			const size_t count = lua_objlen(L, -1);
			for (size_t i = 1; i <= count; ++i) {
				lua_rawgeti(L, -1, static_cast<int>(i));
				failures.push_back(readFailure(L));
				lua_pop(L, 1);
			}
		});
	}
	for (RowFailure& failure : failures) {
		if (failure.status != RowStatus::Memory) continue;
		const LuaFailure shortage = state_.shortage(failure.message, failure.traceback);
		failure.message = shortage.what();
		failure.traceback = shortage.traceback;
	}
	return failures;
}

}  // namespace pobatch
