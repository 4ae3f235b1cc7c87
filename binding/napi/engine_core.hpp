// The communication between an engine's threads and JavaScript.
#pragma once

#include <napi.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "state/pool.hpp"

namespace pobatch {

// A job that JavaScript waits for. Used only on the JavaScript thread.
struct Pending {
	explicit Pending(Napi::Env env) : deferred(Napi::Promise::Deferred::New(env)) {}
	Napi::Promise::Deferred deferred;
	std::function<void(Napi::Env, Napi::Promise::Deferred&)> settle;
	Napi::FunctionReference onProgress;
	std::vector<Napi::ObjectReference> keptAlive;
};

// A message from a worker thread to the JavaScript thread.
struct Event {
	enum class Kind { Finished, Progress, Log } kind;
	uint64_t job;
	size_t rows;
	std::string text;
};

// A pool and its connection to JavaScript. Owned by the JavaScript object; the environment's cleanup hook
// closes it as well.
class EngineCore : public std::enable_shared_from_this<EngineCore> {
public:
	EngineCore(Napi::Env env, unsigned threads, Napi::Function onLog);
	~EngineCore() { close(); }
	EngineCore(const EngineCore&) = delete;

	Pool* pool() { return pool_.get(); }

	// Interrupts and joins all threads, and settles what is pending. JavaScript thread only.
	void close(bool environmentEnds = false);

	// Submits the job to the pool, which must be open. `pending` is settled once the job has finished.
	void submit(const std::shared_ptr<Job>& job, std::unique_ptr<Pending> pending);

	// The id that submit assigns next.
	uint64_t nextJob() const { return lastJob_ + 1; }

	// May be called on any thread.
	void post(Event event);

private:
	static void onCleanup(void* self) { static_cast<EngineCore*>(self)->close(true); }

	uint64_t addPending(std::unique_ptr<Pending> pending);
	void drain(Napi::Env env);

	// Turns an exception of a callback into an uncaught one; the other events are still delivered. While a
	// worker is being terminated every call fails, including this one.
	static void report(Napi::Env env, const Napi::Error& error);

	void deliver(Napi::Env env, const Event& event);

	Napi::Env env_;
	Napi::FunctionReference onLog_;
	Napi::ThreadSafeFunction wake_;
	std::map<uint64_t, std::unique_ptr<Pending>> pending_;
	uint64_t lastJob_ = 0;
	std::mutex mutex_;
	std::vector<Event> events_;
	size_t waitingLines_ = 0, waitingBytes_ = 0, droppedLines_ = 0;
	std::unique_ptr<Pool> pool_;
};

}  // namespace pobatch
