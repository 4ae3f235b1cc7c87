// Native threads (not libuv's), each with a state of its own, and the watchdog that interrupts them.
//
//   submit(job) --> queue of worker 0 --> thread 0 --> Calculator 0
//               \-> queue of worker 1 --> thread 1 --> Calculator 1
//   watchdog, every 10 ms while anything runs (1 ms while interrupting): deadlines, row time limits,
//   re-arming
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "state/calculator.hpp"
#include "state/job.hpp"
#include "state/profiler.hpp"

namespace pobatch {

// Bytes. `machineCode` lies outside of `used` and of the limit.
struct MemoryFigures {
	int64_t used, peak;
	size_t limit, machineCode;
};

// How the message begins where a state in doubt could not be replaced.
constexpr const char* kStateLost = "the state could not be opened anew: ";

class Worker {
public:
	explicit Worker(unsigned index) : index(index) {}

	const unsigned index;

	// The worker's own thread, within a job.
	Calculator& calculator();
	void open(std::shared_ptr<const CalculatorConfig> config, PlainValue* identity);
	// `timeout` is for loading it again; zero: no limit.
	PlainValue load(uint32_t build, std::shared_ptr<const PlainValue> source,
	                std::chrono::milliseconds timeout);
	void unload(uint32_t build);
	// A row or a call of this build ended in a way that may have left the state in the middle of something.
	void markDirty(uint32_t build) { dirty_ = build; }
	bool isDirty() const { return dirty_.has_value(); }
	// Makes a dirty state clean: by the calculator's word, else by opening it anew and loading all builds
	// again. True if it was opened anew. The calculator's word has a row's time or a second, opening and
	// loading have what they had the first time. Throws Interrupted if the job was stopped, LuaFailure or
	// std::runtime_error if it cannot be opened; the state is still dirty then.
	bool recover();
	bool isOpen() const { return calculator_ != nullptr; }
	Interrupt takeInterrupt();
	// Runs `body` with interruptions held back: for short bookkeeping in the state while its job is being
	// stopped.
	void shielded(const std::function<void()>& body);
	// A row starts a new count of its time limit when the serial or the chunk's `next` changes.
	void beginChunk() { chunkSerial.fetch_add(1, std::memory_order_relaxed); }
	// True if the watchdog found the row of the chunk at work over its time limit.
	bool timedOut(uint32_t row) const;

	// Samples the state, and each one that replaces it, until the end; from the start if it is not open yet.
	// Throws ProfileRefused.
	void startProfile(std::chrono::microseconds interval);
	// See Profiler::take; ends the sampling if `end`. Null if nothing was sampled.
	PlainValue takeProfile(bool end);

private:
	friend class Pool;
	// True if it must be looked at again soon: while what runs is being interrupted, or may be before long.
	bool watch(Clock::time_point now);
	bool interruptIfDue(Clock::time_point now);
	bool saysClean(uint32_t build);
	void reopen();
	void limitStep(std::chrono::milliseconds limit);
	void endStep();
	void endProfile();

	// Guards everything below; held by the watchdog and by abort while they touch the state.
	mutable std::mutex mutex;
	std::condition_variable signal;
	std::deque<std::shared_ptr<Job>> queue;
	std::shared_ptr<Job> current;
	std::unique_ptr<Calculator> calculator_;
	bool closing = false;
	bool shield = false;
	bool recovering = false;  // a row's time limit does not count, but the step's
	std::optional<Clock::time_point> stepEnd;
	int64_t peakBefore = 0;  // of states that were replaced
	std::optional<Clock::time_point> interruptedSince;

	std::atomic<uint64_t> chunkSerial{0};
	// What the watchdog saw last, and which row it timed out.
	uint64_t seenSerial = 0;
	uint32_t seenRow = 0;
	Clock::time_point seenAt;
	std::optional<std::pair<uint64_t, uint32_t>> timedOutRow;

	// The worker's own thread only.
	std::shared_ptr<const CalculatorConfig> config_;
	struct Source {
		std::shared_ptr<const PlainValue> text;
		std::chrono::milliseconds timeout;
	};
	std::map<uint32_t, Source> sources_;
	std::optional<uint32_t> dirty_;
	std::atomic<bool> busy_{false};  // has a job
	std::unique_ptr<Profiler> profiler_;

	std::thread thread;
};

class Pool {
public:
	explicit Pool(unsigned threads);
	// Stops every job, interrupts and joins every thread.
	~Pool() { close(); }

	void submit(const std::shared_ptr<Job>& job);
	// Any thread: stops the job wherever it runs.
	void stop(const std::shared_ptr<Job>& job, Interrupt reason);
	// Jobs that have not finished end as stopped. Blocks until the threads are gone, which an interruption
	// makes short; only one long C call or a __gc metamethod that never ends can hold it up.
	void close();

	unsigned threads() const { return static_cast<unsigned>(workers_.size()); }
	std::vector<MemoryFigures> memory() const;
	// How long the state that is hardest to interrupt has not heeded it: long only in one long C call or in a
	// __gc metamethod that never ends.
	Clock::duration interrupting() const;

private:
	void workLoop(Worker& worker);
	void watchLoop();
	// Lets the watchdog look at once, and again every millisecond until the interruption has worked.
	void watchClosely();

	std::vector<std::unique_ptr<Worker>> workers_;
	std::mutex watchMutex_;
	std::condition_variable watchSignal_;
	unsigned running_ = 0;  // jobs at work, summed over the workers
	bool closing_ = false;
	bool urgent_ = false;
	std::thread watchdog_;
};

}  // namespace pobatch
