// Node-API: the only file that knows JavaScript. Arguments come checked from src/; what is wrong here is a
// bug there.
#include <luajit.h>
#include <napi.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <new>
#include <system_error>

#include "batch.hpp"
#include "pool.hpp"

namespace pobatch {

namespace {

PlainValue fromJs(const Napi::Value& js, int depth = 0) {
	if (depth > kMaxValueDepth) throw Napi::TypeError::New(js.Env(), "a value for Lua is nested too deeply");
	if (js.IsBoolean()) return {js.As<Napi::Boolean>().Value()};
	if (js.IsNumber()) return {js.As<Napi::Number>().DoubleValue()};
	if (js.IsString()) return {js.As<Napi::String>().Utf8Value()};
	if (js.IsArray()) {
		const auto source = js.As<Napi::Array>();
		Array array;
		array.reserve(source.Length());
		for (uint32_t i = 0; i < source.Length(); ++i) array.push_back(fromJs(source.Get(i), depth + 1));
		return {std::move(array)};
	}
	if (js.IsObject()) {
		const auto source = js.As<Napi::Object>();
		const Napi::Array keys = source.GetPropertyNames();
		Object object;
		for (uint32_t i = 0; i < keys.Length(); ++i) {
			const Napi::Value key = keys.Get(i);
			PlainValue item = fromJs(source.Get(key), depth + 1);
			if (item.data.index() != 0)
				object.emplace_back(key.As<Napi::String>().Utf8Value(), std::move(item));
		}
		return {std::move(object)};
	}
	return {};
}

Napi::Value toJs(Napi::Env env, const PlainValue& value) {
	if (const auto* flag = std::get_if<bool>(&value.data)) return Napi::Boolean::New(env, *flag);
	if (const auto* number = std::get_if<double>(&value.data)) return Napi::Number::New(env, *number);
	if (const auto* text = std::get_if<std::string>(&value.data)) return Napi::String::New(env, *text);
	if (const auto* array = std::get_if<Array>(&value.data)) {
		Napi::Array js = Napi::Array::New(env, array->size());
		for (uint32_t i = 0; i < array->size(); ++i) {
			Napi::HandleScope scope(env);
			js.Set(i, toJs(env, (*array)[i]));
		}
		return js;
	}
	if (const auto* object = std::get_if<Object>(&value.data)) {
		Napi::Object js = Napi::Object::New(env);
		for (const auto& [key, item] : *object) {
			Napi::HandleScope scope(env);
			// Defined rather than set: setting `__proto__` would change what the object is.
			js.DefineProperty(Napi::PropertyDescriptor::Value(
			    key, toJs(env, item),
			    static_cast<napi_property_attributes>(napi_writable | napi_enumerable | napi_configurable)));
		}
		return js;
	}
	return env.Null();
}

Napi::Error toJsError(Napi::Env env, const Failure& failure) {
	Napi::Error error = Napi::Error::New(env, failure.message);
	error.Set("code", failure.code);
	error.Set("traceback", failure.traceback);
	return error;
}

std::span<const uint32_t> words(const Napi::Value& js) {
	const auto array = js.As<Napi::Uint32Array>();
	return {array.Data(), array.ElementLength()};
}

Napi::Uint32Array toJs(Napi::Env env, const std::vector<uint32_t>& values) {
	Napi::Uint32Array js = Napi::Uint32Array::New(env, values.size());
	std::copy(values.begin(), values.end(), js.Data());
	return js;
}

std::chrono::milliseconds milliseconds(const Napi::Value& js) {
	if (!js.IsNumber()) return std::chrono::milliseconds(0);
	// Up, since 0 means no limit; and at most 30 years, which fit a clock's nanoseconds.
	return std::chrono::milliseconds(
	    static_cast<int64_t>(std::min(std::ceil(js.As<Napi::Number>().DoubleValue()), 1e12)));
}

class TreeWrap : public Napi::ObjectWrap<TreeWrap> {
public:
	static Napi::Function define(Napi::Env env) {
		return DefineClass(env, "Tree",
		                   {InstanceMethod("neighbours", &TreeWrap::neighbours),
		                    InstanceMethod("frontier", &TreeWrap::frontier),
		                    InstanceMethod("unreachable", &TreeWrap::unreachable),
		                    InstanceMethod("shortestPath", &TreeWrap::shortestPath),
		                    InstanceMethod("pathsWithin", &TreeWrap::pathsWithin)});
	}
	explicit TreeWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<TreeWrap>(info) {
		const auto flags = info[2].As<Napi::Uint8Array>();
		guard(info, [&] {
			tree_ =
			    std::make_shared<PassiveTree>(words(info[0]), words(info[1]),
			                                  std::span<const uint8_t>(flags.Data(), flags.ElementLength()));
			return info.Env().Undefined();
		});
	}
	const std::shared_ptr<const PassiveTree>& tree() const { return tree_; }

private:
	template <class Body>
	Napi::Value guard(const Napi::CallbackInfo& info, Body body) {
		try {
			return body();
		} catch (const TreeError& error) {
			throw toJsError(info.Env(), {"UNKNOWN_NODE", error.what(), ""});
		}
	}
	Napi::Value neighbours(const Napi::CallbackInfo& info) {
		return guard(info, [&] {
			return toJs(info.Env(), tree_->neighbours(info[0].As<Napi::Number>().Uint32Value()));
		});
	}
	Napi::Value frontier(const Napi::CallbackInfo& info) {
		return guard(info, [&] { return toJs(info.Env(), tree_->frontier(words(info[0]), words(info[1]))); });
	}
	Napi::Value unreachable(const Napi::CallbackInfo& info) {
		return guard(info,
		             [&] { return toJs(info.Env(), tree_->unreachable(words(info[0]), words(info[1]))); });
	}
	Napi::Value shortestPath(const Napi::CallbackInfo& info) {
		return guard(info, [&] {
			return toJs(info.Env(), tree_->shortestPath(words(info[0]), words(info[1]),
			                                            info[2].As<Napi::Number>().Uint32Value()));
		});
	}
	Napi::Value pathsWithin(const Napi::CallbackInfo& info) {
		return guard(info, [&] {
			const Paths paths =
			    tree_->pathsWithin(words(info[0]), words(info[1]), info[2].As<Napi::Number>().Uint32Value());
			Napi::Object js = Napi::Object::New(info.Env());
			js.Set("targets", toJs(info.Env(), paths.targets));
			js.Set("offsets", toJs(info.Env(), paths.offsets));
			js.Set("nodes", toJs(info.Env(), paths.nodes));
			return js;
		});
	}
	std::shared_ptr<const PassiveTree> tree_;
};

NodeSetView nodeSets(const Napi::Value& kind, const Napi::Value& setWords, const Napi::Value& offsets) {
	const bool full = kind.As<Napi::String>().Utf8Value() == "full";
	return {full ? SetKind::Full : SetKind::Delta, words(setWords), words(offsets)};
}

// What a build has allocated, and questions about node sets against it that need no calculator.
class BaseWrap : public Napi::ObjectWrap<BaseWrap> {
public:
	static Napi::Function define(Napi::Env env) {
		return DefineClass(
		    env, "Base",
		    {InstanceMethod("hashes", &BaseWrap::hashes), InstanceMethod("canonical", &BaseWrap::canonical)});
	}
	// (tree | null, words)
	explicit BaseWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<BaseWrap>(info) {
		const std::span<const uint32_t> base = words(info[1]);
		std::shared_ptr<const PassiveTree> tree;
		if (info[0].IsObject()) tree = Napi::ObjectWrap<TreeWrap>::Unwrap(info[0].As<Napi::Object>())->tree();
		base_ = std::make_shared<BaseSet>(std::vector<uint32_t>(base.begin(), base.end()), std::move(tree));
	}
	const std::shared_ptr<const BaseSet>& base() const { return base_; }

private:
	// (kind, words, offsets) -> BigUint64Array, two a row; both zero where the row is no valid set
	Napi::Value hashes(const Napi::CallbackInfo& info) {
		const NodeSetView sets = nodeSets(info[0], info[1], info[2]);
		Napi::BigUint64Array js = Napi::BigUint64Array::New(info.Env(), sets.rows() * 2);
		Canonicalizer canonicalizer;
		std::vector<uint32_t> row, ends;
		for (size_t i = 0; i < sets.rows(); ++i) {
			row.clear();
			ends.clear();
			if (canonicalizer.append(sets, i, *base_, row, ends).error != SetError::None) continue;
			// The same ids added or removed are different sets. The seed keeps the empty set's hash from
			// being 0.
			for (size_t k = ends[0]; k < row.size(); ++k) row[k] |= kRemoveBit;
			const Hash128 hash = hash128(row.data(), row.size(), 1);
			js.Data()[2 * i] = hash.low;
			js.Data()[2 * i + 1] = hash.high;
		}
		return js;
	}

