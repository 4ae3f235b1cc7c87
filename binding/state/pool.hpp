// Native threads (not libuv's), each with its own state, and the watchdog that interrupts them.
//
//   submit(job) --> queue of worker 0 --> thread 0 --> Calculator 0
//               \-> queue of worker 1 --> thread 1 --> Calculator 1
//   watchdog, every 10 ms while anything runs (1 ms while interrupting): deadlines, row time limits,
//   re-arming of interruptions
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

// In bytes. `machineCode` is not part of `used` and of the limit.
struct MemoryFigures {
	int64_t used, peak;
	size_t limit, machineCode;
};

// Begins the message if a state in doubt could not be replaced.
constexpr const char* kStateLost = "the state could not be opened anew: ";

class Worker {
public:
	explicit Worker(unsigned index) : index(index) {}

	const unsigned index;

	// To be called on the worker's own thread, within a job.
	Calculator& calculator();
	void open(std::shared_ptr<const CalculatorConfig> config, PlainValue* identity);
	// `timeout` applies to loading the build again; zero: no limit.
	PlainValue load(uint32_t build, std::shared_ptr<const PlainValue> source,
	                std::chrono::milliseconds timeout);
	void unload(uint32_t build);
	// A row or call for this build ended in a way that may have left the state in the middle of something.
	void markDirty(uint32_t build) { dirty_ = build; }
	bool isDirty() const { return dirty_.has_value(); }
	// Makes a dirty state clean: the calculator confirms that it is, or else it is reopened and all builds
	// are loaded again. True if it was reopened. The calculator has a row's time or a second for this;
	// opening and loading have the limits of the first time. Throws Interrupted if the job was stopped,
	// LuaFailure or std::runtime_error if the state cannot be reopened; it is still dirty then.
	bool recover();
	bool isOpen() const { return calculator_ != nullptr; }
	Interrupt takeInterrupt();
	// Runs `body` with interruptions held back: for short bookkeeping in the state while its job is being
	// stopped.
	void shielded(const std::function<void()>& body);
	// A row's time limit starts again when the serial or the chunk's `next` changes.
	void beginChunk() { chunkSerial.fetch_add(1, std::memory_order_relaxed); }
	// True if the watchdog found this row of the current chunk over its time limit.
	bool timedOut(uint32_t row) const;

	// Samples the state, and each state that replaces it, until sampling is ended. If the state is not open
	// yet, sampling starts with it. Throws ProfileRefused.
	void startProfile(std::chrono::microseconds interval);
	// See Profiler::take. Ends the sampling if `end`. Null if nothing is being sampled.
	PlainValue takeProfile(bool end);

private:
	friend class Pool;
	// True if the worker should be looked at again soon: while it is being interrupted, or may have to be
	// before long.
	bool watch(Clock::time_point now);
	bool interruptIfDue(Clock::time_point now);
	bool saysClean(uint32_t build);
	void reopen();
	void limitStep(std::chrono::milliseconds limit);
	void endStep();
	void endProfile();

	// Guards everything below. The watchdog and `stop` hold it while they touch the state.
	mutable std::mutex mutex;
	std::condition_variable signal;
	std::deque<std::shared_ptr<Job>> queue;
	std::shared_ptr<Job> current;
	std::unique_ptr<Calculator> calculator_;
	bool closing = false;
	bool shield = false;
	bool recovering = false;  // the step's time limit applies instead of the row's
	std::optional<Clock::time_point> stepEnd;
	int64_t peakBefore = 0;  // of replaced states
	std::optional<Clock::time_point> interruptedSince;

	std::atomic<uint64_t> chunkSerial{0};
	// What the watchdog saw last, and the row that it timed out.
	uint64_t seenSerial = 0;
	uint32_t seenRow = 0;
	Clock::time_point seenAt;
	std::optional<std::pair<uint64_t, uint32_t>> timedOutRow;

	// Used only on the worker's own thread.
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
	// May be called on any thread: stops the job wherever it runs.
	void stop(const std::shared_ptr<Job>& job, Interrupt reason);
	// Jobs that have not finished end as stopped. Blocks until the threads have ended, which interruptions
	// make short; only a long C call or a __gc metamethod that never ends can delay it.
	void close();

	unsigned threads() const { return static_cast<unsigned>(workers_.size()); }
	std::vector<MemoryFigures> memory() const;
	// How long the state that is hardest to interrupt has ignored its interruption: long only in a long C
	// call or in a __gc metamethod that never ends.
	Clock::duration interrupting() const;

private:
	void workLoop(Worker& worker);
	void watchLoop();
	// Makes the watchdog look at once, and again every millisecond until the interruption has taken effect.
	void watchClosely();

	std::vector<std::unique_ptr<Worker>> workers_;
	std::mutex watchMutex_;
	std::condition_variable watchSignal_;
	unsigned running_ = 0;  // running jobs, summed over the workers
	bool closing_ = false;
	bool urgent_ = false;
	std::thread watchdog_;
};

}  // namespace pobatch
