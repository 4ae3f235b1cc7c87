#include "state/profiler.hpp"

#include <lua.hpp>
#include <string_view>

#include "state/lua_state.hpp"

#ifndef _WIN32
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#endif

namespace pobatch {

namespace {

// Deeper frames are left out at the root, so that a runaway recursion does not cost seconds per sample.
constexpr int kMaxDepth = 250;

// "f": compiled code checks for the hook when it enters another function. LuaJIT's own timer, in
// milliseconds, is set so high that it never fires.
constexpr const char* kMode = "fi1000000000";

// Whether a profiler of this process uses LuaJIT's profiler.
std::atomic<bool> taken{false};

}  // namespace

#ifdef _WIN32

Profiler::Profiler(const std::atomic<bool>& busy, std::chrono::microseconds interval)
    : busy_(busy), interval_(interval) {
	throw ProfileRefused("there is no profiler on Windows");
}
Profiler::~Profiler() = default;
void Profiler::attach(LuaState&) {}
void Profiler::detach() {}

#else

namespace {

// What the signal handler needs, because a handler has no data of its own.
std::atomic<Profiler*> sampling{nullptr};
void (*luajitHandler)(int) = nullptr;

void setAction(void (*handler)(int)) {
	struct sigaction action {};
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaction(SIGPROF, &action, nullptr);
}

}  // namespace

Profiler::Profiler(const std::atomic<bool>& busy, std::chrono::microseconds interval)
    : busy_(busy), interval_(interval) {
	if (taken.exchange(true)) throw ProfileRefused("another profile is being taken in this process");
}

Profiler::~Profiler() {
	taken = false;
}

void Profiler::attach(LuaState& state) {
	struct sigaction before {};
	sigaction(SIGPROF, nullptr, &before);
	const bool isFree =
	    (before.sa_flags & SA_SIGINFO) == 0 && (before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN);
	if (!isFree)
		throw ProfileRefused("the signal SIGPROF is in use, by Node's own profiler (--cpu-prof) perhaps");
	state.protect([this](lua_State* L) { luaJIT_profile_start(L, kMode, &onSample, this); });
	state_ = &state;
	startTimer();
}

void Profiler::startTimer() {
	const itimerval never{};
	setitimer(ITIMER_PROF, &never, nullptr);
	struct sigaction action {};
	sigaction(SIGPROF, nullptr, &action);
	luajitHandler = action.sa_handler;
	thread_ = pthread_self();
	sampling = this;
	setAction(&onTick);
	try {
		ending_ = false;
		ticker_ = std::thread([this] { tick(); });
	} catch (...) {
		detach();
		throw;
	}
}

// Runs on the ticker's own thread. The thread that it signals joins it, so that thread still exists.
void Profiler::tick() {
	auto next = std::chrono::steady_clock::now();
	while (!ending_) {
		// A late tick is not made up for, because it would count one moment twice.
		next = std::max(next + interval_, std::chrono::steady_clock::now());
		std::this_thread::sleep_until(next);
		pthread_kill(thread_, SIGPROF);
	}
}

void Profiler::stopTimer() {
	ending_ = true;
	if (ticker_.joinable()) ticker_.join();
	// The last signal may still be pending; without the handler it would end the process.
	sigset_t one, before, pending;
	sigemptyset(&one);
	sigaddset(&one, SIGPROF);
	pthread_sigmask(SIG_BLOCK, &one, &before);
	sigpending(&pending);
	int signal = 0;
	if (sigismember(&pending, SIGPROF) == 1) sigwait(&one, &signal);
	sampling = nullptr;
	setAction(luajitHandler);
	pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Profiler::detach() {
	if (state_ == nullptr) return;
	stopTimer();
	LuaState& state = *state_;
	state_ = nullptr;
	// This also restores the signal's action.
	state.protect([](lua_State* L) { luaJIT_profile_stop(L); });
}

// Runs in a signal handler: may only use atomics and LuaJIT's own handler.
void Profiler::onTick(int signal) {
	Profiler* self = sampling.load(std::memory_order_relaxed);
	// A signal that someone else sent to another thread must not touch the state.
	if (self == nullptr || pthread_equal(self->thread_, pthread_self()) == 0) return;
	if (self->state_->isRunning())
		luajitHandler(signal);
	else
		(self->busy_.load(std::memory_order_relaxed) ? self->native_ : self->idle_)
		    .fetch_add(1, std::memory_order_relaxed);
}

#endif

void Profiler::onSample(void* self, lua_State* L, int ticks, int vmState) {
	// LuaJIT's frames are below, so no exception may leave this; a sample without memory is lost.
	try {
		static_cast<Profiler*>(self)->record(L, ticks, vmState);
	} catch (const std::exception&) {
	}
}

void Profiler::record(lua_State* L, int ticks, int vmState) {
	std::vector<uint32_t> stack;
	lua_Debug probe;
	for (int level = 0; level < kMaxDepth && lua_getstack(L, level, &probe) != 0; ++level)
		stack.push_back(frameAt(L, level));
	const std::string key(reinterpret_cast<const char*>(stack.data()), stack.size() * sizeof(uint32_t));
	const auto [entry, fresh] = stackIds_.try_emplace(key, static_cast<uint32_t>(stacks_.size()));
	if (fresh) stacks_.push_back(std::move(stack));
	samples_.push_back(entry->second);
	weights_.push_back(static_cast<uint32_t>(ticks));
	states_.push_back(static_cast<char>(vmState));
}

// Nothing here allocates in the state: a hook may not.
uint32_t Profiler::frameAt(lua_State* L, int level) {
	lua_Debug at{};
	lua_getstack(L, level, &at);
	lua_getinfo(L, "Sn", &at);
	const char* name = at.name == nullptr ? "" : at.name;
	const bool isC = std::string_view(at.what) == "C";
	std::string key = at.source + (':' + std::to_string(at.linedefined));
	// A line of a file identifies a function. Functions of C, and of chunks that were created at run time
	// under one name, are distinguished by the names that they are called by.
	if (at.source[0] != '@') key += std::string(1, ':') + name;
	const auto [entry, fresh] = frameIds_.try_emplace(key, static_cast<uint32_t>(frames_.size()));
	if (fresh) frames_.push_back({name, at.source, isC ? 0 : at.linedefined});
	Frame& frame = frames_[entry->second];
	if (frame.name.empty()) frame.name = name;
	return entry->second;
}

PlainValue Profiler::take() {
	const auto number = [](double value) { return PlainValue{value}; };
	const auto numbers = [&](const std::vector<uint32_t>& values) {
		Array array;
		array.reserve(values.size());
		for (const uint32_t value : values) array.push_back(number(value));
		return PlainValue{std::move(array)};
	};
	Array frames, stacks;
	for (Frame& frame : frames_)
		frames.push_back({Array{{std::move(frame.name)}, {std::move(frame.source)}, number(frame.line)}});
	for (const std::vector<uint32_t>& stack : stacks_) stacks.push_back(numbers(stack));
	Object answer;
	answer.emplace_back("frames", PlainValue{std::move(frames)});
	answer.emplace_back("stacks", PlainValue{std::move(stacks)});
	answer.emplace_back("samples", numbers(samples_));
	answer.emplace_back("weights", numbers(weights_));
	answer.emplace_back("states", PlainValue{std::move(states_)});
	answer.emplace_back("native", number(native_.exchange(0)));
	answer.emplace_back("idle", number(idle_.exchange(0)));
	frames_.clear();
	stacks_.clear();
	frameIds_.clear();
	stackIds_.clear();
	samples_.clear();
	weights_.clear();
	states_.clear();
	return {std::move(answer)};
}

}  // namespace pobatch
