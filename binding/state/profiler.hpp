// Samples what a state runs, using LuaJIT's own profiler.
//
//   ticker thread --SIGPROF--> the state's thread --> LuaJIT sets its profile hook
//                                                 --> next instruction: onSample walks the stack
//
// LuaJIT's timer is not used: it sends SIGPROF to any thread that the system picks, and the handler on that
// thread would change the state while the state's own thread does. The ticker signals the right thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "state/plain_value.hpp"

struct lua_State;

namespace pobatch {

class LuaState;

// Sampling is not possible now; the message says why.
class ProfileRefused : public std::runtime_error {
	using std::runtime_error::runtime_error;
};

// All methods must be called on the thread of the sampled state. LuaJIT supports one profiler per process,
// and so does this.
class Profiler {
public:
	// `busy`: whether that thread has a job. Throws ProfileRefused.
	Profiler(const std::atomic<bool>& busy, std::chrono::microseconds interval);
	// The state must be detached.
	~Profiler();
	Profiler(const Profiler&) = delete;
	Profiler& operator=(const Profiler&) = delete;

	// Starts sampling. Discards the state's compiled code, which is compiled again with checks for the hook.
	// Throws ProfileRefused, LuaFailure.
	void attach(LuaState& state);
	// Ends sampling; must be called before the state is closed. The compiled code is discarded again. The
	// samples are kept.
	void detach();

	// Returns what was sampled since the last call, and discards it:
	// { frames: [[name, source, line]], stacks: [[frame, ...] from the innermost], samples: [stack, ...] in
	//   order of time, weights: [ticks, ...], states: one letter per sample (see luaJIT_profile_callback),
	//   native: ticks with a job but outside of Lua, idle: ticks without a job }
	PlainValue take();

private:
	struct Frame {
		std::string name, source;
		int line;
	};

	static void onTick(int signal);
	static void onSample(void* self, lua_State* L, int ticks, int vmState);
	void record(lua_State* L, int ticks, int vmState);
	uint32_t frameAt(lua_State* L, int level);
	void startTimer();
	void stopTimer();
	void tick();

	const std::atomic<bool>& busy_;
	const std::chrono::microseconds interval_;
	LuaState* state_ = nullptr;
	std::thread ticker_;
	std::atomic<bool> ending_{false};
	std::thread::native_handle_type thread_{};

	// Counted by the signal handler, which may not allocate.
	std::atomic<uint32_t> native_{0}, idle_{0};

	std::vector<Frame> frames_;
	std::vector<std::vector<uint32_t>> stacks_;
	std::unordered_map<std::string, uint32_t> frameIds_, stackIds_;
	std::vector<uint32_t> samples_, weights_;
	std::string states_;
};

}  // namespace pobatch
