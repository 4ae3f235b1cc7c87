// One calculator in one Lua state: its chunk compiled once, the functions of lua/batch_loop.lua looked up
// once and kept as registry references, chunks of canonical node sets evaluated with one native->Lua crossing
// each.
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
	bool rollback = false;      // undo what each row left behind, see lua/batch_loop.lua
	std::string chunkName;      // "@path", as tracebacks show it
	std::string packagePath;    // package.path of the state
	PlainValue options;         // of the calculator's `open`
	size_t memoryLimit = 0;     // bytes, 0: none; counts from when the calculator is open
	std::chrono::milliseconds openTimeout{0};  // for opening it anew; zero: no limit
	// For tests: this allocation is refused once in the life of the engine, counted from the first state's
	// start, or from when its calculator was open.
	std::shared_ptr<std::atomic<int64_t>> failAllocation;
	bool failAfterOpen = false;
	LogSink log;  // called on the state's thread
	// Of all states of the engine.
	std::shared_ptr<SharedTexts> shared = std::make_shared<SharedTexts>();
	// The same; null: its calculator compiles what it loads itself.
	std::shared_ptr<CompiledChunks> compiled;
};

struct RowFailure {
	uint32_t row;  // in the chunk
	RowStatus status;
	std::string message;
	std::string traceback;
};

// A change of a build, which the calculator's `derive` gets.
struct Variant {
	std::string key;  // stands for the change
	PlainValue change;
};

class Calculator {
public:
	// Makes the state; runs no code of the calculator yet.
	explicit Calculator(const CalculatorConfig& config)
	    : shared_(config.shared),
	      compiled_(config.compiled),
	      host_(config.log),
	      state_(config.failAfterOpen ? nullptr : config.failAllocation.get()) {}

	// Compiles the calculator, runs its file and its `open`; answers its {name, version}. All methods from
	// here on throw LuaFailure and Interrupted.
	PlainValue open(const CalculatorConfig& config);
	// {info, stats}
	PlainValue load(uint32_t build, const PlainValue& source);
	void unload(uint32_t build);
	// After a row that failed or was interrupted: true if the build is provably as it was before.
	bool recover(uint32_t build);
	PlainValue command(const std::string& name, uint32_t build, const PlainValue& args);

	// Evaluates the rows of chunk() from `next` on, of the build or (not null) of a variant of it. An
	// interruption throws Interrupted with chunk().next at the row that was at work; what was evaluated
	// before stays.
	void run(uint32_t build, const std::vector<std::string>& stats, const Variant* variant);
	// The rows that failed in calls of `run` since the last time. The memory limit does not count for it: a
	// row that used up the state's memory must not take the other rows' messages along.
	std::vector<RowFailure> takeFailures();

	// Sets the chunk to work on, from its row `next`.
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
	// Registry references; calling one that was never set is a Lua error.
	int open_ = LUA_NOREF, load_ = LUA_NOREF, unload_ = LUA_NOREF, command_ = LUA_NOREF, run_ = LUA_NOREF,
	    takeFailures_ = LUA_NOREF, recover_ = LUA_NOREF;
	int stats_ = LUA_NOREF;  // the last batch's list of stats, kept while it stays the same
	std::vector<std::string> statNames_;
};

}  // namespace pobatch
