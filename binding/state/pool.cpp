#include "state/pool.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace pobatch {

namespace {

constexpr auto kWatchInterval = std::chrono::milliseconds(10);
// A row's limit may be shorter than the check for a clean state needs, and reopening the state takes seconds.
constexpr auto kRecoverAtLeast = std::chrono::milliseconds(1000);
constexpr auto kPatience = std::chrono::milliseconds(20);
// For use while something is being interrupted: an update of the hook can get lost and is then repeated.
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
		// Only batches are aborted individually; a task ends early when the whole pool does.
		return {"ENGINE_CLOSED", "the engine was closed before this was done", ""};
	}
	if (dynamic_cast<const ProfileRefused*>(&error) != nullptr)
		return {"PROFILE_UNAVAILABLE", error.what(), ""};
	return {"CALCULATOR_ERROR", error.what(), ""};
}

struct StateLost : std::runtime_error {
	explicit StateLost(const std::exception& error)
	    : std::runtime_error(kStateLost + std::string(error.what())), forMemory(isShortage(error)) {}
	bool forMemory;
};

void recoverState(Worker& worker) {
	try {
		worker.recover();
	} catch (const Interrupted&) {
		throw;
	} catch (const std::exception& error) {
		throw StateLost(error);
	}
}

}  // namespace

void Task::run(Worker& worker) {
	std::optional<Failure> failure;
	PlainValue answer;
	try {
		failure = attempt(worker, answer);
	} catch (const std::bad_alloc&) {
		// Short enough for a string to hold it without allocating.
		failure = Failure{"MEMORY", "out of memory", ""};
		worker.markDirty(0);
	}
	std::lock_guard lock(mutex_);
	if (failure) {
		if (!failure_) failure_ = std::move(failure);
	} else if (!answeredBy_ || worker.index < *answeredBy_) {
		answeredBy_ = worker.index;
		answer_ = std::move(answer);
	}
}

std::optional<Failure> Task::attempt(Worker& worker, PlainValue& answer) {
	try {
		if (stopped() != Interrupt::None) throw Interrupted(stopped());
		recoverState(worker);
		answer = body_(worker);
		return std::nullopt;
	} catch (const StateLost& error) {
		return Failure{error.forMemory ? "MEMORY" : "STATE_LOST", error.what(), ""};
	} catch (const std::bad_alloc&) {
		throw;
	} catch (const std::exception& error) {
		// 0 is no build, so only a new state counts as clean after this. After an error that Lua raised the
		// state is still usable: that is how the calculator refuses.
		if (dynamic_cast<const Interrupted*>(&error) != nullptr || isShortage(error)) worker.markDirty(0);
		return describe(error);
	}
}

Calculator& Worker::calculator() {
	if (!calculator_) throw std::logic_error("the engine's calculator did not open");
	return *calculator_;
}

void Worker::open(std::shared_ptr<const CalculatorConfig> config, PlainValue* identity) {
	config_ = std::move(config);
	if (profiler_) profiler_->detach();
	auto fresh = std::make_unique<Calculator>(*config_);
	Calculator* opening = fresh.get();
	{
		// The watchdog has to know it before `open` runs, so that an endless `open` can be stopped.
		std::lock_guard lock(mutex);
		calculator_.swap(fresh);
		if (fresh) peakBefore = std::max(peakBefore, fresh->state().memory().peak());
	}
	fresh.reset();
	if (profiler_) profiler_->attach(opening->state());
	*identity = opening->open(*config_);
}

void Worker::startProfile(std::chrono::microseconds interval) {
	auto profiler = std::make_unique<Profiler>(busy_, interval);
	if (calculator_) profiler->attach(calculator_->state());
	profiler_ = std::move(profiler);
}

PlainValue Worker::takeProfile(bool end) {
	if (!profiler_) return {};
	if (end) profiler_->detach();
	PlainValue answer = profiler_->take();
	if (end) profiler_.reset();
	return answer;
}

void Worker::endProfile() {
	if (!profiler_) return;
	try {
		profiler_->detach();
	} catch (const std::exception&) {
		// The state is about to be closed, which ends LuaJIT's part.
	}
	profiler_.reset();
}

PlainValue Worker::load(uint32_t build, std::shared_ptr<const PlainValue> source,
                        std::chrono::milliseconds timeout) {
	PlainValue answer = calculator().load(build, *source);
	sources_[build] = {std::move(source), timeout};
	return answer;
}

void Worker::unload(uint32_t build) {
	sources_.erase(build);
	calculator().unload(build);
}

bool Worker::recover() {
	if (!dirty_ || !config_) return false;
	bool clean = false;
	try {
		clean = saysClean(*dirty_);
		// The time limit may have been reached just after the calculator had answered.
		if (clean && takeInterrupt() != Interrupt::None && current->stopped() != Interrupt::None)
			throw Interrupted(current->stopped());
		if (!clean) reopen();
	} catch (...) {
		endStep();
		throw;
	}
	endStep();
	dirty_.reset();
	return !clean;
}

bool Worker::saysClean(uint32_t build) {
	if (!calculator_) return false;
	limitStep(current->rowTimeout.count() == 0 ? current->rowTimeout
	                                           : std::max(current->rowTimeout, kRecoverAtLeast));
	try {
		return calculator_->recover(build);
	} catch (const LuaFailure&) {
		return false;
	} catch (const Interrupted&) {
		if (current->stopped() != Interrupt::None) throw;
		takeInterrupt();
		return false;
	}
}