	// (kind, words, offsets) -> [added words, removed ids] of the first row in canonical form
	Napi::Value canonical(const Napi::CallbackInfo& info) {
		const NodeSetView sets = nodeSets(info[0], info[1], info[2]);
		Canonicalizer canonicalizer;
		std::vector<uint32_t> row, ends;
		const auto checked = canonicalizer.append(sets, 0, *base_, row, ends);
		if (checked.error != SetError::None) {
			const char* code = checked.error == SetError::UnknownNode ? "UNKNOWN_NODE" : "INVALID_NODE_SET";
			throw toJsError(info.Env(), {code, checked.message, ""});
		}
		Napi::Array js = Napi::Array::New(info.Env(), 2);
		js.Set(0u, toJs(info.Env(), std::vector<uint32_t>(row.begin(), row.begin() + ends[0])));
		js.Set(1u, toJs(info.Env(), std::vector<uint32_t>(row.begin() + ends[0], row.end())));
		return js;
	}

	std::shared_ptr<const BaseSet> base_;
};

// One job that JavaScript waits for; lives on the JavaScript thread only.
struct Pending {
	explicit Pending(Napi::Env env) : deferred(Napi::Promise::Deferred::New(env)) {}
	Napi::Promise::Deferred deferred;
	std::function<void(Napi::Env, Napi::Promise::Deferred&)> settle;
	Napi::FunctionReference onProgress;
	std::vector<Napi::ObjectReference> keptAlive;
};

// What worker threads tell the JavaScript thread.
struct Event {
	enum class Kind { Finished, Progress, Log } kind;
	uint64_t job;
	size_t rows;
	std::string text;
};

// Runs the body of a Node-API callback: no C++ exception may reach Node's own frames.
template <class Body>
auto crossing(Napi::Env env, Body body) {
	try {
		return body();
	} catch (const Napi::Error&) {
		throw;
	} catch (const std::bad_alloc&) {
		throw toJsError(env, {"MEMORY", "out of memory", ""});
	} catch (const std::system_error& error) {
		throw toJsError(env, {"MEMORY", std::string("no more threads: ") + error.what(), ""});
	} catch (const std::exception& error) {
		throw toJsError(env, {"LUA_ERROR", error.what(), ""});
	}
}

// Lines, and bytes of them, that wait for JavaScript; further ones are counted and dropped: a calculator that
// logs without end must not fill the process's memory.
constexpr size_t kMaxWaitingLines = 10000;
constexpr size_t kMaxWaitingBytes = size_t{64} << 20;

// A pool and its way back to JavaScript. Owned by its EngineWrap; the environment's cleanup hook closes it,
// too.
class EngineCore : public std::enable_shared_from_this<EngineCore> {
public:
	EngineCore(Napi::Env env, unsigned threads, Napi::Function onLog)
	    : env_(env), onLog_(Napi::Persistent(onLog)), pool_(std::make_unique<Pool>(threads)) {
		wake_ = Napi::ThreadSafeFunction::New(env, Napi::Function::New(env, [](const Napi::CallbackInfo&) {}),
		                                      "pobatch", 0, 1);
		wake_.Unref(env);
		// Hooks run last in, first out: this one before the hook of `wake_`, so no thread calls it when it is
		// gone.
		napi_add_env_cleanup_hook(env, &EngineCore::onCleanup, this);
	}
	~EngineCore() { close(); }
	EngineCore(const EngineCore&) = delete;

