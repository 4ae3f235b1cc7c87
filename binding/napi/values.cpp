#include "napi/values.hpp"

#include <algorithm>
#include <cmath>

namespace pobatch {

PlainValue fromJs(const Napi::Value& js, int depth) {
	if (depth > kMaxValueDepth) throw Napi::TypeError::New(js.Env(), "a value for Lua is nested too deeply");
	if (js.IsBoolean()) return {js.As<Napi::Boolean>().Value()};
	if (js.IsNumber()) return {js.As<Napi::Number>().DoubleValue()};
	if (js.IsString()) return {js.As<Napi::String>().Utf8Value()};
	if (js.IsArray()) {
		const auto source = js.As<Napi::Array>();
		Array array;
		array.reserve(source.Length());
		for (uint32_t i = 0; i < source.Length(); ++i) array.push_back(fromJs(source.Get(i), depth + 1));
		return {std::move(array)};
	}
	if (js.IsObject()) {
		const auto source = js.As<Napi::Object>();
		const Napi::Array keys = source.GetPropertyNames();
		Object object;
		for (uint32_t i = 0; i < keys.Length(); ++i) {
			const Napi::Value key = keys.Get(i);
			PlainValue item = fromJs(source.Get(key), depth + 1);
			if (item.data.index() != 0)
				object.emplace_back(key.As<Napi::String>().Utf8Value(), std::move(item));
		}
		return {std::move(object)};
	}
	return {};
}

Napi::Value toJs(Napi::Env env, const PlainValue& value) {
	if (const auto* flag = std::get_if<bool>(&value.data)) return Napi::Boolean::New(env, *flag);
	if (const auto* number = std::get_if<double>(&value.data)) return Napi::Number::New(env, *number);
	if (const auto* text = std::get_if<std::string>(&value.data)) return Napi::String::New(env, *text);
	if (const auto* array = std::get_if<Array>(&value.data)) {
		Napi::Array js = Napi::Array::New(env, array->size());
		for (uint32_t i = 0; i < array->size(); ++i) {
			Napi::HandleScope scope(env);
			js.Set(i, toJs(env, (*array)[i]));
		}
		return js;
	}
	if (const auto* object = std::get_if<Object>(&value.data)) {
		Napi::Object js = Napi::Object::New(env);
		for (const auto& [key, item] : *object) {
			Napi::HandleScope scope(env);
			// Defined instead of set, because setting `__proto__` would change the object's prototype.
			js.DefineProperty(Napi::PropertyDescriptor::Value(
			    key, toJs(env, item),
			    static_cast<napi_property_attributes>(napi_writable | napi_enumerable | napi_configurable)));
		}
		return js;
	}
	return env.Null();
}

Napi::Error toJsError(Napi::Env env, const Failure& failure) {
	Napi::Error error = Napi::Error::New(env, failure.message);
	error.Set("code", failure.code);
	error.Set("traceback", failure.traceback);
	return error;
}

std::span<const uint32_t> words(const Napi::Value& js) {
	const auto array = js.As<Napi::Uint32Array>();
	return {array.Data(), array.ElementLength()};
}

Napi::Uint32Array toJs(Napi::Env env, const std::vector<uint32_t>& values) {
	Napi::Uint32Array js = Napi::Uint32Array::New(env, values.size());
	std::copy(values.begin(), values.end(), js.Data());
	return js;
}

std::chrono::milliseconds milliseconds(const Napi::Value& js) {
	if (!js.IsNumber()) return std::chrono::milliseconds(0);
	// Rounded up, because 0 means no limit; and limited to 30 years, which fit a clock's nanoseconds.
	return std::chrono::milliseconds(
	    static_cast<int64_t>(std::min(std::ceil(js.As<Napi::Number>().DoubleValue()), 1e12)));
}

}  // namespace pobatch
