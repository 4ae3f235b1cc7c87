#include "napi/allocated_nodes.hpp"

#include "napi/canonical.hpp"
#include "napi/tree.hpp"
#include "napi/values.hpp"

namespace pobatch {

namespace {

// The nodes that a build has allocated, and operations on node sets that need no calculator.
class AllocatedNodesWrap : public Napi::ObjectWrap<AllocatedNodesWrap> {
public:
	static Napi::Function define(Napi::Env env) {
		return DefineClass(env, "AllocatedNodes",
		                   {InstanceMethod("canonicalize", &AllocatedNodesWrap::canonicalize),
		                    InstanceMethod("canonical", &AllocatedNodesWrap::canonical)});
	}
	// (tree | null, words)
	explicit AllocatedNodesWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<AllocatedNodesWrap>(info) {
		const std::span<const uint32_t> base = words(info[1]);
		std::shared_ptr<const PassiveTree> tree;
		if (info[0].IsObject()) tree = treeOf(info[0]);
		base_ = std::make_shared<AllocatedNodes>(std::vector<uint32_t>(base.begin(), base.end()),
		                                         std::move(tree));
	}
	const std::shared_ptr<const AllocatedNodes>& base() const { return base_; }

private:
	// (kind, words, offsets, variants?) -> see toJs in napi/canonical.hpp; blocks the JavaScript thread
	Napi::Value canonicalize(const Napi::CallbackInfo& info) {
		return crossing(info.Env(), [&]() -> Napi::Value {
			const NodeSetView sets = nodeSets(info[0], info[1], info[2]);
			return toJs(info.Env(),
			            std::make_shared<const CanonicalSets>(sets, *base_, variantKeys(info[3])));
		});
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

	std::shared_ptr<const AllocatedNodes> base_;
};

}  // namespace

Napi::Function defineAllocatedNodes(Napi::Env env) {
	return AllocatedNodesWrap::define(env);
}

std::shared_ptr<const AllocatedNodes> allocatedNodesOf(const Napi::Value& js) {
	return Napi::ObjectWrap<AllocatedNodesWrap>::Unwrap(js.As<Napi::Object>())->base();
}

NodeSetView nodeSets(const Napi::Value& kind, const Napi::Value& setWords, const Napi::Value& offsets) {
	const bool full = kind.As<Napi::String>().Utf8Value() == "full";
	return {full ? SetKind::Full : SetKind::Delta, words(setWords), words(offsets)};
}

}  // namespace pobatch
