#include "batch/canonical_sets.hpp"

#include <algorithm>
#include <bit>

namespace pobatch {

namespace {

// Some tenths of a millisecond: so soon is a stop heeded.
constexpr size_t kRowsBetweenLooks = 512;

}  // namespace

Hash128 keyOf(std::vector<uint32_t>& row, size_t addedEnd) {
	// The same ids added or removed are different sets. The seed keeps the empty set's key from being 0.
	for (size_t i = addedEnd; i < row.size(); ++i) row[i] |= kRemoveBit;
	return hash128(row.data(), row.size(), 1);
}

CanonicalSets::CanonicalSets(const NodeSetView& sets, const BaseSet& base, const Job* job) {
	const size_t count = sets.rows();
	ends_.reserve(count);
	keys_.reserve(count);
	Canonicalizer canonicalizer;
	std::vector<uint32_t> row, ends;
	for (size_t i = 0; i < count; ++i) {
		if (job != nullptr && i % kRowsBetweenLooks == 0 && job->stopped() != Interrupt::None) return;
		row.clear();
		ends.clear();
		Canonicalizer::Row checked = canonicalizer.append(sets, i, base, row, ends);
		const size_t start = words_.size();
		words_.insert(words_.end(), row.begin(), row.end());
		if (checked.error == SetError::None) {
			ends_.push_back({start + ends[0], words_.size()});
			keys_.push_back(keyOf(row, ends[0]));
		} else {
			ends_.push_back({start, start});
			keys_.push_back({0, 0});
			refused_.push_back({static_cast<uint32_t>(i), std::move(checked)});
		}
	}
	findEqual();
}

// Open addressing, at most half full; keys are hashes already.
void CanonicalSets::findEqual() {
	firstEqual_.resize(keys_.size());
	std::vector<uint32_t> slots(std::bit_ceil(2 * keys_.size() + 1));  // row + 1; 0 where free
	const size_t mask = slots.size() - 1;
	for (uint32_t row = 0; row < keys_.size(); ++row) {
		firstEqual_[row] = row;
		if (keys_[row] == Hash128{0, 0}) continue;
		size_t slot = keys_[row].low & mask;
		while (slots[slot] != 0 && !(keys_[slots[slot] - 1] == keys_[row])) slot = (slot + 1) & mask;
		if (slots[slot] == 0)
			slots[slot] = row + 1;
		else
			firstEqual_[row] = slots[slot] - 1;
	}
}

Canonicalizer::Row CanonicalSets::append(size_t row, std::vector<uint32_t>& out,
                                         std::vector<uint32_t>& ends) const {
	if (keys_[row] == Hash128{0, 0}) {
		const auto found =
		    std::lower_bound(refused_.begin(), refused_.end(), row,
		                     [](const Refused& one, size_t wanted) { return one.row < wanted; });
		return found->why;
	}
	const uint64_t start = row == 0 ? 0 : ends_[row - 1].removed;
	const size_t before = out.size();
	out.insert(out.end(), words_.begin() + static_cast<std::ptrdiff_t>(start),
	           words_.begin() + static_cast<std::ptrdiff_t>(ends_[row].removed));
	ends.push_back(static_cast<uint32_t>(before + (ends_[row].added - start)));
	ends.push_back(static_cast<uint32_t>(out.size()));
	return {};
}

}  // namespace pobatch
