#include "batch/canonical_sets.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace pobatch {

namespace {

// A few tenths of a millisecond: the longest delay before a stop is noticed.
constexpr size_t kRowsBetweenLooks = 512;
constexpr size_t kBlockWords = size_t{1} << 18;

}  // namespace

Hash128 keyOf(std::vector<uint32_t>& row, size_t addedEnd) {
	// The same ids mean different sets when added and when removed. The seed keeps the empty set's key from
	// being 0.
	for (size_t i = addedEnd; i < row.size(); ++i) row[i] |= kRemoveBit;
	return hash128(row.data(), row.size(), 1);
}

namespace {

Hash128 mixed(const Hash128& row, const Hash128& variant) {
	const std::array<uint64_t, 4> both{row.low, row.high, variant.low, variant.high};
	std::array<uint32_t, 8> words;
	static_assert(sizeof words == sizeof both);
	std::memcpy(words.data(), both.data(), sizeof both);
	return hash128(words.data(), words.size(), 1);
}

}  // namespace

CanonicalSets::CanonicalSets(const NodeSetView& sets, const AllocatedNodes& base, const VariantKeys& variants,
                             const Job* job) {
	const size_t count = sets.rows();
	places_.reserve(count);
	keys_.reserve(count);
	Canonicalizer canonicalizer;
	std::vector<uint32_t> row, ends;
	for (size_t i = 0; i < count; ++i) {
		if (job != nullptr && i % kRowsBetweenLooks == 0 && job->stopped() != Interrupt::None) return;
		row.clear();
		ends.clear();
		Canonicalizer::Row checked = canonicalizer.append(sets, i, base, row, ends);
		if (checked.error == SetError::None) {
			places_.push_back({keep(row), ends[0], ends[1] - ends[0]});
			const Hash128 key = keyOf(row, ends[0]);
			const uint32_t variant = variants.rows.empty() ? 0 : variants.rows[i];
			keys_.push_back(variant == 0 ? key : mixed(key, variants.keys[variant - 1]));
		} else {
			places_.push_back({nullptr, 0, 0});
			keys_.push_back({0, 0});
			refused_.push_back({static_cast<uint32_t>(i), std::move(checked)});
		}
	}
	findEqual();
}

const uint32_t* CanonicalSets::keep(const std::vector<uint32_t>& row) {
	if (row.size() > freeWords_) {
		const size_t size = std::max(kBlockWords, row.size());
		blocks_.push_back(std::make_unique_for_overwrite<uint32_t[]>(size));
		free_ = blocks_.back().get();
		freeWords_ = size;
	}
	uint32_t* const kept = free_;
	std::copy(row.begin(), row.end(), kept);
	free_ += row.size();
	freeWords_ -= row.size();
	return kept;
}

// Open addressing, at most half full. The keys are hashes already.
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
	const Place& place = places_[row];
	const auto before = static_cast<uint32_t>(out.size());
	out.insert(out.end(), place.words, place.words + place.added + place.removed);
	ends.push_back(before + place.added);
	ends.push_back(before + place.added + place.removed);
	return {};
}

}  // namespace pobatch
