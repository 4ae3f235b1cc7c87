// Samples what one state runs, by LuaJIT's own profiler.
//
//   ticker thread --SIGPROF--> the state's thread --> LuaJIT sets its profile hook
//                                                 --> next instruction: onSample walks the stack
//
// LuaJIT's timer is not used: it sends SIGPROF to whichever thread the system picks, whose handler would then
// change the state while its own thread does. The ticker names the thread.
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

// Nothing can be sampled now; the message says why.
class ProfileRefused : public std::runtime_error {
	using std::runtime_error::runtime_error;
};

// All methods on the thread of the state that is sampled. LuaJIT knows one profiler in a process: so does
// this.
class Profiler {
public:
	// `busy`: whether that thread has a job. Throws ProfileRefused.
	Profiler(const std::atomic<bool>& busy, std::chrono::microseconds interval);
	// The state must be detached.
	~Profiler();
	Profiler(const Profiler&) = delete;
	Profiler& operator=(const Profiler&) = delete;

	// Begins to sample. Drops the state's compiled code: it is compiled anew, with checks for the hook.
	// Throws ProfileRefused, LuaFailure.
	void attach(LuaState& state);
	// Ends it, before the state is closed at the latest; the compiled code goes again. What was sampled
	// stays.
	void detach();

	// What was sampled since the last time, and forgets it:
	// { frames: [[name, source, line]], stacks: [[frame, ...] from the innermost], samples: [stack, ...] in
	//   order of time, weights: [ticks, ...], states: one letter a sample (see luaJIT_profile_callback),
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

	// Counted by the signal's handler, which may not allocate.
	std::atomic<uint32_t> native_{0}, idle_{0};

	std::vector<Frame> frames_;
	std::vector<std::vector<uint32_t>> stacks_;
	std::unordered_map<std::string, uint32_t> frameIds_, stackIds_;
	std::vector<uint32_t> samples_, weights_;
	std::string states_;
};

}  // namespace pobatch
