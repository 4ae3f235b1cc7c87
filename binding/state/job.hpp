// Work for the pool's threads. Each thread that a job is meant for runs it once, in the order of submission.
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

	// Runs on a worker's thread. Must not throw, not even if the process has no memory left.
	virtual void run(Worker& worker) = 0;
	// Runs on the last thread that ran the job, before its end is reported. Must not throw.
	virtual void complete() {}
	// True if all of the pool's threads run it, false if only the first one does.
	virtual bool onEveryWorker() const = 0;

	// May be called on any thread. The pool interrupts what is running; a job that has not begun on a thread
	// must end there at once.
	void stop(Interrupt reason) {
		Interrupt none = Interrupt::None;
		stopped_.compare_exchange_strong(none, reason);
	}
	Interrupt stopped() const { return stopped_.load(std::memory_order_relaxed); }

	// Set before submission: when the watchdog stops the job, and how long a row may take (zero: no limit).
	std::optional<Clock::time_point> deadline;
	std::chrono::milliseconds rowTimeout{0};
	// Set before submission: called once, on the thread that finishes last.
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

// An error in the form that JavaScript gets; `code` is a code of PobatchError.
struct Failure {
	std::string code;
	std::string message;
	std::string traceback;
};

// A function called on one thread or on all, for example to load a build. Its answer is that of the first
// thread, and its failure the first failure.
class Task : public Job {
public:
	Task(bool everyWorker, std::function<PlainValue(Worker&)> body)
	    : everyWorker_(everyWorker), body_(std::move(body)) {}
	void run(Worker& worker) override;
	bool onEveryWorker() const override { return everyWorker_; }

	// After the task has finished.
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
