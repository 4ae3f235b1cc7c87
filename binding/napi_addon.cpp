// What JavaScript gets from the addon. Only the files napi_* know Node-API.
#include <luajit.h>
#include <napi.h>
#include <zlib.h>

#include "napi_base.hpp"
#include "napi_engine.hpp"
#include "napi_tree.hpp"

static Napi::Object initPobatch(Napi::Env env, Napi::Object exports) {
	exports.Set("Tree", pobatch::defineTree(env));
	exports.Set("Base", pobatch::defineBase(env));
	exports.Set("Engine", pobatch::defineEngine(env));
	Napi::Object versions = Napi::Object::New(env);
	versions.Set("luajit", LUAJIT_VERSION);
	versions.Set("zlib", zlibVersion());
	exports.Set("versions", versions);
	return exports;
}

NODE_API_MODULE(pobatch, initPobatch)
