#include "napi/engine_core.hpp"

namespace pobatch {

namespace {

// The most lines, and bytes of lines, that may wait for JavaScript. Further lines are counted and dropped,
// because a calculator that logs without end must not fill the process's memory.
constexpr size_t kMaxWaitingLines = 10000;
constexpr size_t kMaxWaitingBytes = size_t{64} << 20;

}  // namespace

EngineCore::EngineCore(Napi::Env env, unsigned threads, Napi::Function onLog)
    : env_(env), onLog_(Napi::Persistent(onLog)), pool_(std::make_unique<Pool>(threads)) {
	wake_ = Napi::ThreadSafeFunction::New(env, Napi::Function::New(env, [](const Napi::CallbackInfo&) {}),
	                                      "pobatch", 0, 1);
	wake_.Unref(env);
	// Cleanup hooks run in reverse order: this one runs before the hook of `wake_`, so no thread calls
	// `wake_` when it is gone.
	napi_add_env_cleanup_hook(env, &EngineCore::onCleanup, this);
}

void EngineCore::close(bool environmentEnds) {
	if (!pool_) return;
	napi_remove_env_cleanup_hook(env_, &EngineCore::onCleanup, this);
	pool_->close();
	pool_.reset();
	if (environmentEnds) {
		pending_.clear();
	} else {
		drain(env_);
	}
	wake_.Release();
}

void EngineCore::submit(const std::shared_ptr<Job>& job, std::unique_ptr<Pending> pending) {
	const uint64_t id = addPending(std::move(pending));
	job->onFinished = [this, id] { post({Event::Kind::Finished, id, 0, {}}); };
	pool_->submit(job);
}

uint64_t EngineCore::addPending(std::unique_ptr<Pending> pending) {
	if (pending_.empty()) wake_.Ref(env_);
	pending_.emplace(++lastJob_, std::move(pending));
	return lastJob_;
}

void EngineCore::post(Event event) {
	std::lock_guard lock(mutex_);
	if (event.kind == Event::Kind::Log) {
		if (waitingLines_ == kMaxWaitingLines || waitingBytes_ + event.text.size() > kMaxWaitingBytes) {
			++droppedLines_;
			return;
		}
		++waitingLines_;
		waitingBytes_ += event.text.size();
	}
	events_.push_back(std::move(event));
	if (events_.size() > 1) return;
	// A call that is still waiting when the engine is closed comes too late, perhaps after the engine was
	// freed.
	wake_.NonBlockingCall([weak = weak_from_this()](Napi::Env env, Napi::Function) {
		if (const std::shared_ptr<EngineCore> self = weak.lock()) self->drain(env);
	});
}

void EngineCore::drain(Napi::Env env) {
	std::vector<Event> events;
	size_t dropped = 0;
	{
		std::lock_guard lock(mutex_);
		events.swap(events_);
		std::swap(dropped, droppedLines_);
		waitingLines_ = waitingBytes_ = 0;
	}
	if (dropped > 0)
		events.push_back({Event::Kind::Log, 0, 0, std::to_string(dropped) + " more lines were dropped"});
	for (const Event& event : events) {
		Napi::HandleScope scope(env);
		try {
			deliver(env, event);
		} catch (const Napi::Error& error) {
			report(env, error);
		}
	}
}

void EngineCore::report(Napi::Env env, const Napi::Error& error) {
	try {
		if (!error.IsEmpty()) napi_fatal_exception(env, error.Value());
	} catch (const Napi::Error&) {
	}
}

void EngineCore::deliver(Napi::Env env, const Event& event) {
	if (event.kind == Event::Kind::Log) {
		onLog_.Call({Napi::String::New(env, event.text)});
		return;
	}
	const auto found = pending_.find(event.job);
	if (found == pending_.end()) return;
	if (event.kind == Event::Kind::Progress) {
		found->second->onProgress.Call({Napi::Number::New(env, static_cast<double>(event.rows))});
		return;
	}
	const std::unique_ptr<Pending> pending = std::move(found->second);
	pending_.erase(found);
	if (pending_.empty() && pool_) wake_.Unref(env);
	pending->settle(env, pending->deferred);
}

}  // namespace pobatch
