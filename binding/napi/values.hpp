// Values between JavaScript and C++, and errors on their way to JavaScript. Arguments come checked from src/;
// what is wrong here is a bug there.
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
// A Uint32Array's own memory.
std::span<const uint32_t> words(const Napi::Value& js);
// Of a number; zero of anything else.
std::chrono::milliseconds milliseconds(const Napi::Value& js);

// By JavaScript's own constructor: it throws where Node-API would end the process for want of memory.
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