	Pool* pool() { return pool_.get(); }

	// Interrupts and joins all threads; what was pending is settled. JavaScript thread.
	void close(bool environmentEnds = false) {
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

	uint64_t addPending(std::unique_ptr<Pending> pending) {
		if (pending_.empty()) wake_.Ref(env_);
		pending_.emplace(++lastJob_, std::move(pending));
		return lastJob_;
	}

	// The id that addPending gives next.
	uint64_t nextJob() const { return lastJob_ + 1; }

	// Any thread.
	void post(Event event) {
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
		// A call that still waits when the engine is closed comes too late, perhaps after the engine's end.
		wake_.NonBlockingCall([weak = weak_from_this()](Napi::Env env, Napi::Function) {
			if (const std::shared_ptr<EngineCore> self = weak.lock()) self->drain(env);
		});
	}

private:
	static void onCleanup(void* self) { static_cast<EngineCore*>(self)->close(true); }

	void drain(Napi::Env env) {
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

	// An exception of a callback becomes an uncaught one, and the other events still count. While a worker is
	// terminated each call fails, this one too.
	static void report(Napi::Env env, const Napi::Error& error) {
		try {
			if (!error.IsEmpty()) napi_fatal_exception(env, error.Value());
		} catch (const Napi::Error&) {
		}
	}

	void deliver(Napi::Env env, const Event& event) {
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

class EngineWrap : public Napi::ObjectWrap<EngineWrap> {
public:
	static Napi::Function define(Napi::Env env) {
		return DefineClass(
		    env, "Engine",
		    {method<&EngineWrap::open>("open"), method<&EngineWrap::load>("load"),
		     method<&EngineWrap::unload>("unload"), method<&EngineWrap::command>("command"),
		     method<&EngineWrap::batch>("batch"), method<&EngineWrap::batchSync>("batchSync"),
		     method<&EngineWrap::memory>("memory"), method<&EngineWrap::interruptingMs>("interruptingMs"),
		     method<&EngineWrap::collectGarbage>("collectGarbage"),
		     method<&EngineWrap::startProfile>("startProfile"),
		     method<&EngineWrap::takeProfile>("takeProfile"), method<&EngineWrap::close>("close")});
	}

	// {threads, loopSource, source, sandboxSource, rollback, chunkName, packagePath, options, memoryLimit,
	// failAllocation?, failAfterOpen?}, onLog(text)
	explicit EngineWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<EngineWrap>(info) {
		const auto config = info[0].As<Napi::Object>();
		const auto text = [&](const char* name) { return config.Get(name).As<Napi::String>().Utf8Value(); };
		config_ = std::make_shared<CalculatorConfig>();
		config_->loopSource = text("loopSource");
		config_->source = text("source");
		config_->sandboxSource = text("sandboxSource");
		config_->rollback = config.Get("rollback").ToBoolean().Value();
		config_->chunkName = text("chunkName");
		config_->packagePath = text("packagePath");
		config_->options = fromJs(config.Get("options"));
		config_->memoryLimit = static_cast<size_t>(config.Get("memoryLimit").As<Napi::Number>().Int64Value());
		if (const Napi::Value count = config.Get("failAllocation"); count.IsNumber()) {
			config_->failAllocation =
			    std::make_shared<std::atomic<int64_t>>(count.As<Napi::Number>().Int64Value());
			config_->failAfterOpen = config.Get("failAfterOpen").ToBoolean().Value();
		}
		const uint32_t threads = config.Get("threads").As<Napi::Number>().Uint32Value();
		crossing(info.Env(), [&] {
			core_ = std::make_shared<EngineCore>(info.Env(), threads, info[1].As<Napi::Function>());
		});
		config_->log = [core = core_.get()](std::string line) {
			core->post({Event::Kind::Log, 0, 0, std::move(line)});
		};
	}

private:
	template <Napi::Value (EngineWrap::*body)(const Napi::CallbackInfo&)>
	static Napi::ClassPropertyDescriptor<EngineWrap> method(const char* name) {
		return InstanceMethod<&EngineWrap::guarded<body>>(name);
	}
	template <Napi::Value (EngineWrap::*body)(const Napi::CallbackInfo&)>
	Napi::Value guarded(const Napi::CallbackInfo& info) {
		return crossing(info.Env(), [&] { return (this->*body)(info); });
	}

	Pool& pool(Napi::Env env) {
		if (core_->pool() == nullptr) throw toJsError(env, {"ENGINE_CLOSED", "the engine is closed", ""});
		return *core_->pool();
	}

	Napi::Value submitTask(Napi::Env env, bool everyWorker, const Napi::Value& timeout,
	                       std::function<PlainValue(Worker&)> body) {
		Pool& pool = this->pool(env);
		auto task = std::make_shared<Task>(everyWorker, std::move(body));
		if (timeout.IsNumber()) task->deadline = Clock::now() + milliseconds(timeout);
		auto pending = std::make_unique<Pending>(env);
		const Napi::Promise promise = pending->deferred.Promise();
		pending->settle = [task](Napi::Env env, Napi::Promise::Deferred& deferred) {
			if (task->failure())
				deferred.Reject(toJsError(env, *task->failure()).Value());
			else
				deferred.Resolve(toJs(env, task->answer()));
		};
		submit(pool, task, std::move(pending));
		return promise;
	}

	void submit(Pool& pool, const std::shared_ptr<Job>& job, std::unique_ptr<Pending> pending) {
		// What runs keeps its engine from being collected.
		pending->keptAlive.push_back(Napi::Persistent(Value()));
		const uint64_t id = core_->addPending(std::move(pending));
		job->onFinished = [core = core_.get(), id] { core->post({Event::Kind::Finished, id, 0, {}}); };
		pool.submit(job);
	}

	// () -> Promise<{name, version}>
	Napi::Value open(const Napi::CallbackInfo& info) {
		config_->openTimeout = milliseconds(info[0]);
		return submitTask(info.Env(), true, info[0], [config = config_](Worker& worker) {
			PlainValue identity;
			worker.open(config, &identity);
			return identity;
		});
	}

	// (id, source, timeoutMs?) -> Promise<{info, stats}>
	Napi::Value load(const Napi::CallbackInfo& info) {
		const uint32_t id = info[0].As<Napi::Number>().Uint32Value();
		auto source = std::make_shared<const PlainValue>(fromJs(info[1]));
		return submitTask(info.Env(), true, info[2],
		                  [id, source, timeout = milliseconds(info[2])](Worker& worker) {
			                  return worker.load(id, source, timeout);
		                  });
	}

	// (id) -> Promise
	Napi::Value unload(const Napi::CallbackInfo& info) {
		const uint32_t id = info[0].As<Napi::Number>().Uint32Value();
		return submitTask(info.Env(), true, info[1], [id](Worker& worker) {
			worker.unload(id);
			return PlainValue();
		});
	}

	// (name, id, args, timeoutMs?) -> Promise<value>
	Napi::Value command(const Napi::CallbackInfo& info) {
		const std::string name = info[0].As<Napi::String>().Utf8Value();
		const uint32_t id = info[1].As<Napi::Number>().Uint32Value();
		auto args = std::make_shared<const PlainValue>(fromJs(info[2]));
		return submitTask(info.Env(), false, info[3], [name, id, args](Worker& worker) {
			return worker.calculator().command(name, id, *args);
		});
	}

	struct BatchCall {
		std::shared_ptr<Batch> batch;
		Napi::Float64Array results;
		Napi::Uint8Array status;
	};

	// By JavaScript's own constructor: it throws where Node-API would end the process for want of memory.
	template <class TypedArray>
	static TypedArray newArray(Napi::Env env, const char* type, size_t length) {
		try {
			const auto constructor = env.Global().Get(type).As<Napi::Function>();
			return constructor.New({Napi::Number::New(env, static_cast<double>(length))}).As<TypedArray>();
		} catch (const Napi::Error& error) {
			throw toJsError(
			    env,
			    {"MEMORY", "no room for " + std::to_string(length) + " numbers: " + error.Message(), ""});
		}
	}

	// (id, base, kind, words, offsets, stats, rowTimeoutMs, timeoutMs, ...)
	BatchCall makeBatch(const Napi::CallbackInfo& info, Pool& pool) {
		const uint32_t id = info[0].As<Napi::Number>().Uint32Value();
		const auto& base = Napi::ObjectWrap<BaseWrap>::Unwrap(info[1].As<Napi::Object>())->base();
		const NodeSetView sets = nodeSets(info[2], info[3], info[4]);
		const auto names = info[5].As<Napi::Array>();
		std::vector<std::string> stats;
		for (uint32_t i = 0; i < names.Length(); ++i)
			stats.push_back(names.Get(i).As<Napi::String>().Utf8Value());
		BatchCall call{nullptr,
		               newArray<Napi::Float64Array>(info.Env(), "Float64Array", sets.rows() * stats.size()),
		               newArray<Napi::Uint8Array>(info.Env(), "Uint8Array", sets.rows())};
		call.batch = std::make_shared<Batch>(id, base, sets, std::move(stats), call.results.Data(),
		                                     call.status.Data(), pool.threads());
		call.batch->rowTimeout = milliseconds(info[6]);
		if (info[7].IsNumber()) call.batch->deadline = Clock::now() + milliseconds(info[7]);
		return call;
	}

	static Napi::Object batchResult(Napi::Env env, Batch& batch, const Napi::Value& results,
	                                const Napi::Value& status) {
		batch.fillMissing();
		const std::vector<RowError>& errors = batch.errors();
		Napi::Uint32Array rows = Napi::Uint32Array::New(env, errors.size());
		Napi::Uint32Array texts = Napi::Uint32Array::New(env, errors.size());
		for (size_t i = 0; i < errors.size(); ++i) {
			rows.Data()[i] = errors[i].row;
			texts.Data()[i] = errors[i].text;
		}
		Napi::Array messages = Napi::Array::New(env, batch.texts().size());
		for (uint32_t i = 0; i < batch.texts().size(); ++i) {
			Napi::Object text = Napi::Object::New(env);
			text.Set("message", batch.texts()[i].message);
			text.Set("traceback", batch.texts()[i].traceback);
			messages.Set(i, text);
		}
		const char* const stopped[] = {"", "TIMEOUT", "ABORTED"};
		Napi::Object result = Napi::Object::New(env);
		result.Set("results", results);
		result.Set("status", status);
		result.Set("errorRows", rows);
		result.Set("errorTexts", texts);
		result.Set("texts", messages);
		result.Set("reloads", static_cast<double>(batch.reloads()));
		result.Set("stopped", stopped[static_cast<int>(batch.stopped())]);
		return result;
	}

	// (..., onProgress?) -> {promise, stop()}
	Napi::Value batch(const Napi::CallbackInfo& info) {
		Pool& pool = this->pool(info.Env());
		const BatchCall call = makeBatch(info, pool);
		auto pending = std::make_unique<Pending>(info.Env());
		const Napi::Promise promise = pending->deferred.Promise();
		for (const Napi::Value& value :
		     {info[3], info[4], Napi::Value(call.results), Napi::Value(call.status)})
			pending->keptAlive.push_back(Napi::Persistent(value.As<Napi::Object>()));
		Pending* kept = pending.get();
		pending->settle = [batch = call.batch, kept](Napi::Env env, Napi::Promise::Deferred& deferred) {
			deferred.Resolve(
			    batchResult(env, *batch, kept->keptAlive[2].Value(), kept->keptAlive[3].Value()));
		};
		if (info[8].IsFunction()) {
			pending->onProgress = Napi::Persistent(info[8].As<Napi::Function>());
			// The id that submit() gives next; progress begins only after that.
			call.batch->onProgress = [core = core_.get(), id = core_->nextJob()](size_t rows) {
				core->post({Event::Kind::Progress, id, rows, {}});
			};
		}
		submit(pool, call.batch, std::move(pending));
		Napi::Object handle = Napi::Object::New(info.Env());
		handle.Set("promise", promise);
		handle.Set("stop", Napi::Function::New(info.Env(), [weakCore = std::weak_ptr(core_),
		                                                    weakBatch = std::weak_ptr(call.batch)](
		                                                       const Napi::CallbackInfo&) {
			           const std::shared_ptr<EngineCore> core = weakCore.lock();
			           const std::shared_ptr<Batch> batch = weakBatch.lock();
			           if (batch && core && core->pool() != nullptr)
				           core->pool()->stop(batch, Interrupt::Abort);
		           }));
		return handle;
	}

	// -> the result itself; blocks the JavaScript thread.
	Napi::Value batchSync(const Napi::CallbackInfo& info) {
		Pool& pool = this->pool(info.Env());
		const BatchCall call = makeBatch(info, pool);
		pool.submit(call.batch);
		call.batch->wait();
		return batchResult(info.Env(), *call.batch, call.results, call.status);
	}

	// -> [{used, peak, limit, machineCode}] per state, in bytes
	Napi::Value memory(const Napi::CallbackInfo& info) {
		const std::vector<MemoryFigures> figures = pool(info.Env()).memory();
		Napi::Array js = Napi::Array::New(info.Env(), figures.size());
		for (uint32_t i = 0; i < figures.size(); ++i) {
			Napi::Object state = Napi::Object::New(info.Env());
			state.Set("used", static_cast<double>(figures[i].used));
			state.Set("peak", static_cast<double>(figures[i].peak));
			state.Set("limit", static_cast<double>(figures[i].limit));
			state.Set("machineCode", static_cast<double>(figures[i].machineCode));
			js.Set(i, state);
		}
		return js;
	}

	// -> for how long a state has not heeded its interruption
	Napi::Value interruptingMs(const Napi::CallbackInfo& info) {
		const std::chrono::duration<double, std::milli> time = pool(info.Env()).interrupting();
		return Napi::Number::New(info.Env(), time.count());
	}

	Napi::Value collectGarbage(const Napi::CallbackInfo& info) {
		return submitTask(info.Env(), true, info[0], [](Worker& worker) {
			worker.calculator().state().collectGarbage();
			return PlainValue();
		});
	}

	// (intervalUs) -> Promise; of the first state only, see Profiler
	Napi::Value startProfile(const Napi::CallbackInfo& info) {
		const std::chrono::microseconds interval(info[0].As<Napi::Number>().Int64Value());
		return submitTask(info.Env(), false, info.Env().Undefined(), [interval](Worker& worker) {
			worker.startProfile(interval);
			return PlainValue();
		});
	}

	// (end) -> Promise<see Profiler::take>
	Napi::Value takeProfile(const Napi::CallbackInfo& info) {
		const bool end = info[0].ToBoolean().Value();
		return submitTask(info.Env(), false, info.Env().Undefined(),
		                  [end](Worker& worker) { return worker.takeProfile(end); });
	}

	Napi::Value close(const Napi::CallbackInfo& info) {
		core_->close();
		// With the tree, perhaps: the wrapper itself lives until JavaScript collects it.
		config_ = std::make_shared<CalculatorConfig>();
		return info.Env().Undefined();
	}

	std::shared_ptr<CalculatorConfig> config_;
	std::shared_ptr<EngineCore> core_;
};

Napi::Object init(Napi::Env env, Napi::Object exports) {
	exports.Set("Tree", TreeWrap::define(env));
	exports.Set("Base", BaseWrap::define(env));
	exports.Set("Engine", EngineWrap::define(env));
	Napi::Object versions = Napi::Object::New(env);
	versions.Set("luajit", LUAJIT_VERSION);
	versions.Set("zlib", zlibVersion());
	exports.Set("versions", versions);
	return exports;
}

}  // namespace

}  // namespace pobatch

static Napi::Object initPobatch(Napi::Env env, Napi::Object exports) {
	return pobatch::init(env, exports);
}

NODE_API_MODULE(pobatch, initPobatch)
