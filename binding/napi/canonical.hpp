// Node sets in canonical form, passed through JavaScript to the batch that evaluates them; and the addon's
// class `Canonicalizer`.
#pragma once

#include <napi.h>

#include <memory>

#include "batch/canonical_sets.hpp"

namespace pobatch {

Napi::Function defineCanonicalizer(Napi::Env env);
// -> {keys: BigUint64Array, two values per row, both zero if it is not a valid set; firstEqual: Uint32Array;
// form}
Napi::Object toJs(Napi::Env env, std::shared_ptr<const CanonicalSets> sets);
// From {rows: Uint32Array, keys: BigUint64Array, two values per variant}; empty for undefined.
VariantKeys variantKeys(const Napi::Value& js);
// Takes the canonical form out of such an object, so that its memory does not have to wait for JavaScript's
// garbage collector. Null for undefined, and for an object that is empty already.
std::shared_ptr<const CanonicalSets> takeCanonical(const Napi::Value& js);

}  // namespace pobatch
