// The addon's class `Tree`.
#pragma once

#include <napi.h>

#include <memory>

#include "batch/passive_tree.hpp"

namespace pobatch {

Napi::Function defineTree(Napi::Env env);
// The C++ object inside an object of the class.
std::shared_ptr<const PassiveTree> treeOf(const Napi::Value& js);

}  // namespace pobatch
