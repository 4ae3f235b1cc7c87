#include "pool.hpp"

#include <stdexcept>

namespace pobatch {

namespace {

constexpr auto kWatchInterval = std::chrono::milliseconds(10);
// While something is being interrupted: an update of the hook can get lost and is made again.
constexpr auto kUrgentInterval = std::chrono::milliseconds(1);

Failure describe(const std::exception& error) {
	if (const auto* lua = dynamic_cast<const LuaFailure*>(&error)) {
		const char* code = lua->kind == LuaFailure::Kind::Syntax     ? "CALCULATOR_SYNTAX"
		                   : lua->kind == LuaFailure::Kind::Contract ? "CALCULATOR_INVALID"
		                   : lua->kind == LuaFailure::Kind::Memory   ? "MEMORY"
		                                                             : "CALCULATOR_ERROR";
		return {code, lua->what(), lua->traceback};
	}
	if (const auto* interrupted = dynamic_cast<const Interrupted*>(&error)) {
		if (interrupted->reason == Interrupt::Timeout) return {"TIMEOUT", "the time limit was reached", ""};
		// Only batches are aborted alone; a task ends early when the whole pool does.
		return {"ENGINE_CLOSED", "the engine was closed before this was done", ""};
	}
	return {"CALCULATOR_ERROR", error.what(), ""};
}

}  // namespace

void Task::run(Worker& worker) {
	std::optional<Failure> failure;
	PlainValue answer;
	try {
		if (stopped() != Interrupt::None) throw Interrupted(stopped());
		worker.recover();
		answer = body_(worker);
	} catch (const std::exception& error) {
		failure = describe(error);
		// 0 is no build: nothing short of a new state is clean after this.
		if (dynamic_cast<const Interrupted*>(&error) != nullptr) worker.markDirty(0);
	}
	std::lock_guard lock(mutex_);
	if (failure) {
		if (!failure_) failure_ = std::move(failure);
	} else if (!answeredBy_ || worker.index < *answeredBy_) {
		answeredBy_ = worker.index;
		answer_ = std::move(answer);
	}
}

Calculator& Worker::calculator() {
	if (!calculator_) throw std::logic_error("the engine's calculator did not open");
	return *calculator_;
}

void Worker::open(std::shared_ptr<const CalculatorConfig> config, PlainValue* identity) {
	config_ = std::move(config);
	auto fresh = std::make_unique<Calculator>(*config_);
	Calculator* opening = fresh.get();
	{
		// Known to the watchdog before `open` runs, so that an endless one can be stopped.
		std::lock_guard lock(mutex);
		calculator_.swap(fresh);
	}
	fresh.reset();
	*identity = opening->open(*config_);
}

PlainValue Worker::load(uint32_t build, std::shared_ptr<const PlainValue> source) {
	PlainValue answer = calculator().load(build, *source);
	sources_[build] = std::move(source);
	return answer;
}

void Worker::unload(uint32_t build) {
	sources_.erase(build);
	calculator().unload(build);
}

bool Worker::recover() {
	if (!dirty_ || !config_) return false;
	const auto setRecovering = [this](bool on) {
		std::lock_guard lock(mutex);
		recovering = on;
	};
	setRecovering(true);
	try {
		const bool clean = calculator_ && calculator_->recover(*dirty_);
		if (!clean) {
			const Chunk chunk = calculator_->chunk();
			PlainValue identity;
			open(config_, &identity);
			for (const auto& [build, source] : sources_) calculator_->load(build, *source);
			calculator_->beginChunk(chunk);
		}
		dirty_.reset();
		setRecovering(false);
		return !clean;
	} catch (...) {
		setRecovering(false);
		throw;
	}
}

Interrupt Worker::takeInterrupt() {
	std::lock_guard lock(mutex);
	return calculator_ ? calculator_->state().clearInterrupt() : Interrupt::None;
}

void Worker::shielded(const std::function<void()>& body) {
	{
		std::lock_guard lock(mutex);
		shield = true;
		if (calculator_) calculator_->state().clearInterrupt();
	}
	body();
	std::lock_guard lock(mutex);
	shield = false;
}

bool Worker::timedOut(uint32_t row) const {
	std::lock_guard lock(mutex);
	return timedOutRow == std::pair(chunkSerial.load(), row);
}

// Called with `mutex` held.
bool Worker::watch(Clock::time_point now) {
	if (!current || !calculator_) return false;
	LuaState& state = calculator_->state();
	if (current->deadline && now >= *current->deadline) current->stop(Interrupt::Timeout);
	if (current->stopped() != Interrupt::None) {
		if (!shield) state.interrupt(current->stopped());
		return true;
	}
	if (shield) return false;
	if (state.interrupted() != Interrupt::None) {
		state.interrupt(state.interrupted());
		return true;
	}
	if (current->rowTimeout.count() == 0 || recovering) return false;
	const uint64_t serial = chunkSerial.load();
	const uint32_t row = calculator_->nextRow();
	if (serial != seenSerial || row != seenRow) {
		seenSerial = serial;
		seenRow = row;
		seenAt = now;
	} else if (now - seenAt >= current->rowTimeout) {
		timedOutRow = std::pair(serial, row);
		state.interrupt(Interrupt::Timeout);
		return true;
	}
	return false;
}

Pool::Pool(unsigned threads) {
	for (unsigned i = 0; i < threads; ++i) workers_.push_back(std::make_unique<Worker>(i));
	try {
		for (auto& worker : workers_)
			worker->thread = std::thread([this, &worker = *worker] { workLoop(worker); });
		watchdog_ = std::thread([this] { watchLoop(); });
	} catch (...) {
		// The system gives no more threads: those that began must be joined before they can be destroyed.
		close();
		throw;
	}
}

void Pool::workLoop(Worker& worker) {
	for (;;) {
		std::shared_ptr<Job> job;
		{
			std::unique_lock lock(worker.mutex);
			worker.signal.wait(lock, [&] { return worker.closing || !worker.queue.empty(); });
			if (worker.queue.empty()) break;
			job = std::move(worker.queue.front());
			worker.queue.pop_front();
			if (worker.closing) job->stop(Interrupt::Abort);
			worker.current = job;
		}
		{
			std::lock_guard lock(watchMutex_);
			if (++running_ == 1) watchSignal_.notify_one();
		}
		job->run(worker);
		{
			std::lock_guard lock(watchMutex_);
			--running_;
		}
		{
			// An interruption that came too late for this job must not hit the next one.
			std::lock_guard lock(worker.mutex);
			worker.current.reset();
			if (worker.calculator_) worker.calculator_->state().clearInterrupt();
		}
		job->finishOne();
	}
	// The state is closed by the thread that used it.
	std::unique_ptr<Calculator> last;
	std::lock_guard lock(worker.mutex);
	last = std::move(worker.calculator_);
}

void Pool::watchLoop() {
	std::unique_lock lock(watchMutex_);
	while (!closing_) {
		watchSignal_.wait(lock, [this] { return closing_ || running_ > 0; });
		while (!closing_ && running_ > 0) {
			lock.unlock();
			const auto now = Clock::now();
			bool urgent = false;
			for (auto& worker : workers_) {
				std::lock_guard guard(worker->mutex);
				urgent |= worker->watch(now);
			}
			lock.lock();
			watchSignal_.wait_for(lock, urgent ? kUrgentInterval : kWatchInterval,
			                      [this, urgent] { return closing_ || (urgent_ && !urgent); });
			urgent_ = false;
		}
	}
}

void Pool::submit(const std::shared_ptr<Job>& job) {
	const unsigned count = job->onEveryWorker() ? threads() : 1;
	job->begin(count);
	for (unsigned i = 0; i < count; ++i) {
		std::lock_guard lock(workers_[i]->mutex);
		workers_[i]->queue.push_back(job);
		workers_[i]->signal.notify_one();
	}
}

void Pool::stop(const std::shared_ptr<Job>& job, Interrupt reason) {
	job->stop(reason);
	for (auto& worker : workers_) {
		std::lock_guard lock(worker->mutex);
		if (worker->current == job && worker->calculator_ && !worker->shield)
			worker->calculator_->state().interrupt(reason);
	}
	watchClosely();
}

void Pool::watchClosely() {
	std::lock_guard lock(watchMutex_);
	urgent_ = true;
	watchSignal_.notify_one();
}

void Pool::close() {
	for (auto& worker : workers_) {
		std::lock_guard lock(worker->mutex);
		worker->closing = true;
		if (worker->current) {
			worker->current->stop(Interrupt::Abort);
			if (worker->calculator_ && !worker->shield)
				worker->calculator_->state().interrupt(Interrupt::Abort);
		}
		worker->signal.notify_one();
	}
	watchClosely();
	for (auto& worker : workers_)
		if (worker->thread.joinable()) worker->thread.join();
	{
		// After the workers: until they are gone it keeps their interruptions armed.
		std::lock_guard lock(watchMutex_);
		closing_ = true;
		watchSignal_.notify_one();
	}
	if (watchdog_.joinable()) watchdog_.join();
}

std::vector<MemoryFigures> Pool::memory() const {
	std::vector<MemoryFigures> figures;
	for (const auto& worker : workers_) {
		std::lock_guard lock(worker->mutex);
		if (!worker->calculator_) continue;
		MemoryMeter& meter = worker->calculator_->state().memory();
		figures.push_back({meter.used(), meter.peak(), meter.limit()});
	}
	return figures;
}

}  // namespace pobatch
