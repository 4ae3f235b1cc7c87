#include "napi/canonical.hpp"

#include <cstring>
#include <optional>

#include "napi/allocated_nodes.hpp"
#include "napi/engine_core.hpp"
#include "napi/values.hpp"
#include "state/job.hpp"

namespace pobatch {

namespace {

using Form = std::shared_ptr<const CanonicalSets>;

// Runs on a separate thread, because the engine's threads may be busy with other batches for long, and cached
// rows should be found in the meantime.
class CanonicalizeJob : public Job {
public:
	CanonicalizeJob(std::shared_ptr<const AllocatedNodes> base, const NodeSetView& sets, VariantKeys variants)
	    : base_(std::move(base)), sets_(sets), variants_(std::move(variants)) {}

	void run(Worker&) override {
		try {
			form = std::make_shared<CanonicalSets>(sets_, *base_, variants_, this);
		} catch (const std::bad_alloc&) {
		}
	}
	bool onEveryWorker() const override { return false; }

	// After the job has finished; null if there was no memory.
	Form form;

private:
	const std::shared_ptr<const AllocatedNodes> base_;
	const NodeSetView sets_;
	const VariantKeys variants_;
};

class CanonicalizerWrap : public Napi::ObjectWrap<CanonicalizerWrap> {
public:
	static Napi::Function define(Napi::Env env) {
		return DefineClass(env, "Canonicalizer",
		                   {InstanceMethod("run", &CanonicalizerWrap::run),
		                    InstanceMethod("close", &CanonicalizerWrap::close)});
	}
	explicit CanonicalizerWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<CanonicalizerWrap>(info) {
		const Napi::Function nothingLogs = Napi::Function::New(info.Env(), [](const Napi::CallbackInfo&) {});
		crossing(info.Env(), [&] { core_ = std::make_shared<EngineCore>(info.Env(), 1, nothingLogs); });
	}

private:
	// (base, kind, words, offsets, variants?) -> Promise<see toJs>
	Napi::Value run(const Napi::CallbackInfo& info) {
		return crossing(info.Env(), [&]() -> Napi::Value {
			if (core_->pool() == nullptr)
				throw toJsError(info.Env(), {"ENGINE_CLOSED", "the engine is closed", ""});
			auto job = std::make_shared<CanonicalizeJob>(
			    allocatedNodesOf(info[0]), nodeSets(info[1], info[2], info[3]), variantKeys(info[4]));
			auto pending = std::make_unique<Pending>(info.Env());
			const Napi::Promise promise = pending->deferred.Promise();
			for (const Napi::Value& value : {info.This(), info[2], info[3]})
				pending->keptAlive.push_back(Napi::Persistent(value.As<Napi::Object>()));
			pending->settle = [job](Napi::Env env, Napi::Promise::Deferred& deferred) {
				settle(env, *job, deferred);
			};
			core_->submit(job, std::move(pending));
			return promise;
		});
	}

	static void settle(Napi::Env env, CanonicalizeJob& job, Napi::Promise::Deferred& deferred) {
		std::optional<Failure> failure;
		if (job.stopped() != Interrupt::None)
			failure = Failure{"ENGINE_CLOSED", "the engine was closed before this was done", ""};
		else if (!job.form)
			failure = Failure{"MEMORY", "no room for the node sets in canonical form", ""};
		if (failure) {
			deferred.Reject(toJsError(env, *failure).Value());
			return;
		}
		try {
			deferred.Resolve(toJs(env, std::move(job.form)));
		} catch (const Napi::Error& error) {
			deferred.Reject(error.Value());
		}
	}

	Napi::Value close(const Napi::CallbackInfo& info) {
		core_->close();
		return info.Env().Undefined();
	}

	std::shared_ptr<EngineCore> core_;
};

}  // namespace

Napi::Function defineCanonicalizer(Napi::Env env) {
	return CanonicalizerWrap::define(env);
}

VariantKeys variantKeys(const Napi::Value& js) {
	VariantKeys variants;
	if (!js.IsObject()) return variants;
	const auto object = js.As<Napi::Object>();
	const std::span<const uint32_t> rows = words(object.Get("rows"));
	variants.rows.assign(rows.begin(), rows.end());
	const auto keys = object.Get("keys").As<Napi::BigUint64Array>();
	for (size_t i = 0; i + 1 < keys.ElementLength(); i += 2) variants.keys.push_back({keys[i], keys[i + 1]});
	return variants;
}

Napi::Object toJs(Napi::Env env, Form sets) {
	const size_t rows = sets->rows();
	auto keys = newArray<Napi::BigUint64Array>(env, "BigUint64Array", 2 * rows);
	auto firstEqual = newArray<Napi::Uint32Array>(env, "Uint32Array", rows);
	static_assert(sizeof(Hash128) == 2 * sizeof(uint64_t));
	if (rows != 0) {
		std::memcpy(keys.Data(), sets->keys().data(), rows * sizeof(Hash128));
		std::memcpy(firstEqual.Data(), sets->firstEqual().data(), rows * sizeof(uint32_t));
	}
	Napi::Object js = Napi::Object::New(env);
	js.Set("keys", keys);
	js.Set("firstEqual", firstEqual);
	js.Set("form", Napi::External<Form>::New(env, new Form(std::move(sets)),
	                                         [](Napi::Env, Form* form) { delete form; }));
	return js;
}

Form takeCanonical(const Napi::Value& js) {
	if (!js.IsObject()) return nullptr;
	return std::move(*js.As<Napi::Object>().Get("form").As<Napi::External<Form>>().Data());
}

}  // namespace pobatch
