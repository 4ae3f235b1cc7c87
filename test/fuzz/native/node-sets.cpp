// Fuzz target for the native parsers: node sets (Canonicalizer, BaseSet) and the passive tree. Built by scripts/fuzz.mjs,
// with libFuzzer where there is a Clang, else with the plain mutating driver of driver.cpp. What is checked beside memory:
// that the canonical form is canonical, and that a full set and a delta which mean the same have the same form.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "../../binding/node_set.hpp"
#include "../../binding/passive_tree.hpp"

using namespace pobatch;

namespace {

void require(bool holds, const char* what) {
	if (holds) return;
	std::fprintf(stderr, "does not hold: %s\n", what);
	std::abort();
}

// Takes numbers off the front of the input; zeros behind its end.
struct Reader {
	const uint8_t* data;
	size_t size;
	uint32_t number(size_t bytes) {
		uint32_t value = 0;
		const size_t have = size < bytes ? size : bytes;
		if (have != 0) std::memcpy(&value, data, have);
		data += have;
		size -= have;
		return value;
	}
	std::vector<uint32_t> numbers(size_t count, size_t bytes) {
		std::vector<uint32_t> values;
		while (values.size() < count && size > 0) values.push_back(number(bytes));
		return values;
	}
};

std::shared_ptr<const PassiveTree> readTree(Reader& in) {
	std::vector<uint32_t> ids;
	uint32_t id = 0;
	for (uint32_t count = in.number(1); ids.size() < count && in.size > 0;) ids.push_back(id += in.number(1));
	std::vector<uint32_t> edges = in.numbers(in.number(1), 1);
	// Mostly ids that there are.
	if (!ids.empty())
		for (uint32_t& end : edges)
			if (end < 250) end = ids[end % ids.size()];
	std::vector<uint8_t> flags(ids.size());
	for (uint8_t& flag : flags) flag = static_cast<uint8_t>(in.number(1));
	try {
		return std::make_shared<PassiveTree>(ids, edges, flags);
	} catch (const TreeError&) {
		return nullptr;
	}
}

void search(const PassiveTree& tree, Reader& in) {
	const auto set = in.numbers(in.number(1) % 16, 1);
	const auto blocked = in.numbers(in.number(1) % 16, 1);
	const uint32_t target = in.number(2);
	try {
		const auto path = tree.shortestPath(set, blocked, target);
		require(path.empty() || path.back() == target, "a path ends at its target");
		const Paths paths = tree.pathsWithin(set, blocked, target % 8);
		require(paths.offsets.size() == paths.targets.size() + 1, "one path per target");
		require(paths.offsets.back() == paths.nodes.size(), "paths end where their nodes end");
		tree.frontier(set, blocked);
		tree.neighbours(target);
		require(tree.unreachable(set, blocked).size() <= set.size(), "what is unreachable is of the set");
	} catch (const TreeError&) {
	}
}

void canonical(const std::shared_ptr<const PassiveTree>& tree, Reader& in) {
	std::vector<uint32_t> baseWords = in.numbers(in.number(1) % 64, 3);
	// A build's own nodes are valid: its tree has them, and only attribute nodes have an attribute.
	std::erase_if(baseWords, [&](uint32_t& word) {
		word &= kIdMask | kChoiceMask;
		if (tree && !tree->isAttribute(word & kIdMask)) word &= ~(3u << kAttributeShift);
		return tree && !tree->has(word & kIdMask);
	});
	const BaseSet base(baseWords, tree);
	const SetKind kind = in.number(1) % 2 == 0 ? SetKind::Delta : SetKind::Full;
	const std::vector<uint32_t> offsets = in.numbers(1 + in.number(1) % 8, 1);
	const std::vector<uint32_t> words = in.numbers(in.size, 3);
	if (offsets.size() < 2) return;
	Canonicalizer canonicalizer;
	std::vector<uint32_t> out, ends;
	for (size_t row = 0; row + 1 < offsets.size(); ++row) {
		const size_t start = out.size();
		const auto checked = canonicalizer.append({kind, words, offsets}, row, base, out, ends);
		if (checked.error != SetError::None) {
			require(out.size() == start && !checked.message.empty(), "an error appends nothing and says why");
			continue;
		}
		const size_t added = ends[ends.size() - 2], removed = ends.back();
		require(start <= added && added <= removed && removed == out.size(), "ends are in order");
		for (size_t i = start; i < added; ++i) {
			require(i == start || (out[i - 1] & kIdMask) < (out[i] & kIdMask), "added ids ascend");
			require((out[i] & ~(kIdMask | kChoiceMask)) == 0, "an added word is an id with choices");
		}
		for (size_t i = added; i < removed; ++i) {
			require(i == added || out[i - 1] < out[i], "removed ids ascend");
			require(base.wordOf(out[i]) != BaseSet::kAbsent, "what is removed was allocated");
		}
		// The form is its own form.
		std::vector<uint32_t> again(out.begin() + static_cast<std::ptrdiff_t>(start), out.end());
		for (size_t i = added - start; i < again.size(); ++i) again[i] |= kRemoveBit;
		const std::vector<uint32_t> whole{0, static_cast<uint32_t>(again.size())};
		std::vector<uint32_t> secondOut, secondEnds;
		const auto second = canonicalizer.append({SetKind::Delta, again, whole}, 0, base, secondOut, secondEnds);
		require(second.error == SetError::None, "the canonical form is a set");
		require(std::equal(secondOut.begin(), secondOut.end(), out.begin() + static_cast<std::ptrdiff_t>(start), out.end()),
		        "the canonical form of the form is the form");
	}
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
	Reader in{data, size};
	const uint32_t what = in.number(1);
	std::shared_ptr<const PassiveTree> tree = what % 3 == 0 ? nullptr : readTree(in);
	if (what % 3 == 1 && tree) search(*tree, in);
	if (what % 3 != 1) canonical(tree, in);
	return 0;
}
