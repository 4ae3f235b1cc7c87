#include "state/lua_state.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#ifdef _MSC_VER
#include <intrin.h>
#endif
#include <new>
#include <string_view>

#include "luajit/internals.h"
#include "state/guarded.hpp"

namespace pobatch {

namespace {

constexpr const char* kTraceback = "\nstack traceback:\n";
// lua/batch_loop.lua begins the message of a contract violation with this.
constexpr std::string_view kContract = "calculator contract: ";

// Message handler: appends the traceback to the message; an error value that is not a string is described
// first.
int appendTraceback(lua_State* L) {
	if (lua_type(L, 1) != LUA_TSTRING) {
		if (!luaL_callmeta(L, 1, "__tostring") || lua_type(L, -1) != LUA_TSTRING)
			lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
		lua_replace(L, 1);
		lua_settop(L, 1);
	}
	luaL_traceback(L, L, lua_tostring(L, 1), 1);
	return 1;
}

struct Body {
	const std::function<void(lua_State*)>* run;
	std::exception_ptr error;
};

// Lua errors pass through this frame and are not caught here; on Windows no destructors run for them. So a
// body must keep non-trivial objects outside, or create them where nothing raises. C++ exceptions must not
// pass lua_cpcall.
int trampoline(lua_State* L) {
	auto* body = static_cast<Body*>(lua_touserdata(L, 1));
	lua_settop(L, 0);
	try {
		(*body->run)(L);
	} catch (const std::exception&) {
		body->error = std::current_exception();
	}
	return 0;
}

// `protect` may be nested.
class Running {
public:
	explicit Running(std::atomic<bool>& flag) : flag_(flag), before_(flag.load(std::memory_order_relaxed)) {
		flag_.store(true, std::memory_order_relaxed);
	}
	~Running() { flag_.store(before_, std::memory_order_relaxed); }
	Running(const Running&) = delete;

private:
	std::atomic<bool>& flag_;
	const bool before_;
};

// Bytes of the thread's stack that Lua may use before C functions may no longer call back. It is a part of a
// thread's default stack: 8 MB with glibc, 1 MB on Windows, 512 kB on macOS, 128 kB with musl.
#if defined(__GLIBC__)
constexpr uintptr_t kMaxNativeStack = 1u << 20;
#elif defined(_WIN32) || defined(__APPLE__)
constexpr uintptr_t kMaxNativeStack = 256u << 10;
#else
constexpr uintptr_t kMaxNativeStack = 64u << 10;
#endif

// The address of the caller's own frame. The address of a variable would not do, because AddressSanitizer may
// store variables elsewhere.
#if defined(_MSC_VER)
#define POBATCH_FRAME() reinterpret_cast<uintptr_t>(_AddressOfReturnAddress())
#else
#define POBATCH_FRAME() reinterpret_cast<uintptr_t>(__builtin_frame_address(0))
#endif

}  // namespace

LuaState::LuaState(std::atomic<int64_t>* failAllocation) : L_(luaL_newstate()) {
	if (L_ == nullptr) throw std::bad_alloc();
	meter_.attach(L_, this, &LuaState::allocate);
	meter_.failWhenZero(failAllocation);
	try {
		protect([](lua_State* L) {
			luaL_openlibs(L);
			prepareGuarded(L);
			// Otherwise LuaJIT writes errors of finalizers to the process's stderr. This must be an empty
			// table of handlers, not nil, because LuaJIT indexes it without a check.
			lua_newtable(L);
			lua_setfield(L, LUA_REGISTRYINDEX, "_VMEVENTS");
		});
	} catch (...) {
		close();
		throw;
	}
}

LuaState::~LuaState() {
	close();
}

void LuaState::close() {
	std::lock_guard lock(hookMutex_);
	lua_sethook(L_, nullptr, 0, 0);
	meter_.setLimit(0);
	// LuaJIT does not free its own allocator if the state uses another one.
	void* const allocator = meter_.innerData();
	lua_close(L_);
	pobatch_destroy_allocator(allocator);
}

void* LuaState::allocate(void* self, void* block, size_t oldSize, size_t newSize) {
	return static_cast<LuaState*>(self)->meter_.allocate(block, oldSize, newSize);
}

void LuaState::protect(const std::function<void(lua_State*)>& body) {
	const Running running(running_);
	Body request{&body, nullptr};
	const int top = lua_gettop(L_);
	const bool outermost = stackBase_ == 0;
	if (outermost) {
		stackBase_ = POBATCH_FRAME();
		// A refusal that the last call could do without is not the reason why this one fails.
		meter_.takeRefused();
	}
	const int status = lua_cpcall(L_, &trampoline, &request);
	if (outermost) stackBase_ = 0;
	if (interrupted() != Interrupt::None && (status != 0 || request.error)) {
		lua_settop(L_, top);
		throw Interrupted(interrupted());
	}
	if (status != 0) {
		try {
			fail(L_, status);
		} catch (...) {
			lua_settop(L_, top);
			throw;
		}
	}
	if (request.error) std::rethrow_exception(request.error);
}

void LuaState::call(lua_State* L, int arguments, int results) {
	const int handler = lua_gettop(L) - arguments;
	lua_pushcfunction(L, &appendTraceback);
	lua_insert(L, handler);
	const int status = lua_pcall(L, arguments, results, handler);
	lua_remove(L, handler);
	if (status != 0) fail(L, status);
}

void LuaState::compile(lua_State* L, const std::string& source, const std::string& chunkName) {
	if (luaL_loadbufferx(L, source.data(), source.size(), chunkName.c_str(), "t") == 0) return;
	throw LuaFailure(LuaFailure::Kind::Syntax,
	                 lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "syntax error", "");
}

// The message is at the top of the stack.
void LuaState::fail(lua_State* L, int status) {
	std::string text = "(error object is not a string)";
	if (lua_type(L, -1) == LUA_TSTRING) {
		size_t length = 0;
		const char* raw = lua_tolstring(L, -1, &length);
		text.assign(raw, length);
	}
	std::string traceback;
	if (const size_t at = text.find(kTraceback); at != std::string::npos) {
		traceback = text.substr(at + 1);
		text.resize(at);
	}
	// Any error after memory was refused results from that: LUA_ERRERR if the message handler found no
	// memory, LUA_ERRRUN if Lua code raised it again or failed on a half-filled table.
	if (meter_.takeRefused() || status == LUA_ERRMEM) throw shortage(text, traceback);
	if (text.starts_with(kContract)) {
		text.erase(0, kContract.size());
		throw LuaFailure(LuaFailure::Kind::Contract, text, "");
	}
	throw LuaFailure(LuaFailure::Kind::Run, text, std::move(traceback));
}

LuaFailure LuaState::shortage(const std::string& text, const std::string& traceback) const {
	const auto megabytes = [](int64_t bytes) {
		std::array<char, 32> digits{};
		std::snprintf(digits.data(), digits.size(), "%.4g MB", static_cast<double>(bytes) / (1 << 20));
		return std::string(digits.data());
	};
	const auto limit = static_cast<int64_t>(meter_.limit());
	const std::string used = megabytes(meter_.usedWhenRefused());
	const std::string message =
	    limit != 0 ? "a state reached its memory limit of " + megabytes(limit) + " (" + used + " were in use)"
	               : "the system gave a state no more memory (" + used + " were in use)";
	return {LuaFailure::Kind::Memory, message, traceback.empty() ? text : text + '\n' + traceback};
}

void LuaState::onHook(lua_State* L, lua_Debug*) {
	void* self = nullptr;
	lua_getallocf(L, &self);
	if (static_cast<LuaState*>(self)->interrupted() != Interrupt::None) pobatch_leave_hook(L);
}

void LuaState::interrupt(Interrupt reason) {
	std::lock_guard lock(hookMutex_);
	Interrupt none = Interrupt::None;
	reason_.compare_exchange_strong(none, reason, std::memory_order_release);
	lua_sethook(L_, &LuaState::onHook, LUA_MASKCOUNT, 1);
}

Interrupt LuaState::clearInterrupt() {
	std::lock_guard lock(hookMutex_);
	lua_sethook(L_, nullptr, 0, 0);
	return reason_.exchange(Interrupt::None, std::memory_order_acq_rel);
}

void LuaState::collectGarbage() {
	const MemoryMeter::Unlimited unlimited(meter_);
	try {
		protect([](lua_State* L) { lua_gc(L, LUA_GCCOLLECT, 0); });
	} catch (const LuaFailure&) {
	}
}

void LuaState::pushCollect(lua_State* L) {
	lua_pushlightuserdata(L, &meter_);
	lua_pushcclosure(
	    L,
	    [](lua_State* L) {
		    auto& meter = *static_cast<MemoryMeter*>(lua_touserdata(L, lua_upvalueindex(1)));
		    const bool refused = meter.takeRefused();
		    if (refused || lua_toboolean(L, 1)) {
			    const MemoryMeter::Unlimited unlimited(meter);
			    lua_gc(L, LUA_GCCOLLECT, 0);
		    }
		    lua_pushboolean(L, refused);
		    return 1;
	    },
	    1);
}

void LuaState::pushStackCheck(lua_State* L) {
	lua_pushlightuserdata(L, this);
	lua_pushcclosure(
	    L,
	    [](lua_State* L) {
		    const auto* self = static_cast<const LuaState*>(lua_touserdata(L, lua_upvalueindex(1)));
		    // Stacks grow downwards wherever LuaJIT runs.
		    if (self->stackBase_ - POBATCH_FRAME() > kMaxNativeStack) luaL_error(L, "C stack overflow");
		    return 0;
	    },
	    1);
}

size_t LuaState::machineCode() const {
	return pobatch_machine_code(L_);
}

}  // namespace pobatch
