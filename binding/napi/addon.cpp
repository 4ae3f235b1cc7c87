// What JavaScript gets from the addon. Only this folder knows Node-API.
#include <luajit.h>
#include <napi.h>
#include <zlib.h>

#include "napi/base.hpp"
#include "napi/engine.hpp"
#include "napi/tree.hpp"

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
