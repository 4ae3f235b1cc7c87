// A LuaJIT state: libraries, protected calls with traceback, memory limit, interruption from another thread,
// garbage collection.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <lua.hpp>
#include <mutex>
#include <stdexcept>
#include <string>

#include "state/memory_meter.hpp"

namespace pobatch {

enum class Interrupt : int { None, Timeout, Abort };

// A Lua error that reached the host, with a traceback of where it was raised.
class LuaFailure : public std::runtime_error {
public:
	enum class Kind { Run, Syntax, Memory, Contract };
	LuaFailure(Kind kind, const std::string& message, std::string traceback)
	    : std::runtime_error(message), kind(kind), traceback(std::move(traceback)) {}
	Kind kind;
	std::string traceback;
};

inline bool isShortage(const std::exception& error) {
	const auto* failure = dynamic_cast<const LuaFailure*>(&error);
	return failure != nullptr && failure->kind == LuaFailure::Kind::Memory;
}

// The state was interrupted; it is still usable.
class Interrupted : public std::exception {
public:
	explicit Interrupted(Interrupt reason) : reason(reason) {}
	const char* what() const noexcept override { return "interrupted"; }
	Interrupt reason;
};

class LuaState {
public:
	// `failAllocation`, for tests: see MemoryMeter::failWhenZero.
	explicit LuaState(std::atomic<int64_t>* failAllocation = nullptr);
	~LuaState();
	LuaState(const LuaState&) = delete;
	LuaState& operator=(const LuaState&) = delete;

	// Runs `body` under protection: its Lua errors become LuaFailure, C++ exceptions are passed on, and an
	// interruption becomes Interrupted. Nothing may touch the stack outside this call. Restores the stack.
	void protect(const std::function<void(lua_State*)>& body);

	// Within `body`: calls the function below `arguments` values like lua_call. An error throws LuaFailure
	// with a traceback of where it was raised. Uses one more stack slot.
	void call(lua_State* L, int arguments, int results);

	// Within `body`: compiles text (never bytecode) and pushes the function. Throws LuaFailure of
	// Kind::Syntax.
	void compile(lua_State* L, const std::string& source, const std::string& chunkName);

	// May be called on any thread: stops what the state runs, now and until the interruption is cleared. A
	// count hook throws at the next instruction. It stays armed, so that Lua's own pcall loops cannot swallow
	// it. Calling this again arms the hook again, because an update of the dispatch table can get lost while
	// the other thread runs.
	void interrupt(Interrupt reason);
	// On the state's own thread: clears the interruption and returns it.
	Interrupt clearInterrupt();
	// Whether `protect` is running. For the state's own thread, including a signal handler on it.
	bool isRunning() const { return running_.load(std::memory_order_relaxed); }
	Interrupt interrupted() const { return reason_.load(std::memory_order_acquire); }

	MemoryMeter& memory() { return meter_; }
	// The failure for a lack of memory: names the limit and what was in use. `text`, Lua's own message, and
	// its traceback become the traceback.
	LuaFailure shortage(const std::string& text, const std::string& traceback) const;
	// Runs a full collection. Errors of __gc metamethods are dropped, because they belong to no call. The
	// memory limit does not apply: a collection allocates when it shrinks the string table, so a full state
	// could not be emptied otherwise.
	void collectGarbage();
	// Within `body`: pushes a Lua function that collects in the same way, but may raise, if an allocation was
	// refused since the last call; it returns whether one was. Called with true it collects in any case.
	void pushCollect(lua_State* L);
	// Within `body`: pushes a Lua function that raises an error if C functions that call back are nested so
	// deep that the thread's stack may overflow. LuaJIT itself does not check this, and the process would
	// crash.
	void pushStackCheck(lua_State* L);
	// May be called on any thread: bytes of machine code, which the memory limit does not include.
	size_t machineCode() const;

private:
	static void* allocate(void* self, void* block, size_t oldSize, size_t newSize);
	static void onHook(lua_State* L, lua_Debug* activation);
	[[noreturn]] void fail(lua_State* L, int status);
	void close();

	lua_State* L_;
	uintptr_t stackBase_ = 0;  // of the outermost `protect` on the state's own thread; 0: none
	MemoryMeter meter_;
	std::atomic<bool> running_{false};
	std::atomic<Interrupt> reason_{Interrupt::None};
	std::mutex hookMutex_;
};

}  // namespace pobatch
