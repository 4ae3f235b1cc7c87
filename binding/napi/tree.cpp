#include "napi/tree.hpp"

#include "napi/values.hpp"

namespace pobatch {

namespace {

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

}  // namespace

Napi::Function defineTree(Napi::Env env) {
	return TreeWrap::define(env);
}

std::shared_ptr<const PassiveTree> treeOf(const Napi::Value& js) {
	return Napi::ObjectWrap<TreeWrap>::Unwrap(js.As<Napi::Object>())->tree();
}

}  // namespace pobatch
