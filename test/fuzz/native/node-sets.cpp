// Fuzz target: node sets, as words that anybody may have written. Checked beside memory: that the canonical
// form is canonical, is its own form, and is the same whether the set is given in order or not, whole or as
// changes.
#include <algorithm>
#include <map>

#include "batch/canonical_sets.hpp"
#include "batch/node_set.hpp"
#include "input.hpp"

using namespace pobatch;

namespace {

// One for all inputs: its scratch space must carry nothing over.
Canonicalizer canonicalizer;

struct Form {
	SetError error;
	std::vector<uint32_t> added, removed;
	bool operator==(const Form&) const = default;
};

Form formOf(SetKind kind, const std::vector<uint32_t>& words, const AllocatedNodes& base) {
	const std::vector<uint32_t> offsets{0, static_cast<uint32_t>(words.size())};
	std::vector<uint32_t> out, ends;
	const auto row = canonicalizer.append({kind, words, offsets}, 0, base, out, ends);
	if (row.error != SetError::None) {
		require(out.empty() && ends.empty() && !row.message.empty(), "an error appends nothing and says why");
		return {row.error, {}, {}};
	}
	require(ends.size() == 2 && ends[0] <= ends[1] && ends[1] == out.size(), "ends are in order");
	const auto middle = out.begin() + ends[0];
	return {row.error, {out.begin(), middle}, {middle, out.end()}};
}

void checkForm(const Form& form, const AllocatedNodes& base) {
	for (size_t i = 0; i < form.added.size(); ++i) {
		const uint32_t id = form.added[i] & kIdMask;
		require(i == 0 || (form.added[i - 1] & kIdMask) < id, "added ids ascend");
		require((form.added[i] & ~(kIdMask | kChoiceMask)) == 0, "an added word is an id with choices");
		require(base.wordOf(id) == AllocatedNodes::kAbsent ||
		            std::binary_search(form.removed.begin(), form.removed.end(), id),
		        "what is added is not allocated, or removed first");
	}
	for (size_t i = 0; i < form.removed.size(); ++i) {
		require(i == 0 || form.removed[i - 1] < form.removed[i], "removed ids ascend");
		require(base.wordOf(form.removed[i]) != AllocatedNodes::kAbsent, "what is removed was allocated");
	}
}

std::vector<uint32_t> asDelta(const Form& form) {
	std::vector<uint32_t> words = form.added;
	for (const uint32_t id : form.removed) words.push_back(id | kRemoveBit);
	return words;
}

// The nodes that the build has with the form applied.
std::vector<uint32_t> asFull(const Form& form, const AllocatedNodes& base) {
	std::map<uint32_t, uint32_t> nodes;
	for (const uint32_t word : base.words()) nodes[word & kIdMask] = word;
	for (const uint32_t id : form.removed) nodes.erase(id);
	for (const uint32_t word : form.added) nodes[word & kIdMask] = word;
	std::vector<uint32_t> words;
	for (const auto& [id, word] : nodes) words.push_back(word);
	return words;
}

// A full set that names a node without a choice keeps the build's, which a delta can take away.
bool takesChoiceAway(const Form& form, const AllocatedNodes& base) {
	return std::any_of(form.added.begin(), form.added.end(), [&](uint32_t word) {
		const uint32_t have = base.wordOf(word & kIdMask);
		if (have == AllocatedNodes::kAbsent) return false;
		const auto lacks = [&](uint32_t shift) {
			return (word >> shift & 3) == 0 && (have >> shift & 3) != 0;
		};
		return lacks(kAttributeShift) || lacks(kWeaponSetShift);
	});
}

void checkSet(SetKind kind, std::vector<uint32_t> words, const AllocatedNodes& base) {
	const Form form = formOf(kind, words, base);
	std::reverse(words.begin(), words.end());
	const Form reversed = formOf(kind, words, base);
	require(reversed == form, "the order of the words does not matter");
	if (form.error != SetError::None) return;
	checkForm(form, base);
	require(formOf(SetKind::Delta, asDelta(form), base) == form, "the form is its own form");
	if (!takesChoiceAway(form, base))
		require(formOf(SetKind::Full, asFull(form, base), base) == form, "a full set has its delta's form");
}

// Made once for all rows, they are what each row is alone; equal keys mean equal words.
void checkSets(const NodeSetView& sets, const AllocatedNodes& base) {
	const CanonicalSets all(sets, base, pobatch::VariantKeys{});
	require(all.rows() == sets.rows(), "no row is left out");
	std::map<std::pair<std::vector<uint32_t>, std::vector<uint32_t>>, size_t> seen;
	for (size_t row = 0; row < all.rows(); ++row) {
		std::vector<uint32_t> words, ends, ownWords, ownEnds;
		const auto own = canonicalizer.append(sets, row, base, ownWords, ownEnds);
		const auto found = all.append(row, words, ends);
		require(found.error == own.error && found.message == own.message, "a row has its own error");
		require(words == ownWords && ends == ownEnds, "a row has its own words");
		const bool isValid = own.error == SetError::None;
		require(isValid == !(all.keys()[row] == Hash128{0, 0}), "a valid row has a key");
		const size_t first = isValid ? seen.try_emplace({words, ends}, row).first->second : row;
		require(all.firstEqual()[row] == first, "equal rows are found");
	}
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
	Input in{data, size};
	const bool hasTree = in.number(1) % 3 == 2;
	const auto tree = hasTree ? readTree(in) : nullptr;
	std::vector<uint32_t> baseWords = in.numbers(in.number(1) % 64, 3);
	// A build's own nodes are valid: its tree has them, and only attribute nodes have an attribute.
	std::erase_if(baseWords, [&](uint32_t& word) {
		word &= kIdMask | kChoiceMask;
		if (tree && !tree->isAttribute(word & kIdMask)) word &= ~(3u << kAttributeShift);
		return tree && !tree->has(word & kIdMask);
	});
	const AllocatedNodes base(baseWords, tree);
	const SetKind kind = in.number(1) % 2 == 0 ? SetKind::Delta : SetKind::Full;
	const std::vector<uint32_t> offsets = in.numbers(1 + in.number(1) % 8, 1);
	const std::vector<uint32_t> words = in.numbers(in.size, 3);
	// Offsets that point anywhere, in any order.
	std::vector<uint32_t> out, ends;
	if (!offsets.empty()) checkSets({kind, words, offsets}, base);
	for (size_t row = 0; row + 1 < offsets.size(); ++row)
		canonicalizer.append({kind, words, offsets}, row, base, out, ends);
	require(ends.empty() || ends.back() == out.size(), "rows end where their words end");
	checkSet(kind, words, base);
	return 0;
}
