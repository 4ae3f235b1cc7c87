// The addon's class `Base`.
#pragma once

#include <napi.h>

#include <memory>

#include "batch/node_set.hpp"

namespace pobatch {

Napi::Function defineBase(Napi::Env env);
// What one of its objects holds.
std::shared_ptr<const BaseSet> baseOf(const Napi::Value& js);
// ("full" | "delta", words, offsets)
NodeSetView nodeSets(const Napi::Value& kind, const Napi::Value& setWords, const Napi::Value& offsets);

}  // namespace pobatch
