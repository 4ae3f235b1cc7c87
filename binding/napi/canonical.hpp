// Node sets in canonical form, on their way through JavaScript to the batch that evaluates them; and the
// addon's class `Canonicalizer`.
#pragma once

#include <napi.h>

#include <memory>

#include "batch/canonical_sets.hpp"

namespace pobatch {

Napi::Function defineCanonicalizer(Napi::Env env);
// -> {keys: BigUint64Array, two a row, both zero where it is no valid set; firstEqual: Uint32Array; form}
Napi::Object toJs(Napi::Env env, std::shared_ptr<const CanonicalSets> sets);
// Of {rows: Uint32Array, keys: BigUint64Array, two a variant}; of undefined: none.
VariantKeys variantKeys(const Napi::Value& js);
// What such an object holds, which is empty afterwards: memory is not to wait for JavaScript's collector.
// Null of undefined, and of an object that is empty.
std::shared_ptr<const CanonicalSets> takeCanonical(const Napi::Value& js);

}  // namespace pobatch
