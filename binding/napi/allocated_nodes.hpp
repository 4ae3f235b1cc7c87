// The addon's class `AllocatedNodes`.
#pragma once

#include <napi.h>

#include <memory>

#include "batch/node_set.hpp"

namespace pobatch {

Napi::Function defineAllocatedNodes(Napi::Env env);
// The C++ object inside an object of the class.
std::shared_ptr<const AllocatedNodes> allocatedNodesOf(const Napi::Value& js);
// ("full" | "delta", words, offsets)
NodeSetView nodeSets(const Napi::Value& kind, const Napi::Value& setWords, const Napi::Value& offsets);

}  // namespace pobatch