void Worker::reopen() {
	const Chunk chunk = calculator_ ? calculator_->chunk() : Chunk{};
	try {
		PlainValue identity;
		limitStep(config_->openTimeout);
		open(config_, &identity);
		for (const auto& [build, source] : sources_) {
			limitStep(source.timeout);
			calculator_->load(build, *source.text);
		}
	} catch (const Interrupted&) {
		if (current->stopped() != Interrupt::None) throw;
		takeInterrupt();
		throw std::runtime_error("it took longer than the time limit of opening or loading");
	}
	calculator_->beginChunk(chunk);
}

void Worker::limitStep(std::chrono::milliseconds limit) {
	std::lock_guard lock(mutex);
	recovering = true;
	stepEnd.reset();
	if (limit.count() != 0) stepEnd = Clock::now() + limit;
}

void Worker::endStep() {
	std::lock_guard lock(mutex);
	recovering = false;
	// The watchdog may have seen the next row before all this, so its time starts now.
	beginChunk();
}

Interrupt Worker::takeInterrupt() {
	std::lock_guard lock(mutex);
	// Otherwise the watchdog, which now looks every millisecond, would interrupt again before the row is
	// left.
	seenAt = Clock::now();
	interruptedSince.reset();
	return calculator_ ? calculator_->state().clearInterrupt() : Interrupt::None;
}

void Worker::shielded(const std::function<void()>& body) {
	{
		std::lock_guard lock(mutex);
		shield = true;
		interruptedSince.reset();
		if (calculator_) calculator_->state().clearInterrupt();
	}
	const auto lower = [this] {
		std::lock_guard lock(mutex);
		shield = false;
	};
	try {
		body();
	} catch (...) {
		lower();
		throw;
	}
	lower();
}

bool Worker::timedOut(uint32_t row) const {
	std::lock_guard lock(mutex);
	return timedOutRow == std::pair(chunkSerial.load(), row);
}

// Called with `mutex` held.
bool Worker::watch(Clock::time_point now) {
	if (!current || !calculator_) return false;
	const bool closely = interruptIfDue(now);
	if (calculator_->state().interrupted() == Interrupt::None)
		interruptedSince.reset();
	else if (!interruptedSince)
		interruptedSince = now;
	return closely;
}

bool Worker::interruptIfDue(Clock::time_point now) {
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
	if (recovering) {
		if (!stepEnd || now < *stepEnd) return false;
		state.interrupt(Interrupt::Timeout);
		return true;
	}
	if (current->rowTimeout.count() == 0) return false;
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
	// A limit below the usual interval needs the shorter interval.
	return current->rowTimeout < kWatchInterval;
}

Pool::Pool(unsigned threads) {
	for (unsigned i = 0; i < threads; ++i) workers_.push_back(std::make_unique<Worker>(i));
	try {
		for (auto& worker : workers_)
			worker->thread = std::thread([this, &worker = *worker] { workLoop(worker); });
		watchdog_ = std::thread([this] { watchLoop(); });
	} catch (...) {
		// The system has no more threads; those that were started must be joined before they are destroyed.
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
			// What the watchdog saw of the last job, perhaps long ago, does not apply to this one.
			worker.beginChunk();
		}
		{
			std::lock_guard lock(watchMutex_);
			if (++running_ == 1) watchSignal_.notify_one();
		}
		worker.busy_ = true;
		job->run(worker);
		worker.busy_ = false;
		{
			std::lock_guard lock(watchMutex_);
			--running_;
		}
		{
			// An interruption that came too late for this job must not hit the next one.
			std::lock_guard lock(worker.mutex);
			worker.current.reset();
			worker.interruptedSince.reset();
			if (worker.calculator_) worker.calculator_->state().clearInterrupt();
		}
		job->finishOne();
	}
	worker.endProfile();
	// The state is closed by the thread that used it.
	std::unique_ptr<Calculator> last;
	std::lock_guard lock(worker.mutex);
	last = std::move(worker.calculator_);
}

void Pool::watchLoop() {
	auto lastLook = Clock::now();
	std::unique_lock lock(watchMutex_);
	while (!closing_) {
		watchSignal_.wait(lock, [this] { return closing_ || running_ > 0; });
		lastLook = Clock::now();
		while (!closing_ && running_ > 0) {
			lock.unlock();
			const auto now = Clock::now();
			// If the machine gave the watchdog no time, the row had none either, so that time does not count.
			const auto lost = std::max(now - lastLook - kPatience, Clock::duration::zero());
			lastLook = now;
			bool urgent = false;
			for (auto& worker : workers_) {
				std::lock_guard guard(worker->mutex);
				worker->seenAt += lost;
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
		// After the workers, because the watchdog keeps their interruptions armed until they are gone.
		std::lock_guard lock(watchMutex_);
		closing_ = true;
		watchSignal_.notify_one();
	}
	if (watchdog_.joinable()) watchdog_.join();
}

Clock::duration Pool::interrupting() const {
	auto longest = Clock::duration::zero();
	for (const auto& worker : workers_) {
		std::lock_guard lock(worker->mutex);
		if (worker->interruptedSince) longest = std::max(longest, Clock::now() - *worker->interruptedSince);
	}
	return longest;
}

std::vector<MemoryFigures> Pool::memory() const {
	std::vector<MemoryFigures> figures;
	for (const auto& worker : workers_) {
		std::lock_guard lock(worker->mutex);
		if (!worker->calculator_) continue;
		LuaState& state = worker->calculator_->state();
		MemoryMeter& meter = state.memory();
		figures.push_back(
		    {meter.used(), std::max(meter.peak(), worker->peakBefore), meter.limit(), state.machineCode()});
	}
	return figures;
}

}  // namespace pobatch
