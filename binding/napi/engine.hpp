// The addon's class `Engine`.
#pragma once

#include <napi.h>

namespace pobatch {

Napi::Function defineEngine(Napi::Env env);

}  // namespace pobatch
