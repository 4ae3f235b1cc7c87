// A calculator in a Lua state. Its file is compiled once; the functions of lua/batch_loop.lua are looked up
// once and kept as registry references; each chunk of canonical node sets is evaluated with one call from
// native code into Lua.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "platform/relaxed.hpp"
#include "state/chunk.hpp"
#include "state/compiled_chunks.hpp"
#include "state/host_functions.hpp"
#include "state/lua_state.hpp"
#include "state/plain_value.hpp"
#include "state/shared_texts.hpp"

namespace pobatch {

struct CalculatorConfig {
	std::string loopSource;     // lua/batch_loop.lua
	std::string source;         // the calculator's own file
	std::string sandboxSource;  // lua/sandbox.lua, for a calculator that is not trusted; else empty
	bool rollback = false;      // undo what each row leaves behind, see lua/batch_loop.lua
	std::string chunkName;      // "@path", as shown in tracebacks
	std::string packagePath;    // package.path of the state
	PlainValue options;         // for the calculator's `open`
	size_t memoryLimit = 0;     // bytes; 0: none; in force once the calculator is open
	std::chrono::milliseconds openTimeout{0};  // for reopening it; zero: no limit
	// For tests: refuses this allocation, once in the life of the engine. Counted from the start of the first
	// state, or with failAfterOpen from when its calculator is open.
	std::shared_ptr<std::atomic<int64_t>> failAllocation;
	bool failAfterOpen = false;
	LogSink log;  // called on the state's thread
	// Shared by all states of the engine.
	std::shared_ptr<SharedTexts> shared = std::make_shared<SharedTexts>();
	// Also shared. Null: the calculator compiles what it loads itself.
	std::shared_ptr<CompiledChunks> compiled;
};

struct RowFailure {
	uint32_t row;  // in the chunk
	RowStatus status;
	std::string message;
	std::string traceback;
};

// A change of a build, for the calculator's `derive`.
struct Variant {
	std::string key;  // identifies the change
	PlainValue change;
};

class Calculator {
public:
	// Creates the state; runs no code of the calculator yet.
	explicit Calculator(const CalculatorConfig& config)
	    : shared_(config.shared),
	      compiled_(config.compiled),
	      host_(config.log),
	      state_(config.failAfterOpen ? nullptr : config.failAllocation.get()) {}

	// Compiles the calculator, runs its file and its `open`; returns its {name, version}. This and all
	// following methods throw LuaFailure and Interrupted.
	PlainValue open(const CalculatorConfig& config);
	// {info, stats}
	PlainValue load(uint32_t build, const PlainValue& source);
	void unload(uint32_t build);
	// After a row that failed or was interrupted: true if the build is proven to be as it was before.
	bool recover(uint32_t build);
	PlainValue command(const std::string& name, uint32_t build, const PlainValue& args);

	// Evaluates the rows of chunk() from `next` on, for the build or (not null) a variant of it. An
	// interruption throws Interrupted with chunk().next at the current row; the results of earlier rows stay.
	void run(uint32_t build, const std::vector<std::string>& stats, const Variant* variant);
	// The rows that failed in calls of `run` since the last call. The memory limit does not apply to it: a
	// row that used up the state's memory must not cost the messages of other rows.
	std::vector<RowFailure> takeFailures();

	// Sets the chunk to evaluate, from its row `next` on.
	void beginChunk(const Chunk& chunk);
	// The next row of the chunk; the watchdog reads it from its own thread.
	uint32_t nextRow() const { return loadRelaxed(chunk_->next); }
	void skipRow() { storeRelaxed(chunk_->next, nextRow() + 1); }

	Chunk& chunk() { return *chunk_; }
	LuaState& state() { return state_; }

private:
	void start(const CalculatorConfig& config);
	PlainValue callProtocol(int function, const std::vector<PlainValue>& args);
	void pushStats(lua_State* L, const std::vector<std::string>& stats);

	std::unique_ptr<Chunk> chunk_ = std::make_unique<Chunk>();
	std::shared_ptr<SharedTexts> shared_;
	std::shared_ptr<CompiledChunks> compiled_;
	HostFunctions host_;
	LuaState state_;
	// Registry references. Calling one that was never set is a Lua error.
	int open_ = LUA_NOREF, load_ = LUA_NOREF, unload_ = LUA_NOREF, command_ = LUA_NOREF, run_ = LUA_NOREF,
	    takeFailures_ = LUA_NOREF, recover_ = LUA_NOREF;
	int stats_ = LUA_NOREF;  // the last batch's list of stats, reused while it stays the same
	std::vector<std::string> statNames_;
};

}  // namespace pobatch
