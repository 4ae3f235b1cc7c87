// The addon's exports. Only this folder uses Node-API.
#include <luajit.h>
#include <napi.h>
#include <zlib.h>

#include "napi/allocated_nodes.hpp"
#include "napi/canonical.hpp"
#include "napi/engine.hpp"
#include "napi/tree.hpp"
#include "state/chunk.hpp"

static Napi::Object initPobatch(Napi::Env env, Napi::Object exports) {
	exports.Set("Tree", pobatch::defineTree(env));
	exports.Set("AllocatedNodes", pobatch::defineAllocatedNodes(env));
	exports.Set("Canonicalizer", pobatch::defineCanonicalizer(env));
	exports.Set("Engine", pobatch::defineEngine(env));
	Napi::Object versions = Napi::Object::New(env);
	versions.Set("luajit", LUAJIT_VERSION);
	versions.Set("zlib", zlibVersion());
	exports.Set("versions", versions);
	Napi::Array statuses = Napi::Array::New(env, pobatch::kRowStatusNames.size());
	for (uint32_t number = 0; number < pobatch::kRowStatusNames.size(); ++number)
		statuses.Set(number, pobatch::kRowStatusNames[number]);
	exports.Set("rowStatuses", statuses);
	return exports;
}

NODE_API_MODULE(pobatch, initPobatch)
