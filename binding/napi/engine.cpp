#include "napi/engine.hpp"

#include <chrono>
#include <cstring>
#include <memory>

#include "batch/batch.hpp"
#include "napi/allocated_nodes.hpp"
#include "napi/canonical.hpp"
#include "napi/engine_core.hpp"
#include "napi/values.hpp"

namespace pobatch {

namespace {

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
		     method<&EngineWrap::takeProfile>("takeProfile"),
		     method<&EngineWrap::takeCompiled>("takeCompiled"), method<&EngineWrap::close>("close"),
		     InstanceValue("readsCanonicalForm", Napi::Boolean::New(env, true))});
	}

	// {threads, loopSource, source, sandboxSource, rollback, chunkName, packagePath, options, memoryLimit,
	// compiled?, failAllocation?, failAfterOpen?}, onLog(text)
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
		if (const Napi::Value data = config.Get("compiled"); data.IsTypedArray()) {
			const auto bytes = data.As<Napi::Uint8Array>();
			config_->compiled = std::make_shared<CompiledChunks>();
			config_->compiled->give({reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength()});
		}
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
		this->pool(env);
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
		submit(task, std::move(pending));
		return promise;
	}

	void submit(const std::shared_ptr<Job>& job, std::unique_ptr<Pending> pending) {
		// A running job keeps its engine from being collected.
		pending->keptAlive.push_back(Napi::Persistent(Value()));
		core_->submit(job, std::move(pending));
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

	// {rows, changes, names}: see BatchVariants.
	static BatchVariants batchVariants(const Napi::Value& js) {
		const auto object = js.As<Napi::Object>();
		const auto changes = object.Get("changes").As<Napi::Array>();
		const auto names = object.Get("names").As<Napi::Array>();
		BatchVariants variants;
		for (uint32_t i = 0; i < changes.Length(); ++i)
			variants.list.push_back({names.Get(i).As<Napi::String>().Utf8Value(), fromJs(changes.Get(i))});
		const std::span<const uint32_t> rows = words(object.Get("rows"));
		variants.rows.assign(rows.begin(), rows.end());
		return variants;
	}

	// (id, base, kind, words, offsets, stats, rowTimeoutMs, timeoutMs, canonical?, rows?, variants?, ...)
	BatchCall makeBatch(const Napi::CallbackInfo& info, Pool& pool) {
		const uint32_t id = info[0].As<Napi::Number>().Uint32Value();
		const std::shared_ptr<const AllocatedNodes> base = allocatedNodesOf(info[1]);
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
		if (std::shared_ptr<const CanonicalSets> canonical = takeCanonical(info[8])) {
			const std::span<const uint32_t> rows = words(info[9]);
			call.batch->evaluateOnly({rows.begin(), rows.end()}, std::move(canonical));
		}
		if (info[10].IsObject()) call.batch->setVariants(batchVariants(info[10]));
		if (info[7].IsNumber()) call.batch->deadline = Clock::now() + milliseconds(info[7]);
		return call;
	}

	static Napi::Object batchResult(Napi::Env env, Batch& batch, const Napi::Value& results,
	                                const Napi::Value& status) {
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
		result.Set("memoized", static_cast<double>(batch.memoized()));
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
		if (info[11].IsFunction()) {
			pending->onProgress = Napi::Persistent(info[11].As<Napi::Function>());
			// The id that submit() assigns next; progress is only reported after that.
			call.batch->onProgress = [core = core_.get(), id = core_->nextJob()](size_t rows) {
				core->post({Event::Kind::Progress, id, rows, {}});
			};
		}
		submit(call.batch, std::move(pending));
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

	// -> the result itself. Blocks the JavaScript thread.
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

	// -> how long a state has ignored its interruption, in milliseconds
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

	// (intervalUs) -> Promise; profiles the first state only, see Profiler
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

	// -> Uint8Array | null
	Napi::Value takeCompiled(const Napi::CallbackInfo& info) {
		const std::optional<std::string> data =
		    config_->compiled != nullptr ? config_->compiled->take() : std::nullopt;
		if (!data) return info.Env().Null();
		auto bytes = newArray<Napi::Uint8Array>(info.Env(), "Uint8Array", data->size());
		std::memcpy(bytes.Data(), data->data(), data->size());
		return bytes;
	}

	Napi::Value close(const Napi::CallbackInfo& info) {
		core_->close();
		// Frees the configuration, which may include a tree: the wrapper itself lives until JavaScript
		// collects it.
		config_ = std::make_shared<CalculatorConfig>();
		return info.Env().Undefined();
	}

	std::shared_ptr<CalculatorConfig> config_;
	std::shared_ptr<EngineCore> core_;
};

}  // namespace

Napi::Function defineEngine(Napi::Env env) {
	return EngineWrap::define(env);
}

}  // namespace pobatch
