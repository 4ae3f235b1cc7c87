// One LuaJIT state: libraries, protected calls with traceback, memory cap, interruption from another thread,
// GC.
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

// A Lua error that reached the host, with the traceback of where it was raised.
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

// The state was interrupted; it stays usable.
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

	// Runs `body` under protection: Lua errors it raises come back as LuaFailure, C++ exceptions as
	// themselves, an interruption as Interrupted. Nothing may touch the stack outside of this. The stack is
	// as before afterwards.
	void protect(const std::function<void(lua_State*)>& body);

	// Within `body`: calls the function below `arguments` values like lua_call; an error throws LuaFailure
	// with the traceback of where it was raised. Uses one stack slot more.
	void call(lua_State* L, int arguments, int results);

	// Within `body`: compiles text (never bytecode) and pushes the function; throws LuaFailure of
	// Kind::Syntax.
	void compile(lua_State* L, const std::string& source, const std::string& chunkName);

	// Any thread: stops what the state runs, now and as long as the interruption is not cleared. A count hook
	// throws at the next instruction; it stays armed, so Lua's own pcall loops cannot swallow it. Calling it
	// again arms the hook again (an update of the dispatch table can get lost against the running thread).
	void interrupt(Interrupt reason);
	// The state's own thread: what interrupted it, which is cleared.
	Interrupt clearInterrupt();
	// Whether `protect` is at work. The state's own thread, a signal's handler on it too.
	bool isRunning() const { return running_.load(std::memory_order_relaxed); }
	Interrupt interrupted() const { return reason_.load(std::memory_order_acquire); }

	MemoryMeter& memory() { return meter_; }
	// The failure for want of memory: says the limit and what was in use. `text`, what Lua says about it, and
	// where it did, become the traceback.
	LuaFailure shortage(const std::string& text, const std::string& traceback) const;
	// A full collection. What a __gc metamethod raises is dropped: it belongs to nobody's call. The memory
	// limit does not count meanwhile: a collection allocates when it shrinks the table of strings, and a full
	// state could not be emptied.
	void collectGarbage();
	// Within `body`: pushes the same as a Lua function, one that may raise, for an allocation that was
	// refused since the last time; it answers whether there was one. Called with true it collects in any
	// case.
	void pushCollect(lua_State* L);
	// Within `body`: pushes a Lua function that raises an error where calls of C functions that call back are
	// nested so deep that the thread's stack may end; LuaJIT itself does not look, and the process would
	// crash.
	void pushStackCheck(lua_State* L);
	// Any thread: bytes of machine code, which lie outside the memory limit.
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
