// Conversion of values between JavaScript and C++, and of errors to JavaScript. Arguments have been checked
// by src/; a wrong one here is a bug there.
#pragma once

#include <napi.h>

#include <chrono>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "state/job.hpp"
#include "state/plain_value.hpp"

namespace pobatch {

PlainValue fromJs(const Napi::Value& js, int depth = 0);
Napi::Value toJs(Napi::Env env, const PlainValue& value);
Napi::Uint32Array toJs(Napi::Env env, const std::vector<uint32_t>& values);
Napi::Error toJsError(Napi::Env env, const Failure& failure);
// The memory of a Uint32Array itself.
std::span<const uint32_t> words(const Napi::Value& js);
// The duration given by a number; zero for anything else.
std::chrono::milliseconds milliseconds(const Napi::Value& js);

// Uses JavaScript's constructor, which throws where Node-API would end the process if memory is short.
template <class TypedArray>
TypedArray newArray(Napi::Env env, const char* type, size_t length) {
	try {
		const auto constructor = env.Global().Get(type).As<Napi::Function>();
		return constructor.New({Napi::Number::New(env, static_cast<double>(length))}).As<TypedArray>();
	} catch (const Napi::Error& error) {
		throw toJsError(
		    env, {"MEMORY", "no room for " + std::to_string(length) + " numbers: " + error.Message(), ""});
	}
}

// Runs the body of a Node-API callback: no C++ exception may reach Node's own frames.
template <class Body>
auto crossing(Napi::Env env, Body body) {
	try {
		return body();
	} catch (const Napi::Error&) {
		throw;
	} catch (const std::bad_alloc&) {
		throw toJsError(env, {"MEMORY", "out of memory", ""});
	} catch (const std::system_error& error) {
		throw toJsError(env, {"MEMORY", std::string("no more threads: ") + error.what(), ""});
	} catch (const std::exception& error) {
		throw toJsError(env, {"LUA_ERROR", error.what(), ""});
	}
}

}  // namespace pobatch
