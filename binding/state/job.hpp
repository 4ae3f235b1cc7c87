// Work for the pool's threads: each thread that a job is for runs it once, in the order of submission.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "state/lua_state.hpp"
#include "state/plain_value.hpp"

namespace pobatch {

class Worker;
using Clock = std::chrono::steady_clock;

class Job {
public:
	virtual ~Job() = default;

	// On a worker's thread; must not throw, not even where the process has no memory left.
	virtual void run(Worker& worker) = 0;
	// On the thread that has run it last, before anybody hears of its end; must not throw.
	virtual void complete() {}
	// True if all of the pool's threads run it, else the first alone.
	virtual bool onEveryWorker() const = 0;

	// Any thread. The pool interrupts what runs; a job that has not begun on a thread must end there at once.
	void stop(Interrupt reason) {
		Interrupt none = Interrupt::None;
		stopped_.compare_exchange_strong(none, reason);
	}
	Interrupt stopped() const { return stopped_.load(std::memory_order_relaxed); }

	// Set before submission: when the watchdog stops the job, and how long one row may take (zero: no limit).
	std::optional<Clock::time_point> deadline;
	std::chrono::milliseconds rowTimeout{0};
	// Set before submission: called once, on the thread that finished last.
	std::function<void()> onFinished;

	// Blocks until every thread has finished.
	void wait() {
		std::unique_lock lock(mutex_);
		finishedSignal_.wait(lock, [this] { return finished_; });
	}

private:
	friend class Pool;
	void begin(unsigned workers) { pending_ = workers; }
	void finishOne() {
		if (--pending_ != 0) return;
		complete();
		const std::function<void()> finished = std::move(onFinished);
		{
			std::lock_guard lock(mutex_);
			finished_ = true;
			finishedSignal_.notify_all();
		}
		if (finished) finished();
	}

	std::atomic<unsigned> pending_{0};
	std::atomic<Interrupt> stopped_{Interrupt::None};
	std::mutex mutex_;
	std::condition_variable finishedSignal_;
	bool finished_ = false;
};

// An error as JavaScript gets it: `code` is one of PobatchError's.
struct Failure {
	std::string code;
	std::string message;
	std::string traceback;
};

// A function called on one thread or on all, e.g. to load a build; answers what the first thread answered,
// and the first failure if any failed.
class Task : public Job {
public:
	Task(bool everyWorker, std::function<PlainValue(Worker&)> body)
	    : everyWorker_(everyWorker), body_(std::move(body)) {}
	void run(Worker& worker) override;
	bool onEveryWorker() const override { return everyWorker_; }

	// After it has finished.
	const std::optional<Failure>& failure() const { return failure_; }
	const PlainValue& answer() const { return answer_; }

private:
	std::optional<Failure> attempt(Worker& worker, PlainValue& answer);

	const bool everyWorker_;
	const std::function<PlainValue(Worker&)> body_;
	std::mutex mutex_;
	std::optional<Failure> failure_;
	std::optional<unsigned> answeredBy_;
	PlainValue answer_;
};

}  // namespace pobatch
