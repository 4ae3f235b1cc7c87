// What the fuzz targets share: numbers taken off the front of an input, a tree made of them, and a check that
// ends the process, so that the fuzzer keeps the input.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "batch/passive_tree.hpp"

inline void require(bool holds, const char* what) {
	if (holds) return;
	std::fprintf(stderr, "does not hold: %s\n", what);
	std::abort();
}

// Zeros behind the input's end.
struct Input {
	const uint8_t* data;
	size_t size;

	uint64_t number(size_t bytes) {
		uint64_t value = 0;
		const size_t have = size < bytes ? size : bytes;
		if (have != 0) std::memcpy(&value, data, have);
		data += have;
		size -= have;
		return value;
	}
	std::vector<uint32_t> numbers(size_t count, size_t bytes) {
		std::vector<uint32_t> values;
		while (values.size() < count && size > 0) values.push_back(static_cast<uint32_t>(number(bytes)));
		return values;
	}
};

// Mostly a valid tree; null where the parser refuses it.
inline std::shared_ptr<const pobatch::PassiveTree> readTree(Input& in) {
	const auto what = in.number(1);
	std::vector<uint32_t> ids;
	uint32_t id = 0;
	for (const uint64_t count = in.number(1); ids.size() < count && in.size > 0;)
		ids.push_back(id += static_cast<uint32_t>(in.number(what % 8 == 7 ? 4 : 1)));
	std::vector<uint32_t> edges = in.numbers(in.number(1), 1);
	if (!ids.empty())
		for (uint32_t& end : edges)
			if (end < 250) end = ids[end % ids.size()];
	std::vector<uint8_t> flags(what % 16 == 8 ? in.number(1) : ids.size());
	for (uint8_t& flag : flags) flag = static_cast<uint8_t>(in.number(1));
	try {
		return std::make_shared<pobatch::PassiveTree>(ids, edges, flags);
	} catch (const pobatch::TreeError&) {
		return nullptr;
	}
}
